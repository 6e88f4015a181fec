/**
 * Curves of a trace: how often policies miss by the frames they have, over time, by how long pages are
 * kept, by the size of pages.
 *
 * Policies, and for those that are not stack algorithms several sizes at a time, are jobs of their own,
 * so that workers share them; blocks of the trace are gathered once for all (digest.ts). The document is the same whoever does what.
 */

import type { ReferenceString } from '../../sim-hw/references.ts';
import type { Pool } from '../compare/pool.ts';
import { hasFutureKernel } from '../kernels/future.ts';
import type { PolicyChoice } from '../scenario/scenario.ts';
import { shared } from '../scenario/shared.ts';
import type { Trace } from '../traces/trace.ts';
import { choicesOf, policyText } from './choices.ts';
import { costAt, costOf, isKernel, isStack, settingsOf } from './costs.ts';
import { framesFor, pageSizeCurves, tlbReachCurves } from './page-sizes.ts';
import { type Parts, partsOf } from './phases.ts';
import type { Point } from './points.ts';
import { sizesOf } from './sizes.ts';
import { windowCurves } from './windows.ts';

/** What a curve may be of. */
export const CURVE_KINDS = ['misses', 'phases', 'working-set', 'page-size', 'tlb-reach'] as const;
export type CurveKind = (typeof CURVE_KINDS)[number];

export interface CurvesWanted {
  readonly of: CurveKind;
  /** As `choices.ts` says; of no matter to a working set and where the page size varies: LRU. */
  readonly policies: string;
  /** As `sizes.ts` says: frames, windows in references, or entries of a TLB. */
  readonly sizes: string;
  /** Misses by kind, and pages written back, too. */
  readonly traffic: boolean;
  /** Phases that the trace is divided into. */
  readonly parts: number;
}

export interface Curve {
  /** The policy, with its parameters where some are set. */
  readonly policy: string;
  readonly points: readonly Point[];
}

/** What an estimate is from. */
export interface Sample {
  readonly seed: number;
  /** Share of the pages, and how many that are. */
  readonly rate: number;
  readonly pages: number;
  /** The greatest bound of its points, per reference; null: no point has one. */
  readonly bound: number | null;
}

/** The document of `leasehold curve --json`. */
export interface Curves {
  readonly of: CurveKind;
  readonly trace: string;
  readonly references: number;
  readonly pages: number;
  /** Bytes in a page of the trace. */
  readonly pageBytes: number;
  /** An estimate (sampled.ts): references and pages are the whole's, pages perhaps estimated too. */
  readonly sample?: Sample;
  readonly curves: readonly Curve[];
}

/** Jobs that go round among workers; sizes that one job simulates at least, since they share a pass. */
const JOBS_WANTED = 12;
const SIZES_A_JOB = 4;
/** With a kernel, where eight sizes cost little more than four; and sixteen, while all of it stays in a cache. */
const SIZES_A_KERNEL_JOB = 8;
const SIZES_OF_FEW_PAGES = 16;
const PAGES_FEW = 1 << 16;
/** Simulated sizes, all policies together, from which gathering blocks first pays. */
const DIGEST_SIZES = 4;

/** Throws InputError for what is asked, PolicyFailure for a policy that misbehaves. */
export async function curvesOf(
  trace: Trace,
  name: string,
  wanted: CurvesWanted,
  pool: Pool,
): Promise<Curves> {
  const { of } = wanted;
  const { references, pageBytes, pageNumbers } = trace;
  const whole = { references, share: 1 };
  const sizes = sizesOf(wanted.sizes, largestOf(trace, of, whole), '--sizes');
  const about = { of, trace: name, references, pages: pageNumbers.length, pageBytes };
  return { ...about, curves: await curvesOfKind(trace, whole, wanted, sizes, pool) };
}

/** What a trace, or a sample of one, stands for: references, and the share of its pages that there are. */
export interface Whole {
  readonly references: number;
  readonly share: number;
}

/** In how many frames a share of the pages is simulated. */
export function framesOfPart(frames: number, share: number): number {
  return Math.max(1, Math.round(frames * share));
}

/** What the sizes of a curve go up to. */
export function largestOf(trace: Trace, of: CurveKind, { references, share }: Whole): number {
  if (of === 'working-set') return references;
  const isBySize = of === 'page-size' || of === 'tlb-reach';
  return Math.round((isBySize ? framesFor(trace) : trace.pageNumbers.length) / share);
}

/**
 * Curves in the order of what they are of; sizes ascend. Of a sample: as counted in it, in memories that are
 * as much smaller, but for misses by frames, which are of so many.
 */
