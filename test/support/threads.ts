/** Worlds in which a task has several threads, for tests. */

import { boot, type World } from '../../lab/run/boot.ts';
import type { CellOptions } from '../../lab/run/cell-options.ts';
import { overAllPages } from '../../lab/scenario/threads.ts';
import type { Consistency } from '../../nucleus/processors.ts';
import { cell, task, writing } from './cells.ts';
import { onCpus } from './processors.ts';
import { randomPages, toReferenceString } from './reference-strings.ts';

/** What a test may say of such a cell. */
export interface Threaded {
  readonly cpus: number;
  readonly frames: number;
  readonly management?: CellOptions['management'];
  readonly consistency?: Consistency;
  readonly seed?: number;
  readonly threads?: number;
  readonly pages?: number;
  readonly references?: number;
  readonly slice?: number;
}

/** A task of several threads over the same pages, half of which write, and one of one thread. */
export function threadedCell({
  cpus,
  frames,
  management = 'mach',
  consistency = 'interrupt',
  seed = 1,
  threads = 3,
  pages = 24,
  references = 300,
  slice = 20_000,
}: Threaded): CellOptions {
  const programs = Array.from({ length: threads }, (_, i) => {
    const walk = randomPages(seed * 64 + i, references, pages);
    return i % 2 === 0 ? writing(walk) : toReferenceString(walk, { collapse: false });
  });
  const [first, ...others] = overAllPages(programs) as [ReturnType<typeof writing>];
  const guaranteed = Math.max(4, Math.floor(frames / 2) - 2);
  const tasks = [
    { ...task('many', first, 'clock', guaranteed), threads: others },
    task('one', writing(randomPages(seed, references, pages)), 'clock', guaranteed),
  ];
  return onCpus(cell(frames, tasks, { management, slice, seed, oracles: true }), cpus, consistency);
}

/** The same, booted. */
export function threadedWorld(wish: Threaded): World {
  return boot(threadedCell(wish));
}
