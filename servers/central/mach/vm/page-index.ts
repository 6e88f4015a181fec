/**
 * Page index: things that hold one page each (resident pages, blocks of swap), by (owner, offset).
 *
 *   bucket of a hash   for a fault, which asks for one (owner, offset)
 *   list of an owner   for the end of an owner, and for copies of it
 *
 * Rashid et al. 1987, section 3.1: an entry of the resident page table is linked into both at once.
 * Offsets are bytes, so that the page size stays a parameter; `unit` is the page size.
 */

import { assert } from '../../../../sim-hw/assert.ts';
import { NONE } from './pool.ts';

export interface PageIndex {
  readonly unit: number;
  /** By place: owner or NONE, offset in it. */
  readonly owner: Int32Array;
  readonly offset: Float64Array;
  readonly next: Int32Array;
  readonly previous: Int32Array;
  readonly nextInBucket: Int32Array;
  /** First place of each bucket; a power of two of them. */
  readonly buckets: Int32Array;
  /** By owner: first place, number of places. Grows with the owners. */
  first: Int32Array;
  count: Int32Array;
}

export function createPageIndex(places: number, unit: number): PageIndex {
  let buckets = 16;
  while (buckets < places) buckets *= 2;
  return {
    unit,
    owner: new Int32Array(places).fill(NONE),
    offset: new Float64Array(places),
    next: new Int32Array(places).fill(NONE),
    previous: new Int32Array(places).fill(NONE),
    nextInBucket: new Int32Array(places).fill(NONE),
    buckets: new Int32Array(buckets).fill(NONE),
    first: new Int32Array(16).fill(NONE),
    count: new Int32Array(16),
  };
}

/** The place that holds `offset` of `owner`, or NONE. */
export function findPlace(index: PageIndex, owner: number, offset: number): number {
  let place = index.buckets[bucketOf(index, owner, offset)];
  while (place !== NONE && (index.owner[place] !== owner || index.offset[place] !== offset))
    place = index.nextInBucket[place];
  return place;
}

export function firstPlace(index: PageIndex, owner: number): number {
  return owner < index.first.length ? index.first[owner] : NONE;
}

export function placesHeld(index: PageIndex, owner: number): number {
  return owner < index.count.length ? index.count[owner] : 0;
}

/** Offsets that `owner` holds within [start, end), in the order of its list. */
export function offsetsWithin(
  index: PageIndex,
  owner: number,
  start: number,
  end: number,
): number[] {
  const found: number[] = [];
  for (let at = firstPlace(index, owner); at !== NONE; at = index.next[at])
    if (index.offset[at] >= start && index.offset[at] < end) found.push(index.offset[at]);
  return found;
}

/** `place`, which held nothing, holds `offset` of `owner` from now on. */
export function bindPlace(index: PageIndex, place: number, owner: number, offset: number): void {
  assert(index.owner[place] === NONE, 'page index: a place is bound twice');
  assert(offset >= 0 && offset % index.unit === 0, 'page index: the offset of no page');
  if (owner >= index.first.length) growOwners(index, owner);
  index.owner[place] = owner;
  index.offset[place] = offset;
  const bucket = bucketOf(index, owner, offset);
  index.nextInBucket[place] = index.buckets[bucket];
  index.buckets[bucket] = place;
  const head = index.first[owner];
  index.next[place] = head;
  index.previous[place] = NONE;
  if (head !== NONE) index.previous[head] = place;
  index.first[owner] = place;
  index.count[owner]++;
}

export function unbindPlace(index: PageIndex, place: number): void {
  const owner = index.owner[place];
  assert(owner !== NONE, 'page index: a place is unbound that is not bound');
  unlinkFromBucket(index, place);
  const after = index.next[place];
  const before = index.previous[place];
  if (before === NONE) index.first[owner] = after;
  else index.next[before] = after;
  if (after !== NONE) index.previous[after] = before;
  index.owner[place] = NONE;
  index.next[place] = NONE;
  index.previous[place] = NONE;
  index.count[owner]--;
}

/** What is wrong, or undefined: lists and buckets must hold the same places, each once. */
export function checkPageIndex(index: PageIndex): string | undefined {
  let bound = 0;
  for (let place = 0; place < index.owner.length; place++) {
    if (index.owner[place] === NONE) continue;
    bound++;
    if (findPlace(index, index.owner[place], index.offset[place]) !== place)
      return `the hash does not find place ${place}`;
  }
  let listed = 0;
  for (let owner = 0; owner < index.first.length; owner++) {
    let count = 0;
    let before = NONE;
    for (let at = index.first[owner]; at !== NONE; at = index.next[at]) {
      if (index.owner[at] !== owner) return `place ${at} is on the list of ${owner}, not its owner`;
      if (index.previous[at] !== before) return `place ${at} has a wrong neighbour`;
      before = at;
      count++;
    }
    if (count !== index.count[owner]) return `owner ${owner} holds ${count} places`;
    listed += count;
  }
  if (listed !== bound) return `${listed} places on lists, ${bound} bound`;
  let hashed = 0;
  for (const head of index.buckets)
    for (let at = head; at !== NONE; at = index.nextInBucket[at]) hashed++;
  return hashed === bound ? undefined : `${hashed} places in buckets, ${bound} bound`;
}

function unlinkFromBucket(index: PageIndex, place: number): void {
  const bucket = bucketOf(index, index.owner[place], index.offset[place]);
  const after = index.nextInBucket[place];
  let at = index.buckets[bucket];
  if (at === place) index.buckets[bucket] = after;
  else {
    while (index.nextInBucket[at] !== place) at = index.nextInBucket[at];
    index.nextInBucket[at] = after;
  }
  index.nextInBucket[place] = NONE;
}

/** Neighbouring pages of one owner fall into neighbouring buckets. */
function bucketOf({ unit, buckets }: PageIndex, owner: number, offset: number): number {
  return (Math.imul(owner, 0x9e3779b1) + ((offset / unit) >>> 0)) & (buckets.length - 1);
}

function growOwners(index: PageIndex, owner: number): void {
  let size = index.first.length;
  while (size <= owner) size *= 2;
  const first = new Int32Array(size).fill(NONE);
  const count = new Int32Array(size);
  first.set(index.first);
  count.set(index.count);
  index.first = first;
  index.count = count;
}
