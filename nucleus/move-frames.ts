/**
 * Moving frames: contents and mappings go from one run of frames to another of the same order. Each
 * mapping is entered anew with the bits that it had, so that its pager sees nothing of the move but
 * the TLB entry that is gone.
 */

import { UNMAPPED } from '../sim-hw/frames.ts';
import { PRESENT } from '../sim-hw/page-table/format.ts';
import { charge } from './clock.ts';
import type { Kernel } from './kernel.ts';
import { copyRun, pageNumberOf, spaceOfGlobalPage } from './memory-map.ts';
import { isPromoted, splitMapping } from './promotion.ts';
import { nextMapping } from './reverse-map.ts';
import { enterMapping } from './soft-state.ts';
import { MESSAGE } from './tasks.ts';
import { beforeChange, dropTranslation, PLACE } from './tlb-consistency.ts';

/** Whether a device may be reaching the run through a window of its own. */
export function isInWindow(kernel: Kernel, first: number): boolean {
  return kernel.state.windowFrame.includes(first);
}

/** The run at `into` must be nobody's mapping. Costs a copied frame each, and each mapping. */
export function moveRun(kernel: Kernel, first: number, order: number, into: number): void {
  const { frames } = kernel.state;
  // Whoever writes elsewhere writes to the old run up to this moment, and is told before it goes on.
  for (let key = frames.mappedBy[first] as number; key !== UNMAPPED; key = nextMapping(kernel, key))
    beforeChange(kernel, spaceOfGlobalPage(kernel, key - 1));
  copyRun(kernel, first, into, order);
  const head = frames.mappedBy[first] as number;
  frames.mappedBy[first] = UNMAPPED;
  frames.mappedBy[into] = head;
  for (let key = head; key !== UNMAPPED; key = nextMapping(kernel, key))
    moveMapping(kernel, key, order, into);
}

function moveMapping(kernel: Kernel, key: number, order: number, into: number): void {
  const { table } = kernel.state;
  charge(kernel, MESSAGE, kernel.costs.mapNs);
  const space = spaceOfGlobalPage(kernel, key - 1);
  const page = key - 1 - space.base;
  if (isPromoted(kernel, space, page)) splitMapping(kernel, space, page);
  const pageNumber = pageNumberOf(kernel, space, page);
  const entry = kernel.format.remove(table, space.id, pageNumber);
  enterMapping(kernel, space, pageNumber, into, order, 0);
  const index = kernel.format.find(table, space.id, pageNumber);
  table.entries[index] = ((into << 8) | (entry & 0xff) | PRESENT) >>> 0;
  dropTranslation(kernel, space, page, PLACE, entry >>> 8);
}
