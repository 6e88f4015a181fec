import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { policies } from '../../../clients/policies/index.ts';
import { type Simulation, simulate } from '../../../lab/curves/simulation.ts';
import { advanceKernel, ask, type Kernel } from '../../../lab/kernels/kernel.ts';
import {
  countsOfLanes,
  hasLanes,
  LANES_MAX,
  type LaneCounts,
  simulateLanes,
  startLanes,
} from '../../../lab/kernels/policies.ts';
import { readTrace } from '../../../lab/traces/index.ts';
import { kindOfRun, lengthOfRun, packRun, pageOfRun, WRITE } from '../../../sim-hw/references.ts';
import { twins } from '../../support/naive-policies/index.ts';
import { loop, randomPages, traceL } from '../../support/reference-strings.ts';

const PAGES = 12;
const SEED = 7;
const SIZES = [1, 2, 3, 5, 8, 12, 40];
const fixed = { seed: 20_261_122, numRuns: 60 };

const anyRun = fc.tuple(
  fc.oneof(fc.nat(PAGES - 1), fc.nat(3)),
  fc.nat(2),
  fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 64 })),
);
const anyRuns = fc
  .array(anyRun, { minLength: 1, maxLength: 300, size: 'max' })
  .map((words) => Uint32Array.from(words, ([page, kind, length]) => packRun(page, kind, length)));

const names = Object.keys(policies).filter((name) => hasLanes(name, parametersOf(name)));

function parametersOf(name: string, settings: Readonly<Record<string, number>> = {}) {
  return { ...policies[name].parameters, ...settings };
}

function kernelOf(
  name: string,
  parameters: Readonly<Record<string, number>>,
  pages: number,
  sizes: readonly number[],
): Kernel {
  const kernel = startLanes(name, parameters, pages, sizes, SEED);
  if (kernel === null) throw new Error(`${name} has no kernel`);
  return kernel;
}

const counted = ({ frames, faultsOf, writeBacks }: Simulation): LaneCounts => {
  const [read, write, fetch] = faultsOf;
  return { frames, faultsOf: [read, write, fetch], writeBacks };
};

/** What its twin counts: the policy itself, without the kernel. */
function twinCounts(
  name: string,
  parameters: Readonly<Record<string, number>>,
  runs: Uint32Array,
  pages: number,
  sizes: readonly number[],
): LaneCounts[] {
  const program = { runs, pageNumbers: new Float64Array(pages) };
  return simulate(policies[name], program, sizes, parameters, SEED).map(counted);
}

/** The pages that leave, in order: the kernel is given one run at a time. */
function victimsOf(kernel: Kernel, runs: Uint32Array): number[] {
  const victims: number[] = [];
  const held = new Set<number>();
  for (let at = 0; at < runs.length; at++) {
    advanceKernel(kernel, runs, at, at + 1);
    held.add(pageOfRun(runs[at]));
    for (const page of held)
      if (ask(kernel, 'holds', 0, page) === 0) {
        victims.push(page);
        held.delete(page);
      }
  }
  return victims;
}

