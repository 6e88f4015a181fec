/** ARC, naively: the figure of the paper, case by case; each list is an array, the oldest first. */

import type { NaiveRun } from './naive-run.ts';

export function naiveArc(pages: readonly number[], c: number): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  const t1: number[] = [];
  const t2: number[] = [];
  const b1: number[] = [];
  const b2: number[] = [];
  let p = 0;

  const take = (list: number[], page: number): boolean => {
    const at = list.indexOf(page);
    if (at >= 0) list.splice(at, 1);
    return at >= 0;
  };
  const replace = (isInB2: boolean): void => {
    const fromT1 = t1.length > 0 && (t1.length > p || (isInB2 && t1.length === p));
    const victim = (fromT1 ? t1.shift() : t2.shift()) as number;
    (fromT1 ? b1 : b2).push(victim);
    run.victims.push(victim);
  };

  for (const page of pages) {
    // Case I: a hit.
    if (take(t1, page) || take(t2, page)) {
      t2.push(page);
      continue;
    }
    run.faults++;
    if (b1.includes(page)) {
      // Case II.
      p = Math.min(c, p + Math.max(1, b2.length / b1.length));
      replace(false);
      take(b1, page);
      t2.push(page);
    } else if (b2.includes(page)) {
      // Case III.
      p = Math.max(0, p - Math.max(1, b1.length / b2.length));
      replace(true);
      take(b2, page);
      t2.push(page);
    } else {
      // Case IV.
      const total = t1.length + t2.length + b1.length + b2.length;
      if (t1.length + b1.length === c) {
        if (t1.length < c) {
          b1.shift();
          replace(false);
        } else run.victims.push(t1.shift() as number);
      } else if (total >= c) {
        if (total === 2 * c) b2.shift();
        replace(false);
      }
      t1.push(page);
    }
  }
  return run;
}
