/**
 * Quiet frames: where changes of translations are used after a tick only (tlb-consistency.ts), a frame
 * may be written by whoever had it until that tick.
 *
 *   its page is taken away --> quiet --tick--> usable
 *                                |
 *                                +-- what the server sends waits          (held-messages.ts)
 *                                +-- a task that it is mapped for waits   (faults.ts)
 *                                +-- what it is filled with stands there after the tick
 *
 * A server goes on when the tick is over, so zeros and copies that it puts into the frame come after
 * the last write of the former user [CPU5]. They are there, and paid for, at once, since nobody may
 * look before; in their place the late writes are lost.
 */

import { loseWrites } from '../sim-hw/stale-entries.ts';
import { type Kernel, NUCLEUS } from './kernel.ts';
import type { Processors } from './processors.ts';
import { isMappedBy } from './reverse-map.ts';

/** What the server at work sends from here on, and whoever gets the frames, waits for the tick. */
export function keepFrames(
  processors: Processors,
  frame: number,
  frames: number,
  nowNs: number,
): void {
  const quiet = quietAfter(processors, nowNs);
  const { stepping, quietNs, frameQuietNs } = processors;
  frameQuietNs.fill(quiet, frame, frame + frames);
  if (stepping !== NUCLEUS) quietNs[stepping] = quiet;
}

/** `task` goes on when every frame that was mapped for it may be used. */
export function waitForFrame(
  { usableNs, frameQuietNs }: Processors,
  task: number,
  frame: number,
): void {
  usableNs[task] = Math.max(usableNs[task] ?? 0, frameQuietNs[frame] as number);
}

/** `frame` has been filled. Whose page it no longer is writes there no more. */
export function noteFilled(kernel: Kernel, frame: number): void {
  const { processors, nowNs } = kernel.state;
  if (processors === null || processors.consistency !== 'tick') return;
  if ((processors.frameQuietNs[frame] as number) <= nowNs) return;
  for (const { mmu } of processors.list) {
    if (mmu.stale === null) continue;
    for (const [at, key] of mmu.stale.keys.entries())
      if (mmu.stale.frames[at] === frame && !isMappedBy(kernel, frame, key))
        loseWrites(mmu.stale, at);
  }
}

/** The tick after which a change made at `ns` may be used. */
export function quietAfter({ costs }: Processors, ns: number): number {
  return (Math.floor(ns / costs.tickNs) + 1) * costs.tickNs;
}
