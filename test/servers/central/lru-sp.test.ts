import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import lru from '../../../clients/policies/lru.ts';
import mru from '../../../clients/policies/mru.ts';
import type { CentralManagement } from '../../../contracts/central-management.ts';
import { append, checkLists, createLists, swapPlaces } from '../../../contracts/page-lists.ts';
import type { Policy } from '../../../contracts/policy.ts';
import { lruSp } from '../../../servers/central/lru-sp.ts';
import { type CentralDrive, driveCentral } from '../../support/drive-central.ts';
import { naiveLruSp } from '../../support/naive-managements.ts';
import { loop, traceL } from '../../support/reference-strings.ts';

const fixed = { seed: 20_260_504, numRuns: 150 };
const LRU = lru as Policy;
const MRU = mru as Policy;

function run(
  policies: readonly Policy[],
  strings: readonly (readonly number[])[],
  frames: number,
  parameters: Readonly<Record<string, number>> = {},
): CentralDrive {
  return driveCentral(lruSp(policies) as CentralManagement, strings, { frames, parameters });
}

describe('lru-sp', () => {
  const task = fc.array(fc.nat(8), { minLength: 1, maxLength: 60, size: 'max' });
  const tasks = fc.array(fc.tuple(task, fc.boolean()), { minLength: 1, maxLength: 3 });
  const switches = fc.record({ swapping: fc.nat(1), placeholders: fc.nat(1) });

  test('[RPL1] evicts the same pages as the papers put it, written naively', () => {
    const property = fc.property(
      tasks,
      fc.integer({ min: 2, max: 14 }),
      switches,
      (drawn, frames, parameters) => {
        const strings = drawn.map(([pages]) => pages);
        const isMru = drawn.map(([, mostRecent]) => mostRecent);
        const policies = isMru.map((mostRecent) => (mostRecent ? MRU : LRU));
        const { faults, victims } = run(policies, strings, frames, parameters);
        expect({ faults, victims }).toEqual(naiveLruSp(strings, isMru, frames, parameters));
      },
    );
    fc.assert(property, fixed);
  });

  test('[RPL1] of tasks that choose by LRU, and of tasks not asked, it is a global LRU', () => {
    const property = fc.property(tasks, fc.integer({ min: 2, max: 14 }), (drawn, frames) => {
      const strings = drawn.map(([pages]) => pages);
      const asked = run(
        strings.map(() => LRU),
        strings,
        frames,
      );
      const global = driveCentral(globalLru(), strings, { frames });
      expect(asked.victims).toEqual(global.victims);
      expect(run([], strings, frames).victims).toEqual(global.victims);
    });
    fc.assert(property, fixed);
  });

  test('[RPL6] a task that knows its loop gains, and the one beside it does not lose', () => {
    const strings = [traceL(), loop(100, 200)];
    const [localityAlike, loopAlike] = run([LRU, LRU], strings, 96).faults;
    const [locality, looping] = run([LRU, MRU], strings, 96).faults;
    expect([localityAlike, loopAlike]).toEqual([3135, 20_000]);
    expect(looping).toBeLessThan(0.6 * loopAlike);
    expect(locality).toBeLessThanOrEqual(localityAlike);
  });

  test('[RPL6] a foolish task pays for itself: with placeholders the others fault no more than under LRU', () => {
    const strings = [traceL(), traceL().map((page) => (page * 7) % 200)];
    const alike = run([LRU, LRU], strings, 72).faults;
    const foolish = run([LRU, MRU], strings, 72).faults;
    const unpunished = run([LRU, MRU], strings, 72, { placeholders: 0 }).faults;
    expect(foolish[1]).toBeGreaterThan(alike[1]);
    expect(foolish[0]).toBeLessThanOrEqual(1.02 * alike[0]);
    expect(unpunished[0]).toBeGreaterThan(1.1 * alike[0]);
  });

  test('[RPL6] a policy that answers with a page of another task has no say', () => {
    const thief: Policy = { ...LRU, name: 'thief', victim: () => 1_000_000 };
    const strings = [traceL().slice(0, 2000), loop(30, 50)];
    const global = driveCentral(globalLru(), strings, { frames: 40 });
    expect(run([thief, thief], strings, 40).victims).toEqual(global.victims);
  });

  test('[RPL2] check finds what is wrong in the state of a policy', () => {
    const drive = run([LRU], [[0, 1, 2]], 4);
    const { management, state } = drive;
    expect(management.check?.(state)).toBeUndefined();
    (state as { own: { resident: number }[] }).own[0].resident++;
    expect(management.check?.(state)).toMatch(/member 0: lru/);
  });
});

describe('two pages of a list change places', () => {
  test('[RPL2] as in an array', () => {
    const places = fc.tuple(fc.nat(5), fc.nat(5));
    const property = fc.property(fc.array(places, { maxLength: 20 }), (swaps) => {
      const lists = createLists(6, 2);
      const arrays = [
        [0, 1, 2],
        [3, 4, 5],
      ];
      for (const [list, pages] of arrays.entries())
        for (const page of pages) append(lists, list, page);
      for (const [one, other] of swaps) {
        swapPlaces(lists, one, other);
        const [[a, at], [b, bt]] = [one, other].map((page) => {
          const list = arrays.findIndex((pages) => pages.includes(page));
          return [list, arrays[list].indexOf(page)];
        });
        arrays[a][at] = other;
        arrays[b][bt] = one;
        expect(checkLists(lists)).toBeUndefined();
        expect([0, 1].map((list) => walk(lists, list))).toEqual(arrays);
      }
    });
    fc.assert(property, fixed);
  });
});

function walk(lists: ReturnType<typeof createLists>, list: number): number[] {
  const pages: number[] = [];
  for (let page = lists.head[list]; page >= 0; page = lists.next[page]) pages.push(page);
  return pages;
}

function globalLru(): CentralManagement {
  return { ...LRU, control: 'victims' } as unknown as CentralManagement;
}
