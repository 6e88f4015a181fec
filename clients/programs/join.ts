/**
 * Join: a block nested-loop join of two tables (the loops of Kim, SIGMOD 1980). A block of the outer
 * table is read, then all of the inner one is read against it, page by page; and so on with the
 * next block. Of each inner page so many rows are compared with the block: a page of the block each.
 *
 * Outer pages come first in the address space, then inner ones. Who pages for it and knows that would keep
 * the block, and as much of the inner table as fits; by recency the whole inner table goes by in
 * vain. Left out: rows that are found, which would be written.
 */

import { createRandom } from '../../sim-hw/random.ts';
import type { ReferenceString } from '../../sim-hw/references.ts';
import { stringOfPages } from './reference-string.ts';

export interface Join {
  /** Pages of the tables, and of the outer one's part that is joined at a time. */
  readonly outer: number;
  readonly inner: number;
  readonly block: number;
  /** Rows of an inner page. */
  readonly rows: number;
}

/** References of a join: see `joinLength`. */
export function join({ outer, inner, block, rows }: Join): ReferenceString {
  const order: number[] = [];
  for (let from = 0; from < outer; from += block) {
    const size = Math.min(block, outer - from);
    for (let page = 0; page < size; page++) order.push(from + page);
    for (let page = 0; page < inner; page++)
      for (let row = 0; row < rows; row++) {
        order.push(outer + page);
        order.push(from + ((page * rows + row) % size));
      }
  }
  return stringOfPages(Uint32Array.from(order), 0, createRandom(0));
}

export function joinLength({ outer, inner, block, rows }: Join): number {
  return outer + Math.ceil(outer / block) * inner * rows * 2;
}
