import { expect, test } from 'vitest';
import { loop as loopOf, withPauses } from '../../clients/programs/index.ts';
import { boot } from '../../lab/run/boot.ts';
import { runCell } from '../../lab/run/cell.ts';
import { killTask } from '../../nucleus/life.ts';
import { stepKernel } from '../../nucleus/scheduler.ts';
import { isAlive, RESTING } from '../../nucleus/tasks.ts';
import { createRandom } from '../../sim-hw/random.ts';
import type { ReferenceString } from '../../sim-hw/references.ts';
import { cell, task } from '../support/cells.ts';

const loop = (pages: number, rounds: number) => loopOf(pages, rounds, 0, createRandom(1));
const whole = loop(8, 50);
const paused = withPauses(whole, 40, 1_000_000);

function timesOf(program: ReferenceString, others: ReferenceString | null) {
  const tasks = [task('one', program, 'lru', 8)];
  if (others !== null) tasks.push(task('other', others, 'lru', 8));
  return runCell({ ...cell(16, tasks), oracles: true });
}

test('[TIME1] a program that rests lives as much longer, to the nanosecond, and all of it is told', () => {
  const [plain] = timesOf(whole, null).tasks;
  const { tasks, oracles } = timesOf(paused, null);
  const [resting] = tasks;
  for (const { name, violations } of oracles) expect(violations, name).toEqual([]);
  expect(resting?.references).toBe(400);
  expect(plain?.timeNs?.rest).toBe(0);
  // The last pause would come with the last reference: there is none.
  expect(resting?.timeNs?.rest).toBe(9 * 1_000_000);
  expect(resting?.faults).toBe(plain?.faults);
  const parts = Object.values(resting?.timeNs ?? {}).reduce((sum, ns) => sum + ns, 0);
  expect(parts).toBe(resting?.virtualNs);
});

test('what a program computes at a stop is its own time, and others run while one rests', () => {
  const workNs = new Float64Array(9).fill(5000);
  const stops = { ...(paused.stops as NonNullable<typeof paused.stops>), workNs };
  const both = timesOf({ ...paused, stops }, loop(8, 50)).tasks;
  const [worked, other] = both;
  const plain = timesOf(whole, loop(8, 50)).tasks[0];
  expect(worked?.timeNs?.program).toBe((plain?.timeNs?.program ?? 0) + 9 * 5000);
  expect(other?.virtualNs).toBeLessThan(worked?.timeNs?.rest ?? 0);
});

test('a program that starts over makes its stops again', () => {
  const short = withPauses(loop(8, 10), 40, 1_000_000);
  const one = task('one', short, 'lru', 8, { atEnd: 'restart' });
  const { kernel } = boot(cell(16, [one, task('long', paused, 'lru', 8)]));
  let rests = 0;
  let before = 0;
  while (stepKernel(kernel)) {
    const { status } = kernel.state.tasks[3] ?? { status: 0 };
    if (status === RESTING && before !== RESTING) rests++;
    before = status;
  }
  expect(rests).toBeGreaterThan(2);
});

test('who is killed while it rests stays dead', () => {
  const { kernel } = boot(
    cell(16, [task('one', paused, 'lru', 8), task('long', paused, 'lru', 8, { start: 500 })]),
  );
  const [, , , one] = kernel.state.tasks;
  while (one?.status !== RESTING) stepKernel(kernel);
  killTask(kernel, 3);
  while (stepKernel(kernel));
  expect(one === undefined || isAlive(one)).toBe(false);
  expect(kernel.state.finished[4]?.references).toBe(400);
});
