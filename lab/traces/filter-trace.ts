/**
 * Filtering: fewer references, the same faults of LRU and of the offline optimum at every memory of
 * `frames` frames or more (safely allowed drop: Kaplan, Smaragdakis, Wilson, Trace Reduction for
 * Virtual Memory Simulations, SIGMETRICS 1999; TOMACS 13(1), 2003).
 *
 *   ... x ... x ... x ...      the middle one goes if from the first to the last at most `frames`
 *       t1    t2    t3         pages are used, x among them
 *
 * LRU keeps x from t1 to t3 either way, and of pages used in between only the order among the
 * youngest `frames` changes. The optimum keeps x too (lab/bounds/interleaving.ts has the argument),
 * so it never asks when x is used next. Drops do not disturb each other: dropping only takes pages
 * out of a window. Windows are counted in the whole trace, so some that could go stay.
 *
 * A drop that was a write makes its t1 a write: x is dirty whenever it is evicted, as before. Not
 * kept: the number of references, reads and fetches, what CLOCK or a working set would do (the paper
 * found CLOCK off by under 3 %).
 */

import { kindOfRun, PAGES_MAX, packRun, pageOfRun, WRITE } from '../../sim-hw/references.ts';
import { type Trace, traceError } from './trace.ts';

const NONE = -1;
const DROPPED = 0xffffffff;

/** The reduced trace. Refuses frames that are no whole number from 1 to 2^24. */
export function filterTrace(trace: Trace, frames: number): Trace {
  if (!(Number.isInteger(frames) && frames >= 1 && frames <= PAGES_MAX)) {
    const expected = `expected a whole number from 1 to ${PAGES_MAX}`;
    throw traceError(trace.origin, 0, `${frames} frames, ${expected}; correct it`);
  }
  const pages = trace.pageNumbers.length;
  const runs = Uint32Array.from(trace.runs, (run) => packRun(pageOfRun(run), kindOfRun(run), 1));
  // By page: the run kept last, and the one after it that may still go.
  const kept = new Int32Array(pages).fill(NONE);
  const waiting = new Int32Array(pages).fill(NONE);
  const uses = createUses(pages, runs.length);
  for (let i = 0; i < runs.length; i++) {
    const page = pageOfRun(runs[i]);
    const first = kept[page];
    const middle = waiting[page];
    // Every page used after t1 has its last use there; x itself is the one more.
    if (middle === NONE) {
      if (first === NONE) kept[page] = i;
      else waiting[page] = i;
    } else if (pagesAfter(uses, first, middle) < frames) {
      if (kindOfRun(runs[middle]) === WRITE) runs[first] = packRun(page, WRITE, 1);
      runs[middle] = DROPPED;
      waiting[page] = i;
    } else {
      kept[page] = middle;
      waiting[page] = i;
    }
    moveUse(uses, page, i);
  }
  return keptOf(trace, runs);
}

function keptOf(trace: Trace, runs: Uint32Array): Trace {
  const left = runs.filter((run) => run !== DROPPED);
  const kinds: [number, number, number] = [0, 0, 0];
  for (const run of left) kinds[kindOfRun(run)]++;
  return { ...trace, references: left.length, runs: left, kinds };
}

/** Last use of each page, and how many pages have theirs at or before a run: a Fenwick tree. */
interface Uses {
  readonly last: Int32Array;
  readonly tree: Int32Array;
  pages: number;
}

function createUses(pages: number, runs: number): Uses {
  return { last: new Int32Array(pages).fill(NONE), tree: new Int32Array(runs + 1), pages: 0 };
}

function moveUse(uses: Uses, page: number, run: number): void {
  if (uses.last[page] === NONE) uses.pages++;
  else add(uses.tree, uses.last[page], -1);
  uses.last[page] = run;
  add(uses.tree, run, 1);
}

/** Other pages whose last use is after run `first`; x's own last use is `own`, after it. */
function pagesAfter(uses: Uses, first: number, own: number): number {
  let before = 0;
  for (let node = first + 1; node > 0; node &= node - 1) before += uses.tree[node];
  return uses.pages - before - (own > first ? 1 : 0);
}

function add(tree: Int32Array, run: number, value: number): void {
  for (let node = run + 1; node < tree.length; node += node & -node) tree[node] += value;
}
