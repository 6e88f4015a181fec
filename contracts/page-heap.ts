/**
 * Pages by a key, least first; of equal keys the one with the earlier time. A binary heap in arrays by
 * page: entering, leaving and a new key cost the logarithm of the pages in it. 24 bytes a page.
 */

import type { PolicyView } from './policy.ts';

export interface PageHeap {
  /** By slot: the pages; none comes before the one above it. NONE beyond `count`. */
  readonly pageAt: Int32Array;
  /** By page: its slot. NONE: not in the heap. */
  readonly slotOf: Int32Array;
  /** By page; both are kept when it leaves. */
  readonly key: Float64Array;
  readonly time: Float64Array;
  count: number;
}

const NONE = -1;

export function createHeap(pages: number): PageHeap {
  return {
    pageAt: new Int32Array(pages).fill(NONE),
    slotOf: new Int32Array(pages).fill(NONE),
    key: new Float64Array(pages),
    time: new Float64Array(pages),
    count: 0,
  };
}

/** Gives `page` a key and a time; it enters the heap if it is not in it. */
export function place(heap: PageHeap, page: number, key: number, time: number): void {
  heap.key[page] = key;
  heap.time[page] = time;
  let slot = heap.slotOf[page] as number;
  if (slot === NONE) slot = heap.count++;
  settle(heap, page, slot);
}

/** Takes `page` out, if it is in it. */
export function takeOut(heap: PageHeap, page: number): void {
  const { pageAt, slotOf } = heap;
  const slot = slotOf[page] as number;
  if (slot === NONE) return;
  slotOf[page] = NONE;
  const last = pageAt[--heap.count] as number;
  pageAt[heap.count] = NONE;
  if (last !== page) settle(heap, last, slot);
}

/** Puts all into order again after keys were changed in place. */
export function reorder(heap: PageHeap): void {
  for (let slot = (heap.count >> 1) - 1; slot >= 0; slot--)
    sink(heap, heap.pageAt[slot] as number, slot);
}

/** The first page that can leave, of those with a time before `before`; NONE: there is none. */
export function leastEvictable(heap: PageHeap, view: PolicyView, before: number): number {
  return leastBelow(heap, view, before, 0, NONE);
}

/** The same of what stands at `slot` and below, and of `best`, found before. */
function leastBelow(
  heap: PageHeap,
  view: PolicyView,
  before: number,
  slot: number,
  best: number,
): number {
  if (slot >= heap.count) return best;
  const page = heap.pageAt[slot] as number;
  // Nothing below it comes before it.
  if (best !== NONE && !isBefore(heap, page, best)) return best;
  if ((heap.time[page] as number) < before && view.evictable(page)) return page;
  const left = leastBelow(heap, view, before, 2 * slot + 1, best);
  return leastBelow(heap, view, before, 2 * slot + 2, left);
}

function isBefore({ key, time }: PageHeap, one: number, other: number): boolean {
  const mine = key[one] as number;
  const its = key[other] as number;
  return mine < its || (mine === its && (time[one] as number) < (time[other] as number));
}

/** Puts `page` into `slot`, or above or below it where it belongs. */
function settle(heap: PageHeap, page: number, slot: number): void {
  const { pageAt, slotOf } = heap;
  let hole = slot;
  while (hole > 0) {
    const above = pageAt[(hole - 1) >> 1] as number;
    if (!isBefore(heap, page, above)) break;
    pageAt[hole] = above;
    slotOf[above] = hole;
    hole = (hole - 1) >> 1;
  }
  sink(heap, page, hole);
}

function sink(heap: PageHeap, page: number, slot: number): void {
  const { pageAt, slotOf, count } = heap;
  let hole = slot;
  for (let child = 2 * hole + 1; child < count; child = 2 * hole + 1) {
    const right = child + 1;
    if (right < count && isBefore(heap, pageAt[right] as number, pageAt[child] as number))
      child = right;
    const below = pageAt[child] as number;
    if (!isBefore(heap, below, page)) break;
    pageAt[hole] = below;
    slotOf[below] = hole;
    hole = child;
  }
  pageAt[hole] = page;
  slotOf[page] = hole;
}

/** Looks at each slot again; what is wrong, or undefined. */
export function checkHeap(heap: PageHeap): string | undefined {
  const { pageAt, slotOf, count } = heap;
  const held = slotOf.reduce((sum, slot) => sum + (slot === NONE ? 0 : 1), 0);
  if (held !== count) return `the heap counts ${count} pages, ${held} have a slot`;
  for (let slot = 0; slot < count; slot++) {
    const page = pageAt[slot] as number;
    if (slotOf[page] !== slot) return `slot ${slot} and its page disagree`;
    if (slot > 0 && isBefore(heap, page, pageAt[(slot - 1) >> 1] as number))
      return `slot ${slot} comes before the one above it`;
  }
  return undefined;
}
