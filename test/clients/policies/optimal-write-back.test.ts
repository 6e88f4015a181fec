import fc from 'fast-check';
import { expect, test } from 'vitest';
import { policies } from '../../../clients/policies/index.ts';
import { readTrace } from '../../../lab/traces/index.ts';
import { kindOfRun, WRITE } from '../../../sim-hw/references.ts';
import { drivePolicy, startDrive, step } from '../../support/drive-policy.ts';
import { PAGES, runsOf } from '../../support/happenings.ts';
import { fewestFaults } from '../../support/naive-policies/index.ts';
import {
  leastWriteBackCost,
  naiveOptimalWriteBack,
} from '../../support/naive-policies/optimal-write-back.ts';

const policy = policies['optimal-write-back'];
const fixed = { seed: 20_260_101, numRuns: 300 };
const costs = fc.constantFrom(0, 0.5, 1, 2, 10);

/** References of which no two in succession are to one page: time is runs. */
function stringOf(pages: number, maxLength: number) {
  return fc
    .array(fc.tuple(fc.nat(pages - 1), fc.boolean()), { minLength: 1, maxLength, size: 'max' })
    .map((string) => string.filter(([page], at) => at === 0 || string[at - 1][0] !== page));
}

/** Faults, and dirty pages evicted, of a policy in so many frames. */
function costOf(name: string, runs: Uint32Array, pages: number, frames: number, writeCost: number) {
  const parameters = name === policy.name ? { writeCost } : {};
  const drive = startDrive(policies[name], runs, pages, { frames, parameters });
  let dirty = 0;
  while (drive.executed < runs.length) {
    const before = drive.modified.slice();
    const left = drive.victims.length;
    step(drive, frames);
    if (drive.victims.length > left) dirty += before[drive.victims[left]];
  }
  return drive.faults + writeCost * dirty;
}

test('[POL15] optimal-write-back evicts by price over time, as written naively', () => {
  const property = fc.property(
    stringOf(PAGES, 150),
    fc.integer({ min: 1, max: PAGES }),
    costs,
    (string, frames, writeCost) => {
      const pages = string.map(([page]) => page);
      const writes = string.map(([, write]) => write);
      const driven = drivePolicy(policy, runsOf(pages, writes), PAGES, frames, {
        parameters: { writeCost },
      });
      expect(driven).toEqual(naiveOptimalWriteBack({ pages, writes }, frames, writeCost));
    },
  );
  fc.assert(property, fixed);
});

test('optimal-write-back costs no less than the best of all choices, and with free writes as much', () => {
  let above = 0;
  const property = fc.property(
    stringOf(6, 20),
    fc.integer({ min: 1, max: 4 }),
    costs,
    (string, frames, writeCost) => {
      const pages = string.map(([page]) => page);
      const writes = string.map(([, write]) => write);
      const runs = runsOf(pages, writes);
      const least = leastWriteBackCost({ pages, writes }, frames, writeCost);
      const cost = costOf(policy.name, runs, PAGES, frames, writeCost);
      expect(cost).toBeGreaterThanOrEqual(least);
      if (writeCost === 0) expect(cost).toBe(fewestFaults(pages, frames));
      if (cost > least) above++;
    },
  );
  fc.assert(property, fixed);
  // It is a heuristic: were it never above, its header would have to say so.
  expect(above).toBeGreaterThan(0);
});

test('where writing costs, it costs no more than the rule that counts faults alone, on recorded traces', async () => {
  let saved = 0;
  for (const trace of ['cc1plus', 'python', 'sort', 'sqlite', 'xz']) {
    const { runs } = await readTrace(`traces/${trace}.lht`, { limit: 100_000 });
    expect(runs.some((run) => kindOfRun(run) === WRITE)).toBe(true);
    const pages = 1 + runs.reduce((most, run) => Math.max(most, run >>> 8), 0);
    const frames = Math.round(pages / 5);
    const own = costOf(policy.name, runs, pages, frames, 4);
    const optimal = costOf('optimal', runs, pages, frames, 4);
    expect(own, trace).toBeLessThanOrEqual(optimal);
    saved += optimal - own;
  }
  expect(saved).toBeGreaterThan(0);
});
