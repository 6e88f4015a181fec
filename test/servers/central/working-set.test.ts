import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CentralManagement } from '../../../contracts/central-management.ts';
import pff from '../../../servers/central/pff.ts';
import workingSet from '../../../servers/central/working-set.ts';
import { driveCentral } from '../../support/drive-central.ts';
import { traceL } from '../../support/reference-strings.ts';

const fixed = { seed: 20_260_502, numRuns: 100 };
const strings = fc.array(fc.nat(9), { minLength: 1, maxLength: 200, size: 'max' });
const AMPLE = 10_000;

/** Denning's definition: a page is there if it was used within the last tau references. */
function naiveWorkingSet(pages: readonly number[], tau: number): { faults: number; sum: number } {
  let faults = 0;
  let sum = 0;
  for (let at = 0; at < pages.length; at++) {
    if (!pages.slice(Math.max(0, at - tau), at).includes(pages[at])) faults++;
    sum += new Set(pages.slice(Math.max(0, at + 1 - tau), at + 1)).size;
  }
  return { faults, sum };
}

/** Chu and Opderbeck's rule over a set of pages and the pages used since the last fault. */
function naivePff(pages: readonly number[], threshold: number): { faults: number; sum: number } {
  let resident = new Set<number>();
  let used = new Set<number>();
  let last = Number.NEGATIVE_INFINITY;
  let faults = 0;
  let sum = 0;
  for (const [at, page] of pages.entries()) {
    if (!resident.has(page)) {
      faults++;
      if (at - last >= threshold)
        resident = new Set([...resident].filter((each) => used.has(each)));
      used = new Set();
      last = at;
    }
    resident.add(page);
    used.add(page);
    sum += resident.size;
  }
  return { faults, sum };
}

/** One task with all the memory it may want, pages outside given up at once. */
function alone(
  management: CentralManagement,
  pages: readonly number[],
  parameters: Readonly<Record<string, number>>,
): { faults: number; mean: string; sum: number } {
  const options = { frames: AMPLE, parameters: { ...parameters, eager: 1 } };
  const { faults, residentSum } = driveCentral(management, [pages], options);
  return { faults: faults[0], mean: (residentSum / pages.length).toFixed(1), sum: residentSum };
}

describe('working-set', () => {
  test('[RPL1] table 6.2: faults and mean sizes of trace L, exactly, by a scan after each reference', () => {
    const found = [10, 25, 50, 100, 200, 400, 800, 1600].map((tau) => {
      const { faults, mean } = alone(workingSet as CentralManagement, traceL(), {
        tau,
        samples: tau,
      });
      return [tau, faults, mean];
    });
    expect(found).toEqual([
      [10, 14_143, '8.6'],
      [25, 8732, '17.1'],
      [50, 4429, '24.9'],
      [100, 2185, '32.3'],
      [200, 1740, '41.5'],
      [400, 1569, '57.5'],
      [800, 1248, '84.3'],
      [1600, 847, '121.7'],
    ]);
  });
});

describe('the working set of one task', () => {
  test('[RPL1] is what its definition says, whatever tau and the string', () => {
    const property = fc.property(strings, fc.integer({ min: 1, max: 30 }), (pages, tau) => {
      const { faults, sum } = alone(workingSet as CentralManagement, pages, { tau, samples: tau });
      expect({ faults, sum }).toEqual(naiveWorkingSet(pages, tau));
    });
    fc.assert(property, fixed);
  });

  test('[RPL1] grows with tau by as much as faults fall: its slope is the fault rate', () => {
    const at = (tau: number) => naiveWorkingSet(traceL(), tau);
    const [narrow, wide] = [at(100), at(101)];
    const slope = (wide.sum - narrow.sum) / traceL().length;
    expect(slope).toBeCloseTo(wide.faults / traceL().length, 2);
  });
});

describe('pff', () => {
  test('[RPL1] table 6.2: faults and mean sizes of trace L, exactly', () => {
    const found = [5, 10, 20, 40, 80].map((threshold) => {
      const { faults, mean } = alone(pff as CentralManagement, traceL(), { threshold });
      return [threshold, faults, mean];
    });
    expect(found).toEqual([
      [5, 9873, '15.4'],
      [10, 5815, '22.7'],
      [20, 3207, '30.2'],
      [40, 1784, '50.4'],
      [80, 1278, '83.2'],
    ]);
  });

  test('[RPL1] is what the paper says, whatever the threshold and the string', () => {
    const property = fc.property(strings, fc.integer({ min: 0, max: 30 }), (pages, threshold) => {
      const { faults, sum } = alone(pff as CentralManagement, pages, { threshold });
      expect({ faults, sum }).toEqual(naivePff(pages, threshold));
    });
    fc.assert(property, fixed);
  });
});

describe.each([
  ['working-set', workingSet as CentralManagement, { tau: 100, samples: 4 }],
  ['pff', pff as CentralManagement, { threshold: 20 }],
])('%s with load control', (_, management, parameters) => {
  // Each copy of trace L needs some 32 frames for its locality: four do not fit into 96.
  const copies = [traceL(), traceL(), traceL(), traceL()].map((pages) => pages.slice(0, 6000));

  function run(load: number): { faults: number; suspensions: number; ends: boolean } {
    const options = { frames: 96, every: 50, parameters: { ...parameters, load, turn: 16 } };
    const drive = driveCentral(management, copies, options);
    return {
      faults: drive.faults.reduce((sum, count) => sum + count, 0),
      suspensions: drive.suspensions,
      ends: drive.ended.every((ended) => ended === 1),
    };
  }

  test('[RPL5] suspends tasks whose sets do not fit, and all of them come to their ends', () => {
    const { suspensions, ends } = run(1);
    expect(suspensions).toBeGreaterThan(0);
    expect(ends).toBe(true);
  });

  test('[RPL5] faults less than without', () => {
    expect(run(1).faults).toBeLessThan(0.8 * run(0).faults);
    expect(run(0).suspensions).toBe(0);
  });

  test('[RPL5] nobody starves beside a task whose set never fits', () => {
    // A loop over 300 pages in 96 frames; trace L beside it wants 32 or so.
    const strings = [traceL().slice(0, 6000), Array.from({ length: 6000 }, (_, at) => at % 300)];
    const [controlled, free] = [1, 0].map((load) => {
      const options = { frames: 96, every: 50, parameters: { ...parameters, load, turn: 16 } };
      return driveCentral(management, strings, options).faults[0];
    });
    expect(controlled).toBeLessThan(1.1 * free);
  });

  test('[RPL2] keeps its sets in order whatever the tasks do', () => {
    const task = fc.array(fc.nat(11), { maxLength: 80, size: 'max' });
    const tasks = fc.array(task, { minLength: 1, maxLength: 4 });
    const property = fc.property(tasks, fc.integer({ min: 2, max: 20 }), (all, frames) => {
      const options = { frames, every: 3, parameters: { ...parameters, tau: 12, turn: 4 } };
      driveCentral(management, all, options);
    });
    fc.assert(property, fixed);
  });
});
