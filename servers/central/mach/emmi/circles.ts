/**
 * Circles of pagers that wait for each other [EMMI12]. A pager is one thread: while it waits for a page
 * itself it answers nobody. So a wait that would close a circle is refused, and the circle is named.
 */

import type { Kernel } from '../../../../nucleus/kernel.ts';
import type { TaskState } from '../../../../nucleus/tasks.ts';
import { type Emmi, managedOf, NONE, type Wait } from './state.ts';

/** Circles that are remembered. */
const DEADLOCKS_KEPT = 8;

/** Whether `wait` would have pagers wait for each other; then it is written down. */
export function closesCircle(kernel: Kernel, emmi: Emmi, wait: Wait): boolean {
  const { deadlocks } = emmi.state;
  const circle = circleOf(kernel, emmi, wait);
  if (circle === undefined) return false;
  if (deadlocks.length === DEADLOCKS_KEPT) deadlocks.shift();
  deadlocks.push(circle);
  return true;
}

/** Names of the pagers that would wait for each other, from the one that `wait` waits for. */
function circleOf(kernel: Kernel, emmi: Emmi, wait: Wait): string | undefined {
  const nameOf = (task: number) => (kernel.state.tasks[task] as TaskState).name;
  const names = [nameOf(wait.task)];
  const seen = [wait.task];
  let at: Wait | undefined = wait;
  while (at !== undefined) {
    const task: number = managedOf(emmi, at.pager)?.task ?? 0;
    names.push(nameOf(task));
    if (task === wait.task) return names.join(' waits for ');
    if (seen.includes(task)) return undefined;
    seen.push(task);
    at = emmi.state.waits.find((one) => one.task === task && one.pager !== NONE);
  }
  return undefined;
}
