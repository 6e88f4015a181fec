/**
 * Trace jobs: those of a policy alone with a trace. Apart from jobs.ts, since they need no machine:
 * a command that draws a curve loads this much and no more.
 */

import type { ReferenceString } from '../../sim-hw/references.ts';
import { type Digest, digestOf } from '../curves/digest.ts';
import { type Parts, phasesOf } from '../curves/phases.ts';
import { type Point, pointsOf } from '../curves/points.ts';
import type { PolicyChoice } from '../scenario/scenario.ts';
import { loadPolicy } from './policy-modules.ts';
import type { Watch } from './watch.ts';

export interface PointsJob {
  readonly kind: 'points';
  readonly program: ReferenceString;
  readonly policy: PolicyChoice;
  readonly frames: readonly number[];
  readonly traffic: boolean;
  /** Of a policy that draws; 0 if absent. */
  readonly seed?: number;
  /** The program's, if it is known already. */
  readonly digest?: Digest;
}

export interface DigestJob {
  readonly kind: 'digest';
  readonly program: ReferenceString;
}

export interface PhasesJob {
  readonly kind: 'phases';
  readonly program: ReferenceString;
  readonly policy: PolicyChoice;
  readonly frames: number;
  readonly parts: Parts;
}

export async function performPoints(
  { program, policy, frames, traffic, seed = 0, digest }: PointsJob,
  watch: Watch | null,
): Promise<Point[]> {
  const code = await loadPolicy(policy, 'the trace', 0, watch);
  const { parameters } = policy;
  return pointsOf(program, code, policy.file === null, {
    parameters,
    frames,
    traffic,
    seed,
    ...(digest && { digest }),
  });
}

export async function performPhases(
  { program, policy, frames, parts }: PhasesJob,
  watch: Watch | null,
): Promise<Point[]> {
  const code = await loadPolicy(policy, 'the trace', 0, watch);
  return phasesOf(program, code, policy.parameters, frames, parts);
}

export function performDigest({ program }: DigestJob): Digest {
  return digestOf(program.runs, program.pageNumbers.length);
}
