/** LeCaR, naively. */

import { xorshift32 } from '../reference-strings.ts';
import type { NaiveRun } from './naive-run.ts';

interface Ghost {
  page: number;
  leftAt: number;
  count: number;
}

export function naiveLecar(
  pages: readonly number[],
  frames: number,
  options: { learning: number; history: number; keeps: number; least: number },
  seed: number,
): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  const draw = xorshift32(seed);
  const discount = 0.005 ** (1 / frames);
  // Least recently used first.
  let cache: { page: number; count: number }[] = [];
  let weights = [0.5, 0.5];
  const ghosts: Ghost[][] = [[], []];

  const wantGhost = (page: number, now: number): number => {
    for (const [expert, list] of ghosts.entries()) {
      const at = list.findIndex((each) => each.page === page);
      if (at < 0) continue;
      const [{ leftAt, count }] = list.splice(at, 1);
      weights[expert] *= Math.exp(-options.learning * discount ** (now - leftAt));
      const sum = weights[0] + weights[1];
      weights = weights.map((each) =>
        Math.min(1 - options.least, Math.max(options.least, each / sum)),
      );
      return options.keeps === 1 ? count : 0;
    }
    return 0;
  };

  pages.forEach((page, now) => {
    const held = cache.find((each) => each.page === page);
    if (held !== undefined) {
      held.count++;
      cache = [...cache.filter((each) => each !== held), held];
      return;
    }
    run.faults++;
    const count = wantGhost(page, now);
    if (cache.length === frames) {
      const fewest = Math.min(...cache.map((each) => each.count));
      const names = [cache[0], cache.find((each) => each.count === fewest) ?? cache[0]];
      let victim = names[0];
      if (names[0] !== names[1]) {
        const expert = draw() / 2 ** 32 < weights[0] ? 0 : 1;
        victim = names[expert];
        ghosts[expert].push({ ...victim, leftAt: now });
        if (ghosts[expert].length > Math.floor(options.history * frames)) ghosts[expert].shift();
      }
      run.victims.push(victim.page);
      cache = cache.filter((each) => each !== victim);
    }
    cache.push({ page, count: count + 1 });
  });
  return run;
}
