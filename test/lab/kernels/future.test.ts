import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { policies } from '../../../clients/policies/index.ts';
import { simulate } from '../../../lab/curves/simulation.ts';
import { simulateFuture } from '../../../lab/kernels/future.ts';
import { moduleOf } from '../../../lab/kernels/modules.ts';
import type { LaneCounts } from '../../../lab/kernels/policies.ts';
import { readTrace } from '../../../lab/traces/index.ts';
import { kindOfRun, packRun, pageOfRun, WRITE } from '../../../sim-hw/references.ts';
import { naiveOptimalWriteBack } from '../../support/naive-policies/optimal-write-back.ts';
import { naiveVmin } from '../../support/naive-policies/vmin.ts';
import { loop, randomPages, traceL } from '../../support/reference-strings.ts';

const PAGES = 12;
const SIZES = [1, 2, 3, 5, 8, 12, 40];
const fixed = { seed: 20_261_123, numRuns: 200 };

const anyRun = fc.tuple(fc.oneof(fc.nat(PAGES - 1), fc.nat(3)), fc.nat(2));
const anyRuns = fc
  .array(anyRun, { minLength: 1, maxLength: 300, size: 'max' })
  .map((words) => Uint32Array.from(words, ([page, kind]) => packRun(page, kind, 1)));

const settingsOf = {
  vmin: fc.record({ tau: fc.oneof(fc.nat(40), fc.constant(2.5)) }),
  'optimal-write-back': fc.record({ writeCost: fc.constantFrom(0, 0.3, 1, 2, 10) }),
};
type Name = keyof typeof settingsOf;
type Settings = Readonly<Record<string, number>>;

/** Every moment is held up at the window's end, at a group's, at a group of groups'. */
const longStrings: [string, number[]][] = [
  ['a loop that does not fit everywhere', loop(300, 40)],
  ['random pages', randomPages(5, 150_000, 700)],
  ['many pages', randomPages(7, 70_000, 9000)],
  ['a locality that moves', traceL()],
  ['pages used once', [...loop(5000, 1), ...loop(300, 5)]],
];

function twin(name: Name, settings: Settings, runs: Uint32Array, pages: number, sizes: number[]) {
  const program = { runs, pageNumbers: new Float64Array(pages) };
  return simulate(policies[name], program, sizes, settings).map(
    ({ frames, faultsOf: [read, write, fetch], writeBacks }): LaneCounts => ({
      frames,
      faultsOf: [read, write, fetch],
      writeBacks,
    }),
  );
}

const naive = (name: Name, runs: Uint32Array, frames: number, settings: Settings): number => {
  const pages = [...runs].map(pageOfRun);
  if (name === 'vmin') return naiveVmin(pages, frames, settings.tau).faults;
  const writes = [...runs].map((run) => kindOfRun(run) === WRITE);
  return naiveOptimalWriteBack({ pages, writes }, frames, settings.writeCost).faults;
};

test('[POL18] there is a kernel, or nothing here would be tested', () => {
  expect(moduleOf('future')).not.toBeNull();
});

describe.each(Object.keys(settingsOf) as Name[])('kernel of %s', (name) => {
  const defaults = policies[name].parameters as Settings;

  test('[POL18] counts what its twin counts, and faults as its paper, written naively, does', () => {
    const sizes = fc.shuffledSubarray(SIZES, { minLength: 1 });
    const property = fc.property(anyRuns, settingsOf[name], sizes, (runs, settings, some) => {
      const counts = simulateFuture(name, settings, runs, PAGES, some);
      expect(counts).toEqual(twin(name, settings, runs, PAGES, some));
      const [{ frames, faultsOf }] = counts as LaneCounts[];
      const faults = faultsOf[0] + faultsOf[1] + faultsOf[2];
      expect(faults).toBe(naive(name, runs, frames, settings));
    });
    fc.assert(property, fixed);
  });

  test.each(longStrings)(
    '[POL18] over windows and levels, at more sizes than 16: %s',
    (_, pages) => {
      const runs = Uint32Array.from(pages, (page, at) => packRun(page, (at * 7) % 3, 1 + (at % 3)));
      const all = pages.reduce((most, page) => Math.max(most, page), 0) + 1;
      const sizes = Array.from({ length: 19 }, (__, at) => 1 + Math.floor((all * at) / 18));
      for (const settings of [defaults, { tau: 100, writeCost: 3 }])
        expect(simulateFuture(name, settings, runs, all, sizes)).toEqual(
          twin(name, settings, runs, all, sizes),
        );
    },
  );

  test('[POL18] over recorded traces', async () => {
    for (const file of readdirSync('traces').filter((found) => found.endsWith('.lht'))) {
      const { runs, pageNumbers } = await readTrace(`traces/${file}`, { limit: 300_000 });
      const pages = pageNumbers.length;
      const sizes = [0.02, 0.1, 0.3, 0.7].map((part) => Math.ceil(part * pages));
      expect(simulateFuture(name, defaults, runs, pages, sizes)).toEqual(
        twin(name, defaults, runs, pages, sizes),
      );
    }
  });
});

test('[POL18] parameters that the kernel does not know are left to its twin', () => {
  const left = [
    ['vmin', { tau: 2 ** 31 }],
    ['vmin', { tau: Number.NaN }],
    ['optimal-write-back', { writeCost: -1 }],
    ['toString', {}],
  ] as const;
  for (const [name, settings] of left)
    expect(simulateFuture(name, settings, new Uint32Array(1), 1, [1])).toBeNull();
});
