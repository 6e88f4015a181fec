/**
 * Sparing pool: does a job of a trace and a policy of the house in this thread where it is the only
 * one asked for, or one thread is all there may be; starts workers for anything else. A thread takes
 * longer to start than such a job to do.
 *
 *   jobs asked for together -> one, or one thread -> here, one after the other
 *                           -> more               -> pool of workers, from then on
 *
 * A policy of a user's own may never come back, so it always runs where a watchdog can end it.
 */

import { availableParallelism } from 'node:os';
import { errorOf, failureOf } from './failures.ts';
import type { Job } from './jobs.ts';
import type { Pool, PoolOptions } from './pool.ts';
import { performTraceJob, type TraceJob } from './trace-jobs.ts';

type Run = Pool['run'];

interface Asked {
  readonly job: Job;
  readonly label: string;
  readonly events: Parameters<Run>[2];
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

interface SparingState {
  readonly options: PoolOptions;
  readonly workers: () => Promise<Pool>;
  /** The pool of workers, once it is being made, and once there is one. */
  making: Promise<Pool> | null;
  pool: Pool | null;
  asked: Asked[];
  done: number;
  closed: boolean;
}

/** As createPool (pool.ts), whose module `workers` imports when it is needed. */
export function createSparingPool(options: PoolOptions, workers: () => Promise<Pool>): Pool {
  const state: SparingState = {
    options,
    workers,
    making: null,
    pool: null,
    asked: [],
    done: 0,
    closed: false,
  };
  return {
    run: (job, label, events) =>
      state.pool?.run(job, label, events) ??
      new Promise((resolve, reject) => {
        state.asked.push({ job, label, events, resolve, reject });
        // What is asked for together is there by then.
        if (state.asked.length === 1) setImmediate(() => void begin(state));
      }),
    close: () => close(state),
  };
}

async function begin(state: SparingState): Promise<void> {
  const asked = state.asked;
  state.asked = [];
  if (state.closed) return;
  const threads = state.options.size ?? availableParallelism();
  const alone = asked.length === 1 || threads === 1;
  if (alone && asked.every(({ job }) => isOwn(job))) {
    for (const one of asked) await doHere(state, one, state.done + asked.length);
    return;
  }
  try {
    state.making ??= state.workers();
    state.pool = await state.making;
  } catch (error) {
    for (const { reject } of asked) reject(error);
    return;
  }
  const { pool, closed } = state;
  if (closed) return;
  for (const { job, label, events, resolve, reject } of asked)
    pool.run(job, label, events).then(resolve as (result: unknown) => void, reject);
}

/** What is asked for and not begun is dropped, as pool.ts drops it: no worker starts for it. */
async function close(state: SparingState): Promise<void> {
  state.closed = true;
  const pool = state.pool ?? (await state.making?.catch(() => null));
  await pool?.close();
}

function isOwn(job: Job): job is TraceJob {
  if (job.kind === 'digest' || job.kind === 'stream') return true;
  return (job.kind === 'points' || job.kind === 'phases') && job.policy.file === null;
}

async function doHere(state: SparingState, { job, label, resolve, reject }: Asked, known: number) {
  state.options.progress?.(state.done, known, [label]);
  try {
    resolve((await performTraceJob(job, { watch: null })) as never);
  } catch (error) {
    reject(errorOf(failureOf(error)));
  }
  state.done++;
}
