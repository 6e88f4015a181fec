/**
 * Fills: contents of pages into frames that other pages have for themselves alone, copied by the CPU
 * (SPEC [CONT45]). The frames, who pays for them and their mappings stay, as where a kernel copies
 * between the buffers of two tasks: what read and write do, beside the logical copies of copies.ts.
 */

import {
  IN_USE,
  LOCKED_NOW,
  NO_SUCH_CONTAINER,
  NO_SUCH_PAGE,
} from '../../../contracts/refusals.ts';
import { endWriteEpoch } from '../../../nucleus/dma.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { copyRun, zeroRun } from '../../../nucleus/memory-map.ts';
import type { MemoryServerState } from '../state.ts';
import { isShared } from './page-frames.ts';
import { LOCKED, NONE_THERE, type Page, touchPage } from './page-state.ts';
import type { Place } from './transfer-lists.ts';

/** Why this source cannot fill this target, for task `from`, or 0. */
export function cannotFill(
  server: MemoryServerState,
  from: number,
  source: Place | null,
  target: Place | null,
): number {
  if (source === null || target === null) return NO_SUCH_CONTAINER;
  const { page } = source;
  const { page: into, container } = target;
  if (page === null || into === null || into.frame === NONE_THERE) return NO_SUCH_PAGE;
  if (container.status === LOCKED || into.pins > 0 || into.bars > 0) return LOCKED_NOW;
  if (page.writers > 0 || (page.bars > 0 && source.container.holder !== from)) return LOCKED_NOW;
  return isShared(server, into) ? IN_USE : 0;
}

/** Each target gets what its source holds; whoever may write to either begins a new version. */
export function fillPages(
  kernel: Kernel,
  server: MemoryServerState,
  sources: readonly Place[],
  targets: readonly Place[],
): void {
  for (const [pair, target] of targets.entries()) {
    const { frame } = (sources[pair] as Place).page as Page;
    const into = target.page as Page;
    if (frame === NONE_THERE) zeroRun(kernel, into.frame, 0);
    else copyRun(kernel, frame, into.frame, 0);
    if (frame !== NONE_THERE) endWriteEpoch(kernel, frame);
    endWriteEpoch(kernel, into.frame);
    touchPage(server.pages, into);
  }
}
