/**
 * Tasks and where their time goes.
 *
 * A task is a program in an address space with a memory-control thread beside it; a server is a
 * task without a program. Whatever a CPU does is *charged* to one task, the one on whose
 * behalf it is done, and moves its clock. Everything else a task lives through is waiting.
 *
 *   READY --dispatch--> RUNNING --fault--> FAULTING --I/O begun--> WAITING_DEVICE
 *     ^                    |                  |                          |
 *     +----slice over------+                  +-------- resume ----------+--> READY
 *   RUNNING --a stop of its own--> RESTING --timer--> READY
 *   NOT_STARTED -> READY ... -> ENDED (program over) or KILLED
 *
 * READY and FAULTING count as CPU wait (the task waits for the CPU or for another task to act, e.g.
 * for frames that are being revoked), WAITING_DEVICE as I/O wait, RESTING as rest. CPU time charged to a
 * task while it waits is taken out of the wait, so a task's nine parts sum to its life exactly.
 */

import { assert } from '../sim-hw/assert.ts';
import { holdingDoubles } from '../sim-hw/shape.ts';

export const NOT_STARTED = 0;
export const READY = 1;
export const RUNNING = 2;
export const FAULTING = 3;
export const WAITING_DEVICE = 4;
/** Between two parts of its program: it wants nothing until a timer wakes it. */
export const RESTING = 5;
export const ENDED = 6;
export const KILLED = 7;

/** Indices into `times`, in nanoseconds. */
export const PROGRAM = 0;
export const TRANSLATION = 1;
export const TRAP = 2;
export const MESSAGE = 3;
export const SCAN = 4;
export const ZERO = 5;
export const IO_WAIT = 6;
export const CPU_WAIT = 7;
export const REST = 8;
export const TIME_PARTS = 9;

/** By status: what time spent in it counts as. */
const WAITS = [CPU_WAIT, CPU_WAIT, CPU_WAIT, CPU_WAIT, IO_WAIT, REST] as const;

/** How a fault was settled: by reading a device, without one, or by finding the page lost. */
export const HARD = 0;
export const SOFT = 1;
export const LOST = 2;
/** By making the page's contents anew. */
export const REGENERATED = 3;

/** Buckets of the fault-time histogram: 16 a doubling, from 1 ns (exact below 16 ns). */
export const HISTOGRAM_BUCKETS = 16 * 50;

/** First what every message and every change of hands touches: it then lies together in memory. */
export interface TaskState {
  readonly id: number;
  /** Address space, or -1 for a server. */
  readonly space: number;
  status: number;
  messages: number;
  framesHeld: number;
  framesMax: number;
  /** Sum of frames held x nanoseconds, up to `framesSinceNs`. */
  frameNs: number;
  framesSinceNs: number;
  /** Whether its memory-control thread waits for messages; else a zero time-out send fails. */
  receiving: boolean;
  sinceNs: number;
  chargedNs: number;
  readonly times: Float64Array;
  /** The task that is told of this one's faults: itself, or a central pager. */
  pager: number;
  readonly name: string;
  /** CPU priority: higher runs first. */
  cpu: number;
  /** Which of the tasks with several threads it is of, or -1; its place among programs, or -1: the task's own. */
  group: number;
  place: number;
  /** Messages that wait until it can run, since when, and for how long others did before. */
  deferred: number;
  starvedSince: number;
  starved: number;
  programCarryPs: number;
  translationCarryPs: number;
  /** Left of a callback that makes a page anew: worked off before the program goes on. */
  callbackNs: number;
  /** Stops of its program that it has made, this round. */
  stopsMade: number;
  startedNs: number;
  endedNs: number;
  /** References executed: the task's own time. */
  references: number;
  /** Walks of the page table. */
  walks: number;
  faultPage: number;
  faultNs: number;
  faults: number;
  compulsoryFaults: number;
  /** Compulsory ones that were hard: the rest of `hardFaults` had been in memory before. */
  firstReads: number;
  hardFaults: number;
  softFaults: number;
  lostFaults: number;
  regeneratedFaults: number;
  pageIns: number;
  pageOuts: number;
  revocationsMet: number;
  revocationsMissed: number;
  /** Notices of which some frames were returned by the end, not all. */
  revocationsPartly: number;
  stallNs: number;
  readonly histogram: Float64Array;
}

