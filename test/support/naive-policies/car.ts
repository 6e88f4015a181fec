/** CAR, naively: the figure of the paper; each list is an array, the hand at its first entry. */

import type { NaiveRun } from './naive-run.ts';

export function naiveCar(pages: readonly number[], c: number, countsFault: boolean): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  const t1: number[] = [];
  const t2: number[] = [];
  let b1: number[] = [];
  let b2: number[] = [];
  const bits = new Set<number>();
  let newest = -1;
  let p = 0;

  const replace = (): void => {
    for (;;) {
      const isFirst = t1.length >= Math.max(1, p);
      const page = (isFirst ? t1 : t2).shift() as number;
      if (!bits.has(page)) {
        (isFirst ? b1 : b2).push(page);
        run.victims.push(page);
        return;
      }
      bits.delete(page);
      t2.push(page);
    }
  };

  for (const page of pages) {
    if (t1.includes(page) || t2.includes(page)) {
      // Hardware shows no difference between the fault and what follows before the next one.
      if (countsFault || page !== newest) bits.add(page);
      continue;
    }
    run.faults++;
    const isGhost = b1.includes(page) || b2.includes(page);
    if (t1.length + t2.length === c) {
      replace();
      if (!isGhost && t1.length + b1.length === c) b1.shift();
      else if (!isGhost && t1.length + t2.length + b1.length + b2.length === 2 * c) b2.shift();
    }
    if (!isGhost) t1.push(page);
    else {
      if (b1.includes(page)) p = Math.min(p + Math.max(1, b2.length / b1.length), c);
      else p = Math.max(p - Math.max(1, b1.length / b2.length), 0);
      b1 = b1.filter((other) => other !== page);
      b2 = b2.filter((other) => other !== page);
      t2.push(page);
    }
    if (countsFault) bits.add(page);
    newest = page;
  }
  return run;
}
