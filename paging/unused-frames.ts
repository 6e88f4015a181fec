/**
 * Unused frames: what a pager has in hand for notices to come it may mark as unused, and then the
 * memory server takes it with no notice at all [REV17] (Nemesis's transparent revocation). The
 * price is that the pager does not know what it still has: before it uses a marked frame it asks.
 *
 *   free in hand --markUnused 1--> marked --markUnused 0--> asked --kept--> free in hand
 *                                    `--taken, untold--------`--refused--> gone: held is less
 *
 * Marked are the frames that a flush of discardable pages has freed beyond what was owed [POL12].
 * When a notice comes all of them are asked about at once: what the server has not taken counts.
 */

import { OP } from '../contracts/messages.ts';
import { send } from '../nucleus/ipc.ts';
import type { Kernel } from '../nucleus/kernel.ts';
import type { PageKinds } from './page-kinds.ts';
import type { PagerState } from './state.ts';

export interface UnusedFramesState {
  /** Slots that are marked, and that have been asked about. */
  readonly marked: number[];
  readonly asked: number[];
}

/** What is kept of a pager's marked frames; null where its task marks none. */
export function createUnusedFrames(kinds: PageKinds): UnusedFramesState | null {
  return kinds.marksUnused ? { marked: [], asked: [] } : null;
}

/** Marks the free frame in `slot`, which is in no list of the pager's. */
export function markFrame(
  kernel: Kernel,
  pager: PagerState,
  unused: UnusedFramesState,
  slot: number,
): void {
  unused.marked.push(slot);
  send(kernel, pager.id, pager.memoryPort, OP.markUnused, slot, 1, 0, 0, 0);
}

/** Asks about one marked frame, or all; true while some answer is to come. */
export function askBack(
  kernel: Kernel,
  pager: PagerState,
  { marked, asked }: UnusedFramesState,
  all: boolean,
): boolean {
  while (marked.length > 0 && (all || asked.length === 0)) {
    const slot = marked.pop() as number;
    asked.push(slot);
    send(kernel, pager.id, pager.memoryPort, OP.markUnused, slot, 0, 0, 0, 0);
  }
  return asked.length > 0;
}

/** The answer about `slot` is here; false: nothing was asked about it. */
export function takeAnswer({ asked }: UnusedFramesState, slot: number): boolean {
  return remove(asked, slot);
}

/** The server took the frame in `slot` and told so; false: it was none of these. */
export function dropMarked({ marked, asked }: UnusedFramesState, slot: number): boolean {
  return remove(marked, slot) || remove(asked, slot);
}

function remove(list: number[], slot: number): boolean {
  const place = list.indexOf(slot);
  if (place >= 0) list.splice(place, 1);
  return place >= 0;
}
