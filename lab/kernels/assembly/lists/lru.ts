/**
 * LRU (clients/policies/lru.ts) by time, without a list: each run is a moment, each page knows the last one of
 * its own, and a bit a moment says that it still is some page's last.
 *
 *   moment   1 . . 1 1 . 1 . . 1 | 1 1 . 1 . . 1 1 . . 1        1: last use of a page, .: it was used again
 *                    ^HAND     ^ZONE                    ^TAIL
 *
 * The pages whose moment is not before the hand are resident; a fault moves the hand past one bit. So no victim
 * is looked up, and whether a run hits is one comparison. Runs are taken 64 at a time and the hand goes on
 * afterwards, past as many bits as there were faults; only a page between hand and zone, where those bits are,
 * has it go on at once, since the page may just have left. What a page had written to it is found written back
 * when it comes again, or in the end.
 *
 * When moments are used up, those of resident pages move to the lowest, in the same order.
 */

import { countFaults, countWriteBacks, framesOf, heldBy, OWN, pages, takeFreeOnes } from '../lane';
import { room } from '../memory';

/** By moment, one bit. Moment 0 and others of the first word are nobody's. */
const BITS: usize = OWN;
/** By page, 4 bytes: its moment, twice, and whether it is modified; 0: never used. */
const LAST: usize = OWN + 4;
const HAND: usize = OWN + 8;
const TAIL: usize = OWN + 12;
const END: usize = OWN + 16;
/** Bits set from the hand to the zone's end, which are at least as many as runs taken together. */
const ZONE_END: usize = OWN + 20;
const ZONE_BITS: usize = OWN + 24;
/** By word of bits, while moments move: how many are set before it. */
const BEFORE: usize = OWN + 28;
/** Of what was looked at ahead of time, so that looking is not left out. */
const SEEN: usize = OWN + 32;

const FIRST: u32 = 64;
const MODIFIED: u32 = 1;
/** Moments beyond the first word: so many runs pass before they move down. */
const MOMENTS_LEAST: u32 = 1 << 16;
const MOMENTS_A_FRAME: u32 = 16;
/** With fewer frames nearly each page would be in the zone. */
const FRAMES_LEAST: u32 = 128;

export function layOutLru(record: usize, capacity: u32): void {
  const moments = max(MOMENTS_LEAST, MOMENTS_A_FRAME * capacity) & ~63;
  const words = (moments + FIRST) >> 6;
  store<usize>(record + BITS, room((<usize>words) << 3));
  store<usize>(record + BEFORE, room((<usize>words) << 2));
  store<usize>(record + LAST, room((<usize>pages) << 2));
  store<u32>(record + HAND, FIRST);
  store<u32>(record + TAIL, FIRST);
  store<u32>(record + ZONE_END, FIRST);
  store<u32>(record + END, FIRST + moments);
}

export function lruHolds(record: usize, page: u32): bool {
  const before = load<u32>(load<usize>(record + LAST) + ((<usize>page) << 2));
  return before >>> 1 >= load<u32>(record + HAND);
}

/** Counts the write-backs that no fault has found yet. */
export function settleLru(record: usize): void {
  const last = load<usize>(record + LAST);
  const end = last + ((<usize>pages) << 2);
  const hand = load<u32>(record + HAND);
  let found: u32 = 0;
  for (let at = last; at < end; at += 4) {
    const before = load<u32>(at);
    if (before >>> 1 >= hand || (before & MODIFIED) === 0) continue;
    store<u32>(at, before ^ MODIFIED);
    found++;
  }
  countWriteBacks(record, found);
}

/** `page`, which is resident, is used: all pages are quiet. */
export function useLru(record: usize, page: u32, isWritten: bool): void {
  openMoments(record, 1);
  takeOne(record, (page << 8) | ((<u32>isWritten) << 6));
}

