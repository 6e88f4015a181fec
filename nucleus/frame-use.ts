/**
 * Use of a frame, as whoever gave it out sees it: has it been touched since that one last looked?
 * L4's unmap tells as much to the owner of a mapping.
 *
 * There is one REFERENCED bit and two that look at it. Who clears it leaves a note for the other:
 * YOUNG for the pager, USED for the memory server. So a look of the one changes nothing that the
 * other sees (Linux keeps the idle bits of its page tracking apart in the same way).
 */

import { UNMAPPED } from '../sim-hw/frames.ts';
import { REFERENCED, USED, YOUNG } from '../sim-hw/page-table/format.ts';
import { charge } from './clock.ts';
import type { Kernel } from './kernel.ts';
import { pageNumberOf, spaceOfGlobalPage } from './memory-map.ts';
import { nextMapping } from './reverse-map.ts';
import { SCAN } from './tasks.ts';
import { dropTranslation, USE } from './tlb-consistency.ts';

/**
 * Whether what maps `frame` was touched since that was last forgotten; `forgets`: from now on anew.
 * False when nothing maps it. One scan step for each page that maps it.
 */
export function lookAtUse(kernel: Kernel, frame: number, forgets = true): boolean {
  charge(kernel, SCAN, kernel.costs.scanNs);
  let key = kernel.state.frames.mappedBy[frame] as number;
  if (key === UNMAPPED) return false;
  let used = lookAtMapping(kernel, key, forgets);
  for (key = nextMapping(kernel, key); key !== UNMAPPED; key = nextMapping(kernel, key)) {
    charge(kernel, SCAN, kernel.costs.scanNs);
    used = lookAtMapping(kernel, key, forgets) || used;
  }
  return used;
}

function lookAtMapping(kernel: Kernel, key: number, forgets: boolean): boolean {
  const { table } = kernel.state;
  const space = spaceOfGlobalPage(kernel, key - 1);
  const page = key - 1 - space.base;
  const index = kernel.format.find(table, space.id, pageNumberOf(kernel, space, page));
  if (index < 0) return false;
  const before = table.entries[index] as number;
  if (!forgets) return (before & (REFERENCED | USED)) !== 0;
  if ((before & REFERENCED) === 0) {
    table.entries[index] = before & ~USED;
    return (before & USED) !== 0;
  }
  table.entries[index] = (before & ~(REFERENCED | USED)) | YOUNG;
  dropTranslation(kernel, space, page, USE, before >>> 8);
  return true;
}
