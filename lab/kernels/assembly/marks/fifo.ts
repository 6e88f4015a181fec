/** Queue in a ring of fixed room: first in, first out. Its record: ring, capacity, head, count. */

import { room } from '../memory';

const RING: usize = 0;
const CAPACITY: usize = 4;
const HEAD: usize = 8;
const COUNT: usize = 12;
export const FIFO_RECORD: usize = 16;

export function layOutFifo(fifo: usize, capacity: u32): void {
  store<usize>(fifo + RING, room((<usize>capacity) << 2));
  store<u32>(fifo + CAPACITY, capacity);
}

export function countOf(fifo: usize): u32 {
  return load<u32>(fifo + COUNT);
}

/** There is one. */
export function takeOldest(fifo: usize): u32 {
  const head = load<u32>(fifo + HEAD);
  const next = head + 1;
  store<u32>(fifo + HEAD, next === load<u32>(fifo + CAPACITY) ? 0 : next);
  store<u32>(fifo + COUNT, load<u32>(fifo + COUNT) - 1);
  return load<u32>(load<usize>(fifo + RING) + ((<usize>head) << 2));
}

/** There is room. */
export function append(fifo: usize, page: u32): void {
  const count = load<u32>(fifo + COUNT);
  const capacity = load<u32>(fifo + CAPACITY);
  let tail = load<u32>(fifo + HEAD) + count;
  if (tail >= capacity) tail -= capacity;
  store<u32>(load<usize>(fifo + RING) + ((<usize>tail) << 2), page);
  store<u32>(fifo + COUNT, count + 1);
}
