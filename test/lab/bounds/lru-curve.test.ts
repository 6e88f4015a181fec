import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lruCurve } from '../../../lab/bounds/index.ts';
import { naiveLru } from '../../support/naive-policies/index.ts';
import { loop, randomPages, toReferenceString, traceL } from '../../support/reference-strings.ts';

function curveOf(pages: readonly number[], collapse = true): Float64Array {
  const string = toReferenceString(pages, { collapse });
  return lruCurve(string.runs, string.pageNumbers.length);
}

/** Stack distances by a plain list, youngest first; the curve from their histogram. */
function naiveCurve(pages: readonly number[]): number[] {
  const stack: number[] = [];
  const size = new Set(pages).size;
  const faults = new Array<number>(size + 1).fill(0);
  for (const page of pages) {
    const depth = stack.indexOf(page);
    if (depth >= 0) stack.splice(depth, 1);
    stack.unshift(page);
    for (let frames = 0; frames <= (depth < 0 ? size : depth); frames++) faults[frames]++;
  }
  return faults;
}

describe('lruCurve', () => {
  test('is LRU at every number of frames', () => {
    const pages = fc.array(fc.nat(40), { minLength: 1, maxLength: 300 });
    const property = fc.property(pages, (string) => {
      const curve = curveOf(string);
      for (let frames = 1; frames < curve.length; frames++)
        expect(curve[frames]).toBe(naiveLru(string, frames).faults);
    });
    fc.assert(property, { seed: 20_260_103, numRuns: 40 });
  });

  test('is exact where slots run out many times', () => {
    for (const [seed, count] of [
      [1, 17],
      [2, 64],
      [3, 300],
      [4, 700],
    ]) {
      const pages = randomPages(seed, 15_000, count);
      expect(Array.from(curveOf(pages))).toEqual(naiveCurve(pages));
    }
  });

  test('gives the table of trace L', () => {
    const curve = curveOf(traceL());
    const sizes = [8, 16, 24, 32, 48, 64, 128];
    expect(sizes.map((frames) => curve[frames])).toEqual([
      14530, 9370, 4810, 2257, 1675, 1506, 835,
    ]);
    expect(curve.length).toBe(201);
    expect(curve[0]).toBe(20_000);
    expect(curve[200]).toBe(200);
  });

  test('a loop falls off its cliff', () => {
    const curve = curveOf(loop(100, 20));
    expect([curve[1], curve[99], curve[100]]).toEqual([2000, 2000, 100]);
  });

  test('splitting runs makes no difference', () => {
    const pages = randomPages(8, 2000, 30).flatMap((page) => [page, page]);
    expect(curveOf(pages, false)).toEqual(curveOf(pages, true));
  });

  test('of nothing is nothing; pages never touched do not fault', () => {
    expect(Array.from(lruCurve(new Uint32Array(0), 0))).toEqual([0]);
    const { runs } = toReferenceString([0, 1, 0], { collapse: true });
    expect(Array.from(lruCurve(runs, 4))).toEqual([3, 3, 2, 2, 2]);
  });
});
