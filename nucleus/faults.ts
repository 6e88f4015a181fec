/**
 * Faults: a fault becomes a message to the task's pager, its own memory-control thread or a central
 * one, and the task runs on when that one says so. Of a task with several threads the pager has one
 * at a time (threads.ts).
 */

import { PRESENT, WRITABLE } from '../sim-hw/page-table/format.ts';
import { WRITE } from '../sim-hw/references.ts';
import { charge, setStatus, timerAt } from './clock.ts';
import { FAULT, type Kernel, NUCLEUS } from './kernel.ts';
import { pageNumberOf } from './memory-map.ts';
import { enqueue } from './messages.ts';
import { noteStall } from './stall.ts';
import {
  FAULTING,
  HARD,
  histogramBucket,
  LOST,
  MESSAGE,
  READY,
  REGENERATED,
  SOFT,
  type TaskState,
  TRAP,
  WAITING_DEVICE,
} from './tasks.ts';
import { faulterOf, leaderOf, NONE, placeIn, type ThreadGroup, takesTurn } from './threads.ts';

/** Timer word bit: its fault was settled before; how is in the bits above. */
export const LATE_WORD = 1 << 18;
const HOW_SHIFT = 19;
const COMPULSORY_WORD = 1 << 21;

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
  if (task.group !== NONE) passTurn(kernel, task);
  const isNext = task.group === NONE || takesTurn(state, task, kind);
  if (isNext) chargeWayApart(kernel, task);
  setStatus(kernel, task, FAULTING);
  if (isNext) tell(kernel, task, kind, protection);
}

/** A pager that stands apart is sent to, and sends back. */
function chargeWayApart(kernel: Kernel, task: TaskState): void {
  const { address, costs, state } = kernel;
  if (!address.pagerApart) return;
  const leader = leaderOf(state, task);
  if ((state.tasks[leader] as TaskState).pager === leader) return;
  charge(kernel, MESSAGE, 2 * (costs.messageNs + costs.switchNs));
}

function tell(kernel: Kernel, task: TaskState, kind: number, protection: boolean): void {
  const { state } = kernel;
  const leader = leaderOf(state, task);
  const { pager } = state.tasks[leader] as TaskState;
  const mapped = protection ? 1 : 0;
  enqueue(state.queue, FAULT, leader, pager, leader, task.faultPage, kind, mapped, 0, 0);
}

/** The pager of a faulting task has begun device I/O for it: its wait is I/O wait from here. */
export function waitForDevice(kernel: Kernel, pager: number, target: number): void {
  const { state } = kernel;
  if ((state.tasks[target] as TaskState).pager !== pager) return;
  const task = faulterOf(state, target) as TaskState;
  if (task.status === FAULTING) setStatus(kernel, task, WAITING_DEVICE);
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
  const task = faulterOf(state, target);
  if (task === undefined || (state.tasks[target] as TaskState).pager !== pager) return false;
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
export function resumeLate(kernel: Kernel, id: number, word: number): void {
  const task = faulterOf(kernel.state, id) as TaskState;
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
 * `task` runs: if its fault was the one with the pager, that is over. Not before: the next one in line
 * would have its page taken again, and it would never come to its reference.
 */
export function passTurn(kernel: Kernel, task: TaskState): void {
  if (task.group === NONE || task.callbackNs > 0) return;
  const group = kernel.state.groups[task.group] as ThreadGroup;
  if (group.serving === task.id) nextInLine(kernel, group);
}

/** Each in line looks again: it goes on, or its fault is the one that the pager has now. */
function nextInLine(kernel: Kernel, group: ThreadGroup): void {
  const { tasks } = kernel.state;
  group.serving = NONE;
  while (group.line.length > 0) {
    const task = tasks[group.line.shift() as number] as TaskState;
    const kind = group.kinds.shift() as number;
    const word = entryOf(kernel, task);
    const isMapped = (word & PRESENT) !== 0;
    if (isMapped && (kind !== WRITE || (word & WRITABLE) !== 0)) {
      group.foundMapped++;
      goOn(kernel, task, SOFT, false);
      continue;
    }
    group.serving = task.id;
    const { account } = kernel.state;
    kernel.state.account = task.id;
    chargeWayApart(kernel, task);
    kernel.state.account = account;
    return tell(kernel, task, kind, isMapped);
  }
}

/** What the table says of the page that `task` faulted on; 0: nothing. */
function entryOf(kernel: Kernel, task: TaskState): number {
  const { table } = kernel.state;
  const space = placeIn(kernel.state, task);
  const index = kernel.format.find(table, space.id, pageNumberOf(kernel, space, task.faultPage));
  return index < 0 ? 0 : (table.entries[index] as number) | PRESENT;
}

/**
 * The pager of a task that is ready has it run no more, until `continueTask`; false: it is not ready,
 * or has several threads. It stands still for memory, as in a fault.
 */
export function stopTask(kernel: Kernel, pager: number, target: number): boolean {
  const { state } = kernel;
  const task = state.tasks[target] as TaskState;
  if (task.pager !== pager || task.status !== READY || task.group !== NONE) return false;
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
