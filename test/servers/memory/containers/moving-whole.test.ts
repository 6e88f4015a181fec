import { expect, test } from 'vitest';
import type { StepEvent } from '../../../../contracts/step-records.ts';
import { runCell } from '../../../../lab/run/cell.ts';
import type { CellOptions } from '../../../../lab/run/cell-options.ts';
import { cell, task, writing } from '../../../support/cells.ts';
import { randomPages } from '../../../support/reference-strings.ts';

/** Tasks that page all the time, in memory that leaves room to move. */
function paging(terms: Partial<CellOptions['terms']>, chargePageTables: boolean): CellOptions {
  const tasks = [
    task('one', writing(randomPages(3, 800, 30)), 'lru', 16, { initial: 'zero' }),
    task('two', writing(randomPages(5, 800, 30)), 'fifo', 16),
  ];
  const options = cell(44, tasks, { slice: 50_000, oracles: true });
  return { ...options, terms: { ...options.terms, ...terms, chargePageTables } };
}

/** What a run counts of each task, what its oracles found, and how often a run was moved. */
function outcome(options: CellOptions) {
  let moves = 0;
  const stepped = (event: StepEvent) => {
    if (event.kind === 'move') moves++;
  };
  const { tasks, oracles } = runCell({ ...options, stepped });
  const counts = tasks.map((one) => [one.faults, one.hardFaults, one.lostFaults, one.pageOuts]);
  const violations = oracles.flatMap((one) => one.violations);
  return { counts, violations, moves };
}

test.each([false, true])(
  '[CONT35] [MEM18] frames move as the server goes, and nobody notices; page tables charged: %s',
  (tables) => {
    const still = outcome(paging({}, tables));
    const moved = outcome(paging({ moveEvery: 20_000 }, tables));
    expect(still.moves).toBe(0);
    expect(moved.moves).toBeGreaterThan(500);
    expect(moved.counts).toEqual(still.counts);
    expect([...still.violations, ...moved.violations]).toEqual([]);
  },
);

test('[CONT35] where frames that a device may be reaching move too, contents are lost', () => {
  const careless = outcome(paging({ moveEvery: 20_000, movesPinned: true }, false));
  expect(careless.violations.length).toBeGreaterThan(0);
});
