/** Worker port: what a worker thread says to the pool (pool.ts), job by job. A host file. */

import { parentPort, workerData } from 'node:worker_threads';
import { failureOf } from './failures.ts';
import type { Job, Signals } from './jobs.ts';
import type { Watch } from './watch.ts';

/** Does by `perform` what the pool asks for, one job after the other. */
export function serve(perform: (job: Job, signals: Signals) => Promise<unknown>): void {
  const port = parentPort;
  if (!port) throw new Error('worker: expected to be started by the pool');
  const { watch } = workerData as { watch: Watch };
  port.on('message', async (job: Job) => {
    try {
      const events = (list: readonly unknown[]): void => port.postMessage({ events: list });
      port.postMessage({ result: await perform(job, { watch, events }) });
    } catch (error) {
      port.postMessage({ failure: failureOf(error) });
    }
  });
}
