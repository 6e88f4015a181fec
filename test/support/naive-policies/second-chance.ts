/** Second chance, naively. */

import type { NaiveRun } from './naive-run.ts';

/** A queue of pages, each with its bit, rotated until the head's is clear. */
export function naiveSecondChance(pages: readonly number[], frames: number): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  const queue: { page: number; bit: boolean }[] = [];
  for (const page of pages) {
    const entry = queue.find((candidate) => candidate.page === page);
    if (entry !== undefined) {
      entry.bit = true;
      continue;
    }
    run.faults++;
    if (queue.length === frames) {
      for (let head = queue.shift(); head !== undefined; head = queue.shift()) {
        if (!head.bit) {
          run.victims.push(head.page);
          break;
        }
        queue.push({ page: head.page, bit: false });
      }
    }
    queue.push({ page, bit: true });
  }
  return run;
}
