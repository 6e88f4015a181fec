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
  const { ends } = parts6;
  expect(ends).toHaveLength(6);
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

test('more parts than runs: some are empty', () => {
  const short: ReferenceString = {
    runs: runs.slice(0, 1),
    references: 1,
    pageNumbers: new Float64Array(10),
  };
  const parts = phasesOf(short, policies.fifo as Policy, {}, 1, partsOf(short, 3, 1));
  expect(parts.map(({ misses }) => misses)).toEqual([1, 0, 0]);
});
