import { expect, test } from 'vitest';
import {
  framesFor,
  pageSizeCurves,
  pageSizesOf,
  tlbReachCurves,
} from '../../../lab/curves/page-sizes.ts';
import { packRun } from '../../../sim-hw/references.ts';

/** 1,024 neighbouring pages in order, twice. */
const runs = Uint32Array.from({ length: 2048 }, (_, at) => packRun(at % 1024, 0, 1));
const program = {
  pageBytes: 4096,
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

test('a trace of finer pages begins with them; memory is counted in frames of 4 KiB all the same', () => {
  const fine = {
    ...program,
    pageBytes: 512,
    pageNumbers: program.pageNumbers.map((page) => page - 4096),
  };
  expect(pageSizesOf(fine)).toEqual(Array.from({ length: 13 }, (_, order) => 512 * 2 ** order));
  // 1,024 pages of 512 bytes are 128 frames.
  expect(framesFor(fine)).toBe(128);
  const curves = pageSizeCurves(fine, [64, 128]);
  expect(curves.map(({ policy }) => policy).slice(0, 4)).toEqual([
    '512 B',
    '1 KiB',
    '2 KiB',
    '4 KiB',
  ]);
  expect(curves.map(({ points }) => points.find(({ frames }) => frames === 128)?.misses)).toEqual([
    1024,
    512,
    256,
    128,
    64,
    32,
    16,
    8,
    4,
    2,
    1,
    undefined,
    undefined,
  ]);
  const coarse = { ...program, pageBytes: 2 ** 20 };
  expect(pageSizeCurves(coarse, [1024]).map(({ policy }) => policy)).toEqual(['1 MiB', '2 MiB']);
});
