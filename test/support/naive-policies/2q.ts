/** 2Q, naively: the full version of its paper. */

import type { NaiveRun } from './naive-run.ts';

export function naiveTwoQueue(
  pages: readonly number[],
  frames: number,
  shares: { in: number; out: number },
): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  // Newest first.
  let am: number[] = [];
  const a1in: number[] = [];
  let a1out: number[] = [];
  const reclaim = () => {
    if (am.length + a1in.length < frames) return;
    if (a1in.length > Math.floor(shares.in * frames) || am.length === 0) {
      const tail = a1in.pop() as number;
      run.victims.push(tail);
      a1out.unshift(tail);
      a1out = a1out.slice(0, Math.floor(shares.out * frames));
    } else run.victims.push(am.pop() as number);
  };
  for (const page of pages) {
    if (am.includes(page)) am = [page, ...am.filter((each) => each !== page)];
    else if (a1out.includes(page)) {
      run.faults++;
      a1out = a1out.filter((each) => each !== page);
      reclaim();
      am.unshift(page);
    } else if (!a1in.includes(page)) {
      run.faults++;
      reclaim();
      a1in.unshift(page);
    }
  }
  return run;
}
