/** VMIN, naively, at faults alone: what is not used again within tau of its last use goes. */

import type { NaiveRun } from './naive-run.ts';

export function naiveVmin(pages: readonly number[], frames: number, tau: number): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  let held: number[] = [];
  const nextAfter = (page: number, at: number): number => {
    const next = pages.indexOf(page, at);
    return next < 0 ? Number.POSITIVE_INFINITY : next;
  };
  pages.forEach((page, now) => {
    if (held.includes(page)) return;
    run.faults++;
    const lastUse = (other: number): number => pages.lastIndexOf(other, now - 1);
    const outside = held
      .filter((other) => nextAfter(other, now) - lastUse(other) > tau)
      .sort((one, other) => lastUse(one) - lastUse(other));
    if (held.length === frames) {
      const kept = [...held].sort(
        (one, other) => nextAfter(other, now) - nextAfter(one, now) || one - other,
      );
      const victim = outside.shift() ?? kept[0];
      run.victims.push(victim);
      held = held.filter((other) => other !== victim);
    }
    run.victims.push(...outside);
    held = [...held.filter((other) => !outside.includes(other)), page];
  });
  return run;
}
