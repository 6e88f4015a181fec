/**
 * Heap: the pages of a lane, lowest rank first, of equal ones the one with the earlier time. Ranks only grow,
 * so the heap keeps those that it saw last, and looks again at the page that stands first: a hit costs
 * nothing here.
 *
 *   entry   | rank | time | base | page |     rank = key of the page - base; time: of its last use then
 *
 * The base of LFU is what had been counted before the page came. 32 bytes a page; the two entries below one
 * lie in one line of a cache.
 */

import { room } from '../memory';
import { keyOf, timeOf, useOf } from './uses';

/** Before the entries: how many there are. */
const HEADER: usize = 32;
const ENTRY_BITS: usize = 5;
const TIME: usize = 8;
const BASE: usize = 16;
const PAGE: usize = 24;

export function layOutHeap(capacity: u32): usize {
  return room(HEADER + ((<usize>capacity) << ENTRY_BITS));
}

/** Another page. */
export function enter(heap: usize, page: u32, base: f64): void {
  const use = useOf(page);
  const count = load<u32>(heap);
  store<u32>(heap, count + 1);
  rise(heap, count, keyOf(use) - base, timeOf(use), base, page);
}

/** The page of the lowest rank, which stands first then; there is one. */
export function least(heap: usize): u32 {
  while (true) {
    const first = heap + HEADER;
    const page = load<u32>(first, PAGE);
    const use = useOf(page);
    const time = timeOf(use);
    if (time === load<f64>(first, TIME)) return page;
    const base = load<f64>(first, BASE);
    sink(heap, keyOf(use) - base, time, base, page);
  }
}

/** Another page comes in the place of the first. */
export function replaceFirst(heap: usize, page: u32, base: f64): void {
  const use = useOf(page);
  sink(heap, keyOf(use) - base, timeOf(use), base, page);
}

export function dropFirst(heap: usize): void {
  const count = load<u32>(heap) - 1;
  store<u32>(heap, count);
  if (count === 0) return;
  const last = entryAt(heap, count);
  const rank = load<f64>(last);
  sink(heap, rank, load<f64>(last, TIME), load<f64>(last, BASE), load<u32>(last, PAGE));
}

/** Puts an entry in the place of the first, or below, where it belongs. */
function sink(heap: usize, rank: f64, time: f64, base: f64, page: u32): void {
  const count = load<u32>(heap);
  let hole: u32 = 0;
  for (let child: u32 = 1; child < count; child = 2 * hole + 1) {
    let below = entryAt(heap, child);
    const right = below + (1 << ENTRY_BITS);
    if (child + 1 < count && isBefore(right, load<f64>(below), load<f64>(below, TIME))) {
      below = right;
      child++;
    }
    if (!isBefore(below, rank, time)) break;
    copy(entryAt(heap, hole), below);
    hole = child;
  }
  write(entryAt(heap, hole), rank, time, base, page);
}

/** Puts an entry in a place that is free, or above, where it belongs. */
function rise(heap: usize, free: u32, rank: f64, time: f64, base: f64, page: u32): void {
  let hole = free;
  while (hole > 0) {
    const up = (hole - 1) >> 1;
    const above = entryAt(heap, up);
    if (isBefore(above, rank, time)) break;
    copy(entryAt(heap, hole), above);
    hole = up;
  }
  write(entryAt(heap, hole), rank, time, base, page);
}

function entryAt(heap: usize, index: u32): usize {
  return heap + HEADER + ((<usize>index) << ENTRY_BITS);
}

/** Whether an entry comes before one of that rank and time. */
function isBefore(entry: usize, rank: f64, time: f64): bool {
  const its = load<f64>(entry);
  return its < rank || (its === rank && load<f64>(entry, TIME) < time);
}

function copy(to: usize, from: usize): void {
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
}

function write(entry: usize, rank: f64, time: f64, base: f64, page: u32): void {
  store<f64>(entry, rank);
  store<f64>(entry, time, TIME);
  store<f64>(entry, base, BASE);
  store<u32>(entry, page, PAGE);
}
