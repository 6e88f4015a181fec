/**
 * Arrivals: the pages of a lane in slots, in the order in which they came, and the set of those slots whose
 * pages are marked. Who leaves makes a hole; holes are closed when the slots have come to an end.
 *
 *   | page | hole | page | page | hole | page |       |
 *                                              ^ tail
 */

import { NONE } from '../lane';
import { room } from '../memory';
import { keyOf, NEVER, setKey } from './keys';
import { setSlot } from './pages';
import { add, drop, isIn, layOutSet, SET_RECORD } from './slot-set';

const SLOTS: usize = 0;
const CAPACITY: usize = 4;
const TAIL: usize = 8;
const HEAD: usize = 12;
const MARKED: usize = 16;
export const ARRIVALS_RECORD: usize = MARKED + SET_RECORD;

/** So that few slots are not closed up at each fault. */
const SLACK: u32 = 256;

/** Slots for at most `most` pages at a time. */
export function slotsFor(most: u32): u32 {
  return 3 * most + SLACK;
}

export function layOutArrivals(arrivals: usize, most: u32): void {
  const capacity = slotsFor(most);
  store<usize>(arrivals + SLOTS, room((<usize>capacity) << 2));
  store<u32>(arrivals + CAPACITY, capacity);
  layOutSet(markedOf(arrivals), capacity);
}

export function markedOf(arrivals: usize): usize {
  return arrivals + MARKED;
}

export function tailOf(arrivals: usize): u32 {
  return load<u32>(arrivals + TAIL);
}

/** No page stands before this slot. */
export function headOf(arrivals: usize): u32 {
  return load<u32>(arrivals + HEAD);
}

export function setHead(arrivals: usize, slot: u32): void {
  store<u32>(arrivals + HEAD, slot);
}

/** NONE: a hole. */
export function pageIn(arrivals: usize, slot: u32): u32 {
  return load<u32>(load<usize>(arrivals + SLOTS) + ((<usize>slot) << 2));
}

/** The slot of the page that came first; there is one. */
export function oldestSlot(arrivals: usize): u32 {
  let head = load<u32>(arrivals + HEAD);
  while (pageIn(arrivals, head) === NONE) head++;
  store<u32>(arrivals + HEAD, head);
  return head;
}

/** Puts `page` into the last slot, which there is, and tells which it is. */
export function arrive(arrivals: usize, lane: u32, page: u32): u32 {
  const slot = load<u32>(arrivals + TAIL);
  store<u32>(arrivals + TAIL, slot + 1);
  put(arrivals, lane, page, slot);
  return slot;
}

/** Makes a hole. */
export function vacate(arrivals: usize, slot: u32): void {
  store<u32>(load<usize>(arrivals + SLOTS) + ((<usize>slot) << 2), NONE);
  if (isIn(markedOf(arrivals), slot)) drop(markedOf(arrivals), slot);
}

/** Sees to it that `more` pages may arrive. `keys`: of the slots, which move along; 0: they have none. */
export function makeRoom(arrivals: usize, lane: u32, more: u32, keys: usize): void {
  const tail = tailOf(arrivals);
  if (tail + more <= load<u32>(arrivals + CAPACITY)) return;
  const marked = markedOf(arrivals);
  let to: u32 = 0;
  for (let at = load<u32>(arrivals + HEAD); at < tail; at++) {
    const page = pageIn(arrivals, at);
    if (page === NONE) continue;
    if (to !== at) {
      put(arrivals, lane, page, to);
      if (isIn(marked, at)) {
        drop(marked, at);
        add(marked, to);
      }
      if (keys !== 0) {
        setKey(keys, to, keyOf(keys, at));
        setKey(keys, at, NEVER);
      }
    }
    to++;
  }
  store<u32>(arrivals + HEAD, 0);
  store<u32>(arrivals + TAIL, to);
}

function put(arrivals: usize, lane: u32, page: u32, slot: u32): void {
  store<u32>(load<usize>(arrivals + SLOTS) + ((<usize>slot) << 2), page);
  setSlot(page, lane, slot);
}
