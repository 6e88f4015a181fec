/** LFU, naively. */

import type { NaiveRun } from './naive-run.ts';

export function naiveLfu(
  pages: readonly number[],
  frames: number,
  { age, keeps }: { age: number; keeps: number },
): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  const counts = new Map<number, number>();
  // Least recently used first.
  let held: number[] = [];
  pages.forEach((page, at) => {
    if (!held.includes(page)) {
      run.faults++;
      if (held.length === frames) {
        const fewest = Math.min(...held.map((each) => counts.get(each) ?? 0));
        const victim = held.find((each) => counts.get(each) === fewest) as number;
        held = held.filter((each) => each !== victim);
        run.victims.push(victim);
      }
      if (keeps === 0) counts.set(page, 0);
    }
    held = [...held.filter((each) => each !== page), page];
    counts.set(page, (counts.get(page) ?? 0) + 1);
    if (age > 0 && (at + 1) % Math.ceil(age * frames) === 0)
      for (const [each, count] of counts) counts.set(each, Math.floor(count / 2));
  });
  return run;
}
