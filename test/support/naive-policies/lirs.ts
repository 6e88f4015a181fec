/** LIRS, naively: S and Q are arrays, the oldest first; what a page is, is looked up in Sets. */

import type { NaiveRun } from './naive-run.ts';

export function naiveLirs(
  pages: readonly number[],
  frames: number,
  settings: { readonly hir: number; readonly stack: number },
): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  const lirFrames = frames - Math.max(1, Math.floor(settings.hir * frames));
  let stack: number[] = [];
  let queue: number[] = [];
  let left: number[] = [];
  const lir = new Set<number>();

  const prune = (): void => {
    while (stack.length > 0 && !lir.has(stack[0])) {
      const gone = stack.shift();
      left = left.filter((page) => page !== gone);
    }
  };
  const toTop = (page: number): void => {
    stack = [...stack.filter((other) => other !== page), page];
  };
  /** `page` is on top of S now and becomes LIR, for the one at the bottom. */
  const becomeLir = (page: number): void => {
    lir.add(page);
    prune();
    if (lir.size > lirFrames) {
      const bottom = stack.shift() as number;
      lir.delete(bottom);
      queue.push(bottom);
      prune();
    }
  };

  for (const page of pages) {
    const isInStack = stack.includes(page);
    if (lir.has(page)) {
      toTop(page);
      prune();
      continue;
    }
    if (queue.includes(page)) {
      toTop(page);
      queue = queue.filter((other) => other !== page);
      if (isInStack) becomeLir(page);
      else queue.push(page);
    } else {
      run.faults++;
      if (lir.size + queue.length === frames) {
        const victim = queue.shift() as number;
        run.victims.push(victim);
        if (stack.includes(victim)) left.push(victim);
      }
      left = left.filter((other) => other !== page);
      toTop(page);
      if (isInStack) becomeLir(page);
      else if (lir.size < lirFrames) lir.add(page);
      else queue.push(page);
    }
    prune();
    while (stack.length > settings.stack * frames && left.length > 0) {
      const forgotten = left.shift();
      stack = stack.filter((other) => other !== forgotten);
    }
  }
  return run;
}
