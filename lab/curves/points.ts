/**
 * Points: what one policy costs at several memory sizes, by the cheapest exact way there is.
 *
 *   lru, optimal    stack algorithms: all sizes from one pass, however many are asked for
 *   any other       simulated at each size, the sizes side by side in one pass
 */

import type { Policy } from '../../contracts/policy.ts';
import type { ReferenceString } from '../../sim-hw/references.ts';
import { fastLruCurve } from '../kernels/lru-curve.ts';
import type { Digest } from './digest.ts';
import { optimalCurve } from './optimal-curve.ts';
import { faultsSoFar, simulate } from './simulation.ts';

export interface Point {
  /** Held at most; of a working set: held on average; of a TLB: entries. */
  readonly frames: number;
  /** References that found their page absent. */
  readonly misses: number;
  /** Of a working set: references that a page is kept for. */
  readonly window?: number;
  /** Of a phase: references up to its end. */
  readonly until?: number;
  readonly traffic?: Traffic;
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

type Curve = (runs: Uint32Array, pages: number) => Float64Array;

/** The house's policies that one pass gives at every size; each has no parameters. */
const stackCurves: Readonly<Record<string, Curve>> = { lru: fastLruCurve, optimal: optimalCurve };

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
  const curveOf = isOurs && !traffic ? stackCurves[policy.name] : undefined;
  if (curveOf !== undefined) {
    const curve = curveOf(program.runs, pages);
    return frames.map((size) => ({ frames: size, misses: curve[Math.min(size, pages)] }));
  }
  return simulate(policy, program, frames, parameters, seed, digest).map((simulation) => {
    const [readMisses, writeMisses, fetchMisses] = simulation.faultsOf;
    const { writeBacks } = simulation;
    return {
      frames: simulation.frames,
      misses: faultsSoFar(simulation),
      ...(traffic && { traffic: { readMisses, writeMisses, fetchMisses, writeBacks } }),
    };
  });
}
