/**
 * Shared list: jobs that several threads do side by side. Each takes the next by words in shared memory,
 * so that one goes on while another is busy and answers nobody.
 *
 *   word at:  0, nobody has taken job `at`;  1 + the number of the thread that has
 */

import { type Failure, failureOf } from './failures.ts';
import { performTraceJob, type TraceJob } from './trace-jobs.ts';

export interface SharedList {
  /** Of policies of the house: nobody watches whether they come back. */
  readonly jobs: readonly TraceJob[];
  readonly takers: Int32Array;
}

/** What came of job `at`. */
export type Outcome =
  | { readonly at: number; readonly result: unknown }
  | { readonly at: number; readonly failure: Failure };

const NOBODY = 0;

export function createSharedList(jobs: readonly TraceJob[]): SharedList {
  const bytes = jobs.length * Int32Array.BYTES_PER_ELEMENT;
  return { jobs, takers: new Int32Array(new SharedArrayBuffer(bytes)) };
}

/** The number of the thread that has taken job `at`; null: none has. */
export function takerOf({ takers }: SharedList, at: number): number | null {
  const taker = Atomics.load(takers, at);
  return taker === NOBODY ? null : taker - 1;
}

/**
 * Does in this thread, whose number is `thread`, what nobody has taken, one job after the other, until none
 * is left. `say` has each outcome before the next job is taken; none is taken any more once it says false.
 */
export async function workOff(
  list: SharedList,
  thread: number,
  say: (outcome: Outcome) => Promise<boolean> | boolean,
): Promise<void> {
  for (const [at, job] of list.jobs.entries()) {
    if (Atomics.compareExchange(list.takers, at, NOBODY, 1 + thread) !== NOBODY) continue;
    if (!(await say(await outcomeOf(job, at)))) return;
  }
}

async function outcomeOf(job: TraceJob, at: number): Promise<Outcome> {
  try {
    return { at, result: await performTraceJob(job, { watch: null }) };
  } catch (error) {
    return { at, failure: failureOf(error) };
  }
}
