/** LRU and MRU, naively. */

import type { NaiveRun } from './naive-run.ts';

export function naiveLru(pages: readonly number[], frames: number): NaiveRun {
  return byLastUse(pages, frames, (times) => times.indexOf(Math.min(...times)));
}

export function naiveMru(pages: readonly number[], frames: number): NaiveRun {
  return byLastUse(pages, frames, (times) => times.indexOf(Math.max(...times)));
}

/** Frames with the times of their pages' last uses; `choose` names the frame to empty. */
function byLastUse(
  pages: readonly number[],
  frames: number,
  choose: (times: number[]) => number,
): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  const table: number[] = [];
  pages.forEach((page, now) => {
    if (!table.includes(page)) {
      run.faults++;
      if (table.length === frames) {
        const frame = choose(table.map((held) => pages.lastIndexOf(held, now - 1)));
        run.victims.push(...table.splice(frame, 1));
      }
      table.push(page);
    }
  });
  return run;
}
