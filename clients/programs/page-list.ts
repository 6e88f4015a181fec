/** Page list: a reference to each page number given, in order. For textbook strings. */

import type { RandomState } from '../../sim-hw/random.ts';
import type { ReferenceString } from '../../sim-hw/references.ts';
import { stringOfPages } from './reference-string.ts';

/** Page numbers below 2^36; `write` is the share of writes. */
export function pageList(
  pages: readonly number[],
  write: number,
  random: RandomState,
): ReferenceString {
  return stringOfPages(Float64Array.from(pages), write, random);
}
