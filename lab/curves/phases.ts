/**
 * Phases: misses over time. The trace in equal parts by references, and in each how often every policy
 * missed, with what it held from the parts before.
 */

import type { Policy } from '../../contracts/policy.ts';
import { lengthOfRun, type ReferenceString } from '../../sim-hw/references.ts';
import type { Point } from './points.ts';
import { advance, faultsSoFar, startSimulations, streamOf } from './simulation.ts';

/** A point for each of `parts` parts, as nearly equal as whole runs allow. */
export function phasesOf(
  program: ReferenceString,
  policy: Policy,
  parameters: Readonly<Record<string, number>>,
  frames: number,
  parts: number,
): Point[] {
  const stream = streamOf(program.runs, program.pageNumbers.length, policy);
  const simulations = startSimulations(policy, stream, [frames], parameters);
  const [simulation] = simulations.sizes;
  let before = 0;
  return endsOf(program, parts).map((end, part) => {
    advance(simulations, end);
    const misses = faultsSoFar(simulation) - before;
    before += misses;
    return { frames, misses, until: Math.round((program.references * (part + 1)) / parts) };
  });
}

/** Where each part ends, as a number of runs: at the first run that reaches its share of references. */
export function endsOf({ runs, references }: ReferenceString, parts: number): number[] {
  const ends: number[] = [];
  let passed = 0;
  for (let at = 0; at < runs.length; at++) {
    passed += lengthOfRun(runs[at]);
    while (ends.length < parts && passed >= (references * (ends.length + 1)) / parts)
      ends.push(at + 1);
  }
  return ends;
}
