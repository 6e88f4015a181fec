/**
 * Dispatch: a task on the CPU, from the switch to the end of its batch: its program or a callback
 * of it, what that cost, and how it ended.
 */

import type { SpaceState } from '../sim-hw/address-space.ts';
import { peekTime } from '../sim-hw/event-queue.ts';
import { FAULTED, PROGRAM_ENDED, runBatch } from '../sim-hw/mmu.ts';
import { kindOfRun, pageOfRun, type ReferenceString, type Stops } from '../sim-hw/references.ts';
import type { Translation } from '../sim-hw/translation.ts';
import { advise, wantAll } from './advice.ts';
import { charge, setStatus } from './clock.ts';
import { passTurn, raiseFault } from './faults.ts';
import { type Kernel, NUCLEUS } from './kernel.ts';
import { endTask, freezeFinished, restTask } from './life.ts';
import { dropAtRandom, mendMapping, noteTraps, reportedKind } from './soft-state.ts';
import { isAlive, PROGRAM, READY, RUNNING, type TaskState, TRANSLATION, TRAP } from './tasks.ts';
import { NONE, placeIn, programOf } from './threads.ts';

/** Ticks of one batch stay below 2^31. */
export const TICKS_MAX = 2_000_000_000;

/** Runs `task` until its fault, the next event or the end of its slice. */
export function dispatch(kernel: Kernel, task: TaskState): void {
  switchTo(kernel, task);
  setStatus(kernel, task, RUNNING);
  if (task.group !== NONE) passTurn(kernel, task);
  if (task.callbackNs > 0) return runCallback(kernel, task);
  const result = runProgram(kernel, kernel.translation, task, ticksAllowed(kernel));
  endBatch(kernel, task, result);
}

/** The CPU turns to `task`, which pays for the switch if another one ran before. */
export function switchTo(kernel: Kernel, task: TaskState): void {
  const { state } = kernel;
  state.account = task.id;
  if (state.lastRun === task.id) return;
  charge(kernel, TRAP, kernel.costs.switchNs);
  state.lastRun = task.id;
}

/** A batch of the program, for `ticks` at most, as far as its next stop; returns why it ended. */
export function runProgram(
  kernel: Kernel,
  at: Translation,
  task: TaskState,
  ticks: number,
): number {
  const { state } = kernel;
  const space = placeIn(state, task);
  const whole = programOf(kernel, task);
  const program = whole.stops === undefined ? whole : upToStop(whole, whole.stops, task.stopsMade);
  const from = space.cursor;
  if (state.drops !== null) dropAtRandom(kernel, state.drops);
  const result = runBatch(at, space, program, ticks);
  account(kernel, task);
  if (state.segments !== null)
    state.segments.push(task.id, from, space.cursor + (space.offset > 0 ? 1 : 0));
  return result;
}

/** What follows from how a batch ended. */
export function endBatch(kernel: Kernel, task: TaskState, result: number): void {
  const { state } = kernel;
  const space = placeIn(state, task);
  const whole = programOf(kernel, task);
  if (result === FAULTED) {
    const run = whole.runs[space.cursor] as number;
    const page = pageOfRun(run);
    if (!state.mmu.protection && mendMapping(kernel, space, page)) setStatus(kernel, task, READY);
    else {
      const kind = reportedKind(kernel, kindOfRun(run));
      raiseFault(kernel, task, page, kind, state.mmu.protection);
    }
  } else if (result === PROGRAM_ENDED && hasStop(whole, task)) makeStop(kernel, task, whole.stops);
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

/** Whether a stop is what the program has come to. */
function hasStop({ stops }: ReferenceString, { stopsMade }: TaskState): boolean {
  return stops !== undefined && stopsMade < stops.at.length;
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
  if (kernel.programs[space.id]?.stops?.says !== undefined) wantAll(kernel, task, space.pages);
}
