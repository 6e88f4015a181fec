/**
 * Multiprocessor: the scheduler of a machine with several CPUs. `stepProcessors` makes one decision:
 * it takes up the CPU with the lowest clock, and either lets it run its program or lets it into the
 * nucleus.
 *
 *            +--> program --- fault, end, slice over, event due --+
 *   chosen --+                                                    v
 *     ^      +<--- it goes on ---+                    waits for the nucleus, one CPU at a time
 *     |                          |                                v
 *     +------ idle <-- nobody is ready --- hears, handles what is due, chooses
 *
 * Programs run side by side; no CPU gets further ahead of the others than an interrupt takes from
 * one to another [CPU3]. In the nucleus, servers and memory-control threads included, is one CPU at a
 * time (the one lock of xv6 and of early Mach kernels), so that all they do is in one order of time.
 * What they take away from a space that runs elsewhere they take at that moment: tlb-consistency.ts.
 *
 * A thread may run on any CPU, and goes on where it was if that CPU is free; a task's threads are
 * chosen one by one as tasks are, so that several may run at once (threads.ts). An
 * interrupt of a device goes to an idle CPU, else to the one that is there first.
 *
 * Left out: locks finer than one for all; a price for waking an idle CPU; taking the CPU from a task
 * of a lower priority before its slice is over or it is in the nucleus.
 */

import type { SpaceState } from '../sim-hw/address-space.ts';
import { assert } from '../sim-hw/assert.ts';
import { peekTime } from '../sim-hw/event-queue.ts';
import { FAULTED } from '../sim-hw/mmu.ts';
import { PRESENT, WRITABLE } from '../sim-hw/page-table/format.ts';
import { kindOfRun, pageOfRun, WRITE } from '../sim-hw/references.ts';
import { dropAllStale, dropStale } from '../sim-hw/stale-entries.ts';
import { chooseTask } from './choice.ts';
import { charge, setStatus } from './clock.ts';
import { endBatch, switchTo } from './dispatch.ts';
import { fireDueEvents } from './due-events.ts';
import { passTurn } from './faults.ts';
import { deliverInTurn } from './ipc.ts';
import { type Kernel, NUCLEUS } from './kernel.ts';
import { pageNumberOf } from './memory-map.ts';
import {
  endTogether,
  GOES_ON,
  HELD_UP,
  IDLE,
  layDown,
  noteBetween,
  type ProcessorState,
  type Processors,
  passTime,
  stepOut,
  takeUp,
} from './processors.ts';
import { releaseDeferred } from './starvation.ts';
import { READY, RUNNING, type TaskState, TRAP } from './tasks.ts';
import { NONE, placeIn, programOf } from './threads.ts';
import { dropQueued, turnTo } from './tlb-consistency.ts';
import { runUser } from './user-time.ts';

/** Rounds of messages that threads get while nothing else can happen, before time goes on. */
const ROUNDS = 64;

/** One decision. False when every client task has finished; all clocks are then at the same time. */
export function stepProcessors(kernel: Kernel, processors: Processors): boolean {
  const { state } = kernel;
  noteBetween(state, processors);
  if (state.unfinished === 0) {
    endTogether(state, processors);
    return false;
  }
  const look = lookAround(kernel, processors);
  const { next, hasIdle, due } = look;
  takeUp(state, processors, next);
  const isDue = !hasIdle && due <= next.nowNs;
  if (next.running !== NUCLEUS && next.ended === GOES_ON && next.sliceLeft > 0 && !isDue) {
    const ahead = look.othersAt + processors.costs.latencyNs;
    runUser(kernel, processors, hasIdle ? ahead : Math.min(ahead, due));
    layDown(state, processors);
  } else enterNucleus(kernel, processors, next, look);
  stepOut(state, processors);
  return true;
}

interface Look {
  /** The CPU whose next step is the earliest, and when that of any other can be. */
  readonly next: ProcessorState;
  readonly at: number;
  readonly othersAt: number;
  readonly hasIdle: boolean;
  /** Nobody runs a program, or is about to. */
  readonly allIdle: boolean;
  /** When something is due. */
  readonly due: number;
}

