/**
 * Central managements that are policies, once more as their papers put them: plain arrays, searches,
 * nothing kept that can be counted anew (compare naive-policies/).
 */

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
