/**
 * Resident bytes: prints what one world takes, in a process that holds nothing else (memory.ts).
 */

import type { Policy } from '../contracts/policy.ts';
import { boot } from '../lab/run/boot.ts';
import { runWorld } from '../lab/run/cell.ts';
import { plainCell, plainTask } from '../lab/run/plain-cell.ts';
import { packRun, type ReferenceString, WRITE } from '../sim-hw/references.ts';

/** A policy with next to no state: the next page in order that may leave. */
const anyVictim: Policy = {
  name: 'any-victim',
  sight: 'none',
  summary: 'evicts the next page in order',
  create: ({ pages }) => ({ hand: 0, pages }),
  admitted: () => {},
  removed: () => {},
  victim: (state, view) => {
    const at = state as { hand: number; pages: number };
    for (let step = 0; step < at.pages; step++) {
      at.hand = (at.hand + 1) % at.pages;
      if (view.evictable(at.hand)) return at.hand;
    }
    return -1;
  },
};

console.log(await measure(Number(process.argv[2]), Number(process.argv[3])));

/** Bytes that a world takes in which one task has written every one of its pages once. */
async function measure(pages: number, frames: number): Promise<number> {
  const runs = Uint32Array.from({ length: pages }, (_, page) => packRun(page, WRITE, 1));
  const pageNumbers = Float64Array.from({ length: pages }, (_, page) => 0x400 + page);
  const program: ReferenceString = { references: pages, runs, pageNumbers };
  const options = plainCell([plainTask('toucher', program, anyVictim, frames)], frames);
  const before = await bytesNow();
  const world = boot(options);
  runWorld(world);
  const bytes = (await bytesNow()) - before;
  if (world.kernel.state.references !== pages) throw new Error('bench: the run is not over');
  return bytes;
}

/** Off an empty stack: a frame of compiled code may hold on to an array that has been outgrown. */
async function bytesNow(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    await new Promise((done) => setImmediate(done));
    globalThis.gc?.();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
