/** Which parts of a central management share an address space, and what a message costs between them. */

import { expect, test } from 'vitest';
import { runCell } from '../../lab/run/cell.ts';
import type { CellOptions } from '../../lab/run/cell-options.ts';
import { bareCosts, costProfiles } from '../../sim-hw/costs/index.ts';
import { modernNvme } from '../../sim-hw/costs/modern-nvme.ts';
import { cell, task, writing } from '../support/cells.ts';
import { loop } from '../support/reference-strings.ts';

const { messageNs, mapNs, switchNs } = bareCosts(modernNvme);
const servers = { kernel: 'servers', defaultPager: 'server', pager: 'kernel' } as const;

function run(central: CellOptions['central'], rounds: number, frames = 40) {
  const one = task('one', writing(loop(60, rounds)), 'fifo', 8, { initial: 'zero' });
  const options = cell(frames, [one], { management: 'mach', oracles: true });
  const result = runCell(central === undefined ? options : { ...options, central });
  for (const { name, violations } of result.oracles) expect(violations, name).toEqual([]);
  const [found] = result.tasks;
  if (found === undefined) throw new Error('no task');
  return found;
}

/** What messages cost, operations on the map apart. */
function messages(central: CellOptions['central'], rounds: number, frames?: number): number {
  const { timeNs } = run(central, rounds, frames);
  return timeNs?.message ?? 0;
}

test('what is not said is as ever', () => {
  expect(run(undefined, 4)).toEqual(run(servers, 4));
});

test('in one kernel with its own default pager moving a page costs no message', () => {
  const inside = run({ ...servers, kernel: 'one', defaultPager: 'kernel' }, 4);
  expect(inside.pageIns).toBeGreaterThan(100);
  // Maps and unmaps alone.
  expect((inside.timeNs?.message ?? 1) % mapNs).toBe(0);
  expect(inside.timeNs?.message).toBeLessThanOrEqual(2 * (inside.faults + inside.pageOuts) * mapNs);
});

test('a default pager outside costs four messages a page that it moves, and nothing without', () => {
  const inside = { ...servers, kernel: 'one', defaultPager: 'kernel' } as const;
  const outside = { ...servers, kernel: 'one' } as const;
  const [a, b] = [run(inside, 4), run(outside, 4)];
  const more = (b.timeNs?.message ?? 0) - (a.timeNs?.message ?? 0);
  const moved = b.pageIns + b.pageOuts;
  // Pages on their way at the end are paid for in part.
  expect(Math.abs(more / (4 * messageNs) - moved)).toBeLessThan(0.1 * moved);
  expect(messages(outside, 4, 200)).toBe(messages(inside, 4, 200));
});

test('a pager apart costs two messages and two switches more at each fault', () => {
  const apart = run({ ...servers, pager: 'server' }, 1, 200);
  const within = run(servers, 1, 200);
  const more = (apart.timeNs?.message ?? 0) - (within.timeNs?.message ?? 0);
  expect(apart.faults).toBe(60);
  expect(more).toBe(60 * 2 * (messageNs + switchNs));
});

test('figures of a machine may be others', () => {
  const one = task('one', writing(loop(60, 1)), 'fifo', 60, { initial: 'zero' });
  const options = cell(64, [one]);
  const machine = { ...options.machine, figures: { trapNs: 7_000 } };
  const [found] = runCell({ ...options, machine }).tasks;
  const [plain] = runCell(options).tasks;
  const trap = costProfiles['modern-nvme']?.figures.trapNs.value ?? 0;
  expect((found?.timeNs?.trap ?? 0) - (plain?.timeNs?.trap ?? 0)).toBe(60 * (7_000 - trap));
});