export async function curvesOfKind(
  trace: Trace,
  { references, share }: Whole,
  wanted: CurvesWanted,
  sizes: readonly number[],
  pool: Pool,
): Promise<Curve[]> {
  if (wanted.of === 'page-size') return pageSizeCurves(trace, sizes, share);
  if (wanted.of === 'tlb-reach') return tlbReachCurves(trace, sizes, share);
  if (wanted.of === 'working-set') {
    const { workingSet, vmin } = windowCurves(trace, sizes, references);
    return [
      { policy: 'working set', points: workingSet },
      { policy: 'vmin', points: vmin },
    ];
  }
  const choices = await choicesOf(wanted.policies, '--policy', pool);
  const program = shared(trace);
  if (wanted.of === 'misses') return missCurves(program, choices, sizes, wanted.traffic, pool);
  const parts = partsOf(trace, wanted.parts, references);
  const curves = choices.map((policy) => phaseCurves(program, policy, sizes, parts, share, pool));
  return (await Promise.all(curves)).flat();
}

/** One curve a choice, in their order; jobs are asked for in the order of what they cost. */
async function missCurves(
  program: ReferenceString,
  choices: readonly PolicyChoice[],
  frames: readonly number[],
  traffic: boolean,
  pool: Pool,
): Promise<Curve[]> {
  const simulated = choices.filter((policy) => !isStack(policy, traffic));
  const digested = simulated.filter((policy) => !takesRuns(policy));
  const digest =
    digested.length * frames.length >= DIGEST_SIZES
      ? pool.run({ kind: 'digest', program }, 'gathering blocks')
      : undefined;
  const together = sizesTogether(program.pageNumbers.length);
  const found = new Map<PolicyChoice, Promise<Point[]>[]>();
  for (const policy of [...choices].sort((a, b) => costOf(b) - costOf(a))) {
    const label = policyText(policy);
    const parts = simulated.includes(policy) ? Math.ceil(JOBS_WANTED / simulated.length) : 1;
    const least = takesRuns(policy) ? together : SIZES_A_JOB;
    const jobs = jobsOf(frames, parts, least).map(async (part) => {
      const cost = costAt({ policy, frames: part, traffic });
      const job = { kind: 'points', program, policy, frames: part, traffic, cost } as const;
      // All wait for it: kernels that went ahead would leave the longest jobs to the end.
      const gathered = await digest;
      const own = gathered && digested.includes(policy) ? { digest: gathered } : {};
      return pool.run({ ...job, ...own }, `${label} at ${part.length} sizes`);
    });
    found.set(policy, jobs);
  }
  return Promise.all(
    choices.map(async (policy) => {
      const points = (await Promise.all(found.get(policy) ?? [])).flat();
      return { policy: policyText(policy), points: points.sort((a, b) => a.frames - b.frames) };
    }),
  );
}

function phaseCurves(
  program: ReferenceString,
  policy: PolicyChoice,
  sizes: readonly number[],
  parts: Parts,
  share: number,
  pool: Pool,
): Promise<Curve[]> {
  const label = policyText(policy);
  return Promise.all(
    sizes.map(async (frames) => {
      const own = framesOfPart(frames, share);
      const job = { kind: 'phases', program, policy, frames: own, parts } as const;
      const points = await pool.run(job, `${label} in ${frames} frames`);
      const asked = points.map((point) => ({ ...point, frames }));
      return { policy: `${label} in ${frames}`, points: asked };
    }),
  );
}

/** The sizes in the parts that a kernel simulates side by side, of a trace of so many pages. */
export function sizesInParts(frames: readonly number[], pages: number): number[][] {
  return jobsOf(frames, frames.length, sizesTogether(pages));
}

function sizesTogether(pages: number): number {
  return pages <= PAGES_FEW ? SIZES_OF_FEW_PAGES : SIZES_A_KERNEL_JOB;
}

/** Who has a kernel takes the runs as they are: as they come, or all at once. */
function takesRuns(policy: PolicyChoice): boolean {
  if (isKernel(policy)) return true;
  return policy.file === null && hasFutureKernel(policy.name, settingsOf(policy));
}

/** The sizes in parts: small and large ones in each, since the small cost most. */
function jobsOf(frames: readonly number[], parts: number, least: number): number[][] {
  const most = Math.ceil(frames.length / least);
  const count = Math.min(parts, most);
  return Array.from({ length: count }, (_, part) => frames.filter((_, at) => at % count === part));
}
