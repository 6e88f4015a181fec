/**
 * Loop: pages 0, 1, ..., n - 1, again and again. The program that LRU is worst at: with one frame
 * too few it faults at each reference, where MRU keeps nearly all.
 */

import type { RandomState } from '../../sim-hw/random.ts';
import type { ReferenceString } from '../../sim-hw/references.ts';
import { stringOfPages } from './reference-string.ts';

/** `pages` * `rounds` references, each `stride` pages on; `write` is the share of writes. */
export function loop(
  pages: number,
  rounds: number,
  write: number,
  random: RandomState,
  stride = 1,
): ReferenceString {
  const length = pages * rounds;
  const order = stride === 1 ? new Uint32Array(length) : new Float64Array(length);
  for (let at = 0; at < order.length; at++) order[at] = (at % pages) * stride;
  return stringOfPages(order, write, random);
}
