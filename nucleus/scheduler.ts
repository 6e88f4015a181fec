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
 * the order of events cannot depend on what translation costs (SPEC [TIME3]). Several CPUs come
 * later: the one with the lowest clock will run.
 */

import type { SpaceState } from '../sim-hw/address-space.ts';
import { assert } from '../sim-hw/assert.ts';
import { peekTime } from '../sim-hw/event-queue.ts';
import { FAULTED, PROGRAM_ENDED, runBatch } from '../sim-hw/mmu.ts';
import { kindOfRun, pageOfRun, type ReferenceString, type Stops } from '../sim-hw/references.ts';
import { advise } from './advice.ts';
import { charge, fireEvent, isDue, setStatus, termNow } from './clock.ts';
import { deliverInTurn } from './ipc.ts';
import { DEVICE_DONE, type Kernel, NUCLEUS, TIMER } from './kernel.ts';
import { endTask, freezeFinished, raiseFault, restTask } from './life.ts';
import { dropAtRandom, mendMapping, noteTraps, reportedKind } from './soft-state.ts';
import { releaseDeferred } from './starvation.ts';
import {
  FAULTING,
  isAlive,
  PROGRAM,
  READY,
  RUNNING,
  type TaskState,
  TRANSLATION,
  TRAP,
  WAITING_DEVICE,
} from './tasks.ts';

/** Ticks of one batch stay below 2^31. */
const TICKS_MAX = 2_000_000_000;
/** Events of one decision, so that whoever counts decisions sees events that beget events. */
const EVENTS_MAX = 64;

