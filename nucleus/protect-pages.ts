/**
 * Protecting many pages at once: PROTN of Appel and Li (ASPLOS 1991). Rights are lowered for all of
 * them in one operation, so its entry and its TLB invalidation are paid once; beyond the first
 * each page costs its entry alone. UNPROT of one page is `allowWrite` (memory-map.ts).
 *
 * Left out: ranges, since who protects many pages at once names them (a heap's, a checkpoint's).
 */

import { MODIFIED, WRITABLE } from '../sim-hw/page-table/format.ts';
import { charge } from './clock.ts';
import type { Kernel } from './kernel.ts';
import { pageNumberOf, spaceFor } from './memory-map.ts';
import { isPromoted, splitMapping } from './promotion.ts';
import { MESSAGE } from './tasks.ts';
import {
  beforeChange,
  closeBatch,
  dropTranslation,
  openBatch,
  rightsOf,
} from './tlb-consistency.ts';

/**
 * Makes pages of `target` clean for the MMU and read-only. Returns how many of them were mapped;
 * others, and pages that are not its to page for, are left as they are.
 */
export function protectPages(
  kernel: Kernel,
  pager: number,
  target: number,
  pages: Uint32Array,
): number {
  if (pages.length === 0) return 0;
  const { mapNs, scanNs } = kernel.costs;
  charge(kernel, MESSAGE, mapNs + (pages.length - 1) * scanNs);
  const { table } = kernel.state;
  // Other CPUs are told of all of them in one round.
  openBatch(kernel);
  let lowered = 0;
  for (const page of pages) {
    const space = spaceFor(kernel, pager, target, page);
    if (space === null) continue;
    beforeChange(kernel, space);
    if (isPromoted(kernel, space, page)) splitMapping(kernel, space, page);
    const index = kernel.format.find(table, space.id, pageNumberOf(kernel, space, page));
    if (index < 0) continue;
    const before = table.entries[index] as number;
    table.entries[index] = before & ~(MODIFIED | WRITABLE);
    dropTranslation(kernel, space, page, rightsOf(before), before >>> 8);
    space.written[page] = 0;
    lowered++;
  }
  closeBatch(kernel);
  return lowered;
}
