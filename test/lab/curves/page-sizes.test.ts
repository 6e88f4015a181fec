import { expect, test } from 'vitest';
import { pageSizeCurves, tlbReachCurves } from '../../../lab/curves/page-sizes.ts';
import { packRun, type ReferenceString } from '../../../sim-hw/references.ts';

/** 1,024 neighbouring pages in order, twice. */
const runs = Uint32Array.from({ length: 2048 }, (_, at) => packRun(at % 1024, 0, 1));
const program: ReferenceString = {
  runs,
  references: 2048,
  pageNumbers: Float64Array.from({ length: 1024 }, (_, at) => 4096 + at),
};

test('in memory that holds the walk each size misses once a page of its own', () => {
  const curves = pageSizeCurves(program, [1024]);
  expect(curves.map(({ policy }) => policy)).toEqual([
    ...['4 KiB', '8 KiB', '16 KiB', '32 KiB', '64 KiB', '128 KiB', '256 KiB', '512 KiB'],
    ...['1 MiB', '2 MiB'],
  ]);
  expect(curves.map(({ points }) => points[0]?.misses)).toEqual([
    1024, 512, 256, 128, 64, 32, 16, 8, 4, 2,
  ]);
});

test('the same bytes are fewer large pages, and none where one does not fit', () => {
  const [base, , , , , , , , , large] = pageSizeCurves(program, [256, 512]);
  expect(base?.points).toEqual([
    { frames: 256, misses: 2048 },
    { frames: 512, misses: 2048 },
  ]);
  expect(large?.points).toEqual([{ frames: 512, misses: 4 }]);
});

test('as many entries reach further', () => {
  const curves = tlbReachCurves(program, [2]);
  expect(curves[0]?.points).toEqual([{ frames: 2, misses: 2048 }]);
  expect(curves[9]?.points).toEqual([{ frames: 2, misses: 2 }]);
});
