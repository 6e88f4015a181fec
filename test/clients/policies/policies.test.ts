import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { policies } from '../../../clients/policies/index.ts';
import skeleton from '../../../clients/policies/skeleton.ts';
import type { Policy } from '../../../contracts/policy.ts';
import {
  cloneDrive,
  drivePolicy,
  drop,
  evict,
  show,
  startDrive,
  step,
} from '../../support/drive-policy.ts';
import { happen, happenings, PAGES, runsOf, startOf } from '../../support/happenings.ts';
import * as naive from '../../support/naive-policies/index.ts';

const all: [string, Policy][] = [...Object.entries(policies), ['skeleton', skeleton]];

const strings = fc.array(fc.nat(PAGES - 1), { minLength: 1, maxLength: 150 });
const frameCounts = fc.integer({ min: 1, max: PAGES });
const fixed = { seed: 20_260_101, numRuns: 300 };

describe('a policy against the textbook written naively', () => {
  test('optimal faults as often', () => {
    const property = fc.property(strings, frameCounts, (pages, frames) => {
      const driven = drivePolicy(policies.optimal, runsOf(pages), PAGES, frames);
      expect(driven.faults).toBe(naive.naiveOptimal(pages, frames).faults);
    });
    fc.assert(property, fixed);
  });

  test('nothing faults less than optimal, not even the best of all choices', () => {
    const short = fc.array(fc.nat(6), { minLength: 1, maxLength: 24 });
    const property = fc.property(short, fc.integer({ min: 1, max: 4 }), (pages, frames) => {
      const driven = drivePolicy(policies.optimal, runsOf(pages), PAGES, frames);
      expect(driven.faults).toBe(naive.fewestFaults(pages, frames));
    });
    fc.assert(property, fixed);
  });
});

describe('a policy under notices, drops, pinned pages and a changing number of frames', () => {
  test.each(all)('%s answers with a page it may give up, and its sums stay right', (_, policy) => {
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

  test.each(all)('%s, guaranteed nothing, lives on what it is lent', (_, policy) => {
    const pages = Array.from({ length: 200 }, (_, index) => (index * index) % PAGES);
    const drive = startDrive(policy, runsOf(pages), PAGES, { frames: 0 });
    // References are shown before any frame was wanted.
    for (const frames of [PAGES, 3, 7, 1])
      for (let left = 50; left > 0; left--) {
        step(drive, frames);
        if (frames === PAGES) show(drive);
      }
    expect(policy.check?.(drive.state)).toBeUndefined();
  });

  test.each(all)('%s, cloned in the middle, goes on the same way', (_, policy) => {
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
    fc.assert(property, { ...fixed, numRuns: 100 });
  });

  test.each(all)('%s looks at no page more than twice in a search', (_, policy) => {
    const drive = startDrive(policy, runsOf(Array.from({ length: PAGES }, (_, n) => n)), PAGES);
    for (let index = 0; index < PAGES; index++) step(drive, PAGES);
    show(drive);
    let looks = 0;
    const always = {
      ...drive.view,
      evictable: (candidate: number) => {
        looks++;
        return candidate === PAGES - 1;
      },
      referenced: () => true,
    };
    policy.victim(drive.state, always);
    expect(looks).toBeGreaterThan(0);
    expect(looks).toBeLessThanOrEqual(2 * PAGES);
  });
});

describe('check', () => {
  test.each(Object.entries(policies))('%s reports a page that is lost', (_, policy) => {
    const drive = startDrive(policy, runsOf([0, 1, 2, 3, 4, 5]), PAGES);
    for (let index = 0; index < 6; index++) step(drive, PAGES);
    expect(policy.check?.(drive.state)).toBeUndefined();
    (drive.state as { resident: number }).resident--;
    expect(policy.check?.(drive.state)).toBeDefined();
  });
});

describe('random', () => {
  test('takes each resident page about as often, and another seed takes others', () => {
    const counts = new Array<number>(10).fill(0);
    const { random } = policies;
    const drive = startDrive(random, runsOf([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), 10);
    for (let index = 0; index < 10; index++) step(drive, 10);
    for (let draw = 0; draw < 10_000; draw++) counts[random.victim(drive.state, drive.view)]++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);

    const pages = Array.from({ length: 200 }, (_, index) => (index * 7) % PAGES);
    const victims = (seed: number) =>
      drivePolicy(random, runsOf(pages), PAGES, 4, { seed }).victims;
    expect(victims(5)).toEqual(victims(5));
    expect(victims(5)).not.toEqual(victims(6));
    expect(victims(0).length).toBeGreaterThan(0);
  });
});

describe('optimal', () => {
  test('keeps its order when pages leave from anywhere in it', () => {
    const many = 120;
    const arbitrary = fc.array(fc.tuple(fc.nat(many - 1), fc.nat(many - 1)), {
      minLength: 300,
      maxLength: 400,
    });
    const property = fc.property(arbitrary, (pairs) => {
      const runs = runsOf(pairs.map(([referenced]) => referenced));
      const drive = startDrive(policies.optimal, runs, many);
      pairs.forEach(([, leaving], index) => {
        step(drive, 100);
        show(drive);
        if (index % 3 === 0 && drive.resident[leaving] === 1) drop(drive, leaving);
        expect(drive.policy.check?.(drive.state)).toBeUndefined();
      });
    });
    fc.assert(property, { ...fixed, numRuns: 30 });
  });

  test('of two fresh pages under a notice, keeps the one whose run comes next', () => {
    const drive = startDrive(policies.optimal, runsOf([0, 1, 0, 1, 2]), PAGES);
    for (let index = 0; index < 4; index++) step(drive, 2);
    // Page 2 is admitted and a notice asks for a page before its run has executed.
    drive.resident[2] = 1;
    drive.residentCount++;
    drive.policy.admitted(drive.state, 2, drive.view);
    evict(drive);
    evict(drive);
    expect([...drive.victims].sort()).toEqual([0, 1]);
  });
});

test('s3-fifo gives up a page that its search has just lifted, where all others are busy', () => {
  const policy = policies['s3-fifo'];
  const drive = startDrive(policy, runsOf([0]), PAGES, { frames: 1 });
  const only = (page: number) => ({ ...drive.view, evictable: (each: number) => each === page });
  const use = (page: number) => {
    policy.admitted(drive.state, page, drive.view);
    // Three references at once, so two hits.
    const runs = Uint32Array.of((page << 8) | 2);
    policy.referencesSeen?.(drive.state, { runs, nextUse: runs, from: 0, to: 1 });
  };
  for (const page of [0, 1]) use(page);
  policy.admitted(drive.state, 2, drive.view);
  expect(policy.victim(drive.state, only(2))).toBe(2);
  policy.removed(drive.state, 2, drive.view);
  use(3);
  expect(policy.victim(drive.state, only(3))).toBe(3);
});
