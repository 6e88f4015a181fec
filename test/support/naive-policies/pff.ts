/** Page fault frequency, naively: the set is an array, what was found in use longest ago first. */

import type { NaiveRun } from './naive-run.ts';

/** Victims are those given up too, in order. */
export function naivePff(pages: readonly number[], frames: number, threshold: number): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  let set: { page: number; bit: boolean }[] = [];
  let lastFault = Number.NEGATIVE_INFINITY;
  pages.forEach((page, now) => {
    const held = set.find((entry) => entry.page === page);
    if (held !== undefined) {
      held.bit = true;
      return;
    }
    run.faults++;
    if (set.length === frames) run.victims.push((set.shift() as { page: number }).page);
    const used = set.filter(({ bit }) => bit);
    const unused = set.filter(({ bit }) => !bit);
    for (const entry of used) entry.bit = false;
    const shrinks = now - lastFault >= threshold;
    if (shrinks) run.victims.push(...unused.map((entry) => entry.page));
    set = [...(shrinks ? [] : unused), ...used, { page, bit: true }];
    lastFault = now;
  });
  return run;
}
