/** The time that operations stand still in faults, and its 99th percentile. */

import { expect, test } from 'vitest';
import { runCell } from '../../../lab/run/cell.ts';
import { cell, task } from '../../support/cells.ts';
import { toReferenceString } from '../../support/reference-strings.ts';

/** A loop over `pages` in 8 frames, `operation` references at a time. */
function p99(operation: number | undefined, pages: number, more = {}) {
  const loop = Array.from({ length: 400 }, (_, at) => at % pages);
  const one = {
    ...task('one', toReferenceString(loop, { collapse: false }), 'fifo', 8, more),
    operation,
  };
  const { tasks } = runCell(cell(16, [one], { oracles: true }));
  return tasks[0] as (typeof tasks)[number];
}

test('operations are counted where they have a length, and change nothing', () => {
  const { operationNsP99, ...counted } = p99(5, 20);
  const plain = p99(undefined, 20);
  expect(counted).toEqual(plain);
  expect(operationNsP99).toBeGreaterThan(0);
});

test('where each reference faults an operation takes as many faults as it has references', () => {
  const one = p99(1, 20, { initial: 'image' });
  expect(one.hardFaults).toBe(400);
  expect(one.operationNsP99).toBe(one.faultNsP99);
  const mean = one.faultNsMean as number;
  for (const length of [2, 5, 20]) {
    const per = (p99(length, 20, { initial: 'image' }).operationNsP99 as number) / mean;
    // The upper end of a bucket, at most 1/16 too high.
    expect(per).toBeGreaterThanOrEqual(length * 0.99);
    expect(per).toBeLessThan(length * 1.1);
  }
});

test('operations that did not fault count as none, also in later rounds', () => {
  // Eight compulsory faults, all in the first two of 100 operations; then none.
  const quiet = p99(4, 8);
  expect(quiet.faults).toBe(8);
  expect(quiet.operationNsP99).toBeGreaterThan(0);
  expect(p99(4, 4).operationNsP99).toBe(0);
  expect(p99(2, 8, { atEnd: 'restart' }).operationNsP99).toBeGreaterThan(0);
});
