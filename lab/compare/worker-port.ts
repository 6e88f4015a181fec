/** Worker port: what a worker thread says to who started it (pool.ts, helpers.ts), job by job. A host file. */

import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { failureOf } from './failures.ts';
import type { Job, Signals } from './jobs.ts';
import { type SharedList, workOff } from './shared-list.ts';
import type { WorkerTold } from './worker-thread.ts';

/** Does by `perform` what the pool asks for, one job after the other. */
export function serve(perform: (job: Job, signals: Signals) => Promise<unknown>): void {
  const port = ownPort();
  const { watch = null } = toldOf();
  port.on('message', async (job: Job) => {
    try {
      const events = (list: readonly unknown[]): void => port.postMessage({ events: list });
      port.postMessage({ result: await perform(job, { watch, events }) });
    } catch (error) {
      port.postMessage({ failure: failureOf(error) });
    }
  });
}

/** Works off the lists that come, beside the other threads that have them. */
export function serveLists(thread: number): void {
  const port = ownPort();
  port.on('message', (list: SharedList) => {
    void workOff(list, thread, (outcome) => {
      port.postMessage(outcome);
      return true;
    });
  });
}

/** What this thread was told when it was started. */
export function toldOf(): WorkerTold {
  return workerData as WorkerTold;
}

function ownPort(): MessagePort {
  if (!parentPort) throw new Error('worker: expected to be started by a pool or as a helper');
  return parentPort;
}
