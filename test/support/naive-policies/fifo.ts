/** First in, first out, naively. */

import type { NaiveRun } from './naive-run.ts';

export function naiveFifo(pages: readonly number[], frames: number): NaiveRun {
  const queue: number[] = [];
  const run: NaiveRun = { faults: 0, victims: [] };
  for (const page of pages) {
    if (queue.includes(page)) continue;
    run.faults++;
    if (queue.length === frames) run.victims.push(queue.shift() as number);
    queue.push(page);
  }
  return run;
}
