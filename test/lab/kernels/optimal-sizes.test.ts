import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { policies } from '../../../clients/policies/index.ts';
import type { Policy } from '../../../contracts/policy.ts';
import { optimalCurve } from '../../../lab/curves/optimal-curve.ts';
import { moduleOf } from '../../../lab/kernels/modules.ts';
import { optimalFaults } from '../../../lab/kernels/optimal-sizes.ts';
import { readTrace } from '../../../lab/traces/index.ts';
import { packRun } from '../../../sim-hw/references.ts';
import { drivePolicy } from '../../support/drive-policy.ts';
import { loop, randomPages, TEXTBOOK, traceL } from '../../support/reference-strings.ts';

const runsOf = (pages: readonly number[]): Uint32Array =>
  Uint32Array.from(pages, (page) => packRun(page, page % 3, 1 + (page % 64)));

const upTo = (sizes: number): number[] => Array.from({ length: sizes }, (_, at) => at + 1);

function twin(runs: Uint32Array, pages: number, sizes: readonly number[]): number[] {
  const curve = optimalCurve(runs, pages);
  return sizes.map((frames) => curve[Math.min(frames, pages)]);
}

test('[POL18] there is a kernel, or nothing here would be tested', () => {
  expect(moduleOf('optimal-sizes')).not.toBeNull();
});

test('[POL18] the textbook string takes 9 faults in 3 frames, 6 in 6 and more', () => {
  expect(optimalFaults(runsOf(TEXTBOOK), 8, [3, 6, 8, 40])).toEqual([9, 6, 6, 6]);
});

test('[POL18] is the policy of that name, and its twin, for any string', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(15), { maxLength: 120 }), (pages) => {
      const runs = runsOf(pages);
      const faults = optimalFaults(runs, 16, upTo(20));
      expect(faults).toEqual(twin(runs, 16, upTo(20)));
      for (const frames of [1, 2, 3, 7]) {
        const { faults: driven } = drivePolicy(policies.optimal as Policy, runs, 16, frames);
        expect(faults[frames - 1]).toBe(driven);
      }
    }),
  );
});

test.each([
  ['a loop', loop(9000, 9)],
  ['random pages', randomPages(5, 100_000, 6000)],
  ['few random pages', randomPages(6, 70_000, 70)],
  ['a locality that moves', traceL()],
  ['pages used once', [...loop(5000, 1), ...loop(300, 5)]],
])('[POL18] over several windows and levels: %s', (_, pages) => {
  const runs = runsOf(pages);
  const all = Math.max(...pages) + 1;
  const sizes = [1, 2, 3, 17, 63, 64, 65, 100, 299, 4095, all - 1, all, all + 1];
  expect(optimalFaults(runs, all, sizes)).toEqual(twin(runs, all, sizes));
});

test('[POL18] many sizes, by 16 and by the twin', () => {
  const runs = runsOf(randomPages(8, 5000, 200));
  for (const sizes of [upTo(100), upTo(200)])
    expect(optimalFaults(runs, 200, sizes)).toEqual(twin(runs, 200, sizes));
});

test('[POL18] no runs; no kernels', () => {
  expect(optimalFaults(new Uint32Array(0), 0, [1, 2])).toEqual([0, 0]);
  vi.stubEnv('LEASEHOLD_KERNELS', 'off');
  expect(optimalFaults(runsOf(TEXTBOOK), 8, [3])).toEqual([9]);
  vi.unstubAllEnvs();
});

test.each(readdirSync('traces').filter((file) => file.endsWith('.lht')))(
  '[POL18] recorded: %s',
  async (file) => {
    const { runs, pageNumbers } = await readTrace(`traces/${file}`, { limit: 1_000_000 });
    const pages = pageNumbers.length;
    const sizes = upTo(16).map((part) => Math.max(1, Math.floor((pages * part) / 17)));
    expect(optimalFaults(runs, pages, sizes)).toEqual(twin(runs, pages, sizes));
  },
);
