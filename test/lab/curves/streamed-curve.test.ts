import { expect, test } from 'vitest';
import { createInlinePool, type Pool } from '../../../lab/compare/index.ts';
import type { CurvesWanted } from '../../../lab/curves/index.ts';
import { streamedCurves } from '../../../lab/curves/streamed-curve.ts';
import { streamedPoints } from '../../../lab/curves/streamed-points.ts';
import { readTrace, type Trace, writeCompact } from '../../../lab/traces/index.ts';
import { scratch } from '../traces/traces-support.ts';

const at = scratch();
const [short, long] = await Promise.all(
  [20_000, 400_000].map((limit) => readTrace('traces/python.lht', { limit })),
);
const wanted: CurvesWanted = {
  of: 'misses',
  policies: 'fifo,sieve,arc',
  sizes: '20,40',
  traffic: false,
  parts: 1,
};

/** A pool that does one job after the other, and has `file` written anew before job `number`. */
function meddling(file: string, by: Trace, number: number): Pool {
  const inner = createInlinePool();
  let done: Promise<unknown> = Promise.resolve();
  let jobs = 0;
  const run: Pool['run'] = (job, label) => {
    const isIt = jobs++ === number;
    const result = done.then(async () => {
      if (isIt) await writeCompact(file, by, true);
      return inner.run(job, label);
    });
    done = result.catch(() => 0);
    return result;
  };
  return { ...inner, run };
}

const says =
  /\.lht: has been written anew meanwhile, expected one that stays as it is .*; try again/;

test.each([
  ['with more pages, before any has read it', short, long, 0],
  ['with more pages, between two that read it', short, long, 1],
  ['with fewer pages, between two that read it', long, short, 2],
])('a file that is written anew %s, is no trace', async (_, before, after, number) => {
  const file = at(`anew-${number}.lht`);
  await writeCompact(file, before, true);
  const asked = (pool: Pool) => streamedCurves(file, 'anew', wanted, {}, pool);
  expect((await asked(createInlinePool()))?.pages).toBe(before.pageNumbers.length);
  await expect(asked(meddling(file, after, number))).rejects.toThrow(says);
  expect((await asked(createInlinePool()))?.pages).toBe(after.pageNumbers.length);
});

test('written anew before it is read, with fewer pages: what is told is of what was read', async () => {
  const file = at('fewer.lht');
  await writeCompact(file, long, true);
  const curves = await streamedCurves(file, 'fewer', wanted, {}, meddling(file, short, 0));
  await writeCompact(file, short, true);
  expect(curves).toEqual(await streamedCurves(file, 'fewer', wanted, {}, createInlinePool()));
});

test.each([
  ['packed, its runs through the sink', false],
  ['plain, its runs in the window', true],
])('a kernel takes no page that it has no room for: %s', async (_, plain) => {
  const file = at(`told-${plain}.lht`);
  await writeCompact(file, long, plain);
  const policy = { name: 'fifo', file: null, parameters: {} };
  const told = long.pageNumbers.length;
  const asked = { policy, frames: [20], traffic: false };
  expect((await streamedPoints(file, { ...asked, told }, {}))?.summary.pages).toBe(told);
  await expect(streamedPoints(file, { ...asked, told: told - 1 }, {})).rejects.toThrow(says);
});
