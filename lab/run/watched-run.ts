/**
 * Watched run: a world run to its end with snapshots on the way, for `--watch`. The decisions are
 * those of any run; between two of them it is looked at.
 *
 * Snapshots come at whole intervals of the clock of terms (the same in each run), or whenever they
 * are asked for: a word in shared memory that whoever watches sets to 1, in a wall time of its own.
 * Whoever watches may also hold the run back: it goes no further than `limit` until that is raised.
 */

import { termNow } from '../../nucleus/clock.ts';
import { stepKernel } from '../../nucleus/scheduler.ts';
import type { World } from './boot.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';
import { createStandstill, noteStandstill } from './standstill.ts';
import { noteWindows } from './windows.ts';

export interface Watching {
  /** Ticks of the clock of terms between two snapshots; 0: only when asked for. */
  readonly every: number;
  /** Word 0 is 1 while a snapshot is asked for. In shared memory. */
  readonly asked: Int32Array;
  /** Virtual nanoseconds that the run may reach for now, Infinity for any. In shared memory. */
  readonly limit: Float64Array;
}

/** Words of shared memory for whoever watches; nobody is asked, nothing held back. */
export function createWatching(every: number): Watching {
  const limit = new Float64Array(new SharedArrayBuffer(8));
  limit[0] = Number.POSITIVE_INFINITY;
  return { every, asked: new Int32Array(new SharedArrayBuffer(4)), limit };
}

/** Decisions between two looks at the words. */
const DECISIONS = 64;
/** How long a run that is held back sleeps before it looks again. */
const NAP_MS = 20;

/** Runs a booted world; `show` gets the snapshots, the last one when it is over. */
export function runWatched(
  world: World,
  watching: Watching,
  show: (snapshot: Snapshot) => void,
): void {
  const { kernel, windows } = world;
  const { every, asked } = watching;
  let next = every;
  const standstill = createStandstill();
  show(snapshotOf(world, false));
  for (let step = 1; stepKernel(kernel); step++) {
    if (windows !== null) noteWindows(windows, world);
    if (every > 0 && termNow(kernel) >= next) {
      show(snapshotOf(world, false));
      next = (Math.floor(termNow(kernel) / every) + 1) * every;
    }
    if (step % DECISIONS !== 0) continue;
    noteStandstill(standstill, world, DECISIONS);
    do if (Atomics.exchange(asked, 0, 0) === 1) show(snapshotOf(world, false));
    while (isHeldBack(world, watching));
  }
  show(snapshotOf(world, true));
}

/** Naps, and answers true, while the run is further than it may be. */
function isHeldBack({ kernel }: World, { asked, limit }: Watching): boolean {
  if (kernel.state.nowNs <= (limit[0] as number)) return false;
  Atomics.wait(asked, 0, 0, NAP_MS);
  return true;
}
