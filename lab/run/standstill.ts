/**
 * Standstill: a run in which messages and timers go on for ever and no task does. Whatever waits in
 * there waits for nothing, and whoever started the run would too.
 */

import { isOver, PROGRAM } from '../../nucleus/tasks.ts';
import { assert } from '../../sim-hw/assert.ts';
import type { World } from './boot.ts';

/** Decisions without a reference, a task's own work or an end: after so many nothing is hoped for. */
const DECISIONS_MAX = 10_000_000;

export interface Standstill {
  /** What had been done when last something was, and decisions since. */
  done: number;
  since: number;
}

export function createStandstill(): Standstill {
  return { done: -1, since: 0 };
}

/** After `decisions` more. Ends the run when nothing has been done for too long. */
export function noteStandstill(state: Standstill, { kernel }: World, decisions: number): void {
  const { tasks } = kernel.state;
  let done = kernel.state.references;
  for (const task of tasks) done += (task.times[PROGRAM] as number) + (isOver(task) ? 1 : 0);
  if (done !== state.done) {
    state.done = done;
    state.since = 0;
    return;
  }
  state.since += decisions;
  const waiting = tasks.filter((task) => task.space >= 0 && !isOver(task)).map(({ name }) => name);
  const what = `no task has gone on for ${DECISIONS_MAX} decisions`;
  assert(
    state.since < DECISIONS_MAX,
    `run: ${what}; these wait for nothing: ${waiting.join(', ')}`,
  );
}
