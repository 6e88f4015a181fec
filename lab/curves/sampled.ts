/**
 * Sampled curves: estimates from the references to some of the pages, for traces that do not fit
 * (lab/traces/sampler.ts; SHARDS: Waldspurger et al., FAST 2015; policies other than LRU by simulating a
 * memory as much smaller: Waldspurger, Saemundsson, Ahmad, Park, Cache Modeling and Optimization using
 * Miniature Simulations, USENIX ATC 2017).
 *
 *   n frames of the whole   ->  n * share frames, one at least
 *   misses in the sample    ->  misses / share of the whole, per reference of the whole (SHARDS-adj)
 *
 *   traffic                 the same of each thing counted
 *   phases                  the same in each part; the sample keeps when its runs were
 *   working sets            what its pages are held, by the clock of the whole, / share: no memory is smaller
 *   page sizes, TLB reach   the sample is of regions of 2 MiB, each with all of its pages of every size
 *
 * How far off that is, is seen from how much parts of the sample differ (random groups: Wolter,
 * Introduction to Variance Estimation): its pages, or regions, in 8 groups by another hash, each an estimate
 * of its own from an eighth of the sample. With a standard deviation s among them the whole sample is off by at
 * most t * s / sqrt(8), 99 times in 100. A size at which a group has fewer than 4 frames, or pages of that
 * size, has no bound: what so few frames stand for nobody can say.
 */

import type { Pool } from '../compare/pool.ts';
import { keepPages } from '../traces/sample-trace.ts';
import { groupOf, rateOf, type Sampler, type SampleWanted } from '../traces/sampler.ts';
import { PAGE_BYTES_MAX, type Trace } from '../traces/trace.ts';
import {
  type Curve,
  type CurveKind,
  type Curves,
  type CurvesWanted,
  curvesOfKind,
  framesOfPart,
  largestOf,
  type Whole,
} from './curve.ts';
import { frameBytesOf, pageSizesOf } from './page-sizes.ts';
import type { Point, Traffic } from './points.ts';
import { sizesOf } from './sizes.ts';

const GROUPS = 8;
/** Frames in a sample below which no group has four. */
const LEAST = 4 * GROUPS;
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
  const rate = rateOf(sampler);
  const own = trace.pageNumbers.length;
  const pages = sampler.pages ?? Math.round(own / rate);
  const { seed, references } = sampler;
  // Where the pages are known, so is the share that came of the rate.
  const partOf = (part: Trace, expected: number): Part => {
    const share = sampler.pages === null ? expected : part.pageNumbers.length / pages;
    return { trace: part, whole: { references, share } };
  };
  const sample = partOf(trace, rate);
  const sizes = sizesOf(wanted.sizes, largestOf(trace, wanted.of, sample.whole), '--sizes');
  const groups = rate === 1 ? [] : groupsOf(trace, sampler);
  const [estimate, ...parts] = await Promise.all(
    [sample, ...groups.map((group) => partOf(group, rate / GROUPS))].map((part) =>
      scaledCurves(part, wanted, sizes, pool),
    ),
  );
  const curves = estimate.map((curve, at) => ({
    ...curve,
    points: curve.points.map((point, place) => {
      if (rate === 1) return withBounds(point, [point, point], references);
      const isKnown =
        parts.length === GROUPS && framesAt(trace, wanted.of, at, point) * rate >= LEAST;
      if (!isKnown) return point;
      const estimates = parts.map((part) => part[at].points[place]);
      return withBounds(point, estimates, references);
    }),
  }));
  const bounds = curves.flatMap(({ points }) => points.flatMap(({ bound }) => bound ?? []));
  const bound = bounds.length === 0 ? null : bounds.reduce((most, one) => Math.max(most, one));
  return {
    of: wanted.of,
    trace: name,
    references,
    pages,
    pageBytes: trace.pageBytes,
    sample: { seed, rate, pages: own, bound },
    curves,
  };
}

/** What a sampler must keep so that curves of that kind can be estimated. */
export function sampleNeeds(of: CurveKind): Pick<SampleWanted, 'regionBytes' | 'keepsTime'> {
  if (of === 'phases' || of === 'working-set') return { keepsTime: true };
  return isByPageSize(of) ? { regionBytes: PAGE_BYTES_MAX } : {};
}

function isByPageSize(of: CurveKind): boolean {
  return of === 'page-size' || of === 'tlb-reach';
}

/** Some of the pages, and what they stand for. */
interface Part {
  readonly trace: Trace;
  readonly whole: Whole;
}

/** Frames, or pages of the size of curve `at`, in which a point is simulated; a window is in none. */
function framesAt(trace: Trace, of: CurveKind, at: number, { frames }: Point): number {
  if (of === 'working-set') return Number.POSITIVE_INFINITY;
  if (of !== 'page-size') return frames;
  return Math.floor((frames * frameBytesOf(trace)) / pageSizesOf(trace)[at]);
}

/** Estimates of the whole from a part of it, a point a size. */
async function scaledCurves(
  { trace, whole }: Part,
  wanted: CurvesWanted,
  sizes: readonly number[],
  pool: Pool,
): Promise<Curve[]> {
  const { share } = whole;
  const isByFrames = wanted.of === 'misses';
  const scaled = (frames: number): number => framesOfPart(frames, share);
  const asked = isByFrames ? [...new Set(sizes.map(scaled))] : sizes;
  const curves = await curvesOfKind(trace, whole, wanted, asked, pool);
  return curves.map(({ policy, points: counted }) => {
    const points = counted.map((point) => scaledPoint(point, share));
    if (!isByFrames) return { policy, points };
    const pointAt = new Map(points.map((point) => [point.frames, point]));
    const pointOf = (frames: number): Point => ({
      ...(pointAt.get(scaled(frames)) as Point),
      frames,
    });
    return { policy, points: sizes.map(pointOf) };
  });
}

/** Counts of the whole from those of a share of it. Frames are those asked for, or what a window held. */
function scaledPoint(point: Point, share: number): Point {
  const { misses, traffic, window, frames } = point;
  const scaled = (count: number): number => Math.round(count / share);
  return {
    ...point,
    misses: scaled(misses),
    ...(window !== undefined && { frames: frames / share }),
    ...(traffic && { traffic: trafficBy((key) => scaled(traffic[key])) }),
  };
}

/** The point with how far off each of its estimates is at most, from those of the groups. */
function withBounds(point: Point, estimates: readonly Point[], references: number): Point {
  const boundBy = (count: (estimate: Point) => number): number => boundOf(estimates.map(count));
  const { window, traffic } = point;
  return {
    ...point,
    bound: boundBy(({ misses }) => misses) / (point.references ?? references),
    ...(window !== undefined && { framesBound: boundBy(({ frames }) => frames) }),
    ...(traffic && {
      trafficBound: trafficBy((key) => boundBy((one) => one.traffic?.[key] ?? 0) / references),
    }),
  };
}

function trafficBy(count: (key: keyof Traffic) => number): Traffic {
  return {
    readMisses: count('readMisses'),
    writeMisses: count('writeMisses'),
    fetchMisses: count('fetchMisses'),
    writeBacks: count('writeBacks'),
  };
}

/** The pages in groups, each with its references; those that have none are left out. */
function groupsOf(trace: Trace, sampler: Sampler): Trace[] {
  const { pageNumbers, pageBytes } = trace;
  const pageBits = Math.log2(pageBytes);
  const groups = Array.from({ length: GROUPS }, (_, group) => {
    const chosen = Uint8Array.from(pageNumbers, (page) =>
      Number(groupOf(page, sampler, GROUPS, pageBits) === group),
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
