/**
 * Run window: where runs that are read from a file pass by, a chunk at a time.
 *
 *   file --read--> words() --look--> verified? --advance--> executed where they lie, or taken by a sink
 *
 * In the memory of a kernel they are looked at by its `look` (assembly/look.ts), elsewhere by the twin
 * of that (lab/traces/compact-runs.ts): the same findings [POL18].
 */

import { type Found, lookAtRuns } from '../traces/compact-runs.ts';
import type { RunSink } from '../traces/reference-log.ts';
import { ask, type Kernel, startKernel, WINDOW_RUNS, windowOf } from './kernel.ts';

export interface RunWindow {
  /** Room for a chunk, the same until `advance`. */
  words(): Uint32Array;
  /** What the first `count` runs in it hold, with `seen` pages seen before them. */
  look(count: number, seen: number): Found;
  /** Takes them, which are as they should be; their pages are below `pages`. */
  advance(count: number, pages: number): void;
}

/** The window of a kernel, which takes what was found right. */
export function kernelWindow(kernel: Kernel, advance: RunWindow['advance']): RunWindow {
  return {
    words: () => windowOf(kernel),
    look: (count, seen) => foundAt(kernel, ask(kernel, 'look', count, seen)),
    advance,
  };
}

/** A window whose runs `sink` has. `runs`: so many will pass, which decides whether it is worth a kernel. */
export function windowFor(runs: number, sink: RunSink): RunWindow {
  const kernel = runs >= RUNS_MANY ? startKernel('look') : null;
  const words = kernel ? windowOf(kernel) : new Uint32Array(Math.min(runs, WINDOW_RUNS));
  const advance: RunWindow['advance'] = (count, pages) => sink(words.subarray(0, count), pages);
  if (kernel) return kernelWindow(kernel, advance);
  return { words: () => words, look: (count, seen) => lookAtRuns(words, 0, count, seen), advance };
}

/** From so many on starting the kernel takes less than it saves. */
const RUNS_MANY = 1 << 20;

function foundAt({ memory }: Kernel, address: number): Found {
  const [seen, wrongPage, wrongKind, references, writes, fetches, sum, sumOfSums] = new Uint32Array(
    memory.buffer,
    address,
    8,
  );
  return {
    seen,
    wrongPage: wrongPage !== 0,
    wrongKind: wrongKind !== 0,
    references,
    writes,
    fetches,
    sum: sum | 0,
    sumOfSums: sumOfSums | 0,
  };
}
