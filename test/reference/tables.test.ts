/**
 * The reference tables, through machine, nucleus, servers and pagers: every number exact. Sources:
 * Belady, Nelson and Shedler 1969 (its string); the rest was computed by two independent programs.
 */

import { expect, test } from 'vitest';
import { globalBelady } from '../../lab/bounds/index.ts';
import { runCell } from '../../lab/run/cell.ts';
import type { CellOptions } from '../../lab/run/cell-options.ts';
import { cell, task } from '../support/cells.ts';
import { BELADY, loop, toReferenceString, traceL } from '../support/reference-strings.ts';

const belady = toReferenceString(BELADY, { collapse: false });
const traceOfL = toReferenceString(traceL(), { collapse: false });
const loop20 = toReferenceString(loop(100, 20), { collapse: false });
const loop200 = toReferenceString(loop(100, 200), { collapse: false });

/** Faults of one task alone in `frames` frames. Faults = hard + first touch, nothing else. */
function faults(program: typeof belady, policy: string, frames: number): number {
  const [result] = runCell(cell(frames, [task('one', program, policy, frames)])).tasks;
  expect(result?.lostFaults).toBe(0);
  expect((result?.hardFaults ?? 0) + (result?.softFaults ?? 0)).toBe(result?.faults);
  return result?.faults ?? -1;
}

test.each([
  [1, 12, 12, 12, 12, 12],
  [2, 12, 12, 9, 12, 10],
  [3, 9, 10, 7, 9, 7],
  [4, 10, 8, 6, 10, 6],
  [5, 5, 5, 5, 5, 5],
])('table 6.1, the Belady string in %i frames', (frames, ...expected) => {
  const policies = ['fifo', 'lru', 'optimal', 'clock', 'mru'];
  expect(policies.map((policy) => faults(belady, policy, frames))).toEqual(expected);
});

test.each([
  [8, 14574, 14530, 8786, 14546],
  [16, 9883, 9370, 4345, 9582],
  [24, 6358, 4810, 2035, 5414],
  [32, 4433, 2257, 1487, 2861],
  [48, 2833, 1675, 1109, 1746],
  [64, 2125, 1506, 874, 1512],
  [128, 1005, 835, 402, 865],
])('table 6.2, trace L in %i frames', (frames, ...expected) => {
  const policies = ['fifo', 'lru', 'optimal', 'clock'];
  expect(policies.map((policy) => faults(traceOfL, policy, frames))).toEqual(expected);
});

test.each([
  [25, 1525],
  [50, 1050],
  [75, 575],
  [90, 290],
  [99, 119],
])('table 6.3, the loop of 100 pages in %i frames', (frames, best) => {
  for (const policy of ['mru', 'optimal']) expect(faults(loop20, policy, frames)).toBe(best);
  for (const policy of ['lru', 'fifo', 'clock']) expect(faults(loop20, policy, frames)).toBe(2000);
});

test('table 6.3, the cliff: one frame more and only first touches are left', () => {
  for (const policy of ['lru', 'fifo', 'clock', 'mru', 'optimal'])
    expect(faults(loop20, policy, 100)).toBe(100);
});

/** M-E15: trace L and the loop, by turns, in `frames` frames, halves under contracts. */
function together(
  frames: number,
  management: CellOptions['management'],
  ofL: string,
  ofLoop: string,
): [number, number, number] {
  const half = frames / 2;
  const tasks = [task('L', traceOfL, ofL, half), task('loop', loop200, ofLoop, half)];
  const more = { management, schedule: 'lockstep', slice: 1 } as const;
  const { tasks: results } = runCell(cell(frames, tasks, more));
  for (const { timeNs, virtualNs } of results)
    expect(Object.values(timeNs ?? {}).reduce((sum: number, part: number) => sum + part, 0)).toBe(
      virtualNs,
    );
  const [first, second] = results.map((result) => result.faults) as [number, number];
  return [first, second, first + second];
}

test('M-E15, one global LRU', () => {
  expect(together(96, 'global-lru', 'lru', 'lru')).toEqual([3135, 20000, 23135]);
  expect(together(128, 'global-lru', 'lru', 'lru')[2]).toBe(20912);
});

test('M-E15, contracts of one half each with policies of their own', () => {
  expect(together(96, 'contracts', 'lru', 'mru')).toEqual([1675, 10552, 12227]);
  expect(together(128, 'contracts', 'lru', 'mru')[2]).toBe(8842);
});

test('M-E15, contracts of one half each, LRU on both sides', () => {
  expect(together(96, 'contracts', 'lru', 'lru')).toEqual([1675, 20000, 21675]);
});

test('M-E15, the offline optimum of the interleaving', () => {
  expect(globalBelady([traceOfL, loop200], 96).faults).toBe(7486);
  expect(globalBelady([traceOfL, loop200], 128).faults).toBe(1753);
});

test('M-E15, central pagers that see only hardware bits do no better than the global LRU', () => {
  for (const management of ['mach', 'global-clock'] as const)
    expect(together(96, management, 'lru', 'lru')[2]).toBeGreaterThan(23135);
});