export function createTask(id: number, name: string, space: number): TaskState {
  return holdingDoubles(
    {
      id,
      space,
      status: NOT_STARTED,
      messages: 0,
      framesHeld: 0,
      framesMax: 0,
      frameNs: 0,
      framesSinceNs: 0,
      receiving: true,
      sinceNs: 0,
      chargedNs: 0,
      times: new Float64Array(TIME_PARTS),
      pager: id,
      name,
      cpu: 0,
      group: -1,
      place: -1,
      deferred: 0,
      starvedSince: 0,
      starved: 0,
      programCarryPs: 0,
      translationCarryPs: 0,
      callbackNs: 0,
      stopsMade: 0,
      startedNs: 0,
      endedNs: 0,
      references: 0,
      walks: 0,
      faultPage: -1,
      faultNs: 0,
      faults: 0,
      compulsoryFaults: 0,
      firstReads: 0,
      hardFaults: 0,
      softFaults: 0,
      lostFaults: 0,
      regeneratedFaults: 0,
      pageIns: 0,
      pageOuts: 0,
      revocationsMet: 0,
      revocationsMissed: 0,
      revocationsPartly: 0,
      stallNs: 0,
      histogram: new Float64Array(space < 0 ? 0 : HISTOGRAM_BUCKETS),
    },
    'frameNs',
    'framesSinceNs',
    'sinceNs',
    'chargedNs',
    'starvedSince',
    'starved',
    'startedNs',
    'endedNs',
    'references',
    'faultNs',
    'stallNs',
  );
}

/** True from the task's start to its end: only then is its time accounted. */
export function isAlive(task: TaskState): boolean {
  return task.status >= READY && task.status <= RESTING;
}

/** True once it has ended or was killed; of a server only where a scenario kills it. */
export function isOver(task: TaskState): boolean {
  return task.status >= ENDED;
}

/** Moves a task to another status at `nowNs`, settling the wait it leaves. */
export function enterStatus(task: TaskState, status: number, nowNs: number): void {
  if (task.status !== RUNNING && isAlive(task)) {
    const waited = nowNs - task.sinceNs - task.chargedNs;
    assert(waited >= 0, 'tasks: a task was charged more than it waited');
    const part = WAITS[task.status] as number;
    task.times[part] = (task.times[part] as number) + waited;
  }
  task.status = status;
  task.sinceNs = nowNs;
  task.chargedNs = 0;
}

/** Settles `framesHeld` up to now before it changes by `frames`. */
export function changeFramesHeld(task: TaskState, frames: number, nowNs: number): void {
  task.frameNs += task.framesHeld * (nowNs - task.framesSinceNs);
  task.framesSinceNs = nowNs;
  task.framesHeld += frames;
  if (task.framesHeld > task.framesMax) task.framesMax = task.framesHeld;
}

/** Bucket of a duration: exact below 16 ns, then 16 a doubling. */
export function histogramBucket(ns: number): number {
  let scale = 0;
  let rest = ns;
  while (rest >= 2 ** 31) {
    rest = Math.floor(rest / 2);
    scale++;
  }
  const shift = Math.max(0, 27 - Math.clz32(rest));
  scale += shift;
  rest >>>= shift;
  return Math.min(HISTOGRAM_BUCKETS - 1, rest < 16 ? rest : scale * 16 + rest);
}

/** Upper edge of the bucket in which the `fraction` of all recorded durations is reached. */
export function histogramQuantile(histogram: Float64Array, fraction: number): number {
  let total = 0;
  for (const count of histogram) total += count;
  let seen = 0;
  for (let bucket = 0; bucket < histogram.length; bucket++) {
    seen += histogram[bucket] as number;
    if (total > 0 && seen >= fraction * total) return bucketTop(bucket);
  }
  return 0;
}

function bucketTop(bucket: number): number {
  if (bucket < 32) return bucket;
  const scale = Math.floor(bucket / 16) - 1;
  let top = bucket - scale * 16 + 1;
  for (let i = 0; i < scale; i++) top *= 2;
  return top - 1;
}
