/**
 * Life of a task: start, fault, resume, end, death.
 *
 * A fault becomes a message to the task's pager: its own memory-control thread, or a central one. A
 * task's end or death drops its mappings at once and is told to every watcher (the memory server,
 * the swap server, a central pager), who free what it had.
 */

import type { SpaceState } from '../sim-hw/address-space.ts';
import { cloneState } from '../sim-hw/state.ts';
import { charge, setStatus, termNow, timerAt } from './clock.ts';
import { HELD_WORD, releaseHeld } from './held-messages.ts';
import { reply } from './ipc.ts';
import { DEATH, FAULT, type Kernel, type KernelState, NUCLEUS } from './kernel.ts';
import { dropMapping } from './memory-map.ts';
import { enqueue, type Message } from './messages.ts';
import { noteStall } from './stall.ts';
import {
  changeFramesHeld,
  ENDED,
  FAULTING,
  HARD,
  histogramBucket,
  isAlive,
  isOver,
  KILLED,
  LOST,
  MESSAGE,
  NOT_STARTED,
  READY,
  REGENERATED,
  RESTING,
  type TaskState,
  TRAP,
  WAITING_DEVICE,
} from './tasks.ts';
import { stopElsewhere } from './user-time.ts';

/** The nucleus tells a task that it begins. */
export const START = 5;

/** Timer word bit: kill the task rather than start it. */
export const KILL_WORD = 1 << 16;
/** Timer word bit: the task has rested. */
const WAKE_WORD = 1 << 17;
/** Timer word bit: its fault was settled before; how is in the bits above. */
const LATE_WORD = 1 << 18;
const HOW_SHIFT = 19;
const COMPULSORY_WORD = 1 << 21;

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
  task.startedNs = state.nowNs;
  task.framesSinceNs = state.nowNs;
  task.sinceNs = state.nowNs;
  task.status = READY;
  if (state.stall !== null) noteStall(state.stall, state.nowNs, 0, 1);
  state.account = id;
  enqueue(state.queue, START, NUCLEUS, id, id, 0, 0, 0, 0, 0);
}

/** A task that runs wants nothing for so long. Who rests stands not still for memory. */
export function restTask(kernel: Kernel, task: TaskState, ns: number): void {
  const { state } = kernel;
  setStatus(kernel, task, RESTING);
  if (state.stall !== null) noteStall(state.stall, state.nowNs, 0, -1);
  timerAt(kernel, termNow(kernel) + ns, NUCLEUS, task.id | WAKE_WORD);
}

function wakeTask(kernel: Kernel, id: number): void {
  const { state } = kernel;
  const task = state.tasks[id] as TaskState;
  if (task.status !== RESTING) return;
  setStatus(kernel, task, READY);
  if (state.stall !== null) noteStall(state.stall, state.nowNs, 0, 1);
}

/**
 * The MMU stopped `task` at `page`: trap, and tell its pager. The trap's cost covers the way to the
 * pager and back, whether that is the task's own memory-control thread (V++'s 107 us in process) or
 * a central pager, which as in Mach is entered by the same trap, unless it is told to stand apart.
 */
export function raiseFault(
  kernel: Kernel,
  task: TaskState,
  page: number,
  kind: number,
  protection: boolean,
): void {
  const { state } = kernel;
  state.account = task.id;
  task.faults++;
  task.faultPage = page;
  task.faultNs = state.nowNs;
  if (state.stall !== null) noteStall(state.stall, state.nowNs, 1, 0);
  charge(kernel, TRAP, kernel.costs.trapNs);
  if (kernel.address.pagerApart && task.pager !== task.id)
    charge(kernel, MESSAGE, 2 * (kernel.costs.messageNs + kernel.costs.switchNs));
  setStatus(kernel, task, FAULTING);
  const mapped = protection ? 1 : 0;
  enqueue(state.queue, FAULT, task.id, task.pager, task.id, page, kind, mapped, 0, 0);
}

