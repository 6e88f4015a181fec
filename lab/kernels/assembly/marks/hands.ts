/**
 * Hands: the clock of CLOCK-Pro as a queue, since pages come to it behind the hand of hot pages only. The first
 * entry is that under this hand, and who is passed by it goes to the end.
 *
 *   QUEUE   [   | page | hole | page | hole | page ... page |   ]
 *                ^HOT_HAND      ^COLD_HAND    ^TEST_HAND     ^TAIL
 *
 *   entry   | page (24) | 0 (5) | hot (1) | in test (1) | resident (1) |    none of the three: a hole
 *
 * Who leaves the clock makes a hole, and holes are closed when the queue has come to the end of its room. A page
 * that has left knows its place; any other one is met by the hands alone.
 */

import { framesOf, pages } from '../lane';
import { room } from '../memory';
import { OWN_AFTER_NEWEST } from './newest';

const QUEUE: usize = OWN_AFTER_NEWEST;
const CAPACITY: usize = OWN_AFTER_NEWEST + 4;
const TAIL: usize = OWN_AFTER_NEWEST + 8;
/** The hand of hot pages is on the first entry that is no hole; the others on such a one, too. */
const HOT_HAND: usize = OWN_AFTER_NEWEST + 12;
const COLD_HAND: usize = OWN_AFTER_NEWEST + 16;
const TEST_HAND: usize = OWN_AFTER_NEWEST + 20;
const ENTRIES: usize = OWN_AFTER_NEWEST + 24;
const PLACES: usize = OWN_AFTER_NEWEST + 28;
/** Fields of the rule are numbered from here. */
export const OWN_AFTER_HANDS: usize = OWN_AFTER_NEWEST + 32;

/** Of an entry. */
export const RESIDENT: u32 = 1;
export const IN_TEST: u32 = 2;
export const HOT: u32 = 4;
export const MARKS: u32 = 7;
export const PAGE_SHIFT: u32 = 8;

const SLACK: u32 = 256;

export function layOutHands(record: usize): void {
  // Of pages that have left, one more than there are frames until the oldest is off the clock.
  const most = <u32>min<u64>(2 * <u64>framesOf(record) + 1, <u64>pages);
  const capacity = 2 * most + SLACK;
  store<usize>(record + QUEUE, room((<usize>capacity) << 2));
  store<u32>(record + CAPACITY, capacity);
  store<usize>(record + PLACES, room((<usize>pages) << 2));
}

export function entryAt(record: usize, at: u32): usize {
  return load<usize>(record + QUEUE) + ((<usize>at) << 2);
}

/** Where the hand of hot pages stands, with room at the end for whom it passes. */
export function placeOfHot(record: usize): u32 {
  if (load<u32>(record + TAIL) === load<u32>(record + CAPACITY)) closeHoles(record);
  return load<u32>(record + HOT_HAND);
}

/** Moves the hand of cold pages to one that has a frame, which there is. */
export function nextCold(record: usize): u32 {
  let at = load<u32>(record + COLD_HAND);
  const tail = load<u32>(record + TAIL);
  while ((load<u32>(entryAt(record, at)) & (RESIDENT | HOT)) !== RESIDENT)
    if (++at === tail) at = load<u32>(record + HOT_HAND);
  store<u32>(record + COLD_HAND, at);
  return at;
}

/** Where the hand of tests stands; it goes on. */
export function passTest(record: usize): u32 {
  const at = load<u32>(record + TEST_HAND);
  store<u32>(record + TEST_HAND, following(record, at));
  return at;
}

/** The cold page under its hand has lost its frame and stays. */
export function leaveFrame(record: usize, at: u32, page: u32): void {
  store<u32>(entryAt(record, at), (page << PAGE_SHIFT) | IN_TEST);
  store<u32>(load<usize>(record + PLACES) + ((<usize>page) << 2), at);
  store<u32>(record + COLD_HAND, following(record, at));
}

/** Where a page that has left stands. */
export function placeOf(record: usize, page: u32): u32 {
  return load<u32>(load<usize>(record + PLACES) + ((<usize>page) << 2));
}

/** The place behind this one, round the clock. */
function following(record: usize, at: u32): u32 {
  const tail = load<u32>(record + TAIL);
  for (let next = at + 1; next < tail; next++)
    if ((load<u32>(entryAt(record, next)) & MARKS) !== 0) return next;
  return load<u32>(record + HOT_HAND);
}

/** Hands that stand there go elsewhere. */
function moveHands(record: usize, from: u32, to: u32): void {
  if (load<u32>(record + COLD_HAND) === from) store<u32>(record + COLD_HAND, to);
  if (load<u32>(record + TEST_HAND) === from) store<u32>(record + TEST_HAND, to);
}

export function putAtHead(record: usize, page: u32, marks: u32): void {
  if (load<u32>(record + TAIL) === load<u32>(record + CAPACITY)) closeHoles(record);
  const tail = load<u32>(record + TAIL);
  store<u32>(entryAt(record, tail), (page << PAGE_SHIFT) | marks);
  store<u32>(record + TAIL, tail + 1);
  addTo(record + ENTRIES, 1);
  if (load<u32>(record + ENTRIES) > 1) return;
  store<u32>(record + HOT_HAND, tail);
  store<u32>(record + COLD_HAND, tail);
  store<u32>(record + TEST_HAND, tail);
}

/** Takes what stands there off the clock; hands that stand there go on. */
export function takeOff(record: usize, at: u32): void {
  store<u32>(entryAt(record, at), 0);
  addTo(record + ENTRIES, -1);
  if (load<u32>(record + ENTRIES) === 0) return;
  const next = following(record, at);
  if (load<u32>(record + HOT_HAND) === at) store<u32>(record + HOT_HAND, next);
  moveHands(record, at, next);
}

/** The page under the hand of hot pages is passed. There is room at the end. */
export function moveToTail(record: usize, at: u32, entry: u32): void {
  const tail = load<u32>(record + TAIL);
  store<u32>(entryAt(record, tail), entry);
  store<u32>(record + TAIL, tail + 1);
  store<u32>(entryAt(record, at), 0);
  store<u32>(record + HOT_HAND, following(record, at));
  moveHands(record, at, tail);
}

/** Entries move down to where holes were. */
function closeHoles(record: usize): void {
  const tail = load<u32>(record + TAIL);
  const places = load<usize>(record + PLACES);
  let to: u32 = 0;
  for (let at = load<u32>(record + HOT_HAND); at < tail; at++) {
    const entry = load<u32>(entryAt(record, at));
    if ((entry & MARKS) === 0) continue;
    store<u32>(entryAt(record, to), entry);
    moveHands(record, at, to);
    if ((entry & RESIDENT) === 0) store<u32>(places + ((<usize>(entry >>> PAGE_SHIFT)) << 2), to);
    to++;
  }
  store<u32>(record + HOT_HAND, 0);
  store<u32>(record + TAIL, to);
}

/** Adds to a field of a record. */
export function addTo(field: usize, change: u32): void {
  store<u32>(field, load<u32>(field) + change);
}
