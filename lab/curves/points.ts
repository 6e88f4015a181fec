/**
 * Points: what one policy costs at several memory sizes, by the cheapest exact way there is.
 *
 *   lru             a stack algorithm: all sizes from one pass, however many are asked for; traffic too
 *   optimal         all sizes asked for from one pass
 *   has a kernel    simulated at each size, the sizes side by side in one pass; lru too, at one size
 *   any other       the same in TypeScript, by the policy itself
 */

import type { Policy } from '../../contracts/policy.ts';
import type { ReferenceString } from '../../sim-hw/references.ts';
import { simulateFuture } from '../kernels/future.ts';
import { fastLruCurve } from '../kernels/lru-curve.ts';
import { fastLruTraffic } from '../kernels/lru-traffic.ts';
import { optimalFaults } from '../kernels/optimal-sizes.ts';
import { type LaneCounts, simulateLanes } from '../kernels/policies.ts';
import type { Digest } from './digest.ts';
import { simulate } from './simulation.ts';

export interface Point {
  /** Held at most; of a working set: held on average; of a TLB: entries. */
  readonly frames: number;
  /** References that found their page absent. */
  readonly misses: number;
  /** Of a working set: references that a page is kept for. */
  readonly window?: number;
  /** Of a phase: references up to its end, and in it. */
  readonly until?: number;
  readonly references?: number;
  readonly traffic?: Traffic;
  /** Of an estimate: misses per reference are off by at most so much; absent: nobody can say. */
  readonly bound?: number;
  /** The same of pages held on average, in pages. */
  readonly framesBound?: number;
  /** The same of each thing counted, per reference. */
  readonly trafficBound?: Traffic;
}

/** Where misses come from, and what goes the other way. */
export interface Traffic {
  readonly readMisses: number;
  readonly writeMisses: number;
  readonly fetchMisses: number;
  /** Pages that left with something written to them; those still held at the end are none. */
  readonly writeBacks: number;
}

export interface PointsWanted {
  readonly parameters: Readonly<Record<string, number>>;
  readonly frames: readonly number[];
  readonly traffic: boolean;
  /** Of a policy that draws; 0 if absent. */
  readonly seed?: number;
  /** The program's, if it is known already. */
  readonly digest?: Digest;
}

/** Faults at each of these numbers of frames. */
type Faults = (runs: Uint32Array, pages: number, sizes: readonly number[]) => number[];

/** The house's policies that are stack algorithms; each has no parameters. */
const stackFaults: Readonly<Record<string, Faults>> = { lru: lruFaults, optimal: optimalFaults };

/**
 * One point a size, in the order of `frames`. `isOurs`: the policy is the house's, so that its name says
 * what it does. Throws PolicyFault when the policy misbehaves.
 */
export function pointsOf(
  program: ReferenceString,
  policy: Policy,
  isOurs: boolean,
  { parameters, frames, traffic, seed, digest }: PointsWanted,
): Point[] {
  const pages = program.pageNumbers.length;
  // At one size the stack would be kept in more order than is asked for.
  if (isOurs && isOnePass(policy.name, traffic) && (policy.name !== 'lru' || frames.length > 1)) {
    if (traffic) return lruTrafficPoints(program, frames);
    const faults = stackFaults[policy.name](program.runs, pages, frames);
    return frames.map((size, at) => ({ frames: size, misses: faults[at] }));
  }
  const settings = { ...policy.parameters, ...parameters };
  const counts =
    (isOurs && simulateLanes(policy.name, settings, program.runs, pages, frames, seed)) ||
    (isOurs && simulateFuture(policy.name, settings, program.runs, pages, frames)) ||
    simulate(policy, program, frames, parameters, seed, digest);
  return counts.map((count) => pointOf(count, traffic));
}

/** What was counted at one size, as a point. */
export function pointOf(
  {
    frames,
    faultsOf,
    writeBacks,
  }: Pick<LaneCounts, 'frames' | 'writeBacks'> & {
    readonly faultsOf: ArrayLike<number>;
  },
  traffic: boolean,
): Point {
  const [readMisses, writeMisses, fetchMisses] = Array.from(faultsOf);
  return {
    frames,
    misses: readMisses + writeMisses + fetchMisses,
    ...(traffic && { traffic: { readMisses, writeMisses, fetchMisses, writeBacks } }),
  };
}

/** Whether one pass over a trace gives the house's policy `name` at all sizes. */
export function isOnePass(name: string, traffic: boolean): boolean {
  return name === 'lru' || (name === 'optimal' && !traffic);
}

function lruFaults(runs: Uint32Array, pages: number, sizes: readonly number[]): number[] {
  const curve = fastLruCurve(runs, pages);
  return sizes.map((frames) => curve[Math.min(frames, pages)]);
}

function lruTrafficPoints(
  { runs, pageNumbers }: ReferenceString,
  sizes: readonly number[],
): Point[] {
  const pages = pageNumbers.length;
  const of = fastLruTraffic(runs, pages);
  return sizes.map((frames) => {
    const at = Math.min(frames, pages);
    const [readMisses, writeMisses] = [of.readMisses[at], of.writeMisses[at]];
    const [fetchMisses, writeBacks] = [of.fetchMisses[at], of.writeBacks[at]];
    const misses = readMisses + writeMisses + fetchMisses;
    return { frames, misses, traffic: { readMisses, writeMisses, fetchMisses, writeBacks } };
  });
}