/** The pager of a faulting task has begun device I/O for it: its wait is I/O wait from here. */
export function waitForDevice(kernel: Kernel, pager: number, target: number): void {
  const task = kernel.state.tasks[target] as TaskState;
  if (task.pager === pager && task.status === FAULTING) setStatus(kernel, task, WAITING_DEVICE);
}

/** The pager settles its task's fault; the faulting reference runs again. */
export function resume(
  kernel: Kernel,
  pager: number,
  target: number,
  how: number,
  compulsory: boolean,
): boolean {
  const { state } = kernel;
  const task = state.tasks[target];
  if (task === undefined || task.pager !== pager) return false;
  if (task.status !== FAULTING && task.status !== WAITING_DEVICE) return false;
  const usableNs = state.processors === null ? 0 : (state.processors.usableNs[target] ?? 0);
  if (usableNs > state.nowNs) {
    const word = target | LATE_WORD | (how << HOW_SHIFT) | (compulsory ? COMPULSORY_WORD : 0);
    timerAt(kernel, usableNs, NUCLEUS, word);
  } else goOn(kernel, task, how, compulsory);
  if (kernel.probe !== null) kernel.probe.resumed(kernel, target, task.faultPage, how);
  return true;
}

/** The frame that the fault was settled with may be used now: every CPU has taken a tick. */
function resumeLate(kernel: Kernel, id: number, word: number): void {
  const task = kernel.state.tasks[id] as TaskState;
  if (task.status !== FAULTING && task.status !== WAITING_DEVICE) return;
  goOn(kernel, task, (word >> HOW_SHIFT) & 3, (word & COMPULSORY_WORD) !== 0);
}

function goOn(kernel: Kernel, task: TaskState, how: number, compulsory: boolean): void {
  const { state } = kernel;
  if (how === HARD) task.hardFaults++;
  else if (how === LOST) task.lostFaults++;
  else if (how === REGENERATED) task.regeneratedFaults++;
  else task.softFaults++;
  if (compulsory) task.compulsoryFaults++;
  if (compulsory && how === HARD) task.firstReads++;
  if (state.stall !== null) noteStall(state.stall, state.nowNs, -1, 0);
  const stall = state.nowNs - task.faultNs;
  task.stallNs += stall;
  const bucket = histogramBucket(stall);
  task.histogram[bucket] = (task.histogram[bucket] as number) + 1;
  setStatus(kernel, task, READY);
}

/**
 * The pager of a task that is ready has it run no more, until `continueTask`; false: it is not ready.
 * It stands still for memory, as in a fault.
 */
export function stopTask(kernel: Kernel, pager: number, target: number): boolean {
  const { state } = kernel;
  const task = state.tasks[target] as TaskState;
  if (task.pager !== pager || task.status !== READY) return false;
  if (state.stall !== null) noteStall(state.stall, state.nowNs, 1, 0);
  setStatus(kernel, task, FAULTING);
  return true;
}

/** The pager has a task that it has stopped go on. */
export function continueTask(kernel: Kernel, pager: number, target: number): void {
  const { state } = kernel;
  const task = state.tasks[target] as TaskState;
  if (task.pager !== pager || task.status !== FAULTING) return;
  if (state.stall !== null) noteStall(state.stall, state.nowNs, -1, 0);
  setStatus(kernel, task, READY);
}

/** The program is over. */
export function endTask(kernel: Kernel, task: TaskState): void {
  bury(kernel, task, ENDED);
}

/** Kills a task now, whatever it is doing: penalty, or a scenario's own doing. */
export function killTask(kernel: Kernel, id: number): void {
  const task = kernel.state.tasks[id] as TaskState;
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
  if (state.processors !== null) stopElsewhere(kernel, state.processors, task);
  const stalled = task.status === FAULTING || task.status === WAITING_DEVICE;
  const living = task.status === RESTING ? 0 : -1;
  if (state.stall !== null) noteStall(state.stall, state.nowNs, stalled ? -1 : 0, living);
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
