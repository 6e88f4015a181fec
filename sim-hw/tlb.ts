/**
 * Translation look-aside buffer: one or two levels, set-associative, exact LRU in each set, tagged
 * so that a switch between address spaces flushes nothing.
 *
 * A tag is a *unit key*: the global number of the page (or of the first page of a 2 MiB unit) that
 * the entry translates, plus 1; numbers of different address spaces never collide, so the key
 * carries the address-space id. 0 is an empty entry.
 *
 * Hardware compares all ways of a set at once; a program would have to look at them one by one. So
 * each level also keeps, by page, the entry that holds it (`place`, 0: none), and by entry when it
 * was last used: a hit is one load and one store whatever the associativity, and only a refill
 * looks through its set for the entry used longest ago. Entries are numbered from 1. The first
 * level keeps a place for each kind of reference, so that one look tells whether a run of that kind
 * goes by; the place for writes is 0 until a write to the page changes no bookkeeping any more.
 *
 * The MMU's loop reads these arrays itself; this file holds everything but that loop.
 */

import { assert } from './assert.ts';
import { FETCH, READ, WRITE } from './references.ts';
import { HEAP, type Room } from './room.ts';
import type { TlbGeometry } from './tlb-geometry.ts';

export interface TlbState {
  readonly firstWays: number;
  /** Sets minus 1; sets are a power of two. */
  readonly firstMask: number;
  readonly firstTag: Uint32Array;
  readonly firstUse: Uint32Array;
  /** By 4 x unit key + kind of reference: the entry of the first level that serves it, or 0. */
  readonly firstPlace: Uint8Array;
  /** 0 when there is no second level. */
  readonly secondWays: number;
  readonly secondMask: number;
  readonly secondTag: Uint32Array;
  readonly secondUse: Uint32Array;
  readonly secondPlace: Uint16Array;
  /**
   * By unit key: the probes of a walk that is known to find the page, REFERENCED set, and so to change
   * nothing; 0: not known. What the TLB has to forget of a page, this forgets as well.
   */
  readonly walked: Uint8Array;
  /**
   * By unit key: base-2 log of the pages of a superpage that begins with this page, 0 for none;
   * null where no page is ever promoted. Places of all of its pages may name its one entry.
   */
  readonly spans: Uint8Array | null;
  /** Uses so far; entries remember the one at which they were last used. */
  now: number;
}

/** Bits of a unit word that hold the key; the rest are low bits of the virtual page number. */
export const KEY_BITS = 24;
export const KEY_MASK = (1 << KEY_BITS) - 1;

/**
 * `now` is brought down again before a batch, of half a billion runs at most, could carry it past
 * 2^31: up to there it is a small integer to V8, and the hot loop adds without floating point.
 */
const NOW_MAX = 0x60000000;

/** `pages`: pages of all address spaces together; `room`: where its arrays lie. */
export function createTlb(
  geometry: TlbGeometry,
  pages: number,
  promotes = false,
  room: Room = HEAP,
): TlbState {
  const first = geometry.firstSets * geometry.firstWays;
  const second = geometry.secondSets * geometry.secondWays;
  assert(first < 256 && second < 65536, 'tlb: more entries than places can number');
  return {
    firstWays: geometry.firstWays,
    firstMask: geometry.firstSets - 1,
    firstTag: room.words(first + 1),
    firstUse: room.words(first + 1),
    firstPlace: room.bytes(4 * (pages + 1)),
    secondWays: geometry.secondWays,
    secondMask: geometry.secondSets - 1,
    secondTag: room.words(second + 1),
    secondUse: room.words(second + 1),
    secondPlace: room.halves(second === 0 ? 0 : pages + 1),
    walked: room.bytes(pages + 1),
    spans: promotes ? new Uint8Array(pages + 1) : null,
    now: 0,
  };
}

/**
 * Puts a unit that the first level lacks in the place of its set's least recently used entry.
 * `ready`: it may be written with no more ado.
 */
export function insertFirst(tlb: TlbState, unit: number, now: number, ready: boolean): void {
  const base = ((unit >>> KEY_BITS) & tlb.firstMask) * tlb.firstWays + 1;
  const entry = oldest(tlb.firstUse, base, tlb.firstWays);
  const key = unit & KEY_MASK;
  if (tlb.spans === null) setPlaces(tlb.firstPlace, tlb.firstTag[entry] as number, 0, false);
  else clearPlaces(tlb, tlb.firstTag[entry] as number);
  tlb.firstTag[entry] = key;
  tlb.firstUse[entry] = now;
  setPlaces(tlb.firstPlace, key, entry, ready);
}

/**
 * A page of a superpage whose entry the first level holds goes by that entry from here on. False
 * when it holds none, or the page is no such page.
 */
