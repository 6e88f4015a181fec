import fc from 'fast-check';
import { expect, test } from 'vitest';
import { policies } from '../../../clients/policies/index.ts';
import { faultFrequency } from '../../../lab/bounds/fault-frequency.ts';
import { workingSetCurve } from '../../../lab/bounds/working-set.ts';
import { policyCurve } from '../../../lab/compare/policy-curve.ts';
import { faultsSoFar, simulate } from '../../../lab/curves/simulation.ts';
import type { ReferenceString } from '../../../sim-hw/references.ts';
import { drivePolicy } from '../../support/drive-policy.ts';
import { PAGES, runsOf } from '../../support/happenings.ts';
import { naiveVmin } from '../../support/naive-policies/vmin.ts';
import { traceL } from '../../support/reference-strings.ts';

const fixed = { seed: 20_260_101, numRuns: 300 };

/** Pages of which no two in succession are the same: time is runs, and references. */
const strings = fc
  .array(fc.nat(PAGES - 1), { minLength: 1, maxLength: 150, size: 'max' })
  .map((pages) => pages.filter((page, at) => page !== pages[at - 1]));

function programOf(pages: readonly number[], count: number): ReferenceString {
  return {
    runs: runsOf(pages),
    references: pages.length,
    pageNumbers: Float64Array.from({ length: count }, (_, page) => page),
  };
}

test('[POL16] pff with room for all faults as the bare rule does', () => {
  const property = fc.property(strings, fc.integer({ min: 1, max: 40 }), (pages, threshold) => {
    const program = programOf(pages, PAGES);
    const parameters = { threshold };
    const { faults } = drivePolicy(policies.pff, program.runs, PAGES, PAGES, { parameters });
    expect(faults).toBe(faultFrequency(program, threshold).faults);
  });
  fc.assert(property, fixed);
});

test('[POL15] [POL16] vmin gives up and evicts what its paper does at faults', () => {
  const frameCounts = fc.integer({ min: 1, max: PAGES });
  const property = fc.property(strings, frameCounts, fc.nat(40), (pages, frames, tau) => {
    const parameters = { tau };
    const driven = drivePolicy(policies.vmin, runsOf(pages), PAGES, frames, { parameters });
    expect(driven).toEqual(naiveVmin(pages, frames, tau));
  });
  fc.assert(property, fixed);
});

test('[POL16] vmin with room for all faults no more often than a working set of the same window', () => {
  const pages = traceL().filter((page, at, all) => page !== all[at - 1]);
  const { faults } = workingSetCurve(programOf(pages, 200), 1000);
  for (const tau of [10, 50, 200, 1000]) {
    const parameters = { tau };
    const driven = drivePolicy(policies.vmin, runsOf(pages), 200, 200, { parameters });
    expect(driven.faults).toBeLessThanOrEqual(faults[tau]);
    // It does give pages up: they come back as faults.
    expect(driven.faults).toBeGreaterThan(tau < 1000 ? 400 : 199);
  }
});

test('[POL16] a curve is of what is given up too, and promises no more than was seen', () => {
  const pages = traceL().slice(0, 5000);
  const program = programOf(pages, 200);
  for (const [name, parameters] of [
    ['pff', { threshold: 20 }],
    ['vmin', { tau: 60 }],
  ] as const) {
    const policy = policies[name];
    const sizes = [20, 60, 150];
    for (const simulation of simulate(policy, program, sizes, parameters)) {
      const { frames } = simulation;
      const driven = drivePolicy(policy, program.runs, 200, frames, { parameters });
      expect(faultsSoFar(simulation), `${name} ${frames}`).toBe(driven.faults);
    }
    expect(policyCurve(program, policy, parameters)[200], name).toBeGreaterThan(200);
  }
});
