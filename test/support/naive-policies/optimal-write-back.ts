/** Optimal with write-back, naively: each page's price over time; and the least that any choice can cost. */

import type { NaiveRun } from './naive-run.ts';

interface WritingString {
  readonly pages: readonly number[];
  readonly writes: readonly boolean[];
}

export function naiveOptimalWriteBack(
  { pages, writes }: WritingString,
  frames: number,
  writeCost: number,
): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  let held: { page: number; dirty: boolean }[] = [];
  pages.forEach((page, now) => {
    if (!held.some((frame) => frame.page === page)) {
      run.faults++;
      if (held.length === frames) {
        const priced = held.map((frame) => {
          const next = pages.indexOf(frame.page, now);
          const price = frame.dirty ? 1 + writeCost : 1;
          return { ...frame, time: next < 0 ? Number.POSITIVE_INFINITY : (next - now) / price };
        });
        priced.sort(
          (one, other) =>
            // Infinity less itself is no number.
            (one.time === other.time ? 0 : other.time - one.time) ||
            Number(one.dirty) - Number(other.dirty) ||
            one.page - other.page,
        );
        run.victims.push(priced[0].page);
        held = held.filter((frame) => frame.page !== priced[0].page);
      }
      held.push({ page, dirty: false });
    }
    for (const frame of held) if (frame.page === page && writes[now]) frame.dirty = true;
  });
  return run;
}

/** Faults, and `writeCost` for each dirty victim, by trying all choices. Short strings only. */
export function leastWriteBackCost(
  { pages, writes }: WritingString,
  frames: number,
  writeCost: number,
): number {
  // A state is the pages held, sorted; a dirty one is written as minus its number less one.
  let states = new Map<string, number>([['', 0]]);
  pages.forEach((page, now) => {
    const following = new Map<string, number>();
    const reach = (set: number[], cost: number): void => {
      const touched = set.map((held) => (held === page && writes[now] ? -page - 1 : held));
      const key = touched.sort((left, right) => left - right).join();
      following.set(key, Math.min(cost, following.get(key) ?? Number.POSITIVE_INFINITY));
    };
    for (const [key, cost] of states) {
      const held = key === '' ? [] : key.split(',').map(Number);
      if (held.includes(page) || held.includes(-page - 1)) reach(held, cost);
      else if (held.length < frames) reach([...held, page], cost + 1);
      else
        for (const victim of held)
          reach(
            [...held.filter((other) => other !== victim), page],
            cost + 1 + (victim < 0 ? writeCost : 0),
          );
    }
    states = following;
  });
  return Math.min(...states.values());
}
