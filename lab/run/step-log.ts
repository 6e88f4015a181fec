/**
 * Step log: one record for each protocol step of a run (contracts/event-records.ts), for
 * `--events-all`.
 *
 *   a message is sent     kernel.tap, which is null unless somebody listens
 *   it arrives            the receivers' steps, wrapped: faults, completions, timers, starts
 *   the nucleus acts      kernel.probe, stacked on the oracles' if they watch too
 *
 * So a run that nobody logs pays one test a message and nothing else. The log reads and never
 * writes: results are the same with and without. A clone of the kernel is not logged.
 */

import { fieldsOf, opName } from '../../contracts/message-fields.ts';
import type { StepEvent } from '../../contracts/step-records.ts';
import { isValid } from '../../contracts/validator.ts';
import { termNow } from '../../nucleus/clock.ts';
import {
  DEATH,
  DEVICE_DONE,
  FAULT,
  type Kernel,
  NUCLEUS,
  type Receiver,
  TIMER,
} from '../../nucleus/kernel.ts';
import { START } from '../../nucleus/life.ts';
import { wasModified, wasReferenced } from '../../nucleus/memory-map.ts';
import { type Message, newest } from '../../nucleus/messages.ts';
import type { Probe } from '../../nucleus/probe.ts';
import { KILLED, type TaskState } from '../../nucleus/tasks.ts';
import type { SpaceState } from '../../sim-hw/address-space.ts';
import { WRITABLE } from '../../sim-hw/page-table/format.ts';

export interface StepLog {
  readonly kernel: Kernel;
  readonly push: (event: StepEvent) => void;
  /** By address space: the task that runs in it. */
  readonly taskOf: readonly number[];
  /** The message sent last: whether a capability goes along is known only after it. */
  pending: (StepEvent & { kind: 'message' }) | null;
  record: Message | null;
  /** By task: first touches counted so far; whether its end has been told. */
  readonly first: number[];
  readonly over: boolean[];
}

const ACCESSES = ['read', 'write', 'fetch'] as const;
const SETTLEMENTS = ['hard', 'soft', 'lost'] as const;
const CAUSES = ['returned', 'taken', 'inherited', 'reclaimed'] as const;

/** Begins to tell `push` of every step of a booted world; `endLog` when its run is over. */
export function beginLog(kernel: Kernel, push: (event: StepEvent) => void): StepLog {
  const { tasks } = kernel.state;
  const taskOf: number[] = [];
  // Of a task with several threads the first.
  for (const { id, space } of tasks) if (space >= 0) taskOf[space] ??= id;
  const log: StepLog = {
    kernel,
    push,
    taskOf,
    pending: null,
    record: null,
    first: tasks.map(() => 0),
    over: tasks.map(() => false),
  };
  kernel.tap = () => noteSent(log);
  kernel.probe = stacked(log, kernel.probe);
  for (const [id, receiver] of kernel.receivers.entries())
    kernel.receivers[id] = logged(log, receiver);
  return log;
}

/** Tells what is still held back. */
export function endLog(log: StepLog): void {
  flush(log);
}

function tell(log: StepLog, event: StepEvent): void {
  flush(log);
  log.push(event);
}

function flush(log: StepLog): void {
  const { pending, record } = log;
  if (pending === null || record === null) return;
  log.pending = null;
  log.push({ ...pending, along: record.cameAlong });
}

function stamp({ kernel }: StepLog): { at: number; ns: number } {
  return { at: termNow(kernel), ns: kernel.state.nowNs };
}

function nameOf({ kernel }: StepLog, id: number): string {
  return (kernel.state.tasks[id] as TaskState).name;
}

/** A task and a page of it, by both of its names. */
function placeOf(log: StepLog, task: number, page: number) {
  const { name, space } = log.kernel.state.tasks[task] as TaskState;
  const number = log.kernel.programs[space].pageNumbers[page];
  return { ...stamp(log), task: name, page, number };
}

function noteSent(log: StepLog): void {
  flush(log);
  const message = newest(log.kernel.state.queue);
  const { op, from, to, account, w0 } = message;
  if (from === NUCLEUS && op === DEATH) noteEnd(log, w0);
  const ofNucleus = from === NUCLEUS && op === DEATH;
  log.record = message;
  log.pending = {
    kind: 'message',
    ...stamp(log),
    op: ofNucleus ? 'DEATH' : opName(op),
    from: nameOf(log, from),
    to: nameOf(log, to),
    account: nameOf(log, account),
    fields: ofNucleus ? { task: w0 } : fieldsOf(message),
    along: false,
    valid: ofNucleus || isValid(message),
  };
}

/** Every watcher is told of a death; the log says it once. */
function noteEnd(log: StepLog, id: number): void {
  if (log.over[id]) return;
  log.over[id] = true;
  const { name, status } = log.kernel.state.tasks[id] as TaskState;
  tell(log, { kind: 'end', ...stamp(log), task: name, killed: status === KILLED });
}

