/**
 * Phases: a program whose working set changes at once, from phase to phase: in each it refers to the
 * first so many of its pages at random, so many times (phases and transitions: Denning 1980). A
 * division of memory that suits one phase does not suit the next.
 */

import { nextBelow, type RandomState } from '../../sim-hw/random.ts';
import type { ReferenceString } from '../../sim-hw/references.ts';
import { stringOfPages } from './reference-string.ts';

export interface Phase {
  readonly pages: number;
  readonly references: number;
}

/** All phases in order, `rounds` times; `write` is the share of writes. */
export function phases(
  list: readonly Phase[],
  rounds: number,
  write: number,
  random: RandomState,
): ReferenceString {
  const length = rounds * list.reduce((sum, { references }) => sum + references, 0);
  const order = new Uint32Array(length);
  let at = 0;
  for (let round = 0; round < rounds; round++)
    for (const { pages, references } of list)
      for (let left = references; left > 0; left--) order[at++] = nextBelow(random, pages);
  return stringOfPages(order, write, random);
}
