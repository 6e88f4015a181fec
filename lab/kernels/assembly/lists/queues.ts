/**
 * Queues: two queues of pages by time (moments.ts). A page stands in one of them or in none. It is known where it
 * stood last; whether it still does, and as what, is a comparison. What it had written to it is found written back
 * when it comes again, or in the end.
 *
 *   place of a page   | moment (30) | queue (1) | modified (1) |        moment 0: it never came
 *
 * When moments are used up, all pages of the queue move to the lowest ones, in the same order.
 */

import { countWriteBacks, OWN, pages } from '../lane';
import { room } from '../memory';
import { distinctPages, entryOf } from './digest';
import {
  BEFORE,
  BITS,
  clearBit,
  clearBitOf,
  count,
  END,
  FIRST,
  GHOSTS,
  HAND,
  LOW,
  layOutQueue,
  openWord,
  pastBit,
  RESIDENT,
  TAIL,
} from './moments';

/** Field of a lane: where its queues are. */
export const QUEUES: usize = OWN;
/** Of a queue; the second one follows the first. */
const QUEUE: usize = 64;
/** Of what was looked at ahead of time, so that looking is not left out. */
const SEEN: usize = 32;
/** The lane, and places of pages: 4 bytes each. */
const RECORD: usize = 36;
const PLACES: usize = 2 * QUEUE;

const MODIFIED: u32 = 1;
/** Runs that are looked at ahead of time; from so many pages on, whose places no cache near the processor holds. */
const AHEAD: u32 = 64;
const PAGES_MANY: u32 = 1 << 15;

/** What a page is: in the first queue or the second, or in none; as a ghost or with a frame. */
export const NOWHERE: u32 = 0;
export const GHOST: u32 = 2;
export const HELD: u32 = 4;

/** A lane's queues, which hold at most so many pages and ghosts each, or all pages. */
export function layOutQueues(record: usize, first: u64, second: u64): void {
  const queues = room(PLACES + ((<usize>pages) << 2));
  store<usize>(queues + RECORD, record);
  layOutQueue(queues, first);
  layOutQueue(queues + QUEUE, second);
  store<usize>(record + QUEUES, queues);
}

/** Whether `page` has a frame in that lane. */
export function queuesHold(record: usize, page: u32): bool {
  return stateOf(load<usize>(record + QUEUES), page) >= HELD;
}

function placeOf(queues: usize, page: u32): usize {
  return queues + PLACES + ((<usize>page) << 2);
}

function queueOf(queues: usize, place: u32): usize {
  return queues + ((<usize>(place & 2)) << 5);
}

/** What `page` is: NOWHERE, or GHOST or HELD, and 1 more in the second queue. */
export function stateOf(queues: usize, page: u32): u32 {
  const place = load<u32>(placeOf(queues, page));
  const queue = queueOf(queues, place);
  const moment = place >>> 2;
  if (moment >= load<u32>(queue + HAND)) return HELD + ((place >>> 1) & 1);
  return moment >= load<u32>(queue + LOW) ? GHOST + ((place >>> 1) & 1) : NOWHERE;
}

/** Whether all pages of the digest have frames in that lane. */
export function isDigestHeld(record: usize): bool {
  const queues = load<usize>(record + QUEUES);
  const first = load<u32>(queues + HAND);
  const second = load<u32>(queues + QUEUE + HAND);
  for (let index = distinctPages(); index > 0; index--) {
    const place = load<u32>(placeOf(queues, entryOf(index - 1) >>> 1));
    if (place >>> 2 < select<u32>(second, first, (place & 2) !== 0)) return false;
  }
  return true;
}

/**
 * The pages of the digest, which all have frames, are used: they are from now on the youngest of the second queue;
 * those of the first one only where they are `moved`.
 */
export function useDigestHeld(record: usize, moved: bool): void {
  const queues = load<usize>(record + QUEUES);
  const queue = queues + QUEUE;
  const distinct = distinctPages();
  if (load<u32>(queue + END) - load<u32>(queue + TAIL) < distinct) moveDown(queues, 1);
  const bits = load<usize>(queue + BITS);
  let tail = load<u32>(queue + TAIL);
  let came: u32 = 0;
  for (let index = distinct; index > 0; index--) {
    const entry = entryOf(index - 1);
    const at = placeOf(queues, entry >>> 1);
    const place = load<u32>(at) | (entry & 1);
    if ((place & 2) !== 0) clearBitOf(bits, place >>> 2);
    else if (moved) {
      clearBit(queues, place >>> 2);
      came++;
    } else {
      store<u32>(at, place);
      continue;
    }
    if ((tail & 63) === 0) openWord(bits, tail);
    store<u32>(at, (tail << 2) | 2 | (place & MODIFIED));
    tail++;
  }
  store<u32>(queue + TAIL, tail);
  count(queues, RESIDENT, -came);
  count(queue, RESIDENT, came);
}

export function residentIn(queues: usize, which: usize): u32 {
  return load<u32>(queues + which * QUEUE + RESIDENT);
}

export function ghostsOf(queues: usize, which: usize): u32 {
  return load<u32>(queues + which * QUEUE + GHOSTS);
}

/** Something is written to `page`, which has a frame. */
export function modifyHeld(queues: usize, page: u32): void {
  const at = placeOf(queues, page);
  store<u32>(at, load<u32>(at) | MODIFIED);
}

/** `page`, which has a frame, is from now on the youngest of this queue. */
export function rejoin(queues: usize, which: u32, page: u32): void {
  const at = placeOf(queues, page);
  const place = load<u32>(at);
  const queue = queueOf(queues, place);
  clearBit(queue, place >>> 2);
  if (((place >>> 1) & 1) !== which) {
    count(queue, RESIDENT, -1);
    count(queues + <usize>which * QUEUE, RESIDENT, 1);
  }
  store<u32>(at, join(queues, which) | (place & MODIFIED));
}

