import { expect, test } from 'vitest';
import { withPauses } from '../../../clients/programs/index.ts';
import { runCell } from '../../../lab/run/cell.ts';
import { cell, task, writing } from '../../support/cells.ts';
import { loop } from '../../support/reference-strings.ts';

// Eight pages in six frames: nearly every reference faults. A rest of 1 ms after each 40.
const program = withPauses(writing(loop(8, 60)), 40, 1_000_000);
const tasks = [task('one', program, 'fifo', 6), task('two', program, 'fifo', 8, { start: 5e6 })];
const plain = cell(14, tasks);
const [whole] = runCell(plain).tasks;
const end = whole?.virtualNs as number;

function windowsOf(...bounds: [name: string, from: number, to: number][]) {
  const windows = bounds.map(([name, from, to]) => ({ name, from, to }));
  return runCell({ ...plain, windows }).tasks;
}

test('windows that follow each other sum to the whole, and the run is the same with them', () => {
  const [one, two] = windowsOf(['a', 0, end / 3], ['b', end / 3, end / 2], ['c', end / 2, end]);
  const { windows, ...rest } = one as NonNullable<typeof one>;
  expect(rest).toEqual(whole);
  for (const measure of ['references', 'faults', 'hardFaults', 'pageOuts', 'messages'] as const) {
    const parts = ['a', 'b', 'c'].map((name) => windows?.[name]?.[measure] as number);
    expect(parts[0], measure).toBeGreaterThan(0);
    expect(
      parts.reduce((sum, part) => sum + part, 0),
      measure,
    ).toBe(whole?.[measure]);
  }
  expect(windows?.c?.framesMean).toBe(6);
  // It starts in the middle of a window.
  expect(two?.windows?.a?.framesMean).toBeLessThan(8);
});

test('a window that the run does not reach is absent, one that it does not finish ends with it', () => {
  const [one] = windowsOf(['open', end / 2, 1e15], ['never', 1e14, 1e15]);
  expect(Object.keys(one?.windows ?? {})).toEqual(['open']);
  expect(one?.windows?.open?.references).toBeGreaterThan(100);
});

test('who asks for none is told of none', () => {
  expect(whole).not.toHaveProperty('windows');
});
