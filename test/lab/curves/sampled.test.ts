import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createInlinePool } from '../../../lab/compare/index.ts';
import { type Curves, type CurvesWanted, curvesOf } from '../../../lab/curves/curve.ts';
import { sampledCurvesOf } from '../../../lab/curves/sampled.ts';
import { curvesTable } from '../../../lab/curves/table.ts';
import { readTrace } from '../../../lab/traces/index.ts';
import { createSampler, type SampleWanted } from '../../../lab/traces/sampler.ts';

const folder = mkdtempSync(join(tmpdir(), 'leasehold-sampled-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pool = createInlinePool();
const wanted: CurvesWanted = {
  of: 'misses',
  policies: 'lru,clock,sieve',
  sizes: 'auto:6',
  traffic: false,
  parts: 10,
};

/** What the generator of bench/ writes for such a trace: a Zipf law, and scans. */
function bigTrace(references: number, pages: number): string {
  const arguments_ = ['bench/big-trace.ts', String(references), String(pages)];
  const { stdout } = spawnSync(process.execPath, arguments_, { maxBuffer: 2 ** 30 });
  const file = join(folder, `${references}-${pages}`);
  writeFileSync(file, stdout);
  return file;
}

async function sampled(file: string, sample: SampleWanted, asked = wanted): Promise<Curves> {
  const sampler = createSampler(sample);
  const trace = await readTrace(file, { sampler });
  return sampledCurvesOf(trace, sampler, 't', asked, pool);
}

/** Estimate and truth at the same sizes, and whether each point keeps its bound. */
async function compared(file: string, sample: SampleWanted): Promise<Curves> {
  const trace = await readTrace(file);
  const sizes = [0.1, 0.25, 0.5, 0.75].map((share) => Math.ceil(share * trace.pageNumbers.length));
  const asked = { ...wanted, sizes: sizes.join(',') };
  const exact = await curvesOf(trace, 't', asked, pool);
  const estimate = await sampled(file, sample, asked);
  expect(estimate.references).toBe(exact.references);
  for (const [at, { points }] of estimate.curves.entries())
    for (const [place, { frames, misses, bound }] of points.entries()) {
      const known = exact.curves[at]?.points[place];
      expect(known?.frames).toBe(frames);
      const off = Math.abs(misses - (known?.misses ?? Number.NaN)) / exact.references;
      // Where nearly every miss is a page's first, parts differ by less than rounding.
      if (bound !== undefined) expect(off).toBeLessThanOrEqual(bound + 0.0001);
      expect(off).toBeLessThan(0.01);
    }
  return estimate;
}

test.each(['cc1plus', 'hash-join', 'matrix', 'python', 'sort', 'sqlite', 'xz'])(
  '[CURV1] half of the pages of %s: within the bound, and that below 0.01',
  async (trace) => {
    const { sample } = await compared(`traces/${trace}.lht`, { rate: 0.5, seed: 1 });
    expect(sample?.bound).toBeLessThan(0.01);
  },
);

test('[CURV1] [CURV2] at most so many pages of a Zipf law with scans: within the bound, and that below 0.01', async () => {
  const estimate = await compared(bigTrace(1_500_000, 200_000), { pages: 100_000, seed: 1 });
  const { rate, pages, bound } = estimate.sample as NonNullable<Curves['sample']>;
  expect(pages).toBeLessThanOrEqual(100_000);
  expect(pages).toBeGreaterThan(85_000);
  expect(rate).toBeLessThan(1);
  expect(bound).toBeLessThan(0.01);
  expect(bound).toBeGreaterThan(0);
  expect(curvesTable(estimate)).toMatch(/estimated from [\d,]+ of them .* off by at most 0\.00/);
});

test('all of the pages are no estimate: the exact curve, with a bound of 0', async () => {
  const file = 'traces/python.lht';
  const estimate = await sampled(file, { pages: 100_000, seed: 1 });
  const exact = await curvesOf(await readTrace(file), 't', wanted, pool);
  expect(estimate.sample).toMatchObject({ rate: 1, bound: 0 });
  for (const [at, { points }] of estimate.curves.entries())
    expect(points.map(({ misses }) => misses)).toEqual(
      exact.curves[at]?.points.map(({ misses }) => misses),
    );
});

test('[CURV1] of a few frames nobody can say how good it is', async () => {
  const estimate = await sampled(
    'traces/xz.lht',
    { rate: 0.2, seed: 1 },
    { ...wanted, sizes: '8' },
  );
  expect(estimate.sample?.bound).toBeNull();
  expect(estimate.curves[0]?.points[0]?.bound).toBeUndefined();
  expect(curvesTable(estimate)).toMatch(/too few to say how well[\s\S]*±\?/);
});

test('a sample of anything but misses by frames is refused', async () => {
  const asked = { ...wanted, traffic: true };
  const refused = sampled('traces/xz.lht', { rate: 0.5, seed: 1 }, asked);
  await expect(refused).rejects.toThrow(/--sample: is for misses by frames/);
});
