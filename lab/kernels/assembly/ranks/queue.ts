/**
 * Queue of pages, each with a mark, in a ring. Who has another mark by the time that its turn comes, in the marks
 * that the queue is given, has left it: nobody is taken out of the middle.
 *
 *   entry   | mark | page |
 */

import { NONE } from '../lane';
import { room } from '../memory';

const ENTRY_BITS: usize = 4;
const PAGE: usize = 8;

/** Fields of a queue. */
const ENTRIES: usize = 0;
const CAPACITY: usize = 4;
const HEAD: usize = 8;
const COUNT: usize = 12;
const MARKS: usize = 16;
const QUEUE_RECORD: usize = 32;

/** Room for pages that have left, beyond a quarter. */
const SLACK: u32 = 64;

/** For `most` pages at a time. `marks`: a double a page; 0: nobody leaves but the first. */
export function layOutQueue(most: u32, marks: usize): usize {
  const queue = room(QUEUE_RECORD);
  const capacity = withSlack(most, marks);
  store<usize>(queue, room((<usize>capacity) << ENTRY_BITS), ENTRIES);
  store<u32>(queue, capacity, CAPACITY);
  store<usize>(queue, marks, MARKS);
  return queue;
}

/** Room for so many, and for those that have left and are still written down. */
export function withSlack(most: u32, marks: usize): u32 {
  return marks === 0 ? most : most + (most >> 2) + SLACK;
}

/** Whether a page still has the mark that it was written down with. */
export function isMarked(marks: usize, page: u32, mark: f64): bool {
  return marks === 0 || load<f64>(marks + ((<usize>page) << 3)) === mark;
}

/** The page that came first; NONE: there is none. */
export function firstOf(queue: usize): u32 {
  const marks = load<usize>(queue, MARKS);
  while (load<u32>(queue, COUNT) !== 0) {
    const entry = entryAt(queue, load<u32>(queue, HEAD));
    const page = load<u32>(entry, PAGE);
    if (isMarked(marks, page, load<f64>(entry))) return page;
    dropFirst(queue);
  }
  return NONE;
}

/** Its mark. */
export function markOfFirst(queue: usize): f64 {
  return load<f64>(entryAt(queue, load<u32>(queue, HEAD)));
}

export function dropFirst(queue: usize): void {
  const next = load<u32>(queue, HEAD) + 1;
  store<u32>(queue, next === load<u32>(queue, CAPACITY) ? 0 : next, HEAD);
  store<u32>(queue, load<u32>(queue, COUNT) - 1, COUNT);
}

/** `page` is the last one. */
export function append(queue: usize, page: u32, mark: f64): void {
  if (load<u32>(queue, COUNT) === load<u32>(queue, CAPACITY)) closeUp(queue);
  const count = load<u32>(queue, COUNT);
  const entry = entryAt(queue, behind(queue, count));
  store<f64>(entry, mark);
  store<u32>(entry, page, PAGE);
  store<u32>(queue, count + 1, COUNT);
}

/** Crosses out who has left. */
function closeUp(queue: usize): void {
  const marks = load<usize>(queue, MARKS);
  const count = load<u32>(queue, COUNT);
  let kept: u32 = 0;
  for (let index: u32 = 0; index < count; index++) {
    const entry = entryAt(queue, behind(queue, index));
    if (!isMarked(marks, load<u32>(entry, PAGE), load<f64>(entry))) continue;
    v128.store(entryAt(queue, behind(queue, kept)), v128.load(entry));
    kept++;
  }
  store<u32>(queue, kept, COUNT);
}

/** Place of the entry that stands so far behind the first. */
function behind(queue: usize, index: u32): u32 {
  const place = load<u32>(queue, HEAD) + index;
  const capacity = load<u32>(queue, CAPACITY);
  return place >= capacity ? place - capacity : place;
}

function entryAt(queue: usize, place: u32): usize {
  return load<usize>(queue, ENTRIES) + ((<usize>place) << ENTRY_BITS);
}
