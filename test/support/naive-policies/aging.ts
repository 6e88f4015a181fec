/** NFU with aging, naively: histories as strings of ones and zeros, the last period in front. */

import type { NaiveRun } from './naive-run.ts';

export function naiveAging(
  pages: readonly number[],
  frames: number,
  { period }: { period: number },
): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  let held: { page: number; isUsed: boolean; history: string }[] = [];
  let sampled = 0;
  pages.forEach((page, now) => {
    const entry = held.find((each) => each.page === page);
    if (entry !== undefined) {
      entry.isUsed = true;
      return;
    }
    run.faults++;
    if (held.length === frames) {
      const due = Math.floor(now / period);
      if (due > sampled)
        for (const each of held) {
          const gap = '0'.repeat(due - sampled - 1);
          each.history = `${each.isUsed ? 1 : 0}${gap}${each.history}`.slice(0, 8);
          each.isUsed = false;
        }
      sampled = due;
      const least = held.map((each) => each.history).toSorted()[0];
      const victim = held.find((each) => each.history === least);
      run.victims.push(victim?.page as number);
      held = held.filter((each) => each !== victim);
    }
    held.push({ page, isUsed: true, history: '10000000' });
  });
  return run;
}
