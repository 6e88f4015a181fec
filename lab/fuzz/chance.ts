/** Chance: the few ways in which a fuzzed scenario is drawn. */

import { nextBelow, type RandomState } from '../../sim-hw/random.ts';

/** True in `percent` cases of a hundred. */
export function chance(random: RandomState, percent: number): boolean {
  return nextBelow(random, 100) < percent;
}

/** An integer from `least` to `most`, both included. */
export function between(random: RandomState, least: number, most: number): number {
  const from = Math.floor(least);
  return from + nextBelow(random, Math.max(1, Math.floor(most) - from + 1));
}

/** An integer from `least` to `most`, small ones more likely: the smaller of a few draws. */
export function small(random: RandomState, least: number, most: number): number {
  return Math.min(between(random, least, most), between(random, least, most));
}

export function oneOf<T>(random: RandomState, choices: readonly T[]): T {
  return choices[nextBelow(random, choices.length)];
}