export function joinFirst(tlb: TlbState, unit: number, page: number, ready: boolean): boolean {
  const entry = tlb.firstPlace[4 * (unit & KEY_MASK)] as number;
  if (entry === 0) return false;
  tlb.firstUse[entry] = tlb.now;
  setPlaces(tlb.firstPlace, page, entry, ready);
  return true;
}

/** `insertFirst` for the second level. */
export function insertSecond(tlb: TlbState, unit: number, now: number): void {
  const base = ((unit >>> KEY_BITS) & tlb.secondMask) * tlb.secondWays + 1;
  const entry = oldest(tlb.secondUse, base, tlb.secondWays);
  tlb.secondPlace[tlb.secondTag[entry] as number] = 0;
  tlb.secondTag[entry] = unit & KEY_MASK;
  tlb.secondUse[entry] = now;
  tlb.secondPlace[unit & KEY_MASK] = entry;
}

/** Drops the entry of one unit word (key and set bits), if either level holds it. */
export function invalidate(tlb: TlbState, unit: number): void {
  const key = unit & KEY_MASK;
  tlb.walked[key] = 0;
  const first = tlb.firstPlace[4 * key] as number;
  if (first !== 0) {
    clearPlaces(tlb, key);
    tlb.firstTag[first] = 0;
    tlb.firstUse[first] = 0;
  }
  if (tlb.secondWays === 0) return;
  const second = tlb.secondPlace[key] as number;
  if (second === 0) return;
  tlb.secondPlace[key] = 0;
  tlb.secondTag[second] = 0;
  tlb.secondUse[second] = 0;
}

/** A write to the unit changes no bookkeeping from here on, if the first level holds it. */
export function setWriteReady(tlb: TlbState, key: number): void {
  tlb.firstPlace[4 * key + WRITE] = tlb.firstPlace[4 * key] as number;
}

/** The next write to the unit must be told of, whether a level holds it or not. */
export function clearWriteReady(tlb: TlbState, key: number): void {
  tlb.firstPlace[4 * key + WRITE] = 0;
}

/** True when a level holds the unit: for tests and oracles. */
export function holds(tlb: TlbState, unit: number): boolean {
  const key = unit & KEY_MASK;
  return tlb.firstPlace[4 * key] !== 0 || (tlb.secondWays > 0 && tlb.secondPlace[key] !== 0);
}

/** Drops what either level holds of units [base + 1, base + pages]; false when that is nothing. */
export function dropSpace(tlb: TlbState, base: number, pages: number): boolean {
  let dropped = false;
  tlb.walked.fill(0, base + 1, base + 1 + pages);
  for (const tags of [tlb.firstTag, tlb.secondTag])
    for (let entry = 1; entry < tags.length; entry++) {
      const key = tags[entry] as number;
      if (key <= base || key > base + pages) continue;
      invalidate(tlb, key);
      // A tag whose look-up place is gone is no entry that anybody finds.
      if (tags[entry] === key) tags[entry] = 0;
      dropped = true;
    }
  return dropped;
}

export function flush(tlb: TlbState): void {
  for (const array of [tlb.firstTag, tlb.firstUse, tlb.firstPlace]) array.fill(0);
  for (const array of [tlb.secondTag, tlb.secondUse, tlb.secondPlace]) array.fill(0);
  tlb.walked.fill(0);
}

/** Brings the clock of uses down, keeping the order of entries, when it has come far. */
export function renumberUses(tlb: TlbState): void {
  if (tlb.now < NOW_MAX) return;
  for (const uses of [tlb.firstUse, tlb.secondUse]) {
    const order = [...uses.keys()].sort((a, b) => (uses[a] as number) - (uses[b] as number));
    let rank = 0;
    for (const entry of order) uses[entry] = uses[entry] === 0 ? 0 : ++rank;
  }
  tlb.now = 65536;
}

/** No page of the unit has a place in the first level any more. */
function clearPlaces({ firstPlace, spans }: TlbState, key: number): void {
  const pages = spans === null ? 1 : 1 << (spans[key] as number);
  firstPlace.fill(0, 4 * key, 4 * (key + pages));
}

function setPlaces(places: Uint8Array, key: number, entry: number, ready: boolean): void {
  const at = 4 * key;
  places[at + READ] = entry;
  places[at + WRITE] = ready ? entry : 0;
  places[at + FETCH] = entry;
}

/** Entry of the set that starts at `base` which was used longest ago; an empty one has use 0. */
function oldest(uses: Uint32Array, base: number, ways: number): number {
  let entry = base;
  let least = uses[base] as number;
  const end = base + ways;
  for (let other = base + 1; other < end; other++) {
    const use = uses[other] as number;
    if (use < least) {
      least = use;
      entry = other;
    }
  }
  return entry;
}
