/** MQ, naively. */

import type { NaiveRun } from './naive-run.ts';

interface NaiveBlock {
  page: number;
  uses: number;
  level: number;
  expires: number;
}

/** MQ; each reference that is `correlated` or more after the last is a use. */
export function naiveMultiQueue(
  pages: readonly number[],
  frames: number,
  options: { queues: number; ghosts: number; lifeTime: number; correlated: number },
): NaiveRun {
  const { queues, ghosts, correlated } = options;
  let lifeTime = options.lifeTime < 0 ? frames : options.lifeTime;
  // How many uses returned after 2^n to 2^(n + 1) references, by n; halved each time it is looked at.
  let returned: number[] = new Array(40).fill(0);
  let returns = 0;
  const run: NaiveRun = { faults: 0, victims: [] };
  const levels: NaiveBlock[][] = Array.from({ length: queues }, () => []);
  let gone: NaiveBlock[] = [];
  let now = 0;
  const lastUse = new Map<number, number>();
  const levelOf = (uses: number) => {
    let level = 0;
    while (2 ** (level + 1) <= uses && level < queues - 1) level++;
    return level;
  };
  const place = (block: NaiveBlock) => {
    block.level = levelOf(block.uses);
    block.expires = now + lifeTime;
    levels[block.level].push(block);
  };

  const countReturn = (distance: number) => {
    if (options.lifeTime >= 0) return;
    returned[Math.floor(Math.log2(distance))]++;
    if (++returns < Math.max(64, frames * ghosts)) return;
    returns = 0;
    lifeTime = 2 ** (returned.indexOf(Math.max(...returned)) + 1);
    returned = returned.map((count) => count / 2);
  };

  for (const page of pages) {
    let block = levels.flat().find((each) => each.page === page);
    now++;
    if (block === undefined) {
      run.faults++;
      if (levels.flat().length === frames) {
        const victim = levels.find((level) => level.length > 0)?.shift() as NaiveBlock;
        run.victims.push(victim.page);
        gone.push(victim);
        if (gone.length > frames * ghosts) gone.shift();
      }
      block = gone.find((each) => each.page === page) ?? { page, uses: 0, level: 0, expires: 0 };
      gone = gone.filter((each) => each.page !== page);
      if (block.uses > 0) countReturn(now - (lastUse.get(page) as number));
      block.uses++;
      place(block);
    } else if (now - (lastUse.get(page) as number) >= correlated) {
      const { level } = block;
      levels[level] = levels[level].filter((each) => each.page !== page);
      if (block.uses > 0) countReturn(now - (lastUse.get(page) as number));
      block.uses++;
      place(block);
    }
    lastUse.set(page, now);
    for (let level = 1; level < queues; level++) {
      const head = levels[level][0];
      if (head === undefined || head.expires >= now) continue;
      levels[level].shift();
      head.level = level - 1;
      head.expires = now + lifeTime;
      levels[level - 1].push(head);
    }
  }
  return run;
}
