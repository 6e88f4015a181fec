import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readTrace, type Trace } from '../../../lab/traces/index.ts';
import { sampleTrace } from '../../../lab/traces/sample-trace.ts';
import { createSampler, groupOf, rateOf, type Sampler } from '../../../lab/traces/sampler.ts';
import { kindOfRun, lengthOfRun, pageOfRun } from '../../../sim-hw/references.ts';
import { xorshift32 } from '../../support/reference-strings.ts';

const folder = mkdtempSync(join(tmpdir(), 'leasehold-sampler-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const draw = xorshift32(77);
const PAGES = Array.from({ length: 60_000 }, () => (draw() % 300) * (draw() % 40) + 2 ** 33);
const file = join(folder, 'pages');
writeFileSync(file, PAGES.map((page) => `${page}\n`).join(''));

/** References by true page number, kind and order, however they lie in runs. */
function spelled({ runs, pageNumbers }: Trace): number[] {
  return Array.from(runs).flatMap((run) =>
    new Array<number>(lengthOfRun(run)).fill(pageNumbers[pageOfRun(run)] * 4 + kindOfRun(run)),
  );
}

async function read(sampler: Sampler, from = file): Promise<Trace> {
  return readTrace(from, { sampler });
}

test('[CURV2] a fixed rate keeps what sampling the whole trace keeps', async () => {
  const sampler = createSampler({ rate: 0.3, seed: 5 });
  const trace = await read(sampler);
  expect(sampler.references).toBe(PAGES.length);
  expect(spelled(trace)).toEqual(spelled(sampleTrace(await readTrace(file), 0.3, 5)));
});

test('[CURV2] at most so many pages: what the rate that came of it keeps', async () => {
  const sampler = createSampler({ pages: 400, seed: 5 });
  const trace = await read(sampler);
  expect(trace.pageNumbers.length).toBeLessThanOrEqual(400);
  expect(trace.pageNumbers.length).toBeGreaterThan(350);
  const rate = rateOf(sampler);
  expect(spelled(trace)).toEqual(spelled(sampleTrace(await readTrace(file), rate, 5)));
  expect(sampler.references).toBe(PAGES.length);
});

test('[CURV2] runs are bounded too', async () => {
  const sampler = createSampler({ seed: 5 }, 5000);
  const trace = await read(sampler);
  expect(trace.runs.length).toBeLessThanOrEqual(5000);
  const rate = rateOf(sampler);
  expect(spelled(trace)).toEqual(spelled(sampleTrace(await readTrace(file), rate, 5)));
});

test('[CURV2] a compact trace is sampled by its page numbers, and tells how many there are', async () => {
  const sampler = createSampler({ rate: 0.5, seed: 9 });
  const whole = await readTrace('traces/xz.lht');
  const trace = await read(sampler, 'traces/xz.lht');
  expect(sampler.pages).toBe(whole.pageNumbers.length);
  expect(sampler.references).toBe(whole.references);
  expect(spelled(trace)).toEqual(spelled(sampleTrace(whole, 0.5, 9)));
});

test('a sample without a page is refused', async () => {
  const sampler = createSampler({ rate: 1e-9, seed: 1 });
  await expect(read(sampler)).rejects.toThrow(/none of its pages is in the sample/);
});

test('groups have nothing to do with who is in the sample', () => {
  const counts = new Uint32Array(8);
  for (let page = 0; page < 8000; page++)
    counts[groupOf(page, { seed: 1, regionBits: 0 }, 8, 12)]++;
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
});
