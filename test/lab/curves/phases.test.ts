import { expect, test } from 'vitest';
import { policies } from '../../../clients/policies/index.ts';
import type { Policy } from '../../../contracts/policy.ts';
import { partsOf, phasesOf } from '../../../lab/curves/phases.ts';
import { faultsSoFar, simulate } from '../../../lab/curves/simulation.ts';
import { packRun, type ReferenceString } from '../../../sim-hw/references.ts';

const runs = Uint32Array.from({ length: 600 }, (_, at) =>
  packRun(at < 300 ? at % 3 : 3 + (at % 7), 0, 1 + (at % 4)),
);
const references = runs.reduce((sum, run) => sum + (run & 63) + 1, 0);
const program: ReferenceString = { runs, references, pageNumbers: new Float64Array(10) };

test('parts are equal by references, and sum to all', () => {
  const parts6 = partsOf(program, 6, references);
  const { ends, untils } = parts6;
  expect(ends).toHaveLength(6);
  expect(untils).toEqual([250, 500, 750, 1000, 1250, 1500]);
  expect(ends.at(-1)).toBe(600);
  const lru = policies.lru as Policy;
  const points = phasesOf(program, lru, {}, 4, parts6);
  const parts = points.map(({ misses }) => misses);
  expect(points.at(-1)?.until).toBe(references);
  const [whole] = simulate(lru, program, [4]);
  expect(parts.reduce((sum, misses) => sum + misses, 0)).toBe(faultsSoFar(whole as never));
  // Three pages fit, then seven in turn do not: the second half misses at every run.
  expect(parts.slice(0, 3)).toEqual([3, 0, 0]);
  expect(parts.slice(3)).toEqual([100, 100, 100]);
});

function phasesOfRuns(lengths: readonly number[], parts: number) {
  const own = Uint32Array.from(lengths, (length, page) => packRun(page, 0, length));
  const all = lengths.reduce((sum, length) => sum + length, 0);
  const short: ReferenceString = { runs: own, references: all, pageNumbers: new Float64Array(10) };
  return phasesOf(short, policies.fifo as Policy, {}, 1, partsOf(short, parts, all));
}

test('a miss is in the part that its reference is in, however long its run', () => {
  const parts = phasesOfRuns([10, 1, 1], 4);
  expect(parts.map(({ misses }) => misses)).toEqual([1, 0, 0, 2]);
  expect(parts.map(({ until }) => until)).toEqual([3, 6, 9, 12]);
  expect(parts.map((part) => part.references)).toEqual([3, 3, 3, 3]);
});

test('where each reference misses, none does so more than once: short runs at the ends of parts', () => {
  for (const count of [1, 3, 7, 10])
    for (const { misses, references: own } of phasesOfRuns(new Array(10).fill(1), count))
      expect(misses).toBe(own);
});

test('no part is without references: there are no more parts', () => {
  const parts = phasesOfRuns([1], 3);
  expect(parts).toEqual([{ frames: 1, misses: 1, until: 1, references: 1 }]);
});
