/**
 * Heap: the pages of a lane, lowest rank first, of equal ones the one with the earlier time. Ranks only grow,
 * so the heap keeps those that it saw last, and looks again at the page that stands first: a hit costs
 * nothing here. Pages have marks as in a queue (queue.ts): who has another one has left, and goes when it stands first.
 *
 *   entry   | rank | time | base | page |     rank = key of the page - base; time: of its last use then
 *
 * The base, which is the mark as well, is what of the key does not count: in LFU the uses before the page came.
 * 32 bytes a page.
 */

import { NONE } from '../lane';
import { room } from '../memory';
import { isMarked, withSlack } from './queue';
import { keyOf, timeOf, useOf } from './uses';

/** Before the entries: how many there are, how many there is room for, and the marks. */
const HEADER: usize = 32;
const CAPACITY: usize = 4;
const MARKS: usize = 8;
const ENTRY_BITS: usize = 5;
const TIME: usize = 8;
const BASE: usize = 16;
const PAGE: usize = 24;

/** For `most` pages at a time; `marks` as queue.ts has them. */
export function layOutHeap(most: u32, marks: usize): usize {
  const capacity = withSlack(most, marks);
  const heap = room(HEADER + ((<usize>capacity) << ENTRY_BITS));
  store<u32>(heap, capacity, CAPACITY);
  store<usize>(heap, marks, MARKS);
  return heap;
}

/** Another page. */
export function enter(heap: usize, page: u32, base: f64): void {
  if (load<u32>(heap) === load<u32>(heap, CAPACITY)) closeUp(heap);
  const use = useOf(page);
  const count = load<u32>(heap);
  store<u32>(heap, count + 1);
  rise(heap, count, keyOf(use) - base, timeOf(use), base, page);
}

/** The page of the lowest rank, which stands first then; NONE: there is none. */
export function least(heap: usize): u32 {
  const first = heap + HEADER;
  const marks = load<usize>(heap, MARKS);
  while (load<u32>(heap) !== 0) {
    const page = load<u32>(first, PAGE);
    const base = load<f64>(first, BASE);
    const use = useOf(page);
    const time = timeOf(use);
    if (!isMarked(marks, page, base)) dropFirst(heap);
    else if (time === load<f64>(first, TIME)) return page;
    else sink(heap, 0, keyOf(use) - base, time, base, page);
  }
  return NONE;
}

/** Another page comes in the place of the first. */
export function replaceFirst(heap: usize, page: u32, base: f64): void {
  const use = useOf(page);
  sink(heap, 0, keyOf(use) - base, timeOf(use), base, page);
}

export function dropFirst(heap: usize): void {
  const count = load<u32>(heap) - 1;
  store<u32>(heap, count);
  if (count !== 0) settle(heap, 0, entryAt(heap, count));
}

/** Crosses out who has left, and puts the others into order again. */
function closeUp(heap: usize): void {
  const marks = load<usize>(heap, MARKS);
  const count = load<u32>(heap);
  let kept: u32 = 0;
  for (let index: u32 = 0; index < count; index++) {
    const entry = entryAt(heap, index);
    if (!isMarked(marks, load<u32>(entry, PAGE), load<f64>(entry, BASE))) continue;
    copy(entryAt(heap, kept), entry);
    kept++;
  }
  store<u32>(heap, kept);
  for (let index = kept >> 1; index > 0; index--) settle(heap, index - 1, entryAt(heap, index - 1));
}

/** Puts what stands at `entry` into the place `hole`, or below, where it belongs. */
function settle(heap: usize, hole: u32, entry: usize): void {
  const base = load<f64>(entry, BASE);
  sink(heap, hole, load<f64>(entry), load<f64>(entry, TIME), base, load<u32>(entry, PAGE));
}

/** Puts an entry into the place `from`, or below, where it belongs. */
function sink(heap: usize, from: u32, rank: f64, time: f64, base: f64, page: u32): void {
  const count = load<u32>(heap);
  let hole = from;
  for (let child: u32 = 2 * from + 1; child < count; child = 2 * hole + 1) {
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
