/**
 * Ranked: ids in the order of a number each has, highest first, then lowest id.
 *
 * A binary heap (Williams 1964, "heapsort") with each id's place kept, so that a change of one of
 * n costs log n, and the first is at the root. It is as long as the ids that are in it, whoever
 * else there is.
 */

export interface RankedState {
  count: number;
  /** In heap order: id and rank. */
  ids: Int32Array;
  ranks: Float64Array;
  /** By id: its place in the heap, or -1. */
  places: Int32Array;
}

export function createRanked(): RankedState {
  return {
    count: 0,
    ids: new Int32Array(16),
    ranks: new Float64Array(16),
    places: new Int32Array(16).fill(-1),
  };
}

/** Puts `id` where `rank` belongs, whether it was in before or not. */
export function setRank(ranked: RankedState, id: number, rank: number): void {
  let place = id < ranked.places.length ? (ranked.places[id] as number) : -1;
  if (place < 0) {
    makeRoom(ranked, id);
    place = ranked.count++;
  } else if (ranked.ranks[place] === rank) return;
  place = rise(ranked, place, id, rank);
  sink(ranked, place, id, rank);
}

/** Takes `id` out, if it was in. */
export function dropRank(ranked: RankedState, id: number): void {
  const place = id < ranked.places.length ? (ranked.places[id] as number) : -1;
  if (place < 0) return;
  ranked.places[id] = -1;
  const last = --ranked.count;
  if (place === last) return;
  const other = ranked.ids[last] as number;
  const rank = ranked.ranks[last] as number;
  sink(ranked, rise(ranked, place, other, rank), other, rank);
}

/** True when one with this rank and id goes first. */
export function isBefore(id: number, rank: number, otherId: number, otherRank: number): boolean {
  return rank > otherRank || (rank === otherRank && id < otherId);
}

/** Moves a vacant place up to where the entry may stand; returns it. */
function rise(ranked: RankedState, from: number, id: number, rank: number): number {
  let place = from;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    if (!isBefore(id, rank, ranked.ids[parent] as number, ranked.ranks[parent] as number)) break;
    put(ranked, place, ranked.ids[parent] as number, ranked.ranks[parent] as number);
    place = parent;
  }
  return place;
}

/** Moves a vacant place down to where the entry belongs, and puts it there. */
function sink(ranked: RankedState, from: number, id: number, rank: number): void {
  const { ids, ranks, count } = ranked;
  let place = from;
  for (;;) {
    let child = 2 * place + 1;
    if (child >= count) break;
    const other = child + 1;
    if (
      other < count &&
      isBefore(
        ids[other] as number,
        ranks[other] as number,
        ids[child] as number,
        ranks[child] as number,
      )
    )
      child = other;
    if (!isBefore(ids[child] as number, ranks[child] as number, id, rank)) break;
    put(ranked, place, ids[child] as number, ranks[child] as number);
    place = child;
  }
  put(ranked, place, id, rank);
}

function put(ranked: RankedState, place: number, id: number, rank: number): void {
  ranked.ids[place] = id;
  ranked.ranks[place] = rank;
  ranked.places[id] = place;
}

function makeRoom(ranked: RankedState, id: number): void {
  if (ranked.count === ranked.ids.length) {
    const ids = new Int32Array(2 * ranked.count);
    ids.set(ranked.ids);
    ranked.ids = ids;
    const ranks = new Float64Array(2 * ranked.count);
    ranks.set(ranked.ranks);
    ranked.ranks = ranks;
  }
  if (id < ranked.places.length) return;
  const places = new Int32Array(Math.max(id + 1, 2 * ranked.places.length)).fill(-1);
  places.set(ranked.places);
  ranked.places = places;
}
