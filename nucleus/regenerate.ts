/**
 * Regeneration: a task makes the contents of a page anew instead of reading them from anywhere
 * (Subramanian's discardable memory, Mach 1991; the fill callbacks of Viengoos, Walfield 2009).
 *
 * The callback is code of the program. Its result, which the machine knows by the page's latest
 * version, is put into the frame before the page is mapped; its time is the program's and is worked
 * off when the task is dispatched next, so that it can be preempted as any program can
 * (scheduler.ts). Nobody waits for it but its own task.
 *
 * Left out: what the callback itself touches, and pages of more than one frame.
 */

import { UNMAPPED } from '../sim-hw/frames.ts';
import { type CapabilityTable, frameAt, LOCKED_OUT, orderAt } from './capabilities.ts';
import type { Kernel } from './kernel.ts';
import { spaceFor } from './memory-map.ts';
import type { TaskState } from './tasks.ts';
import { faulterOf } from './threads.ts';

/**
 * Fills the unmapped frame in `slot` of `pager` with what `page` of `target` held last; the target's
 * callback takes `ns` of its own time, once however often the frame is lost before it runs. Refuses
 * (false) a task it does not page for, a page out of range, and a frame that is not one alone, is
 * mapped, locked or not the pager's.
 */
export function regenerate(
  kernel: Kernel,
  pager: number,
  target: number,
  page: number,
  slot: number,
  ns: number,
): boolean {
  const space = spaceFor(kernel, pager, target, page);
  if (space === null) return false;
  const table = kernel.state.capabilities[pager] as CapabilityTable;
  const frame = frameAt(table, slot);
  if (frame < 0 || orderAt(table, slot) !== 0) return false;
  if (((table.slotOrder[slot] as number) & LOCKED_OUT) !== 0) return false;
  const { frames, planted } = kernel.state;
  if (frames.mappedBy[frame] !== UNMAPPED) return false;
  const version = space.versions[page] as number;
  frames.stampLow[frame] = planted === 'stale-regeneration' ? Math.max(0, version - 1) : version;
  frames.stampHigh[frame] = space.base + page + 1;
  (faulterOf(kernel.state, target) as TaskState).callbackNs = ns;
  return true;
}
