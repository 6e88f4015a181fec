/**
 * Uniform: each reference to any of n pages, equally likely. No policy but optimal beats another.
 */

import { nextBelow, type RandomState } from '../../sim-hw/random.ts';
import type { ReferenceString } from '../../sim-hw/references.ts';
import { stringOfPages } from './reference-string.ts';

/** `references` references to `pages` pages; `write` is the share of writes. */
export function uniform(
  pages: number,
  references: number,
  write: number,
  random: RandomState,
): ReferenceString {
  const order = new Uint32Array(references);
  for (let at = 0; at < references; at++) order[at] = nextBelow(random, pages);
  return stringOfPages(order, write, random);
}
