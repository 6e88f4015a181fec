import { expect, test } from 'vitest';
import type { CellResult } from '../../../lab/results.ts';
import { boot } from '../../../lab/run/boot.ts';
import { runCell, runWorld } from '../../../lab/run/cell.ts';
import type { CellOptions } from '../../../lab/run/cell-options.ts';
import type { CentralName } from '../../../lab/run/centrals.ts';
import type { PagerState } from '../../../paging/state.ts';
import { checkSwapSlots } from '../../../paging/swap-slots.ts';
import uvm from '../../../servers/central/uvm.ts';
import { cell, task, writing } from '../../support/cells.ts';
import { randomPages } from '../../support/reference-strings.ts';

/** A task that writes at random to twice the memory there is, before a disk. */
function scattered(management: CentralName, more: Partial<CellOptions> = {}): CellOptions {
  const program = writing(randomPages(7, 1500, 200));
  const tasks = [task('one', program, 'fifo', 1, { initial: 'image' })];
  const options = cell(100, tasks, { management, oracles: true, ...more });
  return { ...options, machine: { ...options.machine, costs: 'decstation-5000', device: 'disk' } };
}

/** The pager pages itself: nobody stands before swap. */
function parts(
  parameters: Record<string, Record<string, number>>,
): NonNullable<CellOptions['central']> {
  return { kernel: 'servers', defaultPager: 'kernel', pager: 'kernel', parameters };
}

function violations({ oracles }: CellResult): string[] {
  return oracles.flatMap((oracle) => oracle.violations.map(String));
}

test('[UVM6] dirty pages go out in clusters, sooner than one by one, and no page is lost', () => {
  const clustered = runCell(scattered('uvm'));
  const single = runCell(scattered('uvm', { central: parts({ uvm: { cluster: 1 } }) }));
  const mach = runCell(scattered('mach', { central: parts({}) }));
  expect([clustered, single, mach].flatMap(violations)).toEqual([]);
  const times = [clustered, single, mach].map(({ tasks: [one] }) => one.virtualNs ?? 0);
  expect(times[0]).toBeLessThan(0.9 * times[2]);
  expect(times[0]).toBeLessThan(times[1]);
  expect(clustered.tasks[0].pageOuts ?? 0).toBeGreaterThan(0.9 * (mach.tasks[0].pageOuts ?? 0));
});

test('[UVM6] after a run slots and queues add up, and pages went out together', () => {
  const world = boot(scattered('uvm'));
  runWorld(world);
  const pager = world.kernel.receivers[world.central].state as PagerState;
  expect(pager.swapSlots).not.toBeNull();
  expect(pager.swapSlots && checkSwapSlots(pager.swapSlots)).toBeUndefined();
  expect(uvm.check?.(pager.policy as never)).toBeUndefined();
  const { clusters, 'pages in clusters': pages } = uvm.counters?.(pager.policy as never) ?? {};
  expect(pages / clusters).toBeGreaterThan(4);
});

test('[UVM6] a task that reads alone is paged as by two queues: nothing is written', () => {
  const program = { ...writing(randomPages(3, 800, 120)) };
  const reading = { ...program, runs: program.runs.map((run) => run & ~(3 << 6)) };
  const tasks = [task('one', reading, 'fifo', 1, { initial: 'image' })];
  const result = runCell(cell(60, tasks, { management: 'uvm', oracles: true }));
  expect(result.tasks[0].pageOuts).toBe(0);
  expect(result.tasks[0].faults).toBeGreaterThan(120);
  expect(violations(result)).toEqual([]);
});
