/**
 * Next use: for each run, which later run touches the same page. What an oracle of the future
 * (policy `optimal`, offline bounds) is told. One pass from the end.
 */

/** There is no later run that touches the page. */
export const NO_NEXT_USE = 0xffffffff;

/**
 * Index of the next run (after run i) that touches the page of run i, or NO_NEXT_USE.
 * `runs` are packed as in `sim-hw/references.ts`; each page id is below `pages`.
 */
export function nextUses(runs: Uint32Array, pages: number): Uint32Array {
  const next = new Uint32Array(runs.length);
  const soonest = new Uint32Array(pages).fill(NO_NEXT_USE);
  for (let index = runs.length - 1; index >= 0; index--) {
    const page = runs[index] >>> 8;
    next[index] = soonest[page];
    soonest[page] = index;
  }
  return next;
}
