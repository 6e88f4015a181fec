/** Divisions of memory beside naive versions: one LRU over programs by turns, every division tried. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sharedLruCurve } from '../../../lab/bounds/index.ts';
import { divisions } from '../../../lab/compare/divisions.ts';
import { naiveLru } from '../../support/naive-policies/index.ts';
import { loop, toReferenceString, traceL } from '../../support/reference-strings.ts';

const strings = fc.array(fc.array(fc.nat(11), { minLength: 1, maxLength: 60 }), {
  minLength: 1,
  maxLength: 3,
});

/** References of all in turn; who has ended is passed over. Pages of tasks are apart. */
function byTurns(all: readonly (readonly number[])[]): number[] {
  const longest = Math.max(...all.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) =>
    all.flatMap((pages, task) => (at < pages.length ? [1000 * task + (pages[at] as number)] : [])),
  ).flat();
}

test('one LRU for all tasks, at every memory size', () => {
  fc.assert(
    fc.property(strings, fc.boolean(), (all, collapse) => {
      const curve = sharedLruCurve(all.map((pages) => toReferenceString(pages, { collapse })));
      const together = byTurns(all);
      for (let frames = 1; frames < curve.length; frames++)
        expect(curve[frames]).toBe(naiveLru(together, frames).faults);
    }),
    { seed: 3, numRuns: 60 },
  );
});

test('the best fixed division is the best of all there are', () => {
  const both = fc.tuple(
    fc.array(fc.nat(11), { minLength: 12, maxLength: 60 }),
    fc.array(fc.nat(11), { minLength: 12, maxLength: 60 }),
  );
  fc.assert(
    fc.property(both, fc.integer({ min: 8, max: 24 }), (all, frames) => {
      const programs = all.map((pages) => toReferenceString(pages, { collapse: true }));
      const [division] = divisions(programs, [], [frames]);
      const [first, second] = all;
      const tried = Array.from({ length: frames - 7 }, (_, more) => 4 + more).map(
        (part) => naiveLru(first, part).faults + naiveLru(second, frames - part).faults,
      );
      expect(division?.divided).toBe(Math.min(...tried));
      const half = Math.floor(frames / 2);
      expect(division?.equal).toBe(naiveLru(first, half).faults + naiveLru(second, half).faults);
      expect(division?.own).toBeNull();
    }),
    { seed: 4, numRuns: 60 },
  );
});

test('trace L beside the loop: what M-E15 says of one LRU and of halves', () => {
  const programs = [traceL(), loop(100, 200)].map((pages) =>
    toReferenceString(pages, { collapse: true }),
  );
  const [at96, at128] = divisions(programs, [], [96, 128]);
  expect(at96).toMatchObject({ shared: 23_135, equal: 21_675 });
  expect(at128?.shared).toBe(20_912);
});
