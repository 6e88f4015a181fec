/** Worlds with several CPUs for tests: tasks that run side by side, and a CPU that acts on them. */

import { boot, type World } from '../../lab/run/boot.ts';
import type { CellOptions } from '../../lab/run/cell-options.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import {
  type Consistency,
  IDLE,
  layDown,
  type Processors,
  passTime,
  processorOf,
  takeUp,
} from '../../nucleus/processors.ts';
import { stepKernel } from '../../nucleus/scheduler.ts';
import { cell, task, writing } from './cells.ts';
import { loop } from './reference-strings.ts';

export const PAGES = 6;

/** `options` on a machine with so many CPUs. */
export function onCpus(
  options: CellOptions,
  cpus: number,
  tlbConsistency: Consistency = 'interrupt',
): CellOptions {
  return { ...options, machine: { ...options.machine, cpus, tlbConsistency } };
}

/** A central pager, and `tasks` that write to their few pages, all in memory, on and on. */
export function sideBySide(
  tasks: number,
  cpus: number,
  consistency: Consistency,
  costs = 'modern-nvme',
): World {
  const program = writing(loop(PAGES, 20_000));
  const programs = Array.from({ length: tasks }, (_, i) =>
    task(`writer ${i}`, program, 'clock', PAGES, { atEnd: 'restart' }),
  );
  const management = 'mach';
  const frames = 40 + 2 * PAGES * tasks;
  const plain = cell(frames, programs, { management });
  const options = { ...plain, machine: { ...plain.machine, costs } };
  const world = boot(onCpus(options, cpus, consistency));
  untilAllRun(world);
  return world;
}

/** Steps until every task runs on a CPU, with all of its pages mapped. */
export function untilAllRun({ kernel, clients }: World): void {
  const processors = processorsOf(kernel);
  const runs = (id: number) => {
    const done = kernel.state.tasks[id]?.faults ?? 0;
    return done >= PAGES && processorOf(processors, id) !== null;
  };
  for (let left = 100_000; left > 0 && !clients.every(runs); left--) stepKernel(kernel);
  if (!clients.every(runs)) throw new Error('processors: the tasks never ran side by side');
}

export function processorsOf({ state }: Kernel): Processors {
  if (state.processors === null) throw new Error('processors: there is one CPU');
  return state.processors;
}

/** An idle CPU goes into the nucleus, does `work` on the account of nobody, and is idle again. */
export function inNucleus(kernel: Kernel, work: () => void): void {
  const { state } = kernel;
  const processors = processorsOf(kernel);
  const idle = processors.list.find(({ running }) => running === 0);
  if (idle === undefined) throw new Error('processors: no CPU is idle');
  takeUp(state, processors, idle);
  const latest = Math.max(processors.freeNs, ...processors.list.map(({ nowNs }) => nowNs));
  passTime(state, processors, latest, IDLE);
  state.account = 0;
  work();
  processors.freeNs = state.nowNs;
  layDown(state, processors);
}