/** `page`, which is a ghost or nowhere, gets a frame and is the youngest of this queue. */
export function enter(queues: usize, which: u32, page: u32, isWritten: u32): void {
  const at = placeOf(queues, page);
  // Before its place is looked at, since others may move down meanwhile.
  const joined = join(queues, which);
  if (load<u32>(at) & MODIFIED) countWriteBacks(load<usize>(queues + RECORD), 1);
  store<u32>(at, joined | isWritten);
  count(queues + <usize>which * QUEUE, RESIDENT, 1);
}

/** `page`, which is a ghost, is one no longer. */
export function leave(queues: usize, page: u32): void {
  const place = load<u32>(placeOf(queues, page));
  const queue = queueOf(queues, place);
  clearBit(queue, place >>> 2);
  count(queue, GHOSTS, -1);
}

/** The oldest page of the queue that has a frame is a ghost from now on, its youngest. */
export function giveUp(queues: usize, which: usize): void {
  const queue = queues + which * QUEUE;
  store<u32>(queue + HAND, pastBit(queue, load<u32>(queue + HAND)));
  count(queue, RESIDENT, -1);
  count(queue, GHOSTS, 1);
}

/** The queue's oldest ghost is forgotten. */
export function forgetGhost(queues: usize, which: usize): void {
  const queue = queues + which * QUEUE;
  store<u32>(queue + LOW, pastBit(queue, load<u32>(queue + LOW)));
  count(queue, GHOSTS, -1);
}

/** The place of who joins. */
function join(queues: usize, which: u32): u32 {
  const queue = queues + <usize>which * QUEUE;
  if (load<u32>(queue + TAIL) === load<u32>(queue + END)) moveDown(queues, which);
  const moment = load<u32>(queue + TAIL);
  if ((moment & 63) === 0) openWord(load<usize>(queue + BITS), moment);
  store<u32>(queue + TAIL, moment + 1);
  return (moment << 2) | (which << 1);
}

/** Up to where runs from `at` on, of those before `to`, have been looked at: so that misses of caches overlap. */
export function lookAhead(queues: usize, at: usize, to: usize): usize {
  const end = min<usize>(to, at + (AHEAD << 2));
  const last = (load<u32>(at) >>> 8) + (<u32>(end - at) >> 2) - 1;
  // Pages in sequence stand side by side.
  if (pages >= PAGES_MANY && load<u32>(end - 4) >>> 8 !== last) fetchAhead(queues, at, end);
  return end;
}

function fetchAhead(queues: usize, from: usize, to: usize): void {
  let seen: u32 = 0;
  for (let at = from; at < to; at += 4) seen |= load<u32>(placeOf(queues, load<u32>(at) >>> 8));
  store<u32>(queues + SEEN, seen);
}

/** Counts the write-backs of a lane that no fault has found yet. */
export function settleQueues(record: usize): void {
  settle(load<usize>(record + QUEUES));
}

function settle(queues: usize): void {
  const end = placeOf(queues, pages);
  let found: u32 = 0;
  for (let at = placeOf(queues, 0); at < end; at += 4) {
    const place = load<u32>(at);
    if ((place & MODIFIED) === 0 || place >>> 2 >= load<u32>(queueOf(queues, place) + HAND))
      continue;
    store<u32>(at, place ^ MODIFIED);
    found++;
  }
  countWriteBacks(load<usize>(queues + RECORD), found);
}

/** Ghosts and pages of a queue move to its lowest moments; who is forgotten is so from now on without a place. */
function moveDown(queues: usize, which: u32): void {
  settle(queues);
  const queue = queues + <usize>which * QUEUE;
  const bits = load<usize>(queue + BITS);
  const before = load<usize>(queue + BEFORE);
  const low = load<u32>(queue + LOW);
  const tail = load<u32>(queue + TAIL);
  const words = <usize>((tail + 63) >>> 6);
  const last = bits + ((<usize>(tail >>> 6)) << 3);
  // Bits of moments to come.
  if ((tail & 63) !== 0) store<u64>(last, load<u64>(last) & (((<u64>1) << (<u64>(tail & 63))) - 1));
  let set = FIRST;
  const first = bits + ((<usize>(low >>> 6)) << 3);
  store<u64>(first, load<u64>(first) & ((<u64>-1) << (<u64>(low & 63))));
  for (let word: usize = low >>> 6; word < words; word++) {
    store<u32>(before + (word << 2), set);
    set += <u32>popcnt<u64>(load<u64>(bits + (word << 3)));
  }
  const end = placeOf(queues, pages);
  for (let at = placeOf(queues, 0); at < end; at += 4) {
    const place = load<u32>(at);
    if (((place >>> 1) & 1) !== which) continue;
    const moment = place >>> 2;
    if (moment < low) {
      store<u32>(at, 0);
      continue;
    }
    const word = <usize>(moment >>> 6);
    const below = load<u64>(bits + (word << 3)) & (((<u64>1) << (<u64>(moment & 63))) - 1);
    const down = load<u32>(before + (word << 2)) + <u32>popcnt<u64>(below);
    store<u32>(at, (down << 2) | (place & 3));
  }
  memory.fill(bits + 8, 0xff, (<usize>((set + 63 - FIRST) >>> 6)) << 3);
  store<u32>(queue + LOW, FIRST);
  store<u32>(queue + HAND, FIRST + load<u32>(queue + GHOSTS));
  store<u32>(queue + TAIL, set);
}
