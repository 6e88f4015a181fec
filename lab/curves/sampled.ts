/**
 * Sampled curves: estimates from the references to some of the pages, for traces that do not fit
 * (lab/traces/sampler.ts; SHARDS: Waldspurger et al., FAST 2015; policies other than LRU by simulating a
 * memory as much smaller: Waldspurger, Saemundsson, Ahmad, Park, Cache Modeling and Optimization using
 * Miniature Simulations, USENIX ATC 2017).
 *
 *   n frames of the whole   ->  n * share frames, one at least
 *   misses in the sample    ->  misses / share of the whole, per reference of the whole (SHARDS-adj)
 *
 * How far off that is, is seen from how much parts of the sample differ (random groups: Wolter,
 * Introduction to Variance Estimation): its pages in 8 groups by another hash, each an estimate of its own
 * from an eighth of the sample. With a standard deviation s among them the whole sample is off by at most
 * t * s / sqrt(8), 99 times in 100. A size at which a group has fewer than 4 frames has no bound: what
 * so few frames stand for nobody can say.
 */

import type { Pool } from '../compare/pool.ts';
import { inputError } from '../scenario/input-error.ts';
import { keepPages } from '../traces/sample-trace.ts';
import { groupOf, rateOf, type Sampler } from '../traces/sampler.ts';
import type { Trace } from '../traces/trace.ts';
import { type Curve, type Curves, type CurvesWanted, curvesOfKind } from './curve.ts';
import type { Point } from './points.ts';
import { sizesOf } from './sizes.ts';

const GROUPS = 8;
const GROUP_FRAMES_LEAST = 4;
/** Student's t for 7 degrees of freedom, 99 in 100, both sides. */
const T = 3.499;

/**
 * The document, from a trace that was read through `sampler`. Throws InputError for what is asked,
 * PolicyFailure for a policy that misbehaves.
 */
export async function sampledCurvesOf(
  trace: Trace,
  sampler: Sampler,
  name: string,
  wanted: CurvesWanted,
  pool: Pool,
): Promise<Curves> {
  if (wanted.of !== 'misses' || wanted.traffic) {
    const problem = 'is for misses by frames, expected no --of or --traffic';
    throw inputError('--sample', `${problem}; leave it out`);
  }
  const rate = rateOf(sampler);
  const own = trace.pageNumbers.length;
  const pages = sampler.pages ?? Math.round(own / rate);
  const { seed, references } = sampler;
  const sizes = sizesOf(wanted.sizes, pages, '--sizes');
  const curvesAt = (part: Trace, share: number): Promise<Curve[]> =>
    scaledCurves(part, share, wanted, sizes, pool);
  const groups = rate === 1 ? [] : groupsOf(trace, seed);
  // Where the pages are known, so is the share that came of the rate.
  const shareOf = (part: Trace, expected: number): number =>
    sampler.pages === null ? expected : part.pageNumbers.length / pages;
  const [whole, ...parts] = await Promise.all([
    curvesAt(trace, shareOf(trace, rate)),
    ...groups.map((group) => curvesAt(group, shareOf(group, rate / GROUPS))),
  ]);
  const framesLeast = (GROUP_FRAMES_LEAST * GROUPS) / rate;
  const curves = whole.map((curve, at) => ({
    ...curve,
    points: curve.points.map((point, place) => {
      const estimates = parts.map((part) => part[at].points[place].misses);
      if (rate === 1) return { ...point, bound: 0 };
      const isKnown = parts.length === GROUPS && point.frames >= framesLeast;
      return isKnown ? { ...point, bound: boundOf(estimates) / references } : point;
    }),
  }));
  const bounds = curves.flatMap(({ points }) => points.flatMap(({ bound }) => bound ?? []));
  const bound = bounds.length === 0 ? null : Math.max(...bounds);
  return {
    of: wanted.of,
    trace: name,
    references,
    pages,
    sample: { seed, rate, pages: own, bound },
    curves,
  };
}

/** Estimates of the whole from a part of it, a point a size. */
async function scaledCurves(
  part: Trace,
  share: number,
  wanted: CurvesWanted,
  sizes: readonly number[],
  pool: Pool,
): Promise<Curve[]> {
  const scaled = (frames: number): number => Math.max(1, Math.round(frames * share));
  const curves = await curvesOfKind(part, wanted, [...new Set(sizes.map(scaled))], pool);
  return curves.map(({ policy, points }) => {
    const missesAt = new Map(points.map(({ frames, misses }) => [frames, misses]));
    const pointAt = (frames: number): Point => ({
      frames,
      misses: Math.round((missesAt.get(scaled(frames)) ?? 0) / share),
    });
    return { policy, points: sizes.map(pointAt) };
  });
}

/** The pages in groups, each with its references; those that have none are left out. */
function groupsOf(trace: Trace, seed: number): Trace[] {
  const { pageNumbers } = trace;
  const groups = Array.from({ length: GROUPS }, (_, group) => {
    const chosen = Uint8Array.from(pageNumbers, (page) =>
      Number(groupOf(page, seed, GROUPS) === group),
    );
    return keepPages(trace, chosen);
  });
  return groups.filter(({ references }) => references > 0);
}

/** How far their mean is off at most. */
function boundOf(estimates: readonly number[]): number {
  const count = estimates.length;
  const mean = estimates.reduce((sum, one) => sum + one, 0) / count;
  const squares = estimates.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  return T * Math.sqrt(squares / (count - 1) / count);
}
