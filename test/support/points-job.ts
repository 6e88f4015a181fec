/** A job for tests: a policy on six references to three pages in turn. */

import type { PointsJob } from '../../lab/compare/trace-jobs.ts';
import { packRun, READ, type ReferenceString } from '../../sim-hw/references.ts';

const runs = Uint32Array.from([0, 1, 2, 0, 1, 2], (page) => packRun(page, READ, 1));
const program: ReferenceString = { references: 6, runs, pageNumbers: Float64Array.of(0, 1, 2) };

/** Of the policy in so many frames. */
export function points(name: string, frames: number, file: string | null = null): PointsJob {
  const policy = { name, file, parameters: {} };
  return { kind: 'points', program, policy, frames: [frames], traffic: false };
}
