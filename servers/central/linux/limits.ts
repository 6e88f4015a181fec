/**
 * Control groups and their limits (memory.min, low, high, max of cgroup v2). A task for which a limit
 * is set has a group of its own; all others are in the root group together, or, with `apart: 1`, each in
 * one of its own as containers are. What a group
 * has below min is not taken from it, below low only when nobody else has any, and beyond either it is
 * scanned in proportion to how far it is beyond; beyond high it is taken from at once, and at max it
 * pays each page with one of its own. All four in frames; 0 stands for none of a protection and for no
 * limit.
 */

import type { CentralMember, CentralView } from '../../../contracts/central-management.ts';
import type { ParameterRanges } from '../../../contracts/policy.ts';

/** Settings of single tasks, as a management declares them. */
export const LIMIT_PARAMETERS = { min: 0, low: 0, high: 0, max: 0 } as const;
export const LIMIT_RANGES: ParameterRanges = {
  min: { least: 0, most: 1e9, whole: true, means: 'frames that are not taken from it' },
  low: { least: 0, most: 1e9, whole: true, means: 'frames taken only when nobody else has any' },
  high: { least: 0, most: 1e9, whole: true, means: 'frames beyond which it pays at once; 0: none' },
  max: { least: 0, most: 1e9, whole: true, means: 'frames that it never exceeds; 0: none' },
};

export interface Limits {
  readonly min: number;
  readonly low: number;
  readonly high: number;
  readonly max: number;
}

/** The groups of these tasks: each one's number by member, and the limits of each. */
export interface Groups {
  readonly groupOf: Int32Array;
  readonly limits: Limits[];
}

export function groupsOf(members: readonly CentralMember[], apart: boolean): Groups {
  const limits: Limits[] = [];
  let root = -1;
  const groupOf = members.map(({ parameters }) => {
    const { min = 0, low = 0, high = 0, max = 0 } = parameters;
    const isOwn = apart || min + low + high + max > 0;
    if (!isOwn && root >= 0) return root;
    limits.push({ min, low, high, max });
    if (!isOwn) root = limits.length - 1;
    return limits.length - 1;
  });
  return { groupOf: Int32Array.from(groupOf), limits };
}

/** Whether a group with `held` frames has to pay its next one itself. */
export function isAtMax({ max }: Limits, held: number): boolean {
  return max > 0 && held >= max;
}

/** Frames of all tasks in the group of `member`. */
export function framesOf(groupOf: Int32Array, member: number, view: CentralView): number {
  let frames = 0;
  for (const [other, group] of groupOf.entries())
    if (group === groupOf[member]) frames += view.framesOf(other);
  return frames;
}

/** Frames that a group holds beyond its high limit. */
export function beyondHigh({ high }: Limits, held: number): number {
  return high === 0 ? 0 : Math.max(0, held - high);
}

/**
 * Pages of a group that a round of reclaim may scan, of `held`: those beyond its protection.
 * `breaksLow`: there was nothing else.
 */
export function scannable({ min, low }: Limits, held: number, breaksLow: boolean): number {
  const protectedFrames = breaksLow ? min : Math.max(min, low);
  return Math.max(0, held - protectedFrames);
}

/**
 * Who gives the next page: the group whose turn it is by smooth weighted round robin, where weights are
 * what may be scanned of each; not one of `but`. -1: nobody has any to give.
 */
export function nextGroup(
  limits: readonly Limits[],
  held: ArrayLike<number>,
  credits: Int32Array,
  but: readonly number[],
): number {
  for (const breaksLow of [false, true]) {
    let sum = 0;
    let best = -1;
    for (const [member, limit] of limits.entries()) {
      const weight = scannable(limit, held[member] as number, breaksLow);
      if (weight === 0 || but.includes(member)) continue;
      sum += weight;
      credits[member] = (credits[member] as number) + weight;
      if (best < 0 || (credits[member] as number) > (credits[best] as number)) best = member;
    }
    if (best >= 0) {
      credits[best] = (credits[best] as number) - sum;
      return best;
    }
  }
  return -1;
}
