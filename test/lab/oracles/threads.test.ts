import { expect, test } from 'vitest';
import { type Oracles, oracleResults, sweep } from '../../../lab/oracles/index.ts';
import { watch } from '../../../lab/run/watch.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { stepKernel } from '../../../nucleus/scheduler.ts';
import { ENDED, FAULTING, type TaskState } from '../../../nucleus/tasks.ts';
import type { ThreadGroup } from '../../../nucleus/threads.ts';
import { processorsOf } from '../../support/processors.ts';
import { threadedWorld } from '../../support/threads.ts';

/** What is found after `plant` has been at a run with three threads, in its middle. */
function foundAfter(plant: (kernel: Kernel, group: ThreadGroup) => void): string[] {
  const world = threadedWorld({ cpus: 3, frames: 30 });
  const oracles = watch(world) as Oracles;
  for (let step = 0; step < 300; step++) stepKernel(world.kernel);
  plant(world.kernel, world.kernel.state.groups[0] as ThreadGroup);
  sweep(oracles);
  const found = oracleResults(oracles).find(({ name }) => name === 'threads');
  return (found?.violations ?? []).map((text) => text.slice(0, 7));
}

test('a run in which nothing is wrong', () => {
  expect(foundAfter(() => {})).toEqual([]);
});

test('[CPU11] a thread that faults and is in no line, one in line that does not, and nobody’s turn', () => {
  expect(
    foundAfter(({ state }, { threads, line, serving }) => {
      const lost = threads.find((id) => !line.includes(id) && id !== serving) ?? threads[0];
      line.splice(0);
      (state.tasks[lost as number] as TaskState).status = FAULTING;
    }),
  ).toEqual(['[CPU11]']);
  expect(foundAfter((_, { leader, line }) => line.push(leader, leader))).toEqual(['[CPU11]']);
  expect(
    foundAfter((_, group) => {
      group.line.push(...group.threads);
      group.serving = -1;
    }),
  ).toEqual(['[CPU11]']);
});

test('[CPU12] a thread that outlives its task, or is on two CPUs', () => {
  const all = foundAfter(({ state }, { leader }) => {
    const task = state.tasks[leader] as TaskState;
    task.status = ENDED;
    state.finished[leader] = task;
  });
  expect(all).toContain('[CPU12]');
  const twice = foundAfter((kernel, { threads }) => {
    for (const cpu of processorsOf(kernel).list) cpu.running = threads[0] as number;
  });
  expect(twice).toEqual(['[CPU12]']);
});
