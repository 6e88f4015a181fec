/**
 * Phases: misses over time. The trace in equal parts by references, and in each how often every policy
 * missed, with what it held from the parts before.
 */

import type { Policy } from '../../contracts/policy.ts';
import { lengthOfRun, type ReferenceString } from '../../sim-hw/references.ts';
import type { Trace } from '../traces/trace.ts';
import type { Point } from './points.ts';
import { advance, faultsSoFar, startSimulations, streamOf } from './simulation.ts';

/** Where a trace is divided. */
export interface Parts {
  /** References of the whole. */
  readonly references: number;
  /** By part: the number of runs up to its end. */
  readonly ends: readonly number[];
}

/** A point for each part. */
export function phasesOf(
  program: ReferenceString,
  policy: Policy,
  parameters: Readonly<Record<string, number>>,
  frames: number,
  { references, ends }: Parts,
): Point[] {
  const stream = streamOf(program.runs, program.pageNumbers.length, policy);
  const simulations = startSimulations(policy, stream, [frames], parameters);
  const [simulation] = simulations.sizes;
  let before = 0;
  return ends.map((end, part) => {
    advance(simulations, end);
    const misses = faultsSoFar(simulation) - before;
    before += misses;
    return { frames, misses, until: Math.round((references * (part + 1)) / ends.length) };
  });
}

/**
 * So many parts, as nearly equal as whole runs allow: each ends at the first run that reaches its share of
 * the `references` of the whole.
 */
export function partsOf(
  { runs, times }: Pick<Trace, 'runs' | 'times'>,
  parts: number,
  references: number,
): Parts {
  const ends: number[] = [];
  let passed = 0;
  for (let at = 0; at < runs.length; at++) {
    // Of a sample: a run that begins at or after the end of a part is of a later one.
    if (times !== undefined) {
      while (ends.length < parts && times[at] >= (references * (ends.length + 1)) / parts)
        ends.push(at);
      continue;
    }
    passed += lengthOfRun(runs[at]);
    while (ends.length < parts && passed >= (references * (ends.length + 1)) / parts)
      ends.push(at + 1);
  }
  while (ends.length < parts) ends.push(runs.length);
  return { references, ends };
}
