/** The optimum, naively; and the least that any choice of victims can do. */

import type { NaiveRun } from './naive-run.ts';

export function naiveOptimal(pages: readonly number[], frames: number): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  const table: number[] = [];
  pages.forEach((page, now) => {
    if (table.includes(page)) return;
    run.faults++;
    if (table.length === frames) {
      const uses = table.map((held) => {
        const next = pages.indexOf(held, now);
        return next < 0 ? Number.POSITIVE_INFINITY : next;
      });
      run.victims.push(...table.splice(uses.indexOf(Math.max(...uses)), 1));
    }
    table.push(page);
  });
  return run;
}

/** The fewest faults any choice of victims can take, by trying all of them. Short strings only. */
export function fewestFaults(pages: readonly number[], frames: number): number {
  let states = new Map<string, number>([['', 0]]);
  for (const page of pages) {
    const following = new Map<string, number>();
    const reach = (set: number[], faults: number): void => {
      const key = set.sort((left, right) => left - right).join();
      const known = following.get(key);
      if (known === undefined || faults < known) following.set(key, faults);
    };
    for (const [key, faults] of states) {
      const held = key === '' ? [] : key.split(',').map(Number);
      if (held.includes(page)) reach(held, faults);
      else if (held.length < frames) reach([...held, page], faults + 1);
      else
        for (const victim of held)
          reach([...held.filter((other) => other !== victim), page], faults + 1);
    }
    states = following;
  }
  return Math.min(...states.values());
}
