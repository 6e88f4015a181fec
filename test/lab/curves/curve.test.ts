import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { createInlinePool, createPool, type Pool } from '../../../lab/compare/index.ts';
import {
  CURVE_KINDS,
  type CurvesWanted,
  curvesOf,
  curvesTable,
} from '../../../lab/curves/index.ts';
import { curvesPlot } from '../../../lab/curves/plot.ts';
import { streamedCurves } from '../../../lab/curves/streamed-curve.ts';
import { readTrace, writeCompact } from '../../../lab/traces/index.ts';
import { scratch } from '../traces/traces-support.ts';

const at = scratch();
const traceFile = fileURLToPath(new URL('../../../traces/python.lht', import.meta.url));
const skeleton = fileURLToPath(new URL('../../../clients/policies/skeleton.ts', import.meta.url));
const trace = await readTrace(traceFile, { limit: 100_000 });
const wanted: CurvesWanted = {
  of: 'misses',
  policies: 'lru,clock,optimal',
  sizes: 'auto:6',
  traffic: false,
  parts: 10,
};

test('the document: policies in order, sizes ascending, nobody better than optimal', async () => {
  const curves = await curvesOf(trace, 'python.lht', wanted, createInlinePool());
  const pages = trace.pageNumbers.length;
  expect(curves).toMatchObject({ trace: 'python.lht', references: 100_000, pages });
  expect(curves.curves.map(({ policy }) => policy)).toEqual(['lru', 'clock', 'optimal']);
  const [lru, clock, optimal] = curves.curves;
  for (const [at, { frames, misses }] of (optimal?.points ?? []).entries()) {
    expect(frames).toBe(Math.floor((pages * (at + 1)) / 7));
    expect(lru?.points[at]?.misses).toBeGreaterThanOrEqual(misses);
    expect(clock?.points[at]?.misses).toBeGreaterThanOrEqual(misses);
    expect(misses).toBeGreaterThanOrEqual(pages);
  }
});

test('LRU alone, as its runs stream by: the same document, in whole or in part', async () => {
  const lru = { ...wanted, policies: 'lru' };
  const kept = await curvesOf(trace, 'python.lht', lru, createInlinePool());
  expect(
    await streamedCurves(traceFile, 'python.lht', lru, { limit: 100_000 }, createInlinePool()),
  ).toEqual(kept);
  const whole = await curvesOf(await readTrace(traceFile), 'x', lru, createInlinePool());
  expect(await streamedCurves(traceFile, 'x', lru, { threads: 1 }, createInlinePool())).toEqual(
    whole,
  );
});

test('a policy with a kernel at few sizes, as its runs stream by: the same document', async () => {
  const whole = await readTrace(traceFile);
  const pool = createInlinePool();
  const some: Partial<CurvesWanted>[] = [
    { policies: 'lru', sizes: '0.25' },
    { policies: 'clock', sizes: '64,0.5', traffic: true },
    { policies: 's3-fifo:small=0.2', sizes: 'auto:16' },
    { policies: 'arc', sizes: '100000,7' },
  ];
  for (const part of some) {
    const asked = { ...wanted, ...part };
    const kept = await curvesOf(whole, 'x', asked, pool);
    expect(await streamedCurves(traceFile, 'x', asked, { threads: 1 }, pool)).toEqual(kept);
  }
  await expect(
    streamedCurves(traceFile, 'x', { ...wanted, policies: 'clock:k=1' }, {}, pool),
  ).rejects.toThrow('--policy: parameter k');
});

test('several policies at many sizes, each streaming a plain trace by itself: the same document', async () => {
  const file = at('plain.lht');
  const trace = await readTrace(traceFile, { limit: 1_500_000 });
  await writeCompact(file, trace, true);
  const read = await readTrace(file);
  const pools = [createInlinePool(), createPool({ size: 2, ofTraces: true })];
  for (const part of [
    { policies: 'fifo, lru,arc,s3-fifo:small=0.2', sizes: 'auto:16' },
    { policies: 'lru,clock', sizes: '64', traffic: true },
    { policies: 'sieve', sizes: 'auto:19' },
  ]) {
    const asked = { ...wanted, ...part };
    const kept = await curvesOf(read, 'x', asked, pools[0]);
    for (const pool of pools)
      expect(await streamedCurves(file, 'x', asked, {}, pool)).toEqual(kept);
  }
  const [pool] = pools;
  for (const policies of ['lru,optimal', 'lru,lru-k:k=16', 'lru,./mine.ts'])
    expect(await streamedCurves(file, 'x', { ...wanted, policies }, {}, pool)).toBeNull();
  const bytes = new Uint8Array(await readFile(file));
  bytes[bytes.length >> 1] ^= 1;
  await writeFile(file, bytes);
  for (const one of pools)
    await expect(
      streamedCurves(file, 'x', { ...wanted, policies: 'fifo,lru' }, {}, one),
    ).rejects.toThrow('section RUNS has the wrong sums');
  await pools[1].close();
});

