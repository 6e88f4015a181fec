import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPageIndex, denseId, pageNumbersOf } from '../../../lab/traces/page-index.ts';

const TWO_TO_32 = 2 ** 32;

/** Pages of 52 bits: clusters as programs have them, and strides that a weak hash would pile up. */
const pageNumbers = fc
  .array(
    fc.tuple(
      fc.integer({ min: 0, max: 2 ** 52 - 2 ** 32 }),
      fc.integer({ min: 1, max: 2500 }),
      fc.constantFrom(1, 16, 4096, 2 ** 18),
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((clusters) =>
    clusters.flatMap(([first, count, stride]) =>
      Array.from({ length: count }, (_, i) => first + i * stride),
    ),
  );

test('dense ids are those of a Map, in order of first appearance, through every growth', () => {
  fc.assert(
    fc.property(pageNumbers, (pages) => {
      const index = createPageIndex();
      const expected = new Map<number, number>();
      for (const page of [...pages, ...pages]) {
        if (!expected.has(page)) expected.set(page, expected.size);
        const id = denseId(index, page | 0, Math.floor(page / TWO_TO_32));
        if (id !== expected.get(page)) expect(id).toBe(expected.get(page));
      }
      expect([...pageNumbersOf(index)]).toEqual([...expected.keys()]);
    }),
    { seed: 42, numRuns: 30 },
  );
});

test('low words alike, high words different: different pages', () => {
  const index = createPageIndex();
  expect([0, 1, 2, 1, 0].map((high) => denseId(index, -5, high))).toEqual([0, 1, 2, 1, 0]);
});
