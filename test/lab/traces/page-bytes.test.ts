import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { performJob } from '../../../lab/compare/jobs.ts';
import { traceFormats } from '../../../lab/traces/formats/index.ts';
import { readTrace, streamTrace, writeTrace } from '../../../lab/traces/index.ts';
import { createSampler } from '../../../lab/traces/sampler.ts';
import type { Trace } from '../../../lab/traces/trace.ts';
import { pageOfRun } from '../../../sim-hw/references.ts';
import { put, referencesIn, refusal, scratch } from './traces-support.ts';

const at = scratch();

/** Reads of 8 bytes all over 16 MiB, some of them across a boundary of 512 bytes. */
const lackeyText = Array.from({ length: 3000 }, (_, i) => {
  const address = (i * i * 7919 * 13) % 2 ** 24;
  return ` ${i % 3 === 0 ? 'S' : 'L'} ${address.toString(16)},8\n`;
}).join('');

/** The same pages in the same order, however they are numbered. */
function spelled(trace: Trace): unknown {
  const { references, kinds, pageBytes } = trace;
  return { references, kinds, pageBytes, all: referencesIn(trace) };
}

async function written(name: string, pageBytes: number, to = 'compact'): Promise<string> {
  const source = await put(at('source.txt'), lackeyText);
  await writeTrace(at(name), await readTrace(source, { pageBytes }), to);
  return at(name);
}

test('each page size from 512 bytes to 2 MiB is written and comes back, packed and plain', async () => {
  const source = await put(at('source.txt'), lackeyText);
  for (let pageBytes = 512; pageBytes <= 2 ** 21; pageBytes *= 2)
    for (const to of ['compact', 'compact-plain']) {
      const back = await readTrace(await written(`${to}-${pageBytes}`, pageBytes, to));
      expect(spelled(back)).toEqual(spelled(await readTrace(source, { pageBytes })));
    }
});

test('a compact trace is read in larger pages: the same pages as its source has', async () => {
  const fine = await written('fine.lht', 512);
  const source = await readTrace(fine);
  for (const pageBytes of [1024, 4096, 2 ** 21]) {
    const larger = await readTrace(fine, { pageBytes });
    const shrink = pageBytes / 512;
    const expected = referencesIn(source).map(([page, kind]) => [Math.floor(page / shrink), kind]);
    expect(referencesIn(larger)).toEqual(expected);
    expect(larger).toMatchObject({ pageBytes, references: source.references, kinds: source.kinds });
    const part = await readTrace(fine, { pageBytes, limit: 700 });
    expect(referencesIn(part)).toEqual(expected.slice(0, 700));
    const batches: number[] = [];
    const summary = await streamTrace(fine, (runs) => batches.push(...runs), { pageBytes });
    expect(batches).toEqual([...larger.runs]);
    expect(summary.pageNumbers).toEqual(larger.pageNumbers);
  }
});

test('a sample of larger pages is one of theirs, and knows how many there are', async () => {
  const fine = await written('sampled.lht', 512);
  const whole = await readTrace(fine, { pageBytes: 8192 });
  const sampler = createSampler({ rate: 0.5, seed: 3 });
  const sample = await readTrace(fine, { pageBytes: 8192, sampler });
  expect(sampler.pages).toBe(whole.pageNumbers.length);
  const kept = new Set(sample.pageNumbers);
  const expected = referencesIn(whole).filter(([page]) => kept.has(page));
  expect(referencesIn(sample)).toEqual(expected);
  expect(kept.size).toBeGreaterThan(whole.pageNumbers.length / 4);
});

test('smaller pages than were written are refused, and sizes that cannot be', async () => {
  const coarse = await written('coarse.lht', 8192);
  expect(await refusal(readTrace(coarse, { pageBytes: 4096 }))).toMatch(
    /coarse\.lht: pages of 4096 bytes, expected at least the 8192 it was written with; convert/,
  );
  for (const pageBytes of [256, 5000, 2 ** 22, -512])
    expect(await refusal(readTrace(coarse, { pageBytes }))).toContain('a power of two from 512');
});

test('a header with a page of another size is refused', async () => {
  const bytes = await readFile(await written('honest.lht', 512));
  for (const granule of [0, 256, 4095, 2 ** 22]) {
    bytes.writeUInt32LE(granule, 8 + 16 + 4);
    const file = await put(at('lie.lht'), bytes);
    expect(await refusal(readTrace(file))).toMatch(/checksum|power of two/);
  }
});

test('finest: 512 bytes where a format tells addresses, else its own pages', async () => {
  const text = await put(at('source.txt'), lackeyText);
  expect((await readTrace(text, { pageBytes: 'finest' })).pageBytes).toBe(512);
  const pages = await put(at('pages.txt'), '1\n2\n');
  expect((await readTrace(pages, { pageBytes: 'finest' })).pageBytes).toBe(4096);
  const table = await put(at('table.csv'), 'page,kind\n1,r\n');
  expect((await readTrace(table, { pageBytes: 'finest' })).pageBytes).toBe(4096);
  const places = await put(at('places.csv'), 'address,kind\n4096,r\n');
  expect(await readTrace(places, { pageBytes: 'finest' })).toMatchObject({ pageBytes: 512 });
  const fine = await written('finest.lht', 1024);
  expect((await readTrace(fine, { pageBytes: 'finest' })).pageBytes).toBe(1024);
  const told = traceFormats.filter(({ hasAddresses }) => hasAddresses).map(({ name }) => name);
  expect(told).not.toContain('oracleGeneral');
});

test('the machine reads pages of 4096 bytes, and refuses what has larger ones', async () => {
  const read = (file: string) =>
    performJob({ kind: 'read', file, limit: null }, { watch: null }) as Promise<Trace>;
  const own = await readTrace(await put(at('source.txt'), lackeyText));
  const same = await read(await written('machine.lht', 512));
  expect(Array.from(same.runs, (run) => same.pageNumbers[pageOfRun(run)]).slice(0, 50)).toEqual(
    Array.from(own.runs, (run) => own.pageNumbers[pageOfRun(run)]).slice(0, 50),
  );
  const large = await written('large.lht', 2 ** 21);
  expect(await refusal(read(large))).toContain('expected at least the 2097152');
});

test('addresses at the end of 64 bits: their pages of 512 bytes have no exact number', async () => {
  const far = await put(at('far.txt'), ' L ffffffffffff8000,8\n');
  expect((await readTrace(far)).pageNumbers).toEqual(Float64Array.of(2 ** 52 - 8));
  expect(await refusal(readTrace(far, { pageBytes: 512 }))).toContain('take --page-bytes 4096');
});
