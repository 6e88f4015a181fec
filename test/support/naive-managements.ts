/**
 * Central managements that are policies, once more as their papers put them: plain arrays, searches,
 * nothing kept that can be counted anew (compare naive-policies/).
 */

import type { NaiveRun } from './naive-policies/index.ts';

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

interface NaiveBlock {
  page: number;
  uses: number;
  level: number;
  expires: number;
}

/** MQ with a fixed lifetime; each reference that is `correlated` or more after the last is a use. */
export function naiveMultiQueue(
  pages: readonly number[],
  frames: number,
  options: { queues: number; ghosts: number; lifeTime: number; correlated: number },
): NaiveRun {
  const { queues, ghosts, lifeTime, correlated } = options;
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
      block.uses++;
      place(block);
    } else if (now - (lastUse.get(page) as number) >= correlated) {
      const { level } = block;
      levels[level] = levels[level].filter((each) => each.page !== page);
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

/** LRU-SP of tasks that take turns, one reference each; a task chooses by LRU or by MRU. */
export function naiveLruSp(
  strings: readonly (readonly number[])[],
  isMru: readonly boolean[],
  frames: number,
  { swapping, placeholders }: { swapping: number; placeholders: number },
): { faults: number[]; victims: number[] } {
  const sizes = strings.map((pages) => 1 + Math.max(...pages));
  const bases = sizes.map((_, at) => sizes.slice(0, at).reduce((a, b) => a + b, 0));
  const faults = strings.map(() => 0);
  const victims: number[] = [];
  /** Least recent first; swapped as the pager sees it, and by true use as the tasks see it. */
  let order: number[] = [];
  let byUse: number[] = [];
  const holders = new Map<number, number>();
  let penalties: number[] = [];
  const gone = (page: number) => {
    order = order.filter((each) => each !== page);
    byUse = byUse.filter((each) => each !== page);
    forget(page);
  };
  const forget = (kept: number) => {
    for (const [holder, page] of [...holders]) if (page === kept) holders.delete(holder);
  };
  const memberOf = (page: number) => bases.findLastIndex((base) => base <= page);

  const longest = Math.max(...strings.map((pages) => pages.length));
  for (let at = 0; at < longest; at++)
    for (const [member, pages] of strings.entries()) {
      if (at >= pages.length) continue;
      const page = bases[member] + pages[at];
      if (!order.includes(page)) {
        faults[member]++;
        if (order.length === frames) {
          penalties = penalties.filter((each) => order.includes(each));
          const candidate = penalties.shift() ?? order[0];
          const owner = memberOf(candidate);
          const own = byUse.filter((each) => memberOf(each) === owner);
          const chosen = (isMru[owner] ? own.at(-1) : own[0]) as number;
          if (chosen !== candidate) {
            if (swapping === 1) {
              const [a, b] = [order.indexOf(candidate), order.indexOf(chosen)];
              order[a] = chosen;
              order[b] = candidate;
            }
            if (placeholders === 1) holders.set(chosen, candidate);
          }
          victims.push(chosen);
          gone(chosen);
        }
        const kept = holders.get(page);
        if (kept !== undefined) penalties.push(kept);
        holders.delete(page);
      }
      order = [...order.filter((each) => each !== page), page];
      byUse = [...byUse.filter((each) => each !== page), page];
      forget(page);
      if (at === pages.length - 1)
        for (const each of order.filter((mine) => memberOf(mine) === member)) gone(each);
    }
  return { faults, victims };
}
