import { expect, test } from 'vitest';
import { boot } from '../../../lab/run/boot.ts';
import { createStandstill, noteStandstill } from '../../../lab/run/standstill.ts';
import { PROGRAM, type TaskState } from '../../../nucleus/tasks.ts';
import { InvariantBroken } from '../../../sim-hw/assert.ts';
import { pressedCell } from '../../support/pressed-cell.ts';

const HALF = 5_000_000;

test('a run in which no task goes on ends, and says who waits for nothing', () => {
  const world = boot(pressedCell('ns'));
  const state = createStandstill();
  noteStandstill(state, world, HALF);
  noteStandstill(state, world, HALF);
  const again = () => noteStandstill(state, world, HALF);
  expect(again).toThrow(InvariantBroken);
  expect(again).toThrow(/^run: no task has gone on for 10000000 decisions; these wait .*: \w+/);
});

test("a reference, a task's own work, or an end begins the count anew", () => {
  const world = boot(pressedCell('ns'));
  const state = createStandstill();
  const { state: kernel } = world.kernel;
  const deeds = [
    () => kernel.references++,
    () => {
      const task = kernel.tasks.at(-1) as TaskState;
      task.times[PROGRAM] = (task.times[PROGRAM] as number) + 1;
    },
  ];
  for (const deed of [...deeds, ...deeds]) {
    noteStandstill(state, world, HALF);
    noteStandstill(state, world, HALF - 1);
    deed();
    expect(() => noteStandstill(state, world, HALF)).not.toThrow();
  }
});
