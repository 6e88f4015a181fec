/**
 * Victims: the clients that have something to give back, in the order in which they are asked.
 *
 * A binary heap of client ids by the arbiter's rank, with each client's place kept, so that a
 * change of one client costs the logarithm of their number and the next victim is at the root. Who
 * changes what a rank depends on (held, guaranteed, noticed, default, waiting, karma, weight, standing) calls
 * `reconsider`.
 */

import { revocable } from '../ledger.ts';
import type { Client, MemoryServerState } from '../state.ts';
import { arbiterOf } from './arbiters/index.ts';

export interface VictimsState {
  count: number;
  /** In heap order: client id and rank. */
  ids: Int32Array;
  ranks: Float64Array;
  /** By client id: its place in the heap, or -1. */
  places: Int32Array;
}

export function createVictims(): VictimsState {
  return {
    count: 0,
    ids: new Int32Array(16),
    ranks: new Float64Array(16),
    places: new Int32Array(16).fill(-1),
  };
}

/** The client to ask next, or null when nobody has anything to give. */
export function nextVictim(server: MemoryServerState): Client | null {
  const { victims, clients } = server;
  return victims.count === 0 ? null : (clients[victims.ids[0] as number] as Client);
}

/** Puts a client where its rank belongs; takes it out when it has nothing to give. */
export function reconsider(server: MemoryServerState, client: Client): void {
  const { victims } = server;
  const rank = rankOf(server, client);
  let place = client.id < victims.places.length ? (victims.places[client.id] as number) : -1;
  if (rank === 0) {
    if (place >= 0) remove(victims, place);
    return;
  }
  if (place < 0) {
    makeRoom(victims, client.id);
    place = victims.count++;
  } else if (victims.ranks[place] === rank) return;
  place = rise(victims, place, client.id, rank);
  sink(victims, place, client.id, rank);
}

/** 0 for a client that is not asked: it has nothing to give, is in default, or waits itself. */
function rankOf(server: MemoryServerState, client: Client): number {
  const frames = revocable(client);
  if (frames === 0 || client.inDefault || client.waitingOrder >= 0) return 0;
  return arbiterOf(server.terms).rank(client, frames, server.terms);
}

function remove(victims: VictimsState, place: number): void {
  victims.places[victims.ids[place] as number] = -1;
  const last = --victims.count;
  if (place === last) return;
  const id = victims.ids[last] as number;
  const rank = victims.ranks[last] as number;
  sink(victims, rise(victims, place, id, rank), id, rank);
}

/** Moves a vacant place up to where the entry may stand; returns it. */
function rise(victims: VictimsState, from: number, id: number, rank: number): number {
  let place = from;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    if (!isBefore(id, rank, victims.ids[parent] as number, victims.ranks[parent] as number)) break;
    put(victims, place, victims.ids[parent] as number, victims.ranks[parent] as number);
    place = parent;
  }
  return place;
}

/** Moves a vacant place down to where the entry belongs, and puts it there. */
function sink(victims: VictimsState, from: number, id: number, rank: number): void {
  const { ids, ranks, count } = victims;
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
    put(victims, place, ids[child] as number, ranks[child] as number);
    place = child;
  }
  put(victims, place, id, rank);
}

function put(victims: VictimsState, place: number, id: number, rank: number): void {
  victims.ids[place] = id;
  victims.ranks[place] = rank;
  victims.places[id] = place;
}

function isBefore(id: number, rank: number, otherId: number, otherRank: number): boolean {
  return rank > otherRank || (rank === otherRank && id < otherId);
}

function makeRoom(victims: VictimsState, id: number): void {
  if (victims.count === victims.ids.length) {
    const ids = new Int32Array(2 * victims.count);
    ids.set(victims.ids);
    victims.ids = ids;
    const ranks = new Float64Array(2 * victims.count);
    ranks.set(victims.ranks);
    victims.ranks = ranks;
  }
  if (id < victims.places.length) return;
  const places = new Int32Array(Math.max(id + 1, 2 * victims.places.length)).fill(-1);
  places.set(victims.places);
  victims.places = places;
}

/** Recomputes every rank; returns what is wrong, or undefined. */
export function checkVictims(server: MemoryServerState): string | undefined {
  const { victims, clients } = server;
  let listed = 0;
  for (const client of clients) {
    if (client === null) continue;
    const rank = rankOf(server, client);
    const place = victims.places[client.id] ?? -1;
    if (rank > 0 !== place >= 0) return `task ${client.id} is ${place < 0 ? 'not ' : ''}listed`;
    if (place < 0) continue;
    listed++;
    if (victims.ids[place] !== client.id || victims.ranks[place] !== rank)
      return `task ${client.id} stands where another does, or with an old rank`;
    const parent = (place - 1) >> 1;
    const above = victims.ids[parent] as number;
    if (place > 0 && isBefore(client.id, rank, above, victims.ranks[parent] as number))
      return `task ${client.id} stands below task ${above}`;
  }
  return listed === victims.count ? undefined : `${victims.count} victims, ${listed} clients`;
}
