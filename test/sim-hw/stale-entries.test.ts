import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createStaleEntries,
  dropAllStale,
  dropStale,
  hitsStale,
  makeStale,
  makeValid,
} from '../../sim-hw/stale-entries.ts';
import { createTlb, holds, insertFirst, insertSecond, KEY_BITS } from '../../sim-hw/tlb.ts';

const PAGES = 8;
const geometry = {
  name: 'small',
  summary: '',
  firstSets: 1,
  firstWays: 3,
  secondSets: 1,
  secondWays: 5,
};

function unit(page: number): number {
  return ((page << KEY_BITS) | (page + 1)) >>> 0;
}

/** LRU lists of two levels, and which of their pages are stale: looked through one by one. */
class Naive {
  first: number[] = [];
  second: number[] = [];
  readonly stale = new Set<number>();

  touch(page: number): 'stale' | 'held' | 'filled' {
    const isHeld = this.first.includes(page) || this.second.includes(page);
    if (this.stale.has(page) && isHeld) {
      if (this.first.includes(page)) this.first = [page, ...this.first.filter((p) => p !== page)];
      return 'stale';
    }
    this.stale.delete(page);
    if (this.first.includes(page)) {
      this.first = [page, ...this.first.filter((p) => p !== page)];
      return 'held';
    }
    if (this.second.includes(page)) this.second = [page, ...this.second.filter((p) => p !== page)];
    else this.second = [page, ...this.second].slice(0, geometry.secondWays);
    this.first = [page, ...this.first].slice(0, geometry.firstWays);
    return 'filled';
  }

  drop(page: number): void {
    this.first = this.first.filter((one) => one !== page);
    this.second = this.second.filter((one) => one !== page);
    this.stale.delete(page);
  }
}

test('a stale entry serves until it is replaced or dropped, as in naive lists', () => {
  const what = fc.constantFrom('touch', 'touch', 'touch', 'stale', 'drop', 'tick');
  fc.assert(
    fc.property(fc.array(fc.tuple(what, fc.nat(PAGES - 1)), { maxLength: 120 }), (steps) => {
      const tlb = createTlb(geometry, PAGES);
      const stale = createStaleEntries();
      const naive = new Naive();
      for (const [deed, page] of steps) {
        const key = page + 1;
        tlb.now++;
        if (deed === 'touch') {
          const expected = naive.touch(page);
          const place = tlb.firstPlace[4 * key] as number;
          if (place !== 0) {
            tlb.firstUse[place] = tlb.now;
            expect(expected).toBe('held');
          } else if (hitsStale(stale, tlb, key)) expect(expected).toBe('stale');
          else {
            expect(expected).toBe('filled');
            const second = tlb.secondPlace[key] as number;
            if (second !== 0) tlb.secondUse[second] = tlb.now;
            else insertSecond(tlb, unit(page), tlb.now);
            insertFirst(tlb, unit(page), tlb.now, false);
          }
        } else if (deed === 'stale') {
          if (naive.stale.has(page) && !holds(tlb, unit(page))) continue;
          const isHeld = naive.first.includes(page) || naive.second.includes(page);
          expect(makeStale(stale, tlb, unit(page), 0, false, 0)).toBe(isHeld);
          if (isHeld) naive.stale.add(page);
        } else if (deed === 'drop') {
          if (!naive.stale.has(page)) continue;
          dropStale(stale, tlb, key);
          naive.drop(page);
        } else {
          for (const one of naive.stale) naive.drop(one);
          dropAllStale(stale, tlb);
          expect(stale.keys).toEqual([]);
        }
      }
    }),
    { numRuns: 300, seed: 5 },
  );
});

test('a right that is raised again makes the entry as good as any, but for its first write', () => {
  const tlb = createTlb(geometry, PAGES);
  const stale = createStaleEntries();
  insertSecond(tlb, unit(2), 1);
  insertFirst(tlb, unit(2), 1, true);
  expect([...tlb.firstPlace.subarray(12, 15)]).toEqual([1, 1, 1]);
  expect(makeStale(stale, tlb, unit(2), 7, true, 50)).toBe(true);
  expect(holds(tlb, unit(2))).toBe(false);
  expect(stale).toMatchObject({ keys: [3], frames: [7], dirty: [1], sinceNs: [50] });
  makeValid(stale, tlb, 3);
  expect([...tlb.firstPlace.subarray(12, 15)]).toEqual([1, 0, 1]);
  expect(stale.keys).toEqual([]);
});

test('what no level holds does not go stale', () => {
  const tlb = createTlb(geometry, PAGES);
  const stale = createStaleEntries();
  expect(makeStale(stale, tlb, unit(4), 0, true, 0)).toBe(false);
  expect(dropStale(stale, tlb, 5)).toBe(false);
});