/** The receiver as it was, with its arrivals told first. */
function logged(log: StepLog, { step, state }: Receiver): Receiver {
  return {
    state,
    step: (kernel, own, message) => {
      if (kernel === log.kernel) noteArrival(log, message);
      step(kernel, own, message);
    },
  };
}

function noteArrival(log: StepLog, message: Message): void {
  const { op, from, to, account, w0, w1, w2 } = message;
  flush(log);
  if (op === FAULT && from !== NUCLEUS) return noteFault(log, from, to, w0, w1, w2 === 1);
  if (from !== NUCLEUS) return;
  const place = { ...stamp(log), to: nameOf(log, to), word: w0, account: nameOf(log, account) };
  if (op === DEVICE_DONE) log.push({ kind: 'device', ...place });
  else if (op === TIMER) log.push({ kind: 'timer', ...place });
  else if (op === START) log.push({ kind: 'start', ...stamp(log), task: nameOf(log, to) });
}

/** Told as its message arrives, which is before anything else happens; stamped as it was raised. */
function noteFault(
  log: StepLog,
  task: number,
  pager: number,
  page: number,
  kind: number,
  mapped: boolean,
): void {
  const { tasks, countsReferences } = log.kernel.state;
  const { pager: own, faultNs: ns, faultPage } = tasks[task] as TaskState;
  // Any task may send an op of that number; only the nucleus' own is a fault.
  if (own !== pager || faultPage !== page || ACCESSES[kind] === undefined) return;
  const place = placeOf(log, task, page);
  const at = countsReferences ? place.at : ns;
  const access = ACCESSES[kind];
  log.push({ kind: 'fault', ...place, at, ns, pager: nameOf(log, pager), access, mapped });
}

function stacked(log: StepLog, below: Probe | null): Probe {
  return {
    mapped(kernel, task, page, frame) {
      const writable = isWritable(log, task, page);
      tell(log, { kind: 'map', ...placeOf(log, task, page), frame, writable });
      below?.mapped(kernel, task, page, frame);
    },
    unmapped(kernel, space, page, entry) {
      noteUnmapped(log, space, page, entry);
      below?.unmapped(kernel, space, page, entry);
    },
    resumed(kernel, task, page, how) {
      noteSettled(log, task, page, how);
      below?.resumed(kernel, task, page, how);
    },
    granted(kernel, task, frame, order) {
      tell(log, { kind: 'hold', ...stamp(log), task: nameOf(log, task), frame, order });
      below?.granted(kernel, task, frame, order);
    },
    released(kernel, task, frame, order, cause) {
      const name = nameOf(log, task);
      tell(log, { kind: 'release', ...stamp(log), task: name, frame, order, cause: CAUSES[cause] });
      below?.released(kernel, task, frame, order, cause);
    },
    moved(kernel, task, frame, order, into) {
      const name = nameOf(log, task);
      tell(log, { kind: 'move', ...stamp(log), task: name, frame, order, into });
      below?.moved?.(kernel, task, frame, order, into);
    },
    transferred(kernel, window, frame) {
      const { windowHolder, windowLists } = kernel.state;
      const holders = windowHolder.length;
      const id = window < holders ? windowHolder[window] : windowLists[window - holders]?.holder;
      const holder = nameOf(log, id as number);
      tell(log, { kind: 'transfer', ...stamp(log), holder, window, frame });
      below?.transferred(kernel, window, frame);
    },
    clockMoved(kernel) {
      below?.clockMoved(kernel);
    },
  };
}

function isWritable({ kernel }: StepLog, task: number, page: number): boolean {
  const { table, tasks } = kernel.state;
  const { space } = tasks[task] as TaskState;
  const index = kernel.format.find(table, space, kernel.programs[space].pageNumbers[page]);
  return index >= 0 && ((table.entries[index] as number) & WRITABLE) !== 0;
}

function noteUnmapped(log: StepLog, space: SpaceState, page: number, entry: number): void {
  const place = placeOf(log, log.taskOf[space.id], page);
  const referenced = wasReferenced(entry);
  const modified = wasModified(entry);
  tell(log, { kind: 'unmap', ...place, frame: entry >>> 8, referenced, modified });
}

function noteSettled(log: StepLog, task: number, page: number, how: number): void {
  const { compulsoryFaults, faultNs } = log.kernel.state.tasks[task] as TaskState;
  const first = compulsoryFaults > log.first[task];
  log.first[task] = compulsoryFaults;
  const place = placeOf(log, task, page);
  const stallNs = place.ns - faultNs;
  tell(log, { kind: 'settled', ...place, how: SETTLEMENTS[how], first, stallNs });
}
