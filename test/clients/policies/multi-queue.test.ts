import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import lru from '../../../clients/policies/lru.ts';
import multiQueue from '../../../clients/policies/multi-queue.ts';
import type { Policy } from '../../../contracts/policy.ts';
import { packRun, READ } from '../../../sim-hw/references.ts';
import { drivePolicy } from '../../support/drive-policy.ts';
import { PAGES, runsOf, startOf } from '../../support/happenings.ts';

const fixed = { seed: 20_260_501, numRuns: 200 };
const strings = fc.array(fc.nat(PAGES - 1), { minLength: 1, maxLength: 200, size: 'max' });
const frameCounts = fc.integer({ min: 1, max: PAGES });

function faults(policy: Policy, pages: readonly number[], frames: number): number {
  return drivePolicy(policy, runsOf(pages), Math.max(...pages) + 1, frames).faults;
}

describe('multi-queue', () => {
  test('[RPL4] with one queue and every reference a use it is LRU', () => {
    const property = fc.property(strings, frameCounts, (pages, frames) => {
      const parameters = { queues: 1, correlated: 0 };
      const driven = drivePolicy(multiQueue as Policy, runsOf(pages), PAGES, frames, {
        parameters,
      });
      expect(driven).toEqual(drivePolicy(lru as Policy, runsOf(pages), PAGES, frames));
    });
    fc.assert(property, fixed);
  });

  test('[RPL4] keeps what is used often through a scan of what is used once', () => {
    // Ten pages used in turn, then a hundred used once each, again and again.
    const pages: number[] = [];
    for (let round = 0; round < 20; round++) {
      for (let use = 0; use < 100; use++) pages.push(use % 10);
      for (let once = 0; once < 100; once++) pages.push(10 + ((round * 100 + once) % 1000));
    }
    expect(faults(lru as Policy, pages, 20)).toBe(2000 + 20 * 10);
    expect(faults(multiQueue as Policy, pages, 20)).toBeLessThan(2000 + 10 * 10);
  });

  test('[RPL4] counts repeated references, or takes them for one: behind another cache', () => {
    // Page 0 nine times at once; page 1 twice, with page 2 between.
    const runs = [packRun(0, READ, 9), ...runsOf([1, 2, 1, 3])];
    const drive = (repeats: number) =>
      drivePolicy(multiQueue as Policy, Uint32Array.from(runs), PAGES, 3, {
        parameters: { lifeTime: 1000, repeats },
      });
    expect(drive(1).victims).toEqual([2]);
    expect(drive(0).victims).toEqual([0]);
  });

  test('[RPL4] the lifetime follows the distance at which most uses return', () => {
    const pages = Array.from({ length: 4000 }, (_, at) => at % 50);
    const parameters = { ...multiQueue.parameters, correlated: 0 };
    const state = multiQueue.create({ pages: 50, guaranteedFrames: 16, parameters, seed: 1 });
    const view = startOf(multiQueue as Policy, []).view;
    for (let page = 0; page < 50; page++) multiQueue.admitted(state, page, view);
    multiQueue.referencesSeen?.(state, {
      runs: runsOf(pages),
      from: 0,
      to: 4000,
      nextUse: new Uint32Array(0),
    });
    // 50 lies between 2^5 and 2^6.
    expect(state.lifeTime).toBe(64);
  });

  test('[RPL2] check reports more ghosts than there may be', () => {
    const { parameters = {} } = multiQueue;
    const state = multiQueue.create({ pages: 4, guaranteedFrames: 4, parameters, seed: 1 });
    expect(multiQueue.check?.(state)).toBeUndefined();
    state.here[0] = 1;
    state.queues.listOf[0] = state.ghosts + 1;
    expect(multiQueue.check?.(state)).toBeDefined();
  });
});