describe.each(names)('kernel of %s', (name) => {
  const settings = twins[name]?.settings ?? fc.constant({});
  // Some settings are left to the twin: those are tested below.
  const anyParameters = settings
    .map((drawn) => parametersOf(name, drawn))
    .filter((parameters) => hasLanes(name, parameters));

  test('[POL18] counts what its twin counts, at all sizes side by side, in chunks of any length', () => {
    const property = fc.property(
      anyRuns,
      anyParameters,
      fc.integer({ min: 1, max: 400 }),
      fc.shuffledSubarray(SIZES, { minLength: 1 }),
      (runs, parameters, chunk, sizes) => {
        const kernel = kernelOf(name, parameters, PAGES, sizes);
        for (let at = 0; at < runs.length; at += chunk)
          advanceKernel(kernel, runs, at, Math.min(runs.length, at + chunk));
        const twin = twinCounts(name, parameters, runs, PAGES, sizes);
        expect(countsOfLanes(kernel, sizes)).toEqual(twin);
      },
    );
    fc.assert(property, fixed);
  });

  test.each([
    ['a loop that does not fit everywhere', loop(300, 40)],
    ['random pages', randomPages(5, 30_000, 700)],
    ['a locality that moves', traceL()],
    [
      'near and far by turns, so that digests come and go',
      Array.from({ length: 30 }, (_, at) =>
        at % 2 === 0 ? randomPages(at, 3000, 9) : randomPages(at, 1500, 900),
      ).flat(),
    ],
  ])('[POL18] over long strings, at more sizes than one pass takes: %s', (_, pages) => {
    const runs = Uint32Array.from(pages, (page, at) => packRun(page, (at * 7) % 3, 1));
    const all = Math.max(...pages) + 1;
    const sizes = Array.from(
      { length: LANES_MAX + 3 },
      (__, at) => 1 + Math.floor((all * at) / 18),
    );
    const parameters = parametersOf(name);
    const counts = simulateLanes(name, parameters, runs, all, sizes, SEED);
    expect(counts).toEqual(twinCounts(name, parameters, runs, all, sizes));
  });

  test('[POL18] over recorded traces', async () => {
    for (const file of readdirSync('traces').filter((found) => found.endsWith('.lht'))) {
      const { runs, pageNumbers } = await readTrace(`traces/${file}`, { limit: 300_000 });
      const pages = pageNumbers.length;
      const sizes = [0.02, 0.1, 0.3, 0.7].map((part) => Math.ceil(part * pages));
      const parameters = parametersOf(name);
      const counts = simulateLanes(name, parameters, runs, pages, sizes, SEED);
      expect(counts).toEqual(twinCounts(name, parameters, runs, pages, sizes));
    }
  });

  const naive = twins[name]?.simulate;
  // Chance has no paper.
  if (naive === undefined) return;
  test('[POL15] evicts the pages that its paper, written naively, evicts', () => {
    const property = fc.property(
      anyRuns,
      anyParameters,
      fc.integer({ min: 1, max: PAGES }),
      (runs, parameters, frames) => {
        const each = [...runs].flatMap((run) => new Array<number>(lengthOfRun(run)).fill(run));
        const string = {
          pages: each.map(pageOfRun),
          writes: each.map((run) => kindOfRun(run) === WRITE),
        };
        const { faults, victims } = naive(string, frames, parameters, SEED);
        const kernel = kernelOf(name, parameters, PAGES, [frames]);
        // Of several that a fault sends away a kernel does not tell the order.
        const inOrder = policies[name].outside === undefined;
        const [found, wanted] = [victimsOf(kernel, runs), victims];
        if (inOrder) expect(found).toEqual(wanted);
        else expect(found.toSorted()).toEqual(wanted.toSorted());
        const [{ faultsOf }] = countsOfLanes(kernel, [frames]);
        expect(faultsOf[0] + faultsOf[1] + faultsOf[2]).toBe(faults);
      },
    );
    fc.assert(property, fixed);
  });
});

/**
 * Longer than a lane's room for moments or places, so that what it knows of pages moves; near and far by turns, and
 * room for so many pages that it looks ahead.
 */
const alone = ['lru', 'mru', 'fifo', 'clock', 'fifo-reinsertion', 'sieve', 's3-fifo'];
const clocks = ['car', 'clock-pro'];
const inLists = ['arc', '2q', 'slru', 'lirs', 'w-tinylfu', 'multi-queue'];
test.each([...alone, ...clocks, ...inLists])(
  '[POL18] one size alone, over strings in which all that is kept moves: %s',
  (name) => {
    const pages = [
      ...randomPages(3, 150_000, 900),
      ...loop(20_000, 7),
      ...randomPages(4, 140_000, 40),
      ...randomPages(6, 70_000, 3000),
    ];
    const runs = Uint32Array.from(pages, (page, at) => packRun(page, (at * 7) % 3, 1 + (at % 3)));
    const all = 40_000;
    const sizes = [3, 130, 200, 640, 20_000];
    const parameters = parametersOf(name);
    const each = sizes.flatMap((size) => simulateLanes(name, parameters, runs, all, [size], SEED));
    expect(each).toEqual(twinCounts(name, parameters, runs, all, sizes));
  },
);

test('[POL18] parameters that a kernel does not know are left to its twin', () => {
  const left = [
    ['fifo-reinsertion', { most: 4 }],
    ['gclock', { weight: 65 }],
    ['s3-fifo', { small: 1.5 }],
    ['s3-fifo', { promote: 0 }],
    ['clock-pro', { cold: 1.5 }],
    ['slru', { segments: 17 }],
    ['2q', { in: Number.NaN }],
    ['lirs', { hir: -1 }],
    ['lfu', { age: 1 }],
    ['lecar', { keeps: 1 }],
    ['multi-queue', { correlated: 1 }],
    ['lru-k', { k: 16 }],
    ['lru-k', { correlated: 1 }],
    ['lru-k', { retained: 0 }],
    ['aging', { period: 0 }],
  ] as const;
  for (const [name, settings] of left) {
    const parameters = parametersOf(name, settings);
    expect(hasLanes(name, parameters)).toBe(false);
    expect(simulateLanes(name, parameters, new Uint32Array(1), 1, [1])).toBeNull();
  }
  expect(hasLanes('toString', {})).toBe(false);
});

test('[POL18] what does not fit into its memory is left to its twin', () => {
  const pages = (1 << 24) - 20;
  const sizes = Array.from({ length: LANES_MAX }, () => pages);
  expect(simulateLanes('lirs', parametersOf('lirs'), new Uint32Array(0), pages, sizes)).toBeNull();
});
