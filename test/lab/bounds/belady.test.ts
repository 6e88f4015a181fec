import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { beladyFaults, globalBelady, interleave } from '../../../lab/bounds/index.ts';
import { fewestFaults, naiveOptimal } from '../../support/naive-policies/index.ts';
import { randomPages, toReferenceString } from '../../support/reference-strings.ts';

const fixed = { seed: 20_260_102, numRuns: 400 };

/** The lockstep interleaving by hand: page n of task t is 1000 t + n. */
function lockstep(strings: readonly (readonly number[])[]): number[] {
  const longest = Math.max(0, ...strings.map((string) => string.length));
  const together: number[] = [];
  for (let round = 0; round < longest; round++) {
    strings.forEach((string, task) => {
      if (round < string.length) together.push(1000 * task + string[round]);
    });
  }
  return together;
}

function bound(strings: readonly (readonly number[])[], frames: number) {
  const machine = strings.map((pages) => toReferenceString(pages, { collapse: true }));
  return globalBelady(machine, frames);
}

/** Strings with a locality, so that repeats and episodes are common. */
const localString = fc
  .array(fc.tuple(fc.nat(5), fc.nat(3), fc.integer({ min: 1, max: 6 })), { maxLength: 25 })
  .map((phases) =>
    phases.flatMap(([base, spread, times]) =>
      Array.from({ length: times }, (_, index) => base + (index % (spread + 1))),
    ),
  );
const severalStrings = fc.array(localString, { minLength: 1, maxLength: 4 });

describe('globalBelady', () => {
  test('is the fewest faults of all choices of victims', () => {
    const small = fc.array(fc.array(fc.nat(4), { maxLength: 12 }), { minLength: 1, maxLength: 3 });
    const property = fc.property(small, fc.integer({ min: 1, max: 5 }), (strings, frames) => {
      expect(bound(strings, frames).faults).toBe(fewestFaults(lockstep(strings), frames));
    });
    fc.assert(property, { ...fixed, numRuns: 150 });
  });

  test("is Belady's rule on the interleaving, also with repeats and localities", () => {
    const property = fc.property(
      severalStrings,
      fc.integer({ min: 1, max: 12 }),
      (strings, frames) => {
        expect(bound(strings, frames).faults).toBe(naiveOptimal(lockstep(strings), frames).faults);
      },
    );
    fc.assert(property, fixed);
  });

  test('counts each task its own faults and first uses', () => {
    const property = fc.property(
      severalStrings,
      fc.integer({ min: 1, max: 12 }),
      (strings, frames) => {
        const result = bound(strings, frames);
        expect(result.frames).toBe(frames);
        expect(result.perTask.map((task) => task.compulsory)).toEqual(
          strings.map((string) => new Set(string).size),
        );
        const sum = { faults: 0, compulsory: 0 };
        for (const task of result.perTask) {
          expect(task.faults).toBeGreaterThanOrEqual(task.compulsory);
          sum.faults += task.faults;
          sum.compulsory += task.compulsory;
        }
        expect(result).toMatchObject(sum);
      },
    );
    fc.assert(property, fixed);
  });

  test('attributes faults to the task that takes them', () => {
    // Task 1 uses one page; task 0 goes round three in two frames.
    const { perTask } = bound(
      [
        [0, 1, 2, 0, 1, 2],
        [9, 9, 9, 9, 9, 9],
      ],
      3,
    );
    expect(perTask[1]).toEqual({ faults: 1, compulsory: 1 });
    expect(perTask[0]).toEqual({ faults: 4, compulsory: 3 });
  });

  test('splitting runs makes no difference', () => {
    const strings = [randomPages(3, 500, 6), randomPages(4, 300, 9)].map((pages) =>
      pages.flatMap((page) => [page, page, page]),
    );
    const split = strings.map((pages) => toReferenceString(pages, { collapse: false }));
    expect(globalBelady(split, 7)).toEqual(bound(strings, 7));
  });

  test('a memory for all pages takes the first uses only; no tasks take nothing', () => {
    const strings = [randomPages(1, 400, 30), randomPages(2, 400, 30)];
    const { faults, compulsory } = bound(strings, 60);
    expect([faults, compulsory]).toEqual([60, 60]);
    expect(bound([], 4)).toEqual({ frames: 4, faults: 0, compulsory: 0, perTask: [] });
    expect(bound([[]], 4).perTask).toEqual([{ faults: 0, compulsory: 0 }]);
  });
});

describe('beladyFaults', () => {
  const machine = [randomPages(5, 3000, 40), randomPages(6, 2000, 90)].map((pages) =>
    toReferenceString(pages, { collapse: true }),
  );

  test('any front up to the size gives the same faults; a larger one fewer episodes', () => {
    const sizes = [40, 55, 70, 100];
    const expected = beladyFaults(interleave(machine, 1), sizes);
    let episodes = Number.POSITIVE_INFINITY;
    for (const front of [2, 8, 20, 40]) {
      const interleaving = interleave(machine, front);
      expect(beladyFaults(interleaving, sizes)).toEqual(expected);
      expect(interleaving.pageOf.length).toBeLessThan(episodes);
      episodes = interleaving.pageOf.length;
    }
  });

  test('every episode ends once, and not before it starts', () => {
    const { byEnd, endedBefore } = interleave(machine, 10);
    expect([...byEnd].sort((left, right) => left - right)).toEqual([...byEnd.keys()]);
    endedBefore.forEach((ended, episode) => {
      for (let place = endedBefore[episode - 1] ?? 0; place < ended; place++)
        expect(byEnd[place]).toBeLessThan(episode);
    });
  });

  test('refuses sizes below the front and memories without frames', () => {
    expect(() => beladyFaults(interleave(machine, 10), [9])).toThrow(RangeError);
    expect(() => globalBelady(machine, 0)).toThrow(RangeError);
    expect(() => globalBelady(machine, Number.NaN)).toThrow(RangeError);
  });

  test('grows past its first capacity of episodes', () => {
    const pages = randomPages(9, 20_000, 50);
    const strings = [toReferenceString(pages, { collapse: true })];
    const interleaving = interleave(strings, 1);
    expect(interleaving.pageOf.length).toBeGreaterThan(10_000);
    expect(beladyFaults(interleaving, [20])).toEqual(beladyFaults(interleave(strings, 20), [20]));
  });
});
