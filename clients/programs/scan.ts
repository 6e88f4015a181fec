/**
 * Scan: a program that reads ranges in order, each from a place drawn at random: the scans of a
 * store, beside its look-ups (experiment E14 of the lineage).
 */

import { nextBelow, type RandomState } from '../../sim-hw/random.ts';
import type { ReferenceString } from '../../sim-hw/references.ts';
import { stringOfPages } from './reference-string.ts';

/** `scans` ranges of `length` pages each, within `pages`. */
export function scan(
  pages: number,
  scans: number,
  length: number,
  random: RandomState,
): ReferenceString {
  const order = new Uint32Array(scans * length);
  for (let at = 0; at < scans; at++) {
    const first = nextBelow(random, pages - length + 1);
    for (let page = 0; page < length; page++) order[at * length + page] = first + page;
  }
  return stringOfPages(order, 0, random);
}
