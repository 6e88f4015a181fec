/**
 * Starvation: a task's memory-control thread runs on the CPU like its program. While a task of a
 * higher CPU priority is ready, messages to it wait, in their order; the time that they wait is
 * time in which it could not run [TIME8].
 *
 * Where tasks do not differ in priority threads run at once, but for one whose turn is over
 * (message-turns.ts): its messages wait in the same place, and that is no time in which it could not
 * run. All this costs one test a message.
 */

import { termNow } from './clock.ts';
import type { Kernel } from './kernel.ts';
import { createMessage, enqueue, type Message, newest } from './messages.ts';
import { isAlive, READY, type TaskState } from './tasks.ts';

/** Whether a message to `task` has to wait for the CPU. */
export function isStarved(kernel: Kernel, task: TaskState): boolean {
  if (task.space < 0 || !isAlive(task)) return false;
  return task.deferred > 0 || isOutranked(kernel, task);
}

function isOutranked({ state }: Kernel, { cpu }: TaskState): boolean {
  for (const other of state.tasks) if (other.status === READY && other.cpu > cpu) return true;
  return false;
}

/** `starvedSince` of a task whose messages wait for no one else. */
const OWN_TIME = -1;

/** Puts a message by until its receiver can run; `starves`: others keep it from that. */
export function defer(kernel: Kernel, message: Message, task: TaskState, starves: boolean): void {
  if (task.deferred++ === 0) task.starvedSince = starves ? termNow(kernel) : OWN_TIME;
  kernel.state.deferred.push(Object.assign(createMessage(), message));
}

/** Sends on what has waited for tasks that can run now, or are dead; true if there was any. */
export function releaseDeferred(kernel: Kernel): boolean {
  const { state } = kernel;
  const { tasks, queue } = state;
  const waiting = state.deferred.splice(0);
  let released = false;
  for (const message of waiting) {
    const task = tasks[message.to] as TaskState;
    if (isAlive(task) && isOutranked(kernel, task)) {
      state.deferred.push(message);
      continue;
    }
    released = true;
    if (task.deferred === 1) task.starved = starvedTime(kernel, task);
    task.deferred--;
    const { op, from, to, account, w0, w1, w2, w3, time, cameAlong } = message;
    enqueue(queue, op, from, to, account, w0, w1, w2, w3, time);
    newest(queue).cameAlong = cameAlong;
  }
  return released;
}

/** Time, on the clock of terms, in which messages to the task have waited for the CPU. */
export function starvedTime(kernel: Kernel, task: TaskState): number {
  const { deferred, starved, starvedSince } = task;
  return deferred === 0 || starvedSince === OWN_TIME
    ? starved
    : starved + termNow(kernel) - starvedSince;
}
