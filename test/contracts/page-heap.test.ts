/** A heap of pages against an array that is sorted anew. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  checkHeap,
  createHeap,
  leastEvictable,
  place,
  reorder,
  takeOut,
} from '../../contracts/page-heap.ts';
import type { PolicyView } from '../../contracts/policy.ts';

const PAGES = 20;
const EVER = Number.POSITIVE_INFINITY;

test('[POL15] the least page that can leave is the one an array finds, whatever is done', () => {
  const step = fc.record({
    what: fc.constantFrom('place', 'place', 'takeOut', 'halve', 'pin'),
    page: fc.nat(PAGES - 1),
    key: fc.nat(9),
    before: fc.nat(70),
  });
  const property = fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
    const heap = createHeap(PAGES);
    const held = new Map<number, { page: number; key: number; time: number }>();
    const pinned = new Set<number>();
    const view = { evictable: (page: number) => !pinned.has(page) } as PolicyView;
    steps.forEach(({ what, page, key, before }, time) => {
      if (what === 'place') {
        place(heap, page, key, time);
        held.set(page, { page, key, time });
      } else if (what === 'takeOut') {
        takeOut(heap, page);
        held.delete(page);
      } else if (what === 'pin') {
        if (!pinned.delete(page)) pinned.add(page);
      } else {
        for (let each = 0; each < PAGES; each++) heap.key[each] = Math.floor(heap.key[each] / 2);
        reorder(heap);
        for (const entry of held.values()) entry.key = Math.floor(entry.key / 2);
      }
      expect(checkHeap(heap)).toBeUndefined();
      const order = [...held.values()]
        .filter((entry) => !pinned.has(entry.page))
        .toSorted((one, other) => one.key - other.key || one.time - other.time);
      expect(leastEvictable(heap, view, EVER)).toBe(order[0]?.page ?? -1);
      const old = order.find((entry) => entry.time < before);
      expect(leastEvictable(heap, view, before)).toBe(old?.page ?? -1);
    });
  });
  fc.assert(property, { seed: 20_260_601, numRuns: 300 });
});

test('[POL15] a heap that is out of order is reported', () => {
  const heap = createHeap(4);
  place(heap, 0, 1, 1);
  place(heap, 1, 2, 2);
  expect(checkHeap(heap)).toBeUndefined();
  heap.key[0] = 3;
  expect(checkHeap(heap)).toMatch(/before the one above/);
  heap.count = 1;
  expect(checkHeap(heap)).toMatch(/counts 1 pages, 2 have a slot/);
});
