/**
 * Ratios that must not be lost unseen: each kernel beside its twin, the whole stack beside the bare loop, in
 * turn in one process and by the CPU time of the thread. Far below what `npm run bench` gives on an idle
 * machine, so that a busy one does not fail: no time is held to anything.
 */

import { describe, expect, test } from 'vitest';
import { contests, kernelRow } from '../../bench/kernels.ts';
import { ampleRows, type NamedProgram } from '../../bench/speed.ts';
import { readTrace } from '../../lab/traces/index.ts';

async function python(limit: number): Promise<NamedProgram> {
  return { name: 'python', program: await readTrace('traces/python.lht', { limit }) };
}

describe('a kernel is quicker than its twin', async () => {
  const programs = [await python(500_000)];
  test.each(contests)('$name [POL18]', (contest) => {
    expect(kernelRow(contest.name, contest, programs).ratio).toBeGreaterThan(1);
  });
});

test('the whole stack, its hot loop a kernel, does four fifths of what the bare loop does', async () => {
  const rows = ampleRows([await python(5_000_000)]);
  expect(rows.find(({ name }) => name === 'stack-ample')?.ratio).toBeGreaterThan(0.8);
});
