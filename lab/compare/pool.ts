/**
 * Pool: workers that do jobs side by side, first come first served. A host file.
 *
 * A policy of a user's own may loop for ever: a watchdog ends the worker whose policy has not come
 * back for `patienceMs` of wall time, and the job fails with the policy's name. Wall time decides
 * nothing else; results come back in the order of the calls that asked for them.
 */

import type { Worker } from 'node:worker_threads';
import { z } from 'zod';
import type { PolicyChoice } from '../scenario/scenario.ts';
import { errorOf, PolicyFailure, RunFailure } from './failures.ts';
import type { Job, ResultOf, Told } from './jobs.ts';
import {
  countDone,
  countKnown,
  createTally,
  type Tally,
  type TellProgress,
  tellTally,
} from './tally.ts';
import { askedNow, clearWatch, createWatch, type Watch } from './watch.ts';
import { startWorker, threadsFor } from './worker-thread.ts';

export interface Pool {
  /** Does one job. Rejects with InputError, PolicyFailure or RunFailure. */
  run<One extends Job>(
    job: One,
    label: string,
    events?: (events: readonly Told[]) => void,
  ): Promise<ResultOf<One>>;
  /** Ends all workers; jobs under way are dropped. */
  close(): Promise<void>;
}

export interface PoolOptions {
  /** Workers at most; default: one a core, at most 4. */
  readonly size?: number;
  /** Wall time that one answer of a policy may take; default 20 s. */
  readonly patienceMs?: number;
  /** Whether all jobs will be of a trace and a policy alone: their workers start sooner. */
  readonly ofTraces?: boolean;
  readonly progress?: TellProgress;
}

const PATIENCE_MS = 20_000;

const replySchema = z.union([
  z.strictObject({ result: z.unknown() }),
  z.strictObject({ events: z.array(z.looseObject({ kind: z.string() })) }),
  z.strictObject({
    failure: z.strictObject({
      kind: z.enum(['input', 'policy', 'run']),
      message: z.string(),
      stack: z.string(),
    }),
  }),
]);

interface Task {
  readonly job: Job;
  readonly label: string;
  readonly events: ((events: readonly Told[]) => void) | undefined;
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

interface Seat {
  readonly worker: Worker;
  readonly watch: Watch;
  task: Task | null;
  /** The answer that is being waited for, and since when. */
  answers: number;
  sinceMs: number;
}

interface PoolState {
  readonly options: PoolOptions;
  readonly size: number;
  readonly waiting: Task[];
  readonly seats: Seat[];
  readonly tally: Tally;
  timer: NodeJS.Timeout | null;
  closed: boolean;
}

/** A pool of worker threads. They start when there is work. */
export function createPool(options: PoolOptions = {}): Pool {
  const state: PoolState = {
    options,
    size: threadsFor(options.size),
    waiting: [],
    seats: [],
    tally: createTally(),
    timer: null,
    closed: false,
  };
  return {
    run: (job, label, events) =>
      new Promise((resolve, reject) => {
        countKnown(state.tally, job);
        state.waiting.push({ job, label, events, resolve, reject });
        assign(state);
      }),
    close: () => close(state),
  };
}

function assign(state: PoolState): void {
  while (state.waiting.length > 0 && !state.closed) {
    let seat = state.seats.find((one) => one.task === null);
    if (!seat && state.seats.length >= state.size) break;
    seat ??= addSeat(state);
    const task = state.waiting.shift() as Task;
    seat.task = task;
    seat.sinceMs = Date.now();
    clearWatch(seat.watch);
    seat.worker.postMessage(task.job);
  }
  tell(state);
}

function addSeat(state: PoolState): Seat {
  const watch = createWatch();
  const worker = startWorker(state.options.ofTraces === true, { watch });
  const seat: Seat = { worker, watch, task: null, answers: 0, sinceMs: 0 };
  worker.on('message', (message) => receive(state, seat, message));
  worker.on('error', (error) => {
    const what = `ended its thread (${error.message.split('\n')[0]})`;
    lose(state, seat, policyError(seat, what) ?? new RunFailure(`a worker ${what}`));
  });
  worker.on('exit', (code) => {
    const what = `ended its thread (exit ${code})`;
    lose(state, seat, policyError(seat, what) ?? new RunFailure(`a worker ${what}`));
  });
  state.seats.push(seat);
  state.timer ??= setInterval(() => patrol(state), 250);
  return seat;
}

function receive(state: PoolState, seat: Seat, message: unknown): void {
  const reply = replySchema.parse(message);
  const { task } = seat;
  if (!task) return;
  if ('events' in reply) {
    task.events?.(reply.events as unknown as Told[]);
    return;
  }
  finish(state, seat, task);
  if ('failure' in reply) task.reject(errorOf(reply.failure));
  else task.resolve(reply.result as never);
  assign(state);
}

function finish(state: PoolState, seat: Seat, { job }: Task): void {
  seat.task = null;
  countDone(state.tally, job);
}

/** The worker is gone: its job fails, the others go on with a new one. */
function lose(state: PoolState, seat: Seat, error: Error): void {
  const at = state.seats.indexOf(seat);
  if (at >= 0) state.seats.splice(at, 1);
  const { task } = seat;
  if (!task) return;
  finish(state, seat, task);
  task.reject(error);
  assign(state);
}

/** Ends workers whose policy has been asked one thing for too long. */
function patrol(state: PoolState): void {
  const patienceMs = state.options.patienceMs ?? PATIENCE_MS;
  for (const seat of [...state.seats]) {
    const asked = askedNow(seat.watch);
    if (!asked || asked.answers !== seat.answers || !seat.task) {
      seat.answers = asked?.answers ?? seat.answers;
      seat.sinceMs = Date.now();
      continue;
    }
    if (Date.now() - seat.sinceMs < patienceMs) continue;
    const what = `has not come back for ${patienceMs / 1000} s`;
    const error = policyError(seat, what) ?? new RunFailure(`a worker ${what}`);
    lose(state, seat, error);
    void seat.worker.terminate();
  }
}

/** The failure of the policy that is being asked, if one is. */
function policyError(seat: Seat, what: string): PolicyFailure | null {
  const asked = askedNow(seat.watch);
  const job = seat.task?.job;
  if (!asked || !job) return null;
  if (job.kind === 'inspect')
    return new PolicyFailure(`policy ${job.file} ${what} while it was loaded; bound its loops`);
  const task = taskOf(job, asked.task);
  if (task === null) return null;
  const who = `policy '${task.policy.name}' of ${task.name}`;
  const next = 'expected an answer; bound its loops by the pages there are';
  return new PolicyFailure(`${who} ${what} in ${asked.method}(), ${next}`);
}

/** Whose policy is asked, and which. */
function taskOf(job: Job, index: number): { name: string; policy: PolicyChoice } | null {
  if (job.kind === 'points' || job.kind === 'phases')
    return { name: 'the trace', policy: job.policy };
  if (job.kind === 'curve') return { name: `task ${job.task}`, policy: job.policy };
  if (!('cell' in job)) return null;
  const { name, policy } = job.cell.tasks[index];
  return { name: `task ${name}`, policy };
}

function tell({ options, tally, seats }: PoolState): void {
  const running = seats.flatMap((seat) => (seat.task ? [seat.task.label] : []));
  tellTally(tally, running, options.progress);
}

async function close(state: PoolState): Promise<void> {
  state.closed = true;
  if (state.timer) clearInterval(state.timer);
  const seats = state.seats.splice(0);
  for (const seat of seats) seat.task = null;
  await Promise.all(seats.map((seat) => seat.worker.terminate()));
}
