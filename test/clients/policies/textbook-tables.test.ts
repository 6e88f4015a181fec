import { describe, expect, test } from 'vitest';
import { findPolicy } from '../../../clients/policies/index.ts';
import { globalBelady } from '../../../lab/bounds/index.ts';
import { drivePolicy } from '../../support/drive-policy.ts';
import {
  BELADY,
  loop,
  TEXTBOOK,
  toReferenceString,
  traceL,
} from '../../support/reference-strings.ts';

/** Faults of a registered policy, on runs that are collapsed or not: it makes no difference. */
function faults(name: string, pages: readonly number[], frames: number, collapse = true): number {
  const policy = findPolicy(name);
  if (policy === undefined) throw new Error(`no policy ${name}`);
  const { runs, pageNumbers } = toReferenceString(pages, { collapse });
  return drivePolicy(policy, runs, pageNumbers.length, frames).faults;
}

/** Rows of the table: for each number of frames, the faults of the named policies. */
function table(names: string[], pages: readonly number[], frameList: number[]): number[][] {
  return frameList.map((frames) => names.map((name) => faults(name, pages, frames)));
}

const TABLE_NAMES = ['fifo', 'lru', 'optimal', 'clock'];

describe("Belady's string", () => {
  test('faults in 1 to 5 frames', () => {
    expect(table([...TABLE_NAMES, 'mru'], BELADY, [1, 2, 3, 4, 5])).toEqual([
      [12, 12, 12, 12, 12],
      [12, 12, 9, 12, 10],
      [9, 10, 7, 9, 7],
      [10, 8, 6, 10, 6],
      [5, 5, 5, 5, 5],
    ]);
  });
});

describe('textbook string 7 0 1 2 0 3 ...', () => {
  test('faults in 3 and 4 frames', () => {
    expect(table(TABLE_NAMES, TEXTBOOK, [3, 4])).toEqual([
      [15, 12, 9, 14],
      [10, 8, 8, 9],
    ]);
  });
});

describe('trace L', () => {
  const pages = traceL();

  test('is the trace that the figures belong to', () => {
    expect(pages.slice(0, 12)).toEqual([
      153, 162, 155, 168, 150, 167, 167, 150, 155, 151, 160, 149,
    ]);
    expect(pages.reduce((sum, page) => sum + page, 0)).toBe(2_667_117);
    expect(new Set(pages).size).toBe(200);
    expect(pages.length).toBe(20_000);
  });

  const expected: [number, number[]][] = [
    [8, [14574, 14530, 8786, 14546]],
    [16, [9883, 9370, 4345, 9582]],
    [24, [6358, 4810, 2035, 5414]],
    [32, [4433, 2257, 1487, 2861]],
    [48, [2833, 1675, 1109, 1746]],
    [64, [2125, 1506, 874, 1512]],
    [128, [1005, 835, 402, 865]],
  ];
  test.each(expected)('faults in %i frames: fifo, lru, optimal, clock', (frames, row) => {
    expect(TABLE_NAMES.map((name) => faults(name, pages, frames))).toEqual(row);
    expect(TABLE_NAMES.map((name) => faults(name, pages, frames, false))).toEqual(row);
    expect(faults('second-chance', pages, frames)).toBe(row[3]);
  });
});

describe('loop of 100 pages, 20 rounds', () => {
  const pages = loop(100, 20);
  const expected: [number, number][] = [
    [25, 1525],
    [50, 1050],
    [75, 575],
    [90, 290],
    [99, 119],
  ];
  test.each(expected)(
    'faults in %i frames: mru and optimal %i, the others all',
    (frames, fewest) => {
      expect(table(['mru', 'optimal'], pages, [frames])).toEqual([[fewest, fewest]]);
      expect(table(['lru', 'fifo', 'clock'], pages, [frames])).toEqual([[2000, 2000, 2000]]);
    },
  );

  test('100 faults in 100 frames', () => {
    expect(table(['mru', 'optimal', 'lru', 'fifo', 'clock'], pages, [100])).toEqual([
      [100, 100, 100, 100, 100],
    ]);
  });
});

describe('trace L beside the loop, 20,000 references each', () => {
  const pagesOfL = traceL();
  const pagesOfLoop = loop(100, 200);
  // One memory for both: page n of the loop is page 1000 + n.
  const together = pagesOfL.flatMap((page, index) => [page, 1000 + pagesOfLoop[index]]);
  const strings = [pagesOfL, pagesOfLoop].map((pages) =>
    toReferenceString(pages, { collapse: true }),
  );

  test('96 frames: shared, halves with own policies, halves under LRU, offline optimum', () => {
    expect(faults('lru', together, 96)).toBe(23_135);
    expect([faults('lru', pagesOfL, 48), faults('mru', pagesOfLoop, 48)]).toEqual([1675, 10_552]);
    expect(faults('lru', pagesOfL, 48) + faults('lru', pagesOfLoop, 48)).toBe(21_675);
    expect(globalBelady(strings, 96).faults).toBe(7486);
    expect(faults('optimal', together, 96)).toBe(7486);
  });

  test('128 frames', () => {
    expect(faults('lru', together, 128)).toBe(20_912);
    expect(faults('lru', pagesOfL, 64) + faults('mru', pagesOfLoop, 64)).toBe(8842);
    expect(globalBelady(strings, 128).faults).toBe(1753);
  });
});
