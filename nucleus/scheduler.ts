/**
 * Scheduler: one CPU, round robin. `stepKernel` makes one decision: deliver what is due, then run
 * one task until its fault, the next event or the end of its slice, or idle to the next event.
 *
 * slices    a task runs until its slice is over; while it waits for a device another one runs
 *           (unless `overlap` is off: then it keeps its turn)
 *           (where tasks differ in CPU priority the highest that is ready runs)
 * lockstep  strict alternation by reference; a faulting task keeps its turn
 *
 * Where a scenario counts in references, nothing is dispatched while a device is at work, so that
 * the order of events cannot depend on what translation costs (SPEC [TIME3]). Several CPUs have
 * a scheduler of their own (multiprocessor.ts).
 */

import { assert } from '../sim-hw/assert.ts';
import { peekTime } from '../sim-hw/event-queue.ts';
import { chooseTask, highestReady } from './choice.ts';
import { isDue } from './clock.ts';
import { dispatch } from './dispatch.ts';
import { fireDueEvents } from './due-events.ts';
import { deliverInTurn } from './ipc.ts';
import type { Kernel } from './kernel.ts';
import { stepProcessors } from './multiprocessor.ts';
import { releaseDeferred } from './starvation.ts';
import type { TaskState } from './tasks.ts';

/** One decision. False when every client task has finished. */
export function stepKernel(kernel: Kernel): boolean {
  const { state } = kernel;
  if (state.processors !== null) return stepProcessors(kernel, state.processors);
  deliverInTurn(kernel);
  if (state.unfinished === 0) return false;
  if (!fireDueEvents(kernel)) return true;
  if (state.deferred.length > 0 && releaseDeferred(kernel)) deliverInTurn(kernel);
  if (state.unfinished === 0) return false;
  const id = chooseTask(kernel);
  if (id < 0) idle(kernel);
  else dispatch(kernel, state.tasks[id] as TaskState);
  if (kernel.probe !== null) kernel.probe.clockMoved(kernel);
  return true;
}

/** Rounds of messages that threads get while nothing else can happen, before time goes on. */
const ROUNDS = 64;

/** Nobody can run: threads whose turn was over go on; then on to the next event. */
function idle(kernel: Kernel): void {
  const { state } = kernel;
  for (let left = ROUNDS; state.deferred.length > 0 && left > 0; left--) {
    if (!releaseDeferred(kernel)) break;
    deliverInTurn(kernel);
    if (state.unfinished === 0 || isDue(kernel) || canRun(kernel)) return;
  }
  const device = peekTime(state.deviceEvents);
  const timer = peekTime(state.timers);
  if (state.countsReferences) {
    if (device < Number.POSITIVE_INFINITY) state.nowNs = Math.max(state.nowNs, device);
    else {
      assert(timer < Number.POSITIVE_INFINITY, 'scheduler: every task waits and nothing is due');
      state.references = Math.max(state.references, timer);
    }
    return;
  }
  const next = Math.min(device, timer);
  assert(next < Number.POSITIVE_INFINITY, 'scheduler: every task waits and nothing is due');
  state.nowNs = Math.max(state.nowNs, next);
}

/** Whether there is somebody to choose: one who is ready, and no device that all wait for. */
function canRun(kernel: Kernel): boolean {
  const { state, schedule } = kernel;
  const overlaps = schedule.overlap && !state.countsReferences;
  const mayRun = overlaps || peekTime(state.deviceEvents) === Number.POSITIVE_INFINITY;
  return mayRun && highestReady(kernel) > Number.NEGATIVE_INFINITY;
}
