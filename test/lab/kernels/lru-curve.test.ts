import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lruCurve } from '../../../lab/bounds/lru-curve.ts';
import { advanceKernel, ask, doublesAt, startKernel } from '../../../lab/kernels/kernel.ts';
import {
  curveSoFar,
  fastLruCurve,
  firstPages,
  firstUses,
  startLruStream,
  takeRuns,
} from '../../../lab/kernels/lru-curve.ts';
import { readTrace } from '../../../lab/traces/index.ts';
import { packRun } from '../../../sim-hw/references.ts';
import { loop, randomPages, traceL } from '../../support/reference-strings.ts';

const runsOf = (pages: readonly number[]): Uint32Array =>
  Uint32Array.from(pages, (page) => packRun(page, 0, 1));

/** Stack distances by a plain list, youngest first. */
function naiveCurve(pages: readonly number[], all: number): Float64Array {
  const stack: number[] = [];
  const faults = new Float64Array(all + 1);
  for (const page of pages) {
    const depth = stack.indexOf(page);
    if (depth >= 0) stack.splice(depth, 1);
    stack.unshift(page);
    for (let frames = 0; frames <= (depth < 0 ? all : depth); frames++) faults[frames]++;
  }
  return faults;
}

/** The kernel itself: what is tested must not be its twin. */
function kernelCurve(runs: Uint32Array, pages: number, chunk = runs.length): Float64Array {
  const kernel = startKernel('lru-curve', pages);
  if (kernel === null) throw new Error('there is no kernel');
  for (let at = 0; at < runs.length; at += chunk)
    advanceKernel(kernel, runs, at, Math.min(runs.length, at + chunk));
  return doublesAt(kernel, ask(kernel, 'result'), pages + 1);
}

test('[POL18] is a plain list of the pages used last, and its twin, for any string', () => {
  const page = fc.oneof(fc.nat(39), fc.nat(5));
  fc.assert(
    fc.property(
      fc.array(page, { maxLength: 600 }),
      fc.integer({ min: 1, max: 200 }),
      (pages, chunk) => {
        const runs = runsOf(pages);
        const curve = kernelCurve(runs, 40, chunk);
        expect(curve).toEqual(naiveCurve(pages, 40));
        expect(curve).toEqual(lruCurve(runs, 40));
      },
    ),
  );
});

test('[POL18] runs of any kind and length count as its twin counts them', () => {
  const run = fc.tuple(fc.nat(30), fc.nat(2), fc.integer({ min: 1, max: 64 }));
  fc.assert(
    fc.property(fc.array(run, { maxLength: 300 }), (words) => {
      const runs = Uint32Array.from(words, ([page, kind, length]) => packRun(page, kind, length));
      expect(kernelCurve(runs, 31)).toEqual(lruCurve(runs, 31));
    }),
  );
});

test('[POL18] nothing, one page, pages that are never used', () => {
  expect(kernelCurve(new Uint32Array(0), 0, 1)).toEqual(new Float64Array([0]));
  expect(kernelCurve(runsOf([0, 0, 0]), 1)).toEqual(new Float64Array([3, 1]));
  expect(kernelCurve(runsOf([0, 1, 0]), 4)).toEqual(new Float64Array([3, 3, 2, 2, 2]));
});

test.each([
  ['loops over more pages than the front', loop(9000, 12), 100],
  ['random pages, many times over', randomPages(5, 200_000, 6000), 1000],
  ['random pages that nearly fit the front', randomPages(6, 100_000, 20), 333],
  ['a locality that moves', traceL(), 64],
  [
    'near and far by turns, so that the front comes and goes',
    Array.from({ length: 40 }, (_, at) =>
      at % 2 === 0 ? randomPages(at, 3000, 9) : randomPages(at, 3000, 2500),
    ).flat(),
    500,
  ],
  ['more than a span of pages', [...loop(70_000, 6), ...randomPages(7, 300_000, 70_000)], 65_536],
])('[POL18] over many lines and much moving down: %s', (_, pages, chunk) => {
  const runs = runsOf(pages);
  const all = runs.reduce((most, run) => Math.max(most, run >>> 8), 0) + 1;
  expect(kernelCurve(runs, all, chunk)).toEqual(lruCurve(runs, all));
});

