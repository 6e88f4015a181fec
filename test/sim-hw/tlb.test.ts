import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashState } from '../../sim-hw/state.ts';
import {
  createTlb,
  flush,
  holds,
  insertFirst,
  insertSecond,
  invalidate,
  KEY_BITS,
  renumberUses,
} from '../../sim-hw/tlb.ts';
import { tlbGeometries } from '../../sim-hw/tlb-geometry.ts';

const geometry = {
  name: 'small',
  summary: '',
  firstSets: 2,
  firstWays: 2,
  secondSets: 1,
  secondWays: 3,
};

function unit(page: number): number {
  return ((page << KEY_BITS) | (page + 1)) >>> 0;
}

test('each level is LRU in each set, as naive lists are, with invalidation anywhere', () => {
  const step = fc.tuple(fc.constantFrom('first', 'second', 'invalidate', 'flush'), fc.nat(9));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const tlb = createTlb(geometry, 10);
      const first: number[][] = [[], []];
      let second: number[] = [];
      steps.forEach(([what, page], now) => {
        const set = first[page % 2] as number[];
        if (what === 'first' && !set.includes(page)) {
          insertFirst(tlb, unit(page), now + 1, false);
          set.unshift(page);
          set.length = Math.min(2, set.length);
        } else if (what === 'second' && !second.includes(page)) {
          insertSecond(tlb, unit(page), now + 1);
          second = [page, ...second].slice(0, 3);
        } else if (what === 'invalidate') {
          invalidate(tlb, unit(page));
          first[page % 2] = set.filter((other) => other !== page);
          second = second.filter((other) => other !== page);
        } else if (what === 'flush' && page === 0) {
          flush(tlb);
          first.splice(0, 2, [], []);
          second = [];
        }
        for (let other = 0; other < 10; other++)
          expect(holds(tlb, unit(other))).toBe(
            second.includes(other) || (first[other % 2] as number[]).includes(other),
          );
      });
    }),
    { seed: 125, numRuns: 300 },
  );
});

test('renumbering keeps the order of use, and does nothing before it is due', () => {
  const tlb = createTlb(geometry, 10);
  insertFirst(tlb, unit(0), 5, false);
  insertFirst(tlb, unit(2), 9, false);
  const before = hashState(tlb);
  renumberUses(tlb);
  expect(hashState(tlb)).toBe(before);
  tlb.now = 0xf0000000;
  renumberUses(tlb);
  expect(tlb.now).toBeLessThan(0xf0000000);
  insertFirst(tlb, unit(4), tlb.now + 1, false);
  expect([0, 2, 4].map((page) => holds(tlb, unit(page)))).toEqual([false, true, true]);
});

test('every geometry has sets in powers of two', () => {
  for (const { name, firstSets, secondSets } of Object.values(tlbGeometries)) {
    expect(firstSets & (firstSets - 1), name).toBe(0);
    expect(secondSets & (secondSets - 1), name).toBe(0);
  }
});
