/**
 * Programs of fuzzed tasks: a few phases, each a loop, a uniform or a skewed walk over a window of
 * the task's pages. Small: what matters is that each page is evicted, lost and read back many
 * times.
 */

import { stringOfPages } from '../../clients/programs/index.ts';
import { nextBelow, type RandomState } from '../../sim-hw/random.ts';
import type { ReferenceString } from '../../sim-hw/references.ts';
import { between, chance, oneOf } from './chance.ts';

/** True page numbers start here or there: with and without a carry into the next table. */
const BASES = [0, 500, 4090, 100_000];

/** A program over at most `pages` pages. */
export function drawProgram(random: RandomState, pages: number): ReferenceString {
  const base = oneOf(random, BASES);
  const spread = chance(random, 20) ? 512 : 1;
  const numbers: number[] = [];
  for (let phase = between(random, 1, 4); phase > 0; phase--) {
    const window = between(random, 1, pages);
    const from = nextBelow(random, pages - window + 1);
    const length = between(random, 50, 800);
    const kind = oneOf(random, ['loop', 'uniform', 'skewed'] as const);
    for (let at = 0; at < length; at++)
      numbers.push(base + spread * (from + pick(random, kind, at, window)));
  }
  const write = oneOf(random, [0, 0.1, 0.3, 0.6, 1]);
  return stringOfPages(Float64Array.from(numbers), write, random);
}

function pick(
  random: RandomState,
  kind: 'loop' | 'uniform' | 'skewed',
  at: number,
  window: number,
): number {
  if (kind === 'loop') return at % window;
  const page = nextBelow(random, window);
  return kind === 'uniform' ? page : Math.min(page, nextBelow(random, window));
}
