/** Worker: does the pool's jobs one after the other in a thread of its own. A host file. */

import { parentPort, workerData } from 'node:worker_threads';
import { failureOf } from './failures.ts';
import { type Job, performJob } from './jobs.ts';
import type { Watch } from './watch.ts';

const port = parentPort;
if (!port) throw new Error('worker: expected to be started by the pool');
const { watch } = workerData as { watch: Watch };

port.on('message', async (job: Job) => {
  try {
    const events = (list: readonly unknown[]): void => port.postMessage({ events: list });
    port.postMessage({ result: await performJob(job, { watch, events }) });
  } catch (error) {
    port.postMessage({ failure: failureOf(error) });
  }
});
