/** FIFO with reinsertion, naively. */

import type { NaiveRun } from './naive-run.ts';

export function naiveFifoReinsertion(
  pages: readonly number[],
  frames: number,
  { most, fresh }: { most: number; fresh: number },
): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  const queue: { page: number; uses: number }[] = [];
  for (const page of pages) {
    const found = queue.find((one) => one.page === page);
    if (found !== undefined) {
      found.uses = Math.min(most, found.uses + 1);
      continue;
    }
    run.faults++;
    while (queue.length === frames) {
      const [oldest] = queue.splice(0, 1);
      if (oldest.uses > 0) queue.push({ page: oldest.page, uses: oldest.uses - 1 });
      else run.victims.push(oldest.page);
    }
    queue.push({ page, uses: Math.min(most, fresh) });
  }
  return run;
}
