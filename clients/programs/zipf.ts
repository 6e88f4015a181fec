/**
 * Zipf: page of rank r is referenced with weight 1 / r^alpha (Zipf 1949), ranks dealt to page
 * numbers at random. The skew of caches and databases.
 *
 * `alpha` is a multiple of 1/4, so that powers are products and square roots, which are the same
 * to the last bit in every engine. Each reference looks its draw up in the table of sums.
 */

import { assert } from '../../sim-hw/assert.ts';
import { nextBelow, nextUint32, type RandomState } from '../../sim-hw/random.ts';
import type { ReferenceString } from '../../sim-hw/references.ts';
import { stringOfPages } from './reference-string.ts';

const TWO_32 = 4294967296;

/** `references` references to at most `pages` pages; `write` is the share of writes. */
export function zipf(
  pages: number,
  references: number,
  alpha: number,
  write: number,
  random: RandomState,
): ReferenceString {
  const sums = zipfSums(pages, alpha);
  const pageOf = shuffled(pages, random);
  const order = new Uint32Array(references);
  for (let at = 0; at < references; at++) order[at] = pageOf[drawRank(sums, random)];
  return stringOfPages(order, write, random);
}

/** Running sums of the weights of ranks 1 to `ranks`. */
export function zipfSums(ranks: number, alpha: number): Float64Array {
  const sums = new Float64Array(ranks);
  let sum = 0;
  for (let rank = 1; rank <= ranks; rank++) {
    sum += 1 / power(rank, alpha);
    sums[rank - 1] = sum;
  }
  return sums;
}

/** A rank, from 0. */
export function drawRank(sums: Float64Array, random: RandomState): number {
  return rankOf(sums, (nextUint32(random) / TWO_32) * sums[sums.length - 1]);
}

/** base^exponent for an exponent in quarters, by products and square roots. */
function power(base: number, exponent: number): number {
  const quarters = exponent * 4;
  assert(quarters === Math.floor(quarters) && quarters >= 0, 'zipf: alpha must be in quarters');
  const root = Math.sqrt(Math.sqrt(base));
  let result = 1;
  for (let at = 0; at < quarters % 4; at++) result *= root;
  for (let at = 0; at < Math.floor(exponent); at++) result *= base;
  return result;
}

/** Index of the first sum above `drawn`. */
function rankOf(sums: Float64Array, drawn: number): number {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle] > drawn) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** 0..n-1 in an order drawn at random (Fisher, Yates 1938). */
export function shuffled(n: number, random: RandomState): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, at) => at);
  for (let at = n - 1; at > 0; at--) {
    const other = nextBelow(random, at + 1);
    const kept = order[at];
    order[at] = order[other];
    order[other] = kept;
  }
  return order;
}
