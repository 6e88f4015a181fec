/**
 * Newcomers: pages of a lane that came with the lowest rank there is, in the order in which they came. Most leave
 * as they came, so they need no place in the heap; who was used meanwhile goes there when its turn comes.
 *
 *   entry   | base | page |      in a ring; the base is that of heap.ts
 */

import { NONE } from '../lane';
import { room } from '../memory';
import { enter } from './heap';
import { keyOf, useOf } from './uses';

const ENTRY_BITS: usize = 4;
const PAGE: usize = 8;

/** Fields of a ring. */
const ENTRIES: usize = 0;
const CAPACITY: usize = 4;
const HEAD: usize = 8;
const COUNT: usize = 12;

export function layOutNewcomers(capacity: u32): usize {
  const ring = room(16);
  store<usize>(ring, room((<usize>capacity) << ENTRY_BITS), ENTRIES);
  store<u32>(ring, capacity, CAPACITY);
  return ring;
}

/** Takes the first page that is as it came; those before it go to the heap. NONE: there is none. */
export function takeNewcomer(ring: usize, heap: usize, lowest: f64): u32 {
  const capacity = load<u32>(ring, CAPACITY);
  let count = load<u32>(ring, COUNT);
  let head = load<u32>(ring, HEAD);
  let found = NONE;
  while (found === NONE && count > 0) {
    const entry = entryAt(ring, head);
    const page = load<u32>(entry, PAGE);
    const base = load<f64>(entry);
    if (keyOf(useOf(page)) - base === lowest) found = page;
    else enter(heap, page, base);
    count--;
    if (++head === capacity) head = 0;
  }
  store<u32>(ring, head, HEAD);
  store<u32>(ring, count, COUNT);
  return found;
}

/** There is room. */
export function append(ring: usize, page: u32, base: f64): void {
  const count = load<u32>(ring, COUNT);
  const capacity = load<u32>(ring, CAPACITY);
  let place = load<u32>(ring, HEAD) + count;
  if (place >= capacity) place -= capacity;
  const entry = entryAt(ring, place);
  store<f64>(entry, base);
  store<u32>(entry, page, PAGE);
  store<u32>(ring, count + 1, COUNT);
}

function entryAt(ring: usize, place: u32): usize {
  return load<usize>(ring, ENTRIES) + ((<usize>place) << ENTRY_BITS);
}
