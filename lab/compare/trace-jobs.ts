/**
 * Trace jobs: those of a policy alone with a trace. Apart from jobs.ts, since they need no machine:
 * a command that draws a curve loads this much and no more.
 */

import type { ReferenceString } from '../../sim-hw/references.ts';
import { type Digest, digestOf } from '../curves/digest.ts';
import { type Parts, phasesOf } from '../curves/phases.ts';
import { type Point, pointsOf } from '../curves/points.ts';
import {
  type StreamedPoints,
  type StreamWanted,
  streamedPoints,
} from '../curves/streamed-points.ts';
import type { PolicyChoice } from '../scenario/scenario.ts';
import { inspectPolicy, loadPolicy, type PolicyFacts } from './policy-modules.ts';
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
  /** What it is reckoned to cost beside other jobs; 1 if absent. */
  readonly cost?: number;
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

export interface InspectJob {
  readonly kind: 'inspect';
  /** Of a policy of the user's own. */
  readonly file: string;
}

/** From the file of a plain compact trace. */
export interface StreamJob extends StreamWanted {
  readonly kind: 'stream';
  readonly file: string;
  /** As that of PointsJob. */
  readonly cost?: number;
}

export type TraceJob = DigestJob | InspectJob | PhasesJob | PointsJob | StreamJob;

/** Does one job; throws what its parts throw, and for a job that is none of a trace. */
export async function performTraceJob(
  job: { readonly kind: string } | TraceJob,
  { watch }: { readonly watch: Watch | null },
): Promise<Digest | PolicyFacts | Point[] | StreamedPoints | null> {
  const known = job as TraceJob;
  switch (known.kind) {
    case 'digest':
      return performDigest(known);
    case 'inspect':
      return inspectPolicy(known.file, watch);
    case 'phases':
      return performPhases(known, watch);
    case 'points':
      return performPoints(known, watch);
    case 'stream':
      return streamedPoints(known.file, known, { threads: 1 });
    default:
      throw new Error(`trace jobs: ${job.kind} is none of them`);
  }
}

async function performPoints(
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

async function performPhases(
  { program, policy, frames, parts }: PhasesJob,
  watch: Watch | null,
): Promise<Point[]> {
  const code = await loadPolicy(policy, 'the trace', 0, watch);
  return phasesOf(program, code, policy.parameters, frames, parts);
}

function performDigest({ program }: DigestJob): Digest {
  return digestOf(program.runs, program.pageNumbers.length);
}