/** Runs [from, to) at a size, one by one. */
export function runsOfLru(record: usize, from: usize, to: usize): void {
  const isSmall = framesOf(record) < FRAMES_LEAST;
  for (let at = from; at < to; ) {
    const count = openMoments(record, <u32>(to - at) >> 2);
    const end = at + ((<usize>count) << 2);
    if (!isSmall) widenZone(record, count);
    // Pages in sequence stand side by side.
    if (load<u32>(end - 4) >>> 8 !== (load<u32>(at) >>> 8) + count - 1) fetchAhead(record, at, end);
    while (at < end) {
      if (!isSmall) at = takeTogether(record, at, end);
      if (at === end) break;
      takeOne(record, load<u32>(at));
      at += 4;
    }
  }
}

/** Sets the bits of the next moments, up to `wanted` and to the end of a word. Returns how many. */
function openMoments(record: usize, wanted: u32): u32 {
  if (load<u32>(record + TAIL) === load<u32>(record + END)) moveDown(record);
  const tail = load<u32>(record + TAIL);
  const count = min<u32>(64 - (tail & 63), wanted);
  const word = load<usize>(record + BITS) + ((<usize>(tail >>> 6)) << 3);
  store<u64>(word, load<u64>(word) | ((<u64>-1 >>> <u64>(64 - count)) << (<u64>(tail & 63))));
  return count;
}

/** Looks at all that runs [from, to) will look at, so that misses of caches overlap. */
function fetchAhead(record: usize, from: usize, to: usize): void {
  const last = load<usize>(record + LAST);
  const bits = load<usize>(record + BITS);
  let seen: u32 = 0;
  for (let at = from; at < to; at += 4)
    seen |= load<u32>(last + ((<usize>(load<u32>(at) >>> 8)) << 2));
  for (let at = from; at < to; at += 4) {
    const used = load<u32>(last + ((<usize>(load<u32>(at) >>> 8)) << 2)) >>> 1;
    seen |= load<u32>(bits + ((<usize>(used >>> 6)) << 3));
  }
  store<u32>(record + SEEN, seen);
}

/** The zone holds as many bits as there may be faults among `count` runs. */
function widenZone(record: usize, count: u32): void {
  let known = load<u32>(record + ZONE_BITS);
  if (known >= count || framesOf(record) - heldBy(record) >= count) return;
  const tail = load<u32>(record + TAIL);
  let end = load<u32>(record + ZONE_END);
  const bits = load<usize>(record + BITS);
  while (known < count && end < tail) {
    const rest = load<u64>(bits + ((<usize>(end >>> 6)) << 3)) >> <u64>(end & 63);
    const next = (end | 63) + 1;
    // Bits from the tail on are of runs to come.
    if (next > tail) {
      known += <u32>popcnt<u64>(rest & (((<u64>1) << (<u64>(tail - end))) - 1));
      end = tail;
    } else {
      known += <u32>popcnt<u64>(rest);
      end = next;
    }
  }
  store<u32>(record + ZONE_END, end);
  store<u32>(record + ZONE_BITS, known);
}

/** Takes runs up to `to` or to one whose page may just have left; returns where that is. */
function takeTogether(record: usize, from: usize, to: usize): usize {
  const bits = load<usize>(record + BITS);
  const last = load<usize>(record + LAST);
  const hand = load<u32>(record + HAND);
  const zone = load<u32>(record + ZONE_END) - hand;
  let moment = load<u32>(record + TAIL) << 1;
  /** 16 bits each: faults on a read, a write, a fetch; write-backs. */
  let counts: u64 = 0;
  let at = from;
  for (; at < to; at += 4) {
    const run = load<u32>(at);
    const place = last + ((<usize>(run >>> 8)) << 2);
    const before = load<u32>(place);
    const used = before >>> 1;
    if (used - hand < zone) break;
    const word = bits + ((<usize>(used >>> 6)) << 3);
    store<u64>(word, load<u64>(word) & ~((<u64>1) << (<u64>(used & 63))));
    const missed = <u32>(used < hand);
    counts += (<u64>missed) << (<u64>(run >>> 2) & 48);
    counts += (<u64>(before & missed)) << 48;
    store<u32>(place, moment | ((run >>> 6) & 1) | (before & ~missed & MODIFIED));
    moment += 2;
  }
  store<u32>(record + TAIL, moment >>> 1);
  const writes = <u32>(counts >>> 16) & 0xffff;
  const fetches = <u32>(counts >>> 32) & 0xffff;
  const faults = (<u32>counts & 0xffff) + writes + fetches;
  countFaults(record, faults, writes, fetches);
  countWriteBacks(record, <u32>(counts >>> 48));
  goOn(record, faults);
  return at;
}

