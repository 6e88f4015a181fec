/** LRU-K, naively: figure 2.1 of its paper, with times that are none left alone. */

import type { NaiveRun } from './naive-run.ts';

interface Block {
  /** HIST(p, 1) to HIST(p, K). */
  history: number[];
  last: number;
}

export function naiveLruK(
  pages: readonly number[],
  frames: number,
  { k, correlated, retained }: { k: number; correlated: number; retained: number },
): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  const known = new Map<number, Block>();
  const buffer = new Set<number>();
  pages.forEach((page, index) => {
    const time = index + 1;
    let block = known.get(page);
    if (buffer.has(page) && block !== undefined) {
      if (time - block.last > correlated) {
        const span = block.last - block.history[0];
        const older = block.history.map((each) => (each === 0 ? 0 : each + span));
        block.history = [time, ...older].slice(0, k);
      }
      block.last = time;
      return;
    }
    run.faults++;
    if (buffer.size === frames) {
      const all = [...buffer].map((each) => ({ each, ...(known.get(each) as Block) }));
      const free = all.filter(({ last }) => time - last > correlated);
      const order = (free.length > 0 ? free : all).toSorted(
        (a, b) => a.history[k - 1] - b.history[k - 1] || a.last - b.last,
      );
      buffer.delete(order[0].each);
      run.victims.push(order[0].each);
    }
    if (block === undefined || (retained >= 0 && time - block.last > retained))
      block = { history: new Array<number>(k).fill(0), last: 0 };
    block.history = [time, ...block.history].slice(0, k);
    block.last = time;
    known.set(page, block);
    buffer.add(page);
  });
  return run;
}
