import { expect, test } from 'vitest';
import { join, joinLength, phases } from '../../../clients/programs/index.ts';
import type { Policy } from '../../../contracts/policy.ts';
import { lruCurve } from '../../../lab/bounds/index.ts';
import { faultsSoFar, simulate } from '../../../lab/curves/simulation.ts';
import blockJoin from '../../../lab/scenarios/block-join.ts';
import { createRandom } from '../../../sim-hw/random.ts';

test('a join reads each block, then the whole inner table against it', () => {
  const shape = { outer: 5, inner: 3, block: 2, rows: 2 };
  const program = join(shape);
  expect(program.references).toBe(joinLength(shape));
  expect([...program.pageNumbers]).toEqual([0, 1, 5, 6, 7, 2, 3, 4]);
  const pages = [...program.runs].flatMap((run) =>
    new Array((run & 63) + 1).fill(program.pageNumbers[run >>> 8]),
  );
  expect(pages.slice(0, 14)).toEqual([0, 1, 5, 0, 5, 1, 6, 0, 6, 1, 7, 0, 7, 1]);
  // The last block has one page.
  expect(pages.slice(-13)).toEqual([4, 5, 4, 5, 4, 6, 4, 6, 4, 7, 4, 7, 4]);
});

test('a policy that knows the join keeps its block and what fits of the inner table', () => {
  const program = join({ outer: 60, inner: 100, block: 20, rows: 4 });
  const parameters = { innerFrom: 20, innerTo: 120, block: 20 };
  const [simulation] = simulate(blockJoin as Policy, program, [80], parameters);
  const faults = faultsSoFar(simulation);
  const lru = lruCurve(program.runs, program.pageNumbers.length)[80] as number;
  // All once; then each of the two later rounds misses about the 40 that do not fit.
  expect(lru).toBe(60 + 300);
  expect(faults).toBeLessThan(60 + 100 + 2 * 45);
  expect(faults).toBeGreaterThanOrEqual(60 + 100 + 2 * 40);
});

test('the lists of that policy agree throughout', () => {
  const program = join({ outer: 12, inner: 10, block: 4, rows: 2 });
  const checked: Policy = {
    ...(blockJoin as Policy),
    removed(state, page, view) {
      blockJoin.removed(state as never, page, view);
      expect(blockJoin.check?.(state as never)).toBeUndefined();
    },
  };
  const parameters = { innerFrom: 4, innerTo: 14, block: 4 };
  for (const simulation of simulate(checked, program, [1, 2, 5, 9, 13], parameters))
    expect(faultsSoFar(simulation)).toBeGreaterThan(0);
});

test('phases: each refers to its own first pages', () => {
  const list = [
    { pages: 3, references: 50 },
    { pages: 40, references: 200 },
  ];
  const program = phases(list, 2, 0, createRandom(1));
  expect(program.references).toBe(500);
  const pages = [...program.runs].flatMap((run) =>
    new Array((run & 63) + 1).fill(program.pageNumbers[run >>> 8]),
  );
  for (const start of [0, 250]) {
    expect(Math.max(...pages.slice(start, start + 50))).toBeLessThan(3);
    expect(Math.max(...pages.slice(start + 50, start + 250))).toBeGreaterThan(30);
  }
});
