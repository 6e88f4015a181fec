import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import lru from '../../../clients/policies/lru.ts';
import type { Policy } from '../../../contracts/policy.ts';
import eelru from '../../../servers/central/eelru.ts';
import multiQueue from '../../../servers/central/multi-queue.ts';
import { cloneDrive, drivePolicy } from '../../support/drive-policy.ts';
import { happen, happenings, PAGES, runsOf, startOf } from '../../support/happenings.ts';
import { naiveEelru, naiveMultiQueue } from '../../support/naive-managements.ts';
import { loop, traceL } from '../../support/reference-strings.ts';

const fixed = { seed: 20_260_501, numRuns: 200 };
const strings = fc.array(fc.nat(PAGES - 1), { minLength: 1, maxLength: 200, size: 'max' });
const frameCounts = fc.integer({ min: 1, max: PAGES });

/** The 100-page loop and trace L, a reference of each in turn. */
function loopBesideLocality(): number[] {
  const pages: number[] = [];
  const locality = traceL();
  for (let at = 0; at < locality.length; at++) pages.push(locality[at], 200 + (at % 100));
  return pages;
}

function faults(policy: Policy, pages: readonly number[], frames: number): number {
  return drivePolicy(policy, runsOf(pages), Math.max(...pages) + 1, frames).faults;
}

describe('eelru', () => {
  test('[RPL1] evicts the same pages as the paper written naively', () => {
    const bins = fc.integer({ min: 1, max: 8 });
    const reach = fc.integer({ min: 2, max: 4 });
    const property = fc.property(strings, frameCounts, bins, reach, (pages, frames, n, times) => {
      const parameters = { bins: n, reach: times };
      const driven = drivePolicy(eelru as Policy, runsOf(pages), PAGES, frames, { parameters });
      expect(driven).toEqual(naiveEelru(pages, frames, n, times));
    });
    fc.assert(property, fixed);
  });

  test('[RPL3] is close to optimal on a loop that does not fit, where LRU faults each time', () => {
    // Table 6.3 of the reference: LRU 2000 at each size, OPT 1050, 575 and 290.
    const found = [50, 75, 90].map((frames) => faults(eelru as Policy, loop(100, 20), frames));
    expect(found).toEqual([1103, 604, 315]);
    expect(faults(eelru as Policy, loop(100, 20), 100)).toBe(100);
  });

  test('[RPL3] behaves as LRU where LRU is good', () => {
    for (const frames of [16, 32, 48, 64, 128]) {
      const ratio =
        faults(eelru as Policy, traceL(), frames) / faults(lru as Policy, traceL(), frames);
      expect(ratio, `${frames} frames`).toBeGreaterThan(0.95);
      expect(ratio, `${frames} frames`).toBeLessThan(1.04);
    }
  });

  test('[RPL3] saves most of what a loop costs the locality beside it', () => {
    const pages = loopBesideLocality();
    expect(faults(lru as Policy, pages, 96)).toBe(23_135);
    expect(faults(eelru as Policy, pages, 96)).toBe(13_422);
    expect(faults(lru as Policy, pages, 128)).toBe(20_912);
    expect(faults(eelru as Policy, pages, 128)).toBe(4849);
  });

  test('[RPL2] check reports a bin that is miscounted', () => {
    const state = eelru.create({
      pages: 4,
      guaranteedFrames: 4,
      parameters: { bins: 2, reach: 3 },
      seed: 1,
    });
    expect(eelru.check?.(state)).toBeUndefined();
    state.count[0]++;
    expect(eelru.check?.(state)).toMatch(/bin 0 counts 1/);
  });
});

describe('multi-queue', () => {
  test('[RPL1] evicts the same pages as the paper written naively', () => {
    const settings = fc.record({
      queues: fc.integer({ min: 1, max: 5 }),
      ghosts: fc.nat(4),
      lifeTime: fc.nat(40),
      correlated: fc.nat(6),
    });
    const property = fc.property(strings, frameCounts, settings, (pages, frames, parameters) => {
      const driven = drivePolicy(multiQueue as Policy, runsOf(pages), PAGES, frames, {
        parameters,
      });
      expect(driven).toEqual(naiveMultiQueue(pages, frames, parameters));
    });
    fc.assert(property, fixed);
  });

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
    state.resident[0] = 1;
    state.queues.listOf[0] = state.ghosts + 1;
    expect(multiQueue.check?.(state)).toBeDefined();
  });
});

describe.each([
  ['eelru', eelru as Policy],
  ['multi-queue', multiQueue as Policy],
])('%s under notices, drops, pinned pages and a changing number of frames', (_, policy) => {
  test('[RPL2] answers with a page it may give up, and its sums stay right', () => {
    const property = fc.property(happenings, (events) => {
      const drive = startOf(policy, events);
      const memory = { frames: 4 };
      for (const event of events) {
        happen(drive, event, memory);
        expect(policy.check?.(drive.state)).toBeUndefined();
      }
    });
    fc.assert(property, fixed);
  });

  test('[RPL2] cloned in the middle, goes on the same way', () => {
    const property = fc.property(happenings, fc.nat(200), (events, cut) => {
      const drive = startOf(policy, events);
      const memory = { frames: 4 };
      const middle = Math.min(cut, events.length);
      for (const event of events.slice(0, middle)) happen(drive, event, memory);
      const copy = cloneDrive(drive);
      const copyMemory = { ...memory };
      for (const event of events.slice(middle)) happen(drive, event, memory);
      for (const event of events.slice(middle)) happen(copy, event, copyMemory);
      expect(copy.victims).toEqual(drive.victims);
      expect(copy.state).toEqual(drive.state);
    });
    fc.assert(property, { ...fixed, numRuns: 50 });
  });
});
