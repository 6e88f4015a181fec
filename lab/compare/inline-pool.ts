/** Inline pool: a pool's jobs in this thread, one at a time and without a watchdog. */

import { errorOf, failureOf } from './failures.ts';
import { performJob, type ResultOf } from './jobs.ts';
import type { Pool } from './pool.ts';

/** For tests and libraries. */
export function createInlinePool(): Pool {
  return {
    run: async (job, _label, events) => {
      try {
        const signals = { watch: null, ...(events && { events }) };
        return (await performJob(job, signals)) as ResultOf<typeof job>;
      } catch (error) {
        throw errorOf(failureOf(error));
      }
    },
    close: async () => {},
  };
}
