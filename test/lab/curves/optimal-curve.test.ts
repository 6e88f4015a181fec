import fc from 'fast-check';
import { expect, test } from 'vitest';
import { policies } from '../../../clients/policies/index.ts';
import type { Policy } from '../../../contracts/policy.ts';
import { beladyFaults, interleave } from '../../../lab/bounds/index.ts';
import { optimalCurve } from '../../../lab/curves/optimal-curve.ts';
import { readTrace } from '../../../lab/traces/index.ts';
import { packRun } from '../../../sim-hw/references.ts';
import { drivePolicy } from '../../support/drive-policy.ts';
import { loop, randomPages, TEXTBOOK, traceL } from '../../support/reference-strings.ts';

const runsOf = (pages: readonly number[]): Uint32Array =>
  Uint32Array.from(pages, (page) => packRun(page, 0, 1));

test('the textbook string takes 9 faults in 3 frames', () => {
  const curve = optimalCurve(runsOf(TEXTBOOK), 8);
  expect(curve[3]).toBe(9);
  expect(curve[6]).toBe(6);
});

test('each point is what the policy of that name takes, for any string', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 15 }), { minLength: 1, maxLength: 120 }),
      (pages) => {
        const runs = runsOf(pages);
        const curve = optimalCurve(runs, 16);
        for (let frames = 1; frames <= 16; frames++)
          expect(curve[frames]).toBe(
            drivePolicy(policies.optimal as Policy, runs, 16, frames).faults,
          );
      },
    ),
  );
});

test('over many blocks of places: loops, random pages, a locality that moves', () => {
  const strings = [
    loop(9000, 3),
    randomPages(5, 60_000, 6000),
    traceL(),
    randomPages(6, 30_000, 70),
  ];
  for (const pages of strings) {
    const runs = runsOf(pages);
    const all = Math.max(...pages) + 1;
    const curve = optimalCurve(runs, all);
    for (const frames of [1, 2, 17, 63, 64, 65, 4095, 4097, all].filter((size) => size <= all))
      expect(curve[frames], `${frames} of ${all}`).toBe(
        drivePolicy(policies.optimal as Policy, runs, all, frames).faults,
      );
  }
});

test('a recorded program: as the bound that is reckoned size by size', async () => {
  const trace = await readTrace('traces/sqlite.lht', { limit: 400_000 });
  const all = trace.pageNumbers.length;
  const curve = optimalCurve(trace.runs, all);
  const sizes = [16, 33, 64, 100, all];
  const bounds = beladyFaults(interleave([trace], 16), sizes);
  expect(sizes.map((frames) => curve[frames])).toEqual(bounds.map(({ faults }) => faults));
});
