/** The multi-gen LRU against arrays, its controller, its limits and times. */

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CentralManagement } from '../../../contracts/central-management.ts';
import type { TaskState } from '../../../nucleus/tasks.ts';
import type { MglruState } from '../../../servers/central/linux/generations.ts';
import mglru from '../../../servers/central/linux/mglru.ts';
import {
  carryOver,
  createTiers,
  evictableTier,
  tierOf,
} from '../../../servers/central/linux/tiers.ts';
import { task } from '../../support/cells.ts';
import { central, steps } from '../../support/managements.ts';
import { loop, toReferenceString, traceL } from '../../support/reference-strings.ts';
import { scene } from '../../support/scenes.ts';

const management = mglru as CentralManagement;
/** Refaults that no tier ever reaches: none is protected. */
const UNPROTECTED = { batch: 1e9 };

/** Generations of one group as arrays, nothing protected. Returns what left at each touch. */
function naive(trace: readonly number[], frames: number): number[] {
  let generations: number[][] = [[], []];
  const referenced = new Set<number>();
  const age = () => {
    const young: number[] = [];
    generations = generations.map((pages, at) => {
      const isLast = at === generations.length - 1;
      return pages.filter((page) => isLast || !referenced.has(page));
    });
    const kept = new Set(generations.flat());
    for (const pages of before.toReversed()) young.push(...pages.filter((page) => !kept.has(page)));
    generations.at(-1)?.push(...young);
    referenced.clear();
    generations.push([]);
  };
  let before: number[][] = [];
  const evict = () => {
    for (;;) {
      if (generations.length < 3) {
        before = generations.map((pages) => [...pages]);
        age();
      }
      const page = generations[0]?.shift();
      if (page === undefined) generations.shift();
      else if (referenced.delete(page)) generations.at(-1)?.push(page);
      else return page;
    }
  };
  return trace.map((page) => {
    let left = -1;
    if (!generations.some((pages) => pages.includes(page))) {
      if (generations.flat().length === frames) left = evict();
      generations.at(-1)?.push(page);
    }
    referenced.add(page);
    return left;
  });
}

test('what leaves is what leaves generations that are arrays [CENT8]', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 19 }), { minLength: 50, maxLength: 400 }),
      fc.integer({ min: 2, max: 16 }),
      (trace, frames) => {
        const { touch, state } = scene(management, frames, 20, [{}], UNPROTECTED);
        expect(trace.map((page) => touch(page))).toEqual(naive(trace, frames));
        expect(management.check?.(state)).toBeUndefined();
      },
    ),
    { numRuns: 200, seed: 9 },
  );
});

test('a page is in the tier of the logarithm of its uses [CENT8]', () => {
  expect([0, 1, 2, 3, 4, 7, 8, 100].map(tierOf)).toEqual([0, 1, 2, 2, 3, 3, 3, 3]);
});

test('a tier that comes back at more than twice the rate of the first is protected [CENT8]', () => {
  const tiers = createTiers(2, 8);
  expect(evictableTier(tiers, 1)).toBe(3);
  tiers.evicted.set([100, 100, 100, 100], 4);
  tiers.refaulted.set([10, 20, 30, 0], 4);
  // 20 of 100 against 10 of 100: at the margin, and below with the batch counted in.
  expect(evictableTier(tiers, 1)).toBe(1);
  tiers.refaulted[5] = 24;
  expect(evictableTier(tiers, 1)).toBe(0);
  expect(evictableTier(tiers, 0)).toBe(3);
  // Few of them: not enough to say.
  tiers.refaulted.set([0, 7, 7, 7], 4);
  expect(evictableTier(tiers, 1)).toBe(3);
});

test('what a generation counted is forgotten by halves [CENT8]', () => {
  const tiers = createTiers(1, 8);
  tiers.evicted[1] = 60;
  tiers.protectedPages[1] = 40;
  tiers.refaulted[1] = 50;
  carryOver(tiers, 0);
  expect([tiers.averageRefaulted[1], tiers.averageTotal[1]]).toEqual([25, 50]);
  carryOver(tiers, 0);
  expect([tiers.averageRefaulted[1], tiers.averageTotal[1], tiers.evicted[1]]).toEqual([
    12.5, 25, 0,
  ]);
});

test('pages that come back again and again are protected, others not [CENT8]', () => {
  const one = scene(management, 20, 200, [{}], { batch: 2 });
  // A set that is a little too large, and a stream past it that never comes back.
  for (let round = 0; round < 60; round++) {
    for (let page = 0; page < 16; page++) one.touch(page);
    for (let at = 0; at < 8; at++) one.touch(16 + ((round * 8 + at) % 184));
    one.referenced.clear();
  }
  const { refaults, protectedPages, agings } = one.state as MglruState;
  expect(refaults).toBeGreaterThan(0);
  expect(protectedPages).toBeGreaterThan(0);
  expect(agings).toBeGreaterThan(3);
});

test('a group whose pages are all younger than min_ttl gives nothing while another can [CENT8]', () => {
  const from = (minTtl: number) => {
    const two = scene(management, 12, 20, [{}, {}], { minTtl, apart: 1 });
    const state = two.state as MglruState;
    for (let page = 0; page < 6; page++) two.touch(page);
    state.ticks = 10;
    for (let page = 20; page < 26; page++) two.touch(page);
    // The second one has just been aged out of its old generations.
    state.oldest[1] = 1;
    state.born.fill(10, 4, 8);
    two.referenced.clear();
    return [0, 0, 0, 0].map(() => Math.floor(two.victim() / 20)).toSorted();
  };
  expect(from(0)).toEqual([0, 0, 1, 1]);
  expect(from(5)).toEqual([0, 0, 0, 0]);
  // All are: then the turn is as ever.
  expect(from(1000)).toEqual([0, 0, 1, 1]);
});

test('limits hold as under the two lists [CENT5]', () => {
  const two = scene(management, 16, 20, [{ max: 4 }, { min: 10 }]);
  for (let round = 0; round < 5; round++)
    for (let page = 0; page < 20; page++) {
      two.touch(page);
      two.touch(20 + page);
    }
  const { held } = two.state as MglruState;
  expect(held[0]).toBeLessThanOrEqual(4);
  expect(held[1]).toBeGreaterThanOrEqual(10);
});

test('on trace L it stays near the clock, in a loop no worse than first in, first out [CENT8]', () => {
  const hard = (trace: readonly number[], name: 'linux-mglru' | 'global-clock', frames: number) => {
    const program = toReferenceString(trace, { collapse: false });
    const world = central(name, frames, [task('one', program, 'fifo', 1, { initial: 'image' })], {
      clock: 'references',
    });
    steps(world);
    return (world.kernel.state.finished[world.clients[0] as number] as TaskState).hardFaults;
  };
  const trace = traceL();
  expect(hard(trace, 'linux-mglru', 128)).toBeLessThan(1.6 * hard(trace, 'global-clock', 128));
  expect(hard(loop(100, 5), 'linux-mglru', 120)).toBeLessThanOrEqual(500);
});
