import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import clock from '../../../clients/policies/clock.ts';
import lru from '../../../clients/policies/lru.ts';
import mru from '../../../clients/policies/mru.ts';
import type { CentralManagement } from '../../../contracts/central-management.ts';
import type { Policy } from '../../../contracts/policy.ts';
import { type CentralName, centrals } from '../../../lab/run/centrals.ts';
import {
  type CentralDrive,
  driveCentral,
  referenceOne,
  startCentral,
  tick,
} from '../../support/drive-central.ts';
import { loop, traceL } from '../../support/reference-strings.ts';

const fixed = { seed: 20_261_122, numRuns: 120 };
const task = fc.array(fc.nat(12), { minLength: 1, maxLength: 80, size: 'max' });
const tasks = fc.array(task, { minLength: 1, maxLength: 3 });

const CHOOSERS = [lru, mru, clock].map((policy) => policy as Policy);
const names = ['eelru', 'multi-queue', 'lru-sp'] as const;

/** The management for so many tasks, which choose by the first of CHOOSERS. */
function madeFor(name: CentralName, count: number): CentralManagement {
  const management: CentralManagement = centrals[name];
  return management.ofTasks?.(CHOOSERS.slice(0, count)) ?? management;
}

function totalFaults({ faults }: CentralDrive): number {
  return faults.reduce((sum, count) => sum + count, 0);
}

describe.each(names)('%s by bits', (name) => {
  test('[CENT8] with a look after each reference gives up what it does with sight of each', () => {
    // A clock reads bits that the looks have cleared: not its own pages are compared, but the tasks' two.
    const two = fc.array(task, { minLength: 1, maxLength: 2 });
    const property = fc.property(two, fc.integer({ min: 2, max: 20 }), (strings, frames) => {
      const seen = driveCentral(madeFor(name, strings.length), strings, { frames });
      const looked = driveCentral(madeFor(`${name}-bits`, strings.length), strings, { frames });
      expect(looked.victims).toEqual(seen.victims);
    });
    fc.assert(property, fixed);
  });

  test('[CENT8] with a look once in a while it names pages that may go, and its sums stay right', () => {
    const often = fc.integer({ min: 1, max: 40 });
    const property = fc.property(
      tasks,
      fc.integer({ min: 2, max: 20 }),
      often,
      (all, frames, n) => {
        const bits = madeFor(`${name}-bits`, all.length);
        const drive = driveCentral(bits, all, { frames, every: n });
        expect(bits.check?.(drive.state)).toBeUndefined();
      },
    );
    fc.assert(property, fixed);
  });
});

test('[CENT8] eelru that looks seldom has little of what it gains by sight of each reference', () => {
  const strings = [traceL(), loop(100, 100)];
  const run = (name: CentralName, every: number) =>
    totalFaults(driveCentral(madeFor(name, 2), strings, { frames: 128, every }));
  expect([run('eelru', 1), run('eelru-bits', 20), run('eelru-bits', 5000)]).toEqual([
    2942, 2799, 4458,
  ]);
});

test('[CENT8] where a look finds a page in use that was to go, another one is asked for', () => {
  const drive = startCentral(madeFor('multi-queue-bits', 1), [[0, 1, 0, 2]], { frames: 2 });
  referenceOne(drive, 0);
  referenceOne(drive, 0);
  tick(drive);
  // Used again after the look: the queues still have it before page 1.
  referenceOne(drive, 0);
  referenceOne(drive, 0);
  expect(drive.victims).toEqual([1]);
});

test('[CENT8] what is used again before the first look after its fault is not known to be', () => {
  const drive = startCentral(madeFor('multi-queue-bits', 1), [[0, 1, 0, 2]], { frames: 2 });
  for (let at = 0; at < 4; at++) referenceOne(drive, 0);
  expect(drive.victims).toEqual([0]);
});

test('[CENT8] its check tells of bits of a page that is gone', () => {
  const { 'eelru-bits': bits } = centrals;
  const { state } = driveCentral(bits, [[0, 1, 2]], { frames: 3 });
  expect(bits.check?.(state)).toBeUndefined();
  (state as { bits: Uint8Array }).bits[1] = 1;
  expect(bits.check?.(state)).toMatch(/page 1 is gone/);
});
