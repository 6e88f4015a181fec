import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { policies } from '../../../clients/policies/index.ts';
import { readTrace } from '../../../lab/traces/index.ts';
import {
  kindOfRun,
  lengthOfRun,
  packRun,
  pageOfRun,
  RUN_LENGTH_MAX,
  WRITE,
} from '../../../sim-hw/references.ts';
import { drivePolicy } from '../../support/drive-policy.ts';
import { PAGES, runsOf } from '../../support/happenings.ts';
import { type NaiveString, twins } from '../../support/naive-policies/index.ts';
import { loop, traceL } from '../../support/reference-strings.ts';

const fixed = { seed: 20_260_101, numRuns: 300 };
const SEED = 7;

const references = fc.array(fc.tuple(fc.nat(PAGES - 1), fc.boolean()), {
  minLength: 1,
  maxLength: 150,
  size: 'max',
});
const frameCounts = fc.integer({ min: 1, max: PAGES });

function stringOf(runs: Uint32Array): NaiveString {
  const pages: number[] = [];
  const writes: boolean[] = [];
  for (const run of runs)
    for (let left = lengthOfRun(run); left > 0; left--) {
      pages.push(pageOfRun(run));
      writes.push(kindOfRun(run) === WRITE);
    }
  return { pages, writes };
}

/** The same references with repeats of page and kind in one run. */
function collapse(runs: Uint32Array): Uint32Array {
  const collapsed: number[] = [];
  for (const run of runs) {
    const last = collapsed.at(-1);
    const isSame = last !== undefined && last >>> 6 === run >>> 6;
    const length = isSame ? lengthOfRun(last) + lengthOfRun(run) : 0;
    if (!isSame || length > RUN_LENGTH_MAX) collapsed.push(run);
    else collapsed[collapsed.length - 1] = packRun(pageOfRun(run), kindOfRun(run), length);
  }
  return Uint32Array.from(collapsed);
}

/** Policy and twin, in so many frames. */
function bothWays(
  name: string,
  runs: Uint32Array,
  pages: number,
  frames: number,
  settings: Readonly<Record<string, number>> = {},
): [driven: unknown, naive: unknown] {
  const parameters = { ...policies[name].parameters, ...settings };
  const driven = drivePolicy(policies[name], runs, pages, frames, { parameters, seed: SEED });
  return [driven, twins[name].simulate(stringOf(runs), frames, parameters, SEED)];
}

const named = Object.keys(twins).map((name) => [name] as const);

describe.each(named)(
  '%s and its paper written naively evict the same pages in the same order',
  (name) => {
    const settings = twins[name].settings ?? fc.constant({});

    test('[POL15] on drawn strings, whatever its settings', () => {
      const property = fc.property(references, frameCounts, settings, (string, frames, drawn) => {
        const runs = runsOf(
          string.map(([page]) => page),
          string.map(([, write]) => write),
        );
        const [driven, naive] = bothWays(name, runs, PAGES, frames, drawn);
        expect(driven).toEqual(naive);
      });
      fc.assert(property, fixed);
    });

    test('[POL15] whether repeated references are runs or not', () => {
      const repeats = fc.array(fc.tuple(fc.nat(PAGES - 1), fc.integer({ min: 1, max: 70 })), {
        minLength: 1,
        maxLength: 60,
        size: 'max',
      });
      const property = fc.property(repeats, frameCounts, settings, (string, frames, drawn) => {
        const pages = string.flatMap(([page, times]) => new Array<number>(times).fill(page));
        const [uncollapsed, naive] = bothWays(name, runsOf(pages), PAGES, frames, drawn);
        const [collapsed] = bothWays(name, collapse(runsOf(pages)), PAGES, frames, drawn);
        expect(uncollapsed).toEqual(naive);
        expect(collapsed).toEqual(naive);
      });
      fc.assert(property, { ...fixed, numRuns: 60 });
    });

    test('[POL15] on loops and on trace L', () => {
      for (const size of [1, 7, 16, 25, 99, 100]) {
        const [driven, naive] = bothWays(name, runsOf(loop(100, 5)), 100, size);
        expect(driven, `loop, ${size} frames`).toEqual(naive);
      }
      const pages = traceL().slice(0, 6000);
      for (const size of [8, 24, 64]) {
        const [driven, naive] = bothWays(name, runsOf(pages), 200, size);
        expect(driven, `trace L, ${size} frames`).toEqual(naive);
      }
    });
  },
);

/** The first references of the recorded traces, and frames that are tight for them. */
const RUNS = 3000;
const traces = ['cc1plus', 'hash-join', 'matrix', 'python', 'sort', 'sqlite', 'xz'];

describe.each(traces)('on the trace %s', async (trace) => {
  const program = await readTrace(`traces/${trace}.lht`);
  const runs = program.runs.subarray(0, RUNS);
  const pages = runs.reduce((most, run) => Math.max(most, pageOfRun(run)), 0) + 1;
  const sizes = [...new Set([4, Math.ceil(pages / 6), Math.ceil(pages / 2)])];

  test.each(named)('[POL15] %s and its twin evict the same pages in the same order', (name) => {
    for (const frames of sizes) {
      const [driven, naive] = bothWays(name, runs, pages, frames);
      expect(driven, `${frames} frames`).toEqual(naive);
    }
  });
});
