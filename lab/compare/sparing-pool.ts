/**
 * Sparing pool: does jobs of a trace and policies of the house in this thread, and in helpers beside it
 * where several are asked for together; starts a pool of workers for anything else. A thread takes longer to
 * start than one such job to do, and this one is there already.
 *
 *   jobs asked for together -> all of policies of the house -> here and in helpers (helpers.ts)
 *                           -> others                       -> pool of workers, from then on
 *
 * A policy of a user's own may never come back, so it always runs where a watchdog can end it.
 */

import { errorOf } from './failures.ts';
import { closeHelpers, createHelpers, type Helpers, workTogether } from './helpers.ts';
import type { Job } from './jobs.ts';
import type { Pool, PoolOptions } from './pool.ts';
import { countDone, countKnown, createTally, type Tally, tellTally } from './tally.ts';
import type { TraceJob } from './trace-jobs.ts';
import { threadsFor } from './worker-thread.ts';

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
  readonly helpers: Helpers;
  /** The pool of workers, once it is being made, and once there is one. */
  making: Promise<Pool> | null;
  pool: Pool | null;
  asked: Asked[];
  /** Whether somebody sees to what is asked. */
  isSeen: boolean;
  readonly tally: Tally;
  closed: boolean;
}

/** As createPool (pool.ts), whose module `workers` imports when it is needed. */
export function createSparingPool(options: PoolOptions, workers: () => Promise<Pool>): Pool {
  const state: SparingState = {
    options,
    workers,
    helpers: createHelpers(),
    making: null,
    pool: null,
    asked: [],
    isSeen: false,
    tally: createTally(),
    closed: false,
  };
  return {
    run: (job, label, events) =>
      state.pool?.run(job, label, events) ??
      new Promise((resolve, reject) => {
        state.asked.push({ job, label, events, resolve, reject });
        // What is asked for together is there by then.
        if (!state.isSeen) setImmediate(() => void seeTo(state));
        state.isSeen = true;
      }),
    close: () => close(state),
  };
}

/** What is asked for while this goes on comes next. */
async function seeTo(state: SparingState): Promise<void> {
  while (state.asked.length > 0 && !state.closed) {
    const asked = state.asked.splice(0);
    const own = asked.map(({ job }) => job).filter(isOwn);
    if (own.length === asked.length && !state.pool) await doTogether(state, asked, own);
    else await handOn(state, asked);
  }
  state.isSeen = false;
}

async function doTogether(state: SparingState, asked: Asked[], jobs: TraceJob[]): Promise<void> {
  const { options, tally, helpers } = state;
  const threads = threadsFor(options.size);
  const open = new Set(asked);
  const tell = (): void => {
    // They are taken in this order.
    const running = [...open].slice(0, threads).map(({ label }) => label);
    tellTally(tally, running, options.progress);
  };
  for (const job of jobs) countKnown(tally, job);
  tell();
  await workTogether(helpers, jobs, threads, (outcome) => {
    const one = asked[outcome.at];
    open.delete(one);
    countDone(tally, one.job);
    tell();
    if ('failure' in outcome) one.reject(errorOf(outcome.failure));
    else one.resolve(outcome.result as never);
  });
}

async function handOn(state: SparingState, asked: readonly Asked[]): Promise<void> {
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
  await closeHelpers(state.helpers);
  const pool = state.pool ?? (await state.making?.catch(() => null));
  await pool?.close();
}

function isOwn(job: Job): job is TraceJob {
  if (job.kind === 'digest' || job.kind === 'stream') return true;
  return (job.kind === 'points' || job.kind === 'phases') && job.policy.file === null;
}
