/** Segmented LRU, naively. */

import type { NaiveRun } from './naive-run.ts';

export function naiveSlru(
  pages: readonly number[],
  frames: number,
  { segments, fill }: { segments: number; fill: number },
): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  const room = Math.floor(frames / segments);
  // Most recent first.
  const stack: number[][] = Array.from({ length: segments }, () => []);
  for (const page of pages) {
    const at = stack.findIndex((segment) => segment.includes(page));
    if (at < 0) {
      run.faults++;
      if (stack.flat().length === frames) {
        const lowest = stack.find((segment) => segment.length > 0) as number[];
        run.victims.push(lowest.pop() as number);
      }
      const free = stack.findIndex((segment) => segment.length < room);
      stack[fill === 1 && free >= 0 ? free : 0].unshift(page);
      continue;
    }
    stack[at].splice(stack[at].indexOf(page), 1);
    const above = Math.min(at + 1, segments - 1);
    stack[above].unshift(page);
    for (let from = above; from > 0; from--)
      if (stack[from].length > room) stack[from - 1].unshift(stack[from].pop() as number);
  }
  return run;
}
