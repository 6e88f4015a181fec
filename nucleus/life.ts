/**
 * Life of a task: start, rest, end, death.
 *
 * A task's threads start with it, and it ends when the last of them has come to its end. Its end or death drops its mappings at once and is told to every watcher (the memory server,
 * the swap server, a central pager), who free what it had.
 */

import type { SpaceState } from '../sim-hw/address-space.ts';
import { cloneState } from '../sim-hw/state.ts';
import { setStatus, termNow, timerAt } from './clock.ts';
import { LATE_WORD, passTurn, resumeLate } from './faults.ts';
import { HELD_WORD, releaseHeld } from './held-messages.ts';
import { reply } from './ipc.ts';
import { DEATH, type Kernel, type KernelState, NUCLEUS } from './kernel.ts';
import { dropMapping } from './memory-map.ts';
import { enqueue, type Message } from './messages.ts';
import { noteStall } from './stall.ts';
import {
  changeFramesHeld,
  ENDED,
  FAULTING,
  isAlive,
  isOver,
  KILLED,
  NOT_STARTED,
  READY,
  RESTING,
  type TaskState,
  WAITING_DEVICE,
} from './tasks.ts';
import { forgetLine, leaderOf, NONE, otherThreads, type ThreadGroup } from './threads.ts';
import { stopElsewhere } from './user-time.ts';

/** The nucleus tells a task that it begins. */
export const START = 5;

/** Timer word bit: kill the task rather than start it. */
export const KILL_WORD = 1 << 16;
/** Timer word bit: the task has rested. */
const WAKE_WORD = 1 << 17;

/** Receiver step of the nucleus itself: a TIMER word is the task to start, wake, or kill. */
export function nucleusStep(kernel: Kernel, _state: object, message: Message): void {
  const id = message.w0 & (KILL_WORD - 1);
  if (message.w0 === HELD_WORD) return releaseHeld(kernel);
  if ((message.w0 & WAKE_WORD) !== 0) wakeTask(kernel, id);
  else if ((message.w0 & KILL_WORD) !== 0) killTask(kernel, id);
  else if ((message.w0 & LATE_WORD) !== 0) resumeLate(kernel, id, message.w0);
  else startTask(kernel, id);
}

export function startTask(kernel: Kernel, id: number): void {
  const { state } = kernel;
  const task = state.tasks[id] as TaskState;
  if (task.status !== NOT_STARTED) return;
  for (const thread of [task, ...otherThreads(state, task)]) {
    thread.startedNs = state.nowNs;
    thread.framesSinceNs = state.nowNs;
    thread.sinceNs = state.nowNs;
    thread.status = READY;
    if (state.stall !== null) noteStall(state.stall, state.nowNs, 0, 1);
  }
  state.account = id;
  enqueue(state.queue, START, NUCLEUS, id, id, 0, 0, 0, 0, 0);
}

/** A task that runs wants nothing for so long. Who rests stands not still for memory. */
export function restTask(kernel: Kernel, task: TaskState, ns: number): void {
  stopWanting(kernel, task);
  timerAt(kernel, termNow(kernel) + ns, NUCLEUS, task.id | WAKE_WORD);
}

function stopWanting(kernel: Kernel, task: TaskState): void {
  const { state } = kernel;
  setStatus(kernel, task, RESTING);
  if (state.stall !== null) noteStall(state.stall, state.nowNs, 0, -1);
}

function wakeTask(kernel: Kernel, id: number): void {
  const { state } = kernel;
  const task = state.tasks[id] as TaskState;
  if (task.status !== RESTING) return;
  setStatus(kernel, task, READY);
  if (state.stall !== null) noteStall(state.stall, state.nowNs, 0, 1);
}

/** The program is over, and with the last of its threads' the task. */
export function endTask(kernel: Kernel, task: TaskState): void {
  if (task.group === NONE) return bury(kernel, task, ENDED);
  const { groups, tasks } = kernel.state;
  const group = groups[task.group] as ThreadGroup;
  group.left--;
  passTurn(kernel, task);
  if (task.id !== group.leader) stopThread(kernel, task, ENDED);
  if (group.left === 0) bury(kernel, tasks[group.leader] as TaskState, ENDED);
  // The first thread has come to its end and waits for the others.
  else if (task.id === group.leader) stopWanting(kernel, task);
}

/** A thread beside the first is no more. */
function stopThread(kernel: Kernel, thread: TaskState, status: number): void {
  const { state } = kernel;
  if (state.processors !== null) stopElsewhere(kernel, state.processors, thread);
  noteGone(state, thread);
  setStatus(kernel, thread, status);
  thread.endedNs = state.nowNs;
}

function noteGone(state: KernelState, { status }: TaskState): void {
  const stalled = status === FAULTING || status === WAITING_DEVICE;
  const living = status === RESTING ? 0 : -1;
  if (state.stall !== null) noteStall(state.stall, state.nowNs, stalled ? -1 : 0, living);
}

/** Kills a task now, whatever it is doing: penalty, or a scenario's own doing. */
export function killTask(kernel: Kernel, id: number): void {
  const { tasks } = kernel.state;
  const task = tasks[leaderOf(kernel.state, tasks[id] as TaskState)] as TaskState;
  if (isAlive(task)) bury(kernel, task, KILLED);
}

/** A program that is restarted has finished once: what is reported of it is frozen here. */
export function freezeFinished(state: KernelState, task: TaskState): void {
  if (state.finished[task.id] !== null) return;
  changeFramesHeld(task, 0, state.nowNs);
  task.endedNs = state.nowNs;
  state.finished[task.id] = cloneState(task);
  state.unfinished--;
}

function bury(kernel: Kernel, task: TaskState, status: number): void {
  const { state } = kernel;
  for (const thread of otherThreads(state, task))
    if (isAlive(thread)) stopThread(kernel, thread, status);
  if (task.group !== NONE) forgetLine(state.groups[task.group] as ThreadGroup);
  if (state.processors !== null) stopElsewhere(kernel, state.processors, task);
  noteGone(state, task);
  setStatus(kernel, task, status);
  task.receiving = false;
  freezeFinished(state, task);
  const space = state.spaces[task.space] as SpaceState;
  for (let page = 0; page < space.pages; page++) dropMapping(kernel, space, page);
  kernel.format.removeSpace(state.table, space.id);
  for (const watcher of state.watchers) reply(kernel, NUCLEUS, watcher, DEATH, task.id, 0, 0, 0, 0);
}

/** Ends a server, as a scenario may have it: nobody hears it or is heard by it any more. */
export function killServer(kernel: Kernel, id: number): void {
  const { state } = kernel;
  const server = state.tasks[id] as TaskState;
  if (server.space >= 0 || isOver(server)) return;
  server.status = KILLED;
  server.receiving = false;
  for (const watcher of state.watchers) reply(kernel, NUCLEUS, watcher, DEATH, id, 0, 0, 0, 0);
}
