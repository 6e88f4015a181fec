/** EELRU, naively. */

import type { NaiveRun } from './naive-run.ts';

/** EELRU: one order of all pages, most recent first; places are counted by looking for the page. */
export function naiveEelru(
  pages: readonly number[],
  frames: number,
  bins: number,
  reach: number,
): NaiveRun {
  const width = Math.max(1, Math.floor(frames / bins));
  const inMemory = Math.max(1, Math.floor(frames / width));
  const last = Math.max(inMemory + 1, Math.floor((frames * reach) / width));
  const run: NaiveRun = { faults: 0, victims: [] };
  let order: number[] = [];
  const resident = new Set<number>();
  let hits: number[] = new Array(last + 1).fill(0);
  let points: { early: number; late: number } | null = null;
  let sinceAged = 0;
  let sinceChosen = 0;
  const binOf = (page: number) => Math.min(last, Math.floor(order.indexOf(page) / width));
  const sum = (from: number, to: number) => hits.slice(from, to).reduce((a, b) => a + b, 0);

  for (const page of pages) {
    if (!resident.has(page)) {
      run.faults++;
      if (resident.size === frames) {
        if (sinceChosen >= width) {
          sinceChosen = 0;
          points = null;
          let best = 0;
          for (let early = inMemory - 1; early > 0; early--)
            for (let late = inMemory + 1; late <= last; late++) {
              const share = (inMemory - early) / (late - early);
              const kept = (sum(early, late) * (inMemory - early)) / (late - early);
              const gain = share === 0 ? 0 : kept - sum(early, inMemory);
              if (gain > best) [best, points] = [gain, { early, late }];
            }
        }
        const inOrder = order.filter((each) => resident.has(each));
        let victim = inOrder.at(-1) as number;
        if (points !== null && binOf(victim) < points.late) {
          const from = points.early * width;
          victim = order.slice(from).find((each) => resident.has(each)) ?? victim;
        }
        run.victims.push(victim);
        resident.delete(victim);
        order = order.filter((each) => resident.has(each) || binOf(each) < last);
      }
      resident.add(page);
    }
    if (order[0] === page) continue;
    const bin = order.includes(page) ? binOf(page) : 0;
    if (bin > 0) {
      hits[bin]++;
      sinceChosen++;
      if (++sinceAged === width * inMemory) {
        sinceAged = 0;
        hits = hits.map((count) => count / 2);
      }
    }
    order = [page, ...order.filter((each) => each !== page)];
    order = order.filter((each) => resident.has(each) || binOf(each) < last);
  }
  return run;
}
