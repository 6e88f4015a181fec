/** Programs that lectures know by name. */

import { expect, test } from 'vitest';
import { matrixWalk, textbook } from '../../../clients/programs/index.ts';
import type { ReferenceString } from '../../../sim-hw/references.ts';
import { BELADY, TEXTBOOK } from '../../support/reference-strings.ts';

function pagesOf({ runs, pageNumbers }: ReferenceString): number[] {
  return [...runs].flatMap((run) =>
    new Array((run & 63) + 1).fill(pageNumbers[run >>> 8] as number),
  );
}

test('the strings of the textbooks', () => {
  expect(pagesOf(textbook('belady'))).toEqual(BELADY);
  expect(pagesOf(textbook('seven-zero'))).toEqual(TEXTBOOK);
});

test('a matrix by rows is a scan, by columns it comes back to each page', () => {
  const matrix = { rows: 4, columns: 512, elementBytes: 8 };
  const rows = matrixWalk({ ...matrix, along: 'rows' });
  const columns = matrixWalk({ ...matrix, along: 'columns' });
  expect(pagesOf(rows)).toEqual([0, 1, 2, 3].flatMap((page) => new Array(512).fill(page)));
  expect(pagesOf(columns).slice(0, 8)).toEqual([0, 1, 2, 3, 0, 1, 2, 3]);
  expect(columns.references).toBe(2048);
  // Two rows to a page; the last page is half full.
  const odd = matrixWalk({ rows: 3, columns: 256, elementBytes: 8, along: 'columns' });
  expect(pagesOf(odd).slice(0, 6)).toEqual([0, 0, 1, 0, 0, 1]);
  expect([...odd.pageNumbers]).toEqual([0, 1]);
  expect(pagesOf(matrixWalk({ ...matrix, along: 'rows' }, 8192)).at(-1)).toBe(1);
});
