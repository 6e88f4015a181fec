/**
 * Tally: jobs done of those known, and what part of the work that is. A job of a trace says what it is reckoned
 * to cost beside others; any other counts 1.
 */

import type { Job } from './jobs.ts';

export interface Tally {
  done: number;
  known: number;
  costDone: number;
  costKnown: number;
}

/** Told when a job starts or ends: jobs done, jobs known, what runs now, the part of the work that is done. */
export type TellProgress = (
  done: number,
  known: number,
  running: readonly string[],
  part: number,
) => void;

export function createTally(): Tally {
  return { done: 0, known: 0, costDone: 0, costKnown: 0 };
}

export function countKnown(tally: Tally, job: Job): void {
  tally.known++;
  tally.costKnown += costOfJob(job);
}

export function countDone(tally: Tally, job: Job): void {
  tally.done++;
  tally.costDone += costOfJob(job);
}

export function tellTally(tally: Tally, running: readonly string[], tell?: TellProgress): void {
  const { done, known, costDone, costKnown } = tally;
  tell?.(done, known, running, known === 0 ? 0 : costDone / costKnown);
}

function costOfJob(job: Job): number {
  return job.kind === 'points' || job.kind === 'stream' ? (job.cost ?? 1) : 1;
}
