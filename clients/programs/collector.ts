/**
 * Collector: a heap kept by a copying collector of two generations (Appel 1989; SML/NJ, whose heap
 * Subramanian made discardable in 1991). The heap is two spaces; one is in use.
 *
 *   in use   | live | nursery -> garbage, survivors | nursery -> garbage, survivors | ... full
 *   other      <- what lives is copied there; then the first one is garbage, all of it
 *
 *   minor collection   of each nursery, once it is full: `survive` of its pages are copied behind it
 *   collection         when the space is full: `live` of its pages' number are copied to the other
 *
 * Between allocations it reads pages that live, at random. The heap grows from `first` of its size
 * to all of it over the run. It says what is garbage, and what it will use again; `flush`: at a
 * collection what is garbage may go at once.
 */

import { nextBelow, type RandomState } from '../../sim-hw/random.ts';
import {
  GARBAGE,
  GARBAGE_NOW,
  READ,
  type ReferenceString,
  WANTED,
  WRITE,
} from '../../sim-hw/references.ts';
import { createScript, type Script, say, stop, touch, written } from './script.ts';

export interface CollectorWork {
  /** Pages of one space when the heap is largest. */
  readonly pages: number;
  readonly collections: number;
  /** Share of `pages` that a space has at first. */
  readonly first: number;
  readonly nursery: number;
  readonly survive: number;
  readonly live: number;
  /** Pages read for each page allocated. */
  readonly reads: number;
  /** Computing for each page allocated. */
  readonly workNs: number;
  readonly flush: boolean;
}

interface Heap {
  readonly script: Script;
  readonly work: CollectorWork;
  readonly random: RandomState;
  /** First page of the space in use, and how many are. */
  base: number;
  top: number;
  /** Pages that live. */
  old: number[];
}

export function collector(work: CollectorWork, random: RandomState): ReferenceString {
  const { pages, collections, first, nursery, survive } = work;
  const heap: Heap = { script: createScript(), work, random, base: 0, top: 0, old: [] };
  const step = nursery + Math.ceil(nursery * survive);
  for (let at = 1; at <= collections; at++) {
    const grown = collections === 1 ? 1 : (at - 1) / (collections - 1);
    const size = Math.floor(pages * (first + (1 - first) * grown));
    while (heap.top + step <= size) fillNursery(heap);
    collect(heap, size);
  }
  return written(heap.script);
}

/** Allocates a nursery, then copies what survives behind it. */
function fillNursery(heap: Heap): void {
  const { script, work, random, base, old } = heap;
  const from = base + heap.top;
  const to = from + work.nursery;
  say(script, WANTED, from, to);
  for (let page = from; page < to; page++) {
    touch(script, page, WRITE);
    for (let read = 0; read < work.reads && old.length > 0; read++)
      touch(script, old[nextBelow(random, old.length)], READ);
    stop(script, 0, work.workNs);
  }
  const survivors = Math.ceil(work.nursery * work.survive);
  say(script, WANTED, to, to + survivors);
  for (let at = 0; at < survivors; at++) {
    touch(script, from + Math.floor((at * work.nursery) / survivors), READ);
    touch(script, to + at, WRITE);
    old.push(to + at);
  }
  say(script, GARBAGE, from, to);
  heap.top += work.nursery + survivors;
}

/** Copies what lives to the other space: the youngest pages, as many as live. */
function collect(heap: Heap, size: number): void {
  const { script, work, base, old } = heap;
  const other = base === 0 ? work.pages : 0;
  const kept = old.slice(Math.max(0, old.length - Math.ceil(size * work.live)));
  say(script, WANTED, other, other + kept.length);
  for (const [at, page] of kept.entries()) {
    touch(script, page, READ);
    touch(script, other + at, WRITE);
  }
  say(script, work.flush ? GARBAGE_NOW : GARBAGE, base, base + work.pages);
  heap.base = other;
  heap.top = kept.length;
  heap.old = kept.map((_, at) => other + at);
}
