import { expect, test } from 'vitest';
import { boot, type World } from '../../lab/run/boot.ts';
import { runCell } from '../../lab/run/cell.ts';
import type { CellOptions } from '../../lab/run/cell-options.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import { stepKernel } from '../../nucleus/scheduler.ts';
import { MESSAGE, type TaskState } from '../../nucleus/tasks.ts';
import type { PagerState } from '../../paging/state.ts';
import { cell, task, writing } from '../support/cells.ts';
import { loop } from '../support/reference-strings.ts';

/** Two honest tasks, and a third that may nag. */
function crowd(hostile: 'nagger' | null, more: Partial<CellOptions> = {}): CellOptions {
  const tasks = [
    task('reader', writing(loop(7, 10)), 'lru', 6),
    task('latecomer', writing(loop(9, 8)), 'lru', 8, { start: 50 }),
    task('third', writing(loop(10, 6)), 'lru', 2, { extra: 10, hostile }),
  ];
  const terms = { graceExtra: 400, graceShrink: 1e8, penalty: 'repossess' } as const;
  return cell(18, tasks, { clock: 'references', terms, slice: 100, oracles: true, ...more });
}

const inTime: Partial<CellOptions> = {
  clock: 'ns',
  slice: 50_000,
  terms: { graceExtra: 100_000, graceShrink: 1e8, penalty: 'repossess' },
};

test.each([
  ['references', {}],
  ['nanoseconds', inTime],
])('[TIME9] whoever asks without end holds up nobody but itself, on the clock of %s', (_, more) => {
  const { tasks, oracles } = runCell(crowd('nagger', more));
  for (const { name, violations } of oracles) expect(violations, name).toEqual([]);
  const { tasks: calm } = runCell(crowd(null, more));
  for (const at of [0, 1]) {
    expect(tasks[at]?.references).toBe(calm[at]?.references);
    expect(tasks[at]?.lostFaults).toBe(0);
  }
  expect(tasks[2]?.messages).toBeGreaterThan(50 * (calm[2]?.messages ?? 0));
});

function tasksOf({ kernel, clients }: World): TaskState[] {
  return clients.map((id) => kernel.state.tasks[id] as TaskState);
}

test('[TIME9] its messages are on its own account, and its turns are as long as anybody’s', () => {
  const world = boot(crowd('nagger', inTime));
  const [reader, latecomer, nagger] = tasksOf(world) as [TaskState, TaskState, TaskState];
  let longest = 0;
  let before = 0;
  while (stepKernel(world.kernel)) {
    longest = Math.max(longest, nagger.messages - before);
    before = nagger.messages;
  }
  expect(longest).toBeGreaterThan(200);
  expect(longest).toBeLessThan(2000);
  const spent = ({ times }: TaskState) => times[MESSAGE] as number;
  expect(spent(nagger)).toBeGreaterThan(20 * (spent(reader) + spent(latecomer)));
  expect(nagger.starved).toBe(0);
});

test('[TIME9] where nobody else can run time goes on all the same', () => {
  const options = crowd('nagger');
  const world = boot({ ...options, tasks: options.tasks.slice(1) });
  const { kernel } = world;
  // The latecomer has not started, and the other hears nothing but that it is refused.
  stall(kernel, world.clients[1] as number);
  for (let steps = 0; steps < 1000 && kernel.state.references < 1000; steps++) stepKernel(kernel);
  expect(kernel.state.references).toBeGreaterThanOrEqual(1000);
});

/** Its pager forgets what it is granted: its program stands still for ever. */
function stall(kernel: Kernel, id: number): void {
  const { step, state } = kernel.receivers[id] as Kernel['receivers'][number];
  const pager = state as PagerState;
  kernel.receivers[id] = {
    state,
    step: (theKernel, theState, message) => {
      step(theKernel, theState, message);
      pager.waiters.length = 0;
    },
  };
}
