/** Choice: whose turn it is, round robin, and among the highest of priority where tasks differ. */

import { peekTime } from '../sim-hw/event-queue.ts';
import type { Kernel } from './kernel.ts';
import { FAULTING, READY, type TaskState, WAITING_DEVICE } from './tasks.ts';

/** The task to run, or -1 to idle. */
export function chooseTask(kernel: Kernel): number {
  const { state, schedule } = kernel;
  const current = state.tasks[state.current] as TaskState;
  const devicesBusy = peekTime(state.deviceEvents) !== Number.POSITIVE_INFINITY;
  if (state.countsReferences && devicesBusy) return -1;
  const least = schedule.ranked ? highestReady(kernel) : Number.NEGATIVE_INFINITY;
  if (state.sliceLeft > 0) {
    if (current.status === READY && current.cpu >= least) return current.id;
    const waits = current.status === FAULTING || current.status === WAITING_DEVICE;
    if (waits && devicesBusy && !schedule.overlap) return -1;
  }
  const { length } = state.tasks;
  let id = state.current;
  for (let step = 1; step <= length; step++) {
    id = id + 1 === length ? 0 : id + 1;
    const task = state.tasks[id] as TaskState;
    if (task.status !== READY || task.cpu < least) continue;
    if (id !== state.current || state.sliceLeft <= 0) state.sliceLeft = schedule.slice;
    state.current = id;
    return id;
  }
  return -1;
}

/** The highest CPU priority of a task that is ready. */
export function highestReady({ state }: Kernel): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (const { status, cpu } of state.tasks) if (status === READY && cpu > highest) highest = cpu;
  return highest;
}