/** One decision. False when every client task has finished. */
export function stepKernel(kernel: Kernel): boolean {
  const { state } = kernel;
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

/** Hands out what is due; false when there may be more. */
function fireDueEvents(kernel: Kernel): boolean {
  const { state } = kernel;
  for (let fired = 0; fired < EVENTS_MAX; fired++) {
    const device = peekTime(state.deviceEvents);
    const timer = peekTime(state.timers);
    // On one clock what was due first happens first: a lock may end just before its transfer.
    const timerFirst = !state.countsReferences && timer < device;
    if (device <= state.nowNs && !timerFirst) {
      fireEvent(kernel, state.deviceEvents, DEVICE_DONE);
      charge(kernel, TRAP, kernel.costs.trapNs);
    } else if (timer <= termNow(kernel)) fireEvent(kernel, state.timers, TIMER);
    else return true;
    deliverInTurn(kernel);
  }
  return false;
}

/** The task to run, or -1 to idle. */
function chooseTask(kernel: Kernel): number {
  const { state, schedule } = kernel;
  const current = state.tasks[state.current] as TaskState;
  const devicesBusy = peekTime(state.deviceEvents) !== Number.POSITIVE_INFINITY;
  if (state.countsReferences && devicesBusy) return -1;
  const least = schedule.ranked ? highestReady(kernel) : Number.NEGATIVE_INFINITY;
  if (state.sliceLeft > 0) {
    if (current.status === READY && current.cpu >= least) return current.id;
    const waits = current.status === FAULTING || current.status === WAITING_DEVICE;
    if (waits && devicesBusy && !schedule.overlap) return -1;
  }
  const { length } = state.tasks;
  let id = state.current;
  for (let step = 1; step <= length; step++) {
    id = id + 1 === length ? 0 : id + 1;
    const task = state.tasks[id] as TaskState;
    if (task.status !== READY || task.cpu < least) continue;
    if (id !== state.current || state.sliceLeft <= 0) state.sliceLeft = schedule.slice;
    state.current = id;
    return id;
  }
  return -1;
}

/** The highest CPU priority of a task that is ready. */
function highestReady({ state }: Kernel): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (const { status, cpu } of state.tasks) if (status === READY && cpu > highest) highest = cpu;
  return highest;
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

function dispatch(kernel: Kernel, task: TaskState): void {
  const { state } = kernel;
  state.account = task.id;
  if (state.lastRun !== task.id) {
    charge(kernel, TRAP, kernel.costs.switchNs);
    state.lastRun = task.id;
  }
  setStatus(kernel, task, RUNNING);
  if (task.callbackNs > 0) return runCallback(kernel, task);
  const space = state.spaces[task.space] as SpaceState;
  const whole = kernel.programs[space.id] as ReferenceString;
  const program = whole.stops === undefined ? whole : upToStop(whole, whole.stops, task.stopsMade);
  const from = space.cursor;
  if (state.drops !== null) dropAtRandom(kernel, state.drops);
  const result = runBatch(kernel.translation, space, program, ticksAllowed(kernel));
  account(kernel, task);
  if (state.segments !== null)
    state.segments.push(task.id, from, space.cursor + (space.offset > 0 ? 1 : 0));
  if (result === FAULTED) {
    const run = program.runs[space.cursor] as number;
    const page = pageOfRun(run);
    if (!state.mmu.protection && mendMapping(kernel, space, page)) setStatus(kernel, task, READY);
    else {
      const kind = reportedKind(kernel, kindOfRun(run));
      raiseFault(kernel, task, page, kind, state.mmu.protection);
    }
  } else if (result === PROGRAM_ENDED && program !== whole) makeStop(kernel, task, whole.stops);
  else if (result === PROGRAM_ENDED) endOfProgram(kernel, task, space);
  else setStatus(kernel, task, READY);
}

/** The program's own callback goes first, as long as its slice lasts and nothing is due. */
function runCallback(kernel: Kernel, task: TaskState): void {
  const { state, schedule } = kernel;
  const due = Math.min(peekTime(state.timers), peekTime(state.deviceEvents)) - state.nowNs;
  const slices = schedule.kind === 'slices' && !state.countsReferences;
  const within = slices ? Math.min(state.sliceLeft, due) : due;
  // Where references are counted no time of the machine's decides anything.
  const ns = state.countsReferences
    ? task.callbackNs
    : Math.min(task.callbackNs, Math.max(1, Math.ceil(within)));
  charge(kernel, PROGRAM, ns);
  task.callbackNs -= ns;
  if (slices) state.sliceLeft -= ns;
  setStatus(kernel, task, READY);
}

/** Ticks until the slice is over or something is due, at least 1. */
function ticksAllowed(kernel: Kernel): number {
  const { state } = kernel;
  if (state.countsReferences || kernel.schedule.kind === 'lockstep') {
    if (kernel.schedule.kind === 'lockstep') return 1;
    const due = peekTime(state.timers) - state.references;
    return Math.max(1, Math.min(state.sliceLeft, due, TICKS_MAX));
  }
  const due = Math.min(peekTime(state.timers), peekTime(state.deviceEvents)) - state.nowNs;
  return Math.max(1, Math.min(state.sliceLeft * 1000, due * 1000, TICKS_MAX));
}

/** Charges what the last batch did; picoseconds carry over to the next one. */
function account(kernel: Kernel, task: TaskState): void {
  const { state, costs } = kernel;
  const { mmu } = state;
  const programPs = task.programCarryPs + mmu.references * costs.referencePs;
  const programNs = Math.floor(programPs / 1000);
  task.programCarryPs = programPs - programNs * 1000;
  const translationPs =
    task.translationCarryPs +
    mmu.secondLookups * costs.secondTlbPs +
    mmu.walks * costs.walkStartPs +
    mmu.probes * costs.walkProbePs;
  const translationNs = Math.floor(translationPs / 1000);
  task.translationCarryPs = translationPs - translationNs * 1000;
  charge(kernel, PROGRAM, programNs);
  charge(kernel, TRANSLATION, translationNs);
  const trapsNs = mmu.emulations * costs.trapNs;
  if (mmu.emulations > 0) charge(kernel, TRAP, trapsNs);
  noteTraps(kernel);
  task.references += mmu.references;
  task.walks += mmu.walks;
  state.references += mmu.references;
  const countsReferences = state.countsReferences || kernel.schedule.kind === 'lockstep';
  state.sliceLeft -= countsReferences ? mmu.references : programNs + translationNs + trapsNs;
}

/** The program as far as its next stop; the whole when there is none left. */
function upToStop(program: ReferenceString, { at }: Stops, made: number): ReferenceString {
  if (made >= at.length) return program;
  return { ...program, runs: program.runs.subarray(0, at[made]) };
}

/** A stop: the program rests, then computes; what it computes is worked off as a callback is. */
function makeStop(kernel: Kernel, task: TaskState, stops: Stops | undefined): void {
  if (stops === undefined) return;
  const stop = task.stopsMade++;
  if (stops.says !== undefined) advise(kernel, task, stops.says, stop);
  const restNs = stops.restNs[stop] as number;
  task.callbackNs = stops.workNs[stop] as number;
  if (restNs > 0) restTask(kernel, task, restNs);
  else setStatus(kernel, task, READY);
}

function endOfProgram(kernel: Kernel, task: TaskState, space: SpaceState): void {
  if (kernel.schedule.atEnd[space.id] === 'exit' || !isAlive(task)) {
    endTask(kernel, task);
    kernel.state.current = NUCLEUS;
    kernel.state.sliceLeft = 0;
    return;
  }
  setStatus(kernel, task, READY);
  freezeFinished(kernel.state, task);
  space.cursor = 0;
  space.offset = 0;
  task.stopsMade = 0;
}
