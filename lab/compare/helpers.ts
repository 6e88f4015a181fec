/**
 * Helpers: threads that work off a shared list (shared-list.ts) beside this one. A host file.
 *
 *   this thread --list--> helper: takes a job, answers with what came of it, takes the next, ...
 *
 * An answer waits until this thread is between two jobs of its own.
 */

import type { Worker } from 'node:worker_threads';
import { failureOf, RunFailure } from './failures.ts';
import {
  createSharedList,
  type Outcome,
  type SharedList,
  takerOf,
  workOff,
} from './shared-list.ts';
import type { TraceJob } from './trace-jobs.ts';
import { startWorker } from './worker-thread.ts';

export interface Helpers {
  /** By number; none at that of this thread, or of one that is gone. */
  readonly workers: (Worker | null)[];
  /** What is being done; null: nothing. */
  work: Work | null;
}

interface Work {
  readonly list: SharedList;
  /** Jobs that nothing has come of yet. */
  readonly open: Set<number>;
  readonly told: (outcome: Outcome) => void;
  readonly over: () => void;
}

const OWN = 0;

export function createHelpers(): Helpers {
  return { workers: [null], work: null };
}

/**
 * Does all jobs by so many threads, this one among them; `told` hears what came of each, once. One call at
 * a time. Helpers start where they are wanted first, and stay.
 */
export async function workTogether(
  helpers: Helpers,
  jobs: readonly TraceJob[],
  threads: number,
  told: (outcome: Outcome) => void,
): Promise<void> {
  const list = createSharedList(jobs);
  const { promise, resolve } = Promise.withResolvers<void>();
  const work = { list, open: new Set(jobs.keys()), told, over: resolve };
  helpers.work = work;
  for (let number = OWN + 1; number < Math.min(threads, jobs.length); number++) {
    const helper = helpers.workers[number] ?? startHelper(helpers, number);
    helpers.workers[number] = helper;
    helper.postMessage(list);
  }
  await workOff(list, OWN, async (outcome) => {
    settle(work, outcome);
    // What helpers have answered meanwhile is heard now.
    await new Promise((heard) => setImmediate(heard));
    return helpers.work === work;
  });
  await promise;
}

/** Ends them; what they are at is dropped. */
export async function closeHelpers(helpers: Helpers): Promise<void> {
  helpers.work?.over();
  helpers.work = null;
  await Promise.all(helpers.workers.splice(0).map((worker) => worker?.terminate()));
}

function startHelper(helpers: Helpers, number: number): Worker {
  const worker = startWorker(true, { thread: number });
  worker.on('message', (outcome: Outcome) => {
    if (helpers.work) settle(helpers.work, outcome);
  });
  worker.on('error', (error) => lose(helpers, number, error.message.split('\n')[0]));
  worker.on('exit', (code) => lose(helpers, number, `exit ${code}`));
  return worker;
}

function settle({ open, told, over }: Work, outcome: Outcome): void {
  if (!open.delete(outcome.at)) return;
  told(outcome);
  if (open.size === 0) over();
}

/** The helper is gone: its job fails, the others are done by who is left. */
function lose(helpers: Helpers, number: number, why: string): void {
  helpers.workers[number] = null;
  const { work } = helpers;
  if (!work) return;
  const failure = failureOf(new RunFailure(`a worker ended its thread (${why})`));
  for (const at of [...work.open])
    if (takerOf(work.list, at) === number) settle(work, { at, failure });
}