test('anything else is not for streams, nor where there are no kernels', async () => {
  const pool = createInlinePool();
  const others: Partial<CurvesWanted>[] = [
    { policies: 'lru,clock' },
    { policies: 'lru', of: 'phases' },
    { policies: 'lru-k:k=16' },
    { policies: './mine.ts:most=1', sizes: '64' },
    { policies: 'clock', sizes: 'auto:17' },
  ];
  for (const other of others)
    expect(await streamedCurves(traceFile, 'x', { ...wanted, ...other }, {}, pool)).toBeNull();
  const clock = { ...wanted, policies: 'clock', sizes: '64' };
  expect(await streamedCurves(traceFile, 'x', clock, { limit: 9 }, pool)).toBeNull();
  expect(await streamedCurves('none', 'x', clock, {}, pool)).toBeNull();
  vi.stubEnv('LEASEHOLD_KERNELS', 'off');
  expect(await streamedCurves(traceFile, 'x', { ...wanted, policies: 'lru' }, {}, pool)).toBeNull();
  expect(await streamedCurves(traceFile, 'x', clock, {}, pool)).toBeNull();
  vi.unstubAllEnvs();
});

test('who costs most begins: policies of files, those without a kernel, kernels by what they took', async () => {
  const asked: string[] = [];
  const inline = createInlinePool();
  const pool: Pool = {
    ...inline,
    run: (job, label, events) => {
      if ('policy' in job) asked.push(job.policy.name);
      return inline.run(job, label, events);
    },
  };
  const policies = `fifo,lfu,lru-k:k=16,arc,${skeleton},eelru,random,2q`;
  const some = { ...wanted, policies, sizes: '64' };
  await curvesOf(await readTrace(traceFile, { limit: 5000 }), 't', some, pool);
  expect(asked).toEqual(['skeleton', 'lru-k', 'lfu', 'eelru', '2q', 'arc', 'fifo', 'random']);
  asked.length = 0;
  const file = at('order.lht');
  await writeCompact(file, trace, true);
  await streamedCurves(file, 't', { ...some, policies: 'fifo,lfu,random,arc,2q' }, {}, pool);
  expect(asked).toEqual(['lfu', '2q', 'arc', 'fifo', 'random']);
});

test('workers, however many, give the same bytes', async () => {
  const texts = await Promise.all(
    [1, 2].map(async (size) => {
      const pool = createPool({ size });
      try {
        return JSON.stringify(await curvesOf(trace, 't', { ...wanted, traffic: true }, pool));
      } finally {
        await pool.close();
      }
    }),
  );
  expect(texts[0]).toBe(texts[1]);
});

test("parameters and files of one's own; a table with traffic", async () => {
  const policies = `working-set:tau=50,${skeleton}`;
  const asked = { ...wanted, policies, sizes: '16,0.5', traffic: true };
  const curves = await curvesOf(trace, 't', asked, createInlinePool());
  expect(curves.curves.map(({ policy }) => policy)).toEqual(['working-set:tau=50', 'skeleton']);
  const table = curvesTable(curves);
  expect(table).toContain('working-set:tau=50');
  expect(table).toContain('pages written back');
  const plain = await curvesOf(
    trace,
    't',
    { ...asked, policies: 'working-set' },
    createInlinePool(),
  );
  expect(plain.curves[0]?.points).not.toEqual(curves.curves[0]?.points);
});

test.each([
  ['clok', /--policy: is 'clok', expected a policy .*did you mean 'clock'/],
  ['working-set:taus=5', /parameter taus is unknown, expected a parameter of working-set/],
  ['working-set:tau=x', /tau is 'x', expected a number/],
  ['lru,', /is '', expected a policy/],
  ['./none.ts', /none.ts: does not exist, expected a file/],
])('%s is refused in one line', async (policies, says) => {
  const asked = curvesOf(trace, 't', { ...wanted, policies }, createInlinePool());
  await expect(asked).rejects.toThrow(says);
});

test('over time, by windows, by page sizes: each a document, a table and a plot', async () => {
  for (const of of CURVE_KINDS) {
    const asked = { ...wanted, of, sizes: of === 'working-set' ? 'log:5' : '16,64' };
    const curves = await curvesOf(trace, 't', asked, createInlinePool());
    const counts = { misses: 3, phases: 6, 'working-set': 2, 'page-size': 10, 'tlb-reach': 10 };
    expect(curves.curves).toHaveLength(counts[of]);
    const lines = curvesTable(curves).trim().split('\n');
    const rows = { misses: 2, phases: 10, 'working-set': 5, 'page-size': 2, 'tlb-reach': 2 };
    expect(lines).toHaveLength(4 + rows[of]);
    expect(new Set(lines.slice(3).map((line) => line.length)).size, of).toBe(1);
    expect(curvesPlot(curves)).not.toContain('NaN');
  }
});