test('[POL18] with room for more pages than sixteen spans hold', () => {
  const all = 1_100_000;
  const runs = runsOf(randomPages(8, 4_300_000, 3000));
  expect(kernelCurve(runs, all)).toEqual(lruCurve(runs, all));
});

test('[POL18] runs that stream by, of ever more pages: at any moment what all so far come to', () => {
  const near = loop(300, 40);
  const far = randomPages(9, 90_000, 30_000);
  const pages = [...near, ...far, ...near, ...loop(40_000, 2)];
  const ids = new Map<number, number>();
  for (const page of pages) if (!ids.has(page)) ids.set(page, ids.size);
  const runs = runsOf(pages.map((page) => ids.get(page) as number));
  const stream = startLruStream();
  if (stream === null) throw new Error('there is no kernel');
  let seen = 0;
  for (let at = 0; at < runs.length; at += 10_007) {
    const part = runs.subarray(at, at + 10_007);
    for (const run of part) seen = Math.max(seen, (run >>> 8) + 1);
    takeRuns(stream, part, seen);
    expect(curveSoFar(stream, seen)).toEqual(lruCurve(runs.subarray(0, at + 10_007), seen));
  }
});

/** The curve of runs cut in two, each part from an empty stack, joined by the first uses of the second. */
function curveOfParts(runs: Uint32Array, cut: number, pages: number): Float64Array {
  const first = startLruStream();
  const second = startLruStream();
  if (first === null || second === null) throw new Error('there is no kernel');
  takeRuns(first, runs.subarray(0, cut), pages);
  takeRuns(second, runs.subarray(cut), pages);
  const used = firstPages(second, 0, firstUses(second)).slice();
  expect([...used]).toEqual([...new Set(runs.subarray(cut).map((run) => run >>> 8))]);
  takeRuns(first, runsOf([...used]), pages);
  const theirs = curveSoFar(second, pages);
  return curveSoFar(first, pages).map((faults, at) => faults + theirs[at] - used.length);
}

test('[CURV4] cut in two anywhere, its parts come to the whole', () => {
  const page = fc.oneof(fc.nat(39), fc.nat(5));
  const run = fc.tuple(page, fc.nat(2), fc.integer({ min: 1, max: 64 }));
  fc.assert(
    fc.property(fc.array(run, { maxLength: 120 }), (words) => {
      const runs = Uint32Array.from(words, ([page, kind, length]) => packRun(page, kind, length));
      const whole = lruCurve(runs, 40);
      for (let cut = 0; cut <= runs.length; cut++)
        expect(curveOfParts(runs, cut, 40)).toEqual(whole);
    }),
    { numRuns: 40 },
  );
});

test('[CURV4] cut in two where the front comes and goes, and memory grows', () => {
  const far = (seed: number) => randomPages(seed, 70_000, 9000);
  const runs = runsOf([...far(10), ...loop(9, 9000), ...far(11)]);
  const whole = lruCurve(runs, 9000);
  for (const cut of [0, 1, 65_536, 70_000, 90_001, runs.length])
    expect(curveOfParts(runs, cut, 9000)).toEqual(whole);
});

test.each(readdirSync('traces').filter((file) => file.endsWith('.lht')))(
  '[POL18] recorded: %s',
  async (file) => {
    const trace = await readTrace(`traces/${file}`, { limit: 2_000_000 });
    const pages = trace.pageNumbers.length;
    expect(kernelCurve(trace.runs, pages)).toEqual(lruCurve(trace.runs, pages));
    expect(fastLruCurve(trace.runs, pages)).toEqual(lruCurve(trace.runs, pages));
  },
);

test('[POL18] what does not fit into its memory is left to its twin', () => {
  expect(startKernel('lru-curve', 0x3fffffff)).toBeNull();
});

test('a stream of more runs than its counts of 32 bits hold is refused', () => {
  const stream = startLruStream();
  if (stream === null) throw new Error('no kernel could be made');
  stream.runs = 0xffffffff - 1;
  takeRuns(stream, runsOf([0]), 1);
  expect(() => takeRuns(stream, runsOf([0]), 1)).toThrow('more than 4294967295 runs');
});