function lookAround(kernel: Kernel, processors: Processors): Look {
  const { state } = kernel;
  const { list, freeNs } = processors;
  const due = Math.min(peekTime(state.timers), peekTime(state.deviceEvents));
  const isReady = state.tasks.some(({ status }) => status === READY);
  const allIdle = list.every(({ running }) => running === NUCLEUS);
  const wakesNow = isReady || (allIdle && state.deferred.length > 0) || state.queue.count > 0;
  let next = list[0] as ProcessorState;
  let at = Number.POSITIVE_INFINITY;
  let othersAt = Number.POSITIVE_INFINITY;
  let hasIdle = false;
  for (const cpu of list) {
    let moment = cpu.nowNs;
    if (cpu.running === NUCLEUS) {
      hasIdle = true;
      moment = Math.max(moment, freeNs, wakesNow ? 0 : due);
    } else if (cpu.ended !== GOES_ON || cpu.sliceLeft <= 0) moment = Math.max(moment, freeNs);
    if (moment < at) {
      othersAt = at;
      at = moment;
      next = cpu;
    } else if (moment < othersAt) othersAt = moment;
  }
  assert(at < Number.POSITIVE_INFINITY, 'multiprocessor: every task waits and nothing is due');
  return { next, at, othersAt, hasIdle, allIdle, due };
}

/** The CPU that acts has the nucleus to itself, from when that is free until it has chosen a task. */
function enterNucleus(
  kernel: Kernel,
  processors: Processors,
  cpu: ProcessorState,
  { at, allIdle }: Look,
): void {
  const { state } = kernel;
  const { running, ended } = cpu;
  const task = state.tasks[running] as TaskState;
  if (running === NUCLEUS) passTime(state, processors, at, IDLE);
  else {
    setStatus(kernel, task, READY);
    passTime(state, processors, processors.freeNs, HELD_UP);
  }
  cpu.running = NUCLEUS;
  cpu.ended = GOES_ON;
  state.account = running;
  dropQueued(cpu);
  if (ended === FAULTED) faulted(kernel, cpu, task);
  else if (ended !== GOES_ON) endBatch(kernel, task, ended);
  deliverInTurn(kernel);
  if (state.unfinished > 0 && fireDueEvents(kernel)) {
    if (state.deferred.length > 0 && releaseDeferred(kernel)) deliverInTurn(kernel);
    if (state.unfinished > 0) choose(kernel, processors, cpu, running, allIdle);
  }
  processors.freeNs = state.nowNs;
  layDown(state, processors);
  if (kernel.probe !== null) kernel.probe.clockMoved(kernel);
}

/** The fault is told, unless what the table says has changed since: then the reference runs again. */
function faulted(kernel: Kernel, { mmu }: ProcessorState, task: TaskState): void {
  const { table } = kernel.state;
  const space = placeIn(kernel.state, task);
  const run = programOf(kernel, task).runs[space.cursor] as number;
  const page = pageOfRun(run);
  if (mmu.stale !== null) dropStale(mmu.stale, mmu.tlb, space.base + page + 1);
  // As the hardware sees it: what it has lost is not there for it, though the kernel knows it.
  const index = kernel.format.walk(table, space.id, pageNumberOf(kernel, space, page));
  const entry = index < 0 ? 0 : (table.entries[index] as number);
  const isMapped = (entry & PRESENT) !== 0;
  if (isMapped && (kindOfRun(run) !== WRITE || (entry & WRITABLE) !== 0)) {
    charge(kernel, TRAP, kernel.costs.trapNs);
    return;
  }
  mmu.protection = isMapped;
  endBatch(kernel, task, FAULTED);
}

/** Whom the CPU runs from here on: `before` again, somebody else, or nobody. */
function choose(
  kernel: Kernel,
  processors: Processors,
  cpu: ProcessorState,
  before: number,
  allIdle: boolean,
): void {
  const { state } = kernel;
  const { stale, tlb } = cpu.mmu;
  let id = chooseTask(kernel);
  if (id < 0 && allIdle) id = idle(kernel, processors);
  if (id !== before && stale !== null) dropAllStale(stale, tlb);
  if (id < 0) return;
  const task = state.tasks[id] as TaskState;
  turnTo(processors, cpu, state.spaces[task.space] as SpaceState);
  switchTo(kernel, task);
  setStatus(kernel, task, RUNNING);
  cpu.running = id;
  if (task.group !== NONE) passTurn(kernel, task);
}

/** No CPU has anything to run: threads whose turn was over go on; then on to the next event. */
function idle(kernel: Kernel, processors: Processors): number {
  const { state } = kernel;
  for (let left = ROUNDS; state.deferred.length > 0 && left > 0; left--) {
    if (!releaseDeferred(kernel)) break;
    deliverInTurn(kernel);
    if (state.unfinished === 0) return -1;
    const id = chooseTask(kernel);
    if (id >= 0) return id;
  }
  const due = Math.min(peekTime(state.timers), peekTime(state.deviceEvents));
  if (due < Number.POSITIVE_INFINITY) passTime(state, processors, due, IDLE);
  return -1;
}
