/** Worker threads: how many, and how one starts. A host file; the bundle names its workers here. */

import { getCompileCacheDir } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Watch } from './watch.ts';

/** What a worker is told when it starts. */
export interface WorkerTold {
  /** Of a worker of the pool (pool.ts): words in which it says who is being asked. */
  readonly watch?: Watch;
  /** Of a helper (helpers.ts): its number among the threads that share a list. */
  readonly thread?: number;
}

const THREADS_MAX = 4;

/** Threads to use: as many as are asked for, else one a core, at most 4. */
export function threadsFor(asked: number | undefined): number {
  return Math.max(1, asked ?? Math.min(THREADS_MAX, availableParallelism()));
}

/** `ofTraces`: for jobs of a trace and a policy alone. It starts in a fraction of the time. */
export function startWorker(ofTraces: boolean, told: WorkerTold): Worker {
  const file = ofTraces ? './trace-worker.ts' : './worker.ts';
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData: told,
    stdout: true,
    env: { ...process.env, ...compiledBefore() },
  });
  // A policy may print: not into our standard output, where a document may go.
  worker.stdout.pipe(process.stderr, { end: false });
  return worker;
}

/** Where V8 keeps what it compiled (bin/bundle.mjs): a worker does not look there unless it is told. */
function compiledBefore(): { readonly NODE_COMPILE_CACHE?: string } {
  const own = getCompileCacheDir();
  return own === undefined ? {} : { NODE_COMPILE_CACHE: dirname(own) };
}