/** The hand goes past the bits of those that left for so many faults. */
function goOn(record: usize, faults: u32): void {
  const hand = load<u32>(record + HAND);
  let left = faults - takeFreeOnes(record, faults);
  if (left === 0) return;
  store<u32>(record + ZONE_BITS, load<u32>(record + ZONE_BITS) - left);
  let at = load<usize>(record + BITS) + ((<usize>(hand >>> 6)) << 3);
  let moments = hand & ~63;
  let word = load<u64>(at) & ((<u64>-1) << (<u64>(hand & 63)));
  let set = <u32>popcnt<u64>(word);
  while (set < left) {
    left -= set;
    at += 8;
    moments += 64;
    word = load<u64>(at);
    set = <u32>popcnt<u64>(word);
  }
  while (--left > 0) word &= word - 1;
  store<u32>(record + HAND, moments + <u32>ctz<u64>(word) + 1);
}

function takeOne(record: usize, run: u32): void {
  const bits = load<usize>(record + BITS);
  const place = load<usize>(record + LAST) + ((<usize>(run >>> 8)) << 2);
  const before = load<u32>(place);
  const used = before >>> 1;
  const moment = load<u32>(record + TAIL);
  const isWrite = (run >>> 6) & 1;
  const missed = <u32>(used < load<u32>(record + HAND));
  const word = bits + ((<usize>(used >>> 6)) << 3);
  store<u64>(word, load<u64>(word) & ~((<u64>1) << (<u64>(used & 63))));
  store<u32>(place, (moment << 1) | isWrite | (before & ~missed & MODIFIED));
  store<u32>(record + TAIL, moment + 1);
  if (missed !== 0) {
    goOn(record, 1);
    countFaults(record, 1, isWrite, (run >>> 7) & 1);
    countWriteBacks(record, before & MODIFIED);
  } else if (used < load<u32>(record + ZONE_END))
    store<u32>(record + ZONE_BITS, load<u32>(record + ZONE_BITS) - 1);
}

/** The moments of resident pages are the lowest, in the same order. */
function moveDown(record: usize): void {
  settleLru(record);
  const bits = load<usize>(record + BITS);
  const before = load<usize>(record + BEFORE);
  const hand = load<u32>(record + HAND);
  const tail = load<u32>(record + TAIL);
  let set = FIRST;
  const first = bits + ((<usize>(hand >>> 6)) << 3);
  store<u64>(first, load<u64>(first) & ((<u64>-1) << (<u64>(hand & 63))));
  for (let word: usize = hand >>> 6; word < <usize>(tail >>> 6); word++) {
    store<u32>(before + (word << 2), set);
    set += <u32>popcnt<u64>(load<u64>(bits + (word << 3)));
  }
  const last = load<usize>(record + LAST);
  const end = last + ((<usize>pages) << 2);
  for (let at = last; at < end; at += 4) {
    const entry = load<u32>(at);
    const used = entry >>> 1;
    if (used < hand) {
      store<u32>(at, 0);
      continue;
    }
    const word = <usize>(used >>> 6);
    const below = load<u64>(bits + (word << 3)) & (((<u64>1) << (<u64>(used & 63))) - 1);
    const moment = load<u32>(before + (word << 2)) + <u32>popcnt<u64>(below);
    store<u32>(at, (moment << 1) | (entry & MODIFIED));
  }
  memory.fill(bits, 0, (<usize>(tail >>> 6)) << 3);
  memory.fill(bits + 8, 0xff, (<usize>((set - FIRST) >>> 6)) << 3);
  store<u64>(bits + ((<usize>(set >>> 6)) << 3), ((<u64>1) << (<u64>(set & 63))) - 1);
  store<u32>(record + HAND, FIRST);
  store<u32>(record + TAIL, set);
  store<u32>(record + ZONE_END, FIRST);
  store<u32>(record + ZONE_BITS, 0);
}
