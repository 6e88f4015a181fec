/**
 * Matrix walk: each element of a matrix once, row by row as it lies in memory, or column by column
 * across it. The same references in another order: what a TLB and a page reach is decided by that.
 *
 * The matrix begins at a page's first byte; its last page may be part full.
 */

import { createRandom } from '../../sim-hw/random.ts';
import type { ReferenceString } from '../../sim-hw/references.ts';
import { stringOfPages } from './reference-string.ts';

export interface MatrixWalk {
  readonly rows: number;
  readonly columns: number;
  readonly elementBytes: number;
  /** Which index runs fastest: along a row, or along a column. */
  readonly along: 'rows' | 'columns';
}

/** `rows` * `columns` reads. Rows lie one after the other. */
export function matrixWalk(
  { rows, columns, elementBytes, along }: MatrixWalk,
  pageBytes = 4096,
): ReferenceString {
  const order = new Uint32Array(rows * columns);
  const inner = along === 'rows' ? columns : rows;
  for (let at = 0; at < order.length; at++) {
    const slow = Math.floor(at / inner);
    const fast = at % inner;
    const element = along === 'rows' ? slow * columns + fast : fast * columns + slow;
    order[at] = Math.floor((element * elementBytes) / pageBytes);
  }
  return stringOfPages(order, 0, createRandom(0));
}
