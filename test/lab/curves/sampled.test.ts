import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createInlinePool } from '../../../lab/compare/index.ts';
import { type Curves, type CurvesWanted, curvesOf } from '../../../lab/curves/curve.ts';
import type { Point, Traffic } from '../../../lab/curves/points.ts';
import { sampledCurvesOf, sampleNeeds } from '../../../lab/curves/sampled.ts';
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

/** All that two documents count, point by point: estimate, truth, bound. */
function pairs(estimate: Curves, exact: Curves): [number, number, number | undefined][] {
  return estimate.curves.flatMap(({ policy, points }, at) =>
    points.flatMap((point, place) => {
      const truth = exact.curves[at]?.points[place];
      expect(truth).toMatchObject({ frames: point.window ? expect.anything() : point.frames });
      expect(exact.curves[at]?.policy).toBe(policy);
      const each = (count: (one: Point) => number): [number, number] => [
        count(point) / exact.references,
        count(truth as Point) / exact.references,
      ];
      const { bound, framesBound, trafficBound, traffic } = point;
      const all: [number, number, number | undefined][] = [[...each((one) => one.misses), bound]];
      if (point.window) all.push([point.frames, truth?.frames as number, framesBound]);
      for (const key of Object.keys(traffic ?? {}) as (keyof Traffic)[])
        all.push([...each((one) => one.traffic?.[key] ?? 0), trafficBound?.[key]]);
      return all;
    }),
  );
}

const kinds: [string, Partial<CurvesWanted>][] = [
  ['traffic', { traffic: true, sizes: '0.25,0.5' }],
  ['phases', { of: 'phases', sizes: '0.3,0.5' }],
  ['working sets', { of: 'working-set', sizes: '1000,100000,1000000' }],
  ['page sizes', { of: 'page-size', sizes: '0.5,0.9' }],
  ['the reach of a TLB', { of: 'tlb-reach', sizes: '0.5,0.9' }],
];

test.each(kinds)('[CURV1] all of the pages are no estimate: %s', async (_, part) => {
  const asked = { ...wanted, ...part };
  const exact = await curvesOf(await readTrace('traces/xz.lht'), 't', asked, pool);
  const needs = sampleNeeds(asked.of);
  const estimate = await sampled('traces/xz.lht', { rate: 1, seed: 1, ...needs }, asked);
  for (const [said, known, bound] of pairs(estimate, exact)) {
    expect(said).toBe(known);
    expect(bound).toBe(0);
  }
});

test.each(kinds.slice(0, 3))(
  '[CURV1] [CURV3] half of the pages, %s: within the bound',
  async (_, part) => {
    const asked = { ...wanted, ...part };
    for (const trace of ['traces/sqlite.lht', 'traces/cc1plus.lht']) {
      const exact = await curvesOf(await readTrace(trace), 't', asked, pool);
      const sample = { rate: 0.5, seed: 1, ...sampleNeeds(asked.of) };
      const found = pairs(await sampled(trace, sample, asked), exact);
      for (const [said, known, bound] of found) {
        expect(bound).toBeDefined();
        // Where nearly every miss is a page's first, parts differ by less than rounding.
        expect(Math.abs(said - known)).toBeLessThanOrEqual((bound as number) + 0.0001);
      }
    }
  },
);

test.each(kinds.slice(3))(
  '[CURV1] [CURV3] half of the regions, %s: within the bound where there is one',
  async (_, part) => {
    const asked = { ...wanted, ...part, sizes: '30000,60000' };
    // Not in parts of the pages: how many there are a text does not tell.
    const trace = bigTrace(300_000, 200_000);
    const exact = await curvesOf(await readTrace(trace), 't', asked, pool);
    const sample = { rate: 0.5, seed: 2, ...sampleNeeds(asked.of) };
    const estimate = await sampled(trace, sample, asked);
    const found = pairs(estimate, exact).filter(([, , bound]) => bound !== undefined);
    expect(found.length).toBeGreaterThan(10);
    for (const [said, known, bound] of found)
      expect(Math.abs(said - known)).toBeLessThanOrEqual((bound as number) + 0.0001);
    expect(curvesTable(estimate)).toContain('a share of 0.5 of the regions of 2 MiB');
  },
);

test('[CURV2] [CURV3] runs that were thinned out keep their times', async () => {
  const asked: CurvesWanted = { ...wanted, of: 'phases', policies: 'fifo', sizes: '100' };
  const thinned = await sampled(
    'traces/sqlite.lht',
    { pages: 500, seed: 4, keepsTime: true },
    asked,
  );
  const rate = thinned.sample?.rate as number;
  expect(rate).toBeLessThan(0.5);
  expect(await sampled('traces/sqlite.lht', { rate, seed: 4, keepsTime: true }, asked)).toEqual(
    thinned,
  );
});
