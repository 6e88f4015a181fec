/**
 * Phases: misses over time. The trace in equal parts by references, and in each how often every policy
 * missed, with what it held from the parts before.
 *
 *   references   0 ........ until[0] ........ until[1] ........ all
 *   runs         each belongs to the part that it begins in: its first reference alone can miss
 */

import type { Policy } from '../../contracts/policy.ts';
import { lengthOfRun, type ReferenceString } from '../../sim-hw/references.ts';
import type { Trace } from '../traces/trace.ts';
import type { Point } from './points.ts';
import { advance, faultsSoFar, startSimulations, streamOf } from './simulation.ts';

/** Where a trace is divided, by part. */
export interface Parts {
  /** References of the whole up to its end. */
  readonly untils: readonly number[];
  /** Runs up to its end. */
  readonly ends: readonly number[];
}

/** A point for each part. */
export function phasesOf(
  program: ReferenceString,
  policy: Policy,
  parameters: Readonly<Record<string, number>>,
  frames: number,
  { untils, ends }: Parts,
): Point[] {
  const stream = streamOf(program.runs, program.pageNumbers.length, policy);
  const simulations = startSimulations(policy, stream, [frames], parameters);
  const [simulation] = simulations.sizes;
  let before = 0;
  return ends.map((end, part) => {
    advance(simulations, end);
    const misses = faultsSoFar(simulation) - before;
    before += misses;
    const until = untils[part];
    return { frames, misses, until, references: until - (untils[part - 1] ?? 0) };
  });
}

/**
 * So many parts, as nearly equal as whole references allow, and none without any: fewer where there are fewer
 * `references` of the whole. Of a sample: by when its runs were.
 */
export function partsOf(
  { runs, times }: Pick<Trace, 'runs' | 'times'>,
  parts: number,
  references: number,
): Parts {
  const count = Math.min(parts, references);
  const untils = Array.from({ length: count }, (_, part) =>
    Math.round((references * (part + 1)) / count),
  );
  const ends: number[] = [];
  let passed = 0;
  for (let at = 0; at < runs.length; at++) {
    const begin = times === undefined ? passed : times[at];
    while (begin >= untils[ends.length]) ends.push(at);
    passed += lengthOfRun(runs[at]);
  }
  while (ends.length < count) ends.push(runs.length);
  return { untils, ends };
}
