/**
 * Curve: how often each of several policies misses on a trace, by the frames it has.
 *
 * Policies, and for those that are not stack algorithms a few sizes at a time, are jobs of their own, so
 * that workers share them. The document is the same whoever does what.
 */

import type { Pool } from '../compare/pool.ts';
import type { PolicyChoice } from '../scenario/scenario.ts';
import { shared } from '../scenario/shared.ts';
import type { Trace } from '../traces/index.ts';
import { choicesOf } from './choices.ts';
import type { Point } from './points.ts';
import { sizesOf } from './sizes.ts';

export interface CurvesWanted {
  /** As `choices.ts` and `sizes.ts` say. */
  readonly policies: string;
  readonly sizes: string;
  /** Misses by kind, and pages written back, too. */
  readonly traffic: boolean;
}

export interface Curve {
  /** The policy, with its parameters where some are set. */
  readonly policy: string;
  readonly points: readonly Point[];
}

/** The document of `leasehold curve --json`. */
export interface Curves {
  readonly trace: string;
  readonly references: number;
  readonly pages: number;
  readonly curves: readonly Curve[];
}

/** Sizes that one job simulates: enough that reading the trace is shared, few enough to go round. */
const SIZES_A_JOB = 4;

/** Throws InputError for what is asked, PolicyFailure for a policy that misbehaves. */
export async function curvesOf(
  trace: Trace,
  name: string,
  wanted: CurvesWanted,
  pool: Pool,
): Promise<Curves> {
  const pages = trace.pageNumbers.length;
  const frames = sizesOf(wanted.sizes, pages, '--sizes');
  const choices = await choicesOf(wanted.policies, '--policy', pool);
  const program = shared(trace);
  const curves = await Promise.all(
    choices.map(async (policy) => {
      const label = policyText(policy);
      const parts = partsOf(frames, isStack(policy) && !wanted.traffic);
      const points = await Promise.all(
        parts.map((part) => {
          const job = {
            kind: 'points',
            program,
            policy,
            frames: part,
            traffic: wanted.traffic,
          } as const;
          return pool.run(job, `${label} at ${part.length} sizes`);
        }),
      );
      return { policy: label, points: points.flat().sort((a, b) => a.frames - b.frames) };
    }),
  );
  return { trace: name, references: trace.references, pages, curves };
}

/** What one pass gives at every size is one job. */
function isStack({ name, file }: PolicyChoice): boolean {
  return file === null && (name === 'lru' || name === 'optimal');
}

/** The sizes in parts: small and large ones in each, since the small cost most. */
function partsOf(frames: readonly number[], whole: boolean): number[][] {
  if (whole) return [[...frames]];
  const parts = Math.ceil(frames.length / SIZES_A_JOB);
  return Array.from({ length: parts }, (_, part) => frames.filter((_, at) => at % parts === part));
}

function policyText({ name, parameters }: PolicyChoice): string {
  return [name, ...Object.entries(parameters).map(([key, value]) => `${key}=${value}`)].join(':');
}
