/**
 * Message turns: a thread that does nothing but send and hear spends its own time, as a program does
 * that computes; its turn ends when something is due, or when it has had enough [TIME9]. What it
 * would hear next waits, in its order, until the scheduler has made its decision.
 *
 * Only where messages have gone on for long without a pause: before that nobody is counted.
 */

import { isDue } from './clock.ts';
import type { Kernel } from './kernel.ts';
import { isAlive, type TaskState } from './tasks.ts';

/** Deliveries in one go before turns are counted. */
export const LONG = 128;
/** Messages that a thread then hears though something is due, and at the most. */
const SHARE = 64;
const MOST = 256;

/** Whether `task` has to leave the CPU to others; `heard`: messages by task, this one counted. */
export function isTurnOver(kernel: Kernel, heard: Uint32Array, task: TaskState): boolean {
  if (task.space < 0 || !isAlive(task)) return false;
  const count = (heard[task.id] as number) + 1;
  heard[task.id] = count;
  return count > MOST || (count > SHARE && isDue(kernel));
}
