/**
 * Lent mappings: the memory server maps a page of a container into a task that asked for it. The
 * frame is in nobody's table of slots, may be shared with others and copied on write, so the task
 * may look at the page and unmap it as any other, but never raise its rights: LENT in the entry
 * keeps `protect` and `allowWrite` off (SPEC [CONT30]).
 *
 * A frame has one mapping on this machine: to lend it takes it from whoever has it, who faults and
 * asks anew at the next touch. Mapping is a cache.
 */

import { UNMAPPED } from '../sim-hw/frames.ts';
import { LENT, MODIFIED, WRITABLE } from '../sim-hw/page-table/format.ts';
import { invalidate } from '../sim-hw/tlb.ts';
import { charge } from './clock.ts';
import type { Kernel } from './kernel.ts';
import { dropMappingOfFrame, pageNumberOf, spaceFor, spaceOfGlobalPage } from './memory-map.ts';
import { isPromoted, splitMapping } from './promotion.ts';
import { hasTables, noteTables } from './table-frames.ts';
import { MESSAGE } from './tasks.ts';

/** Whether `task` pages itself, in small pages, has given the tables, and nothing but `frame` is mapped at `page`. */
export function canLend(kernel: Kernel, task: number, page: number, frame: number): boolean {
  const space = spaceFor(kernel, task, task, page);
  if (space === null || space.order !== 0) return false;
  const { table } = kernel.state;
  const index = kernel.format.find(table, space.id, pageNumberOf(kernel, space, page));
  if (index < 0) return hasTables(kernel, space, page);
  return (table.entries[index] as number) >>> 8 === frame;
}

/** Maps `page` of `task` to `frame`, or changes its rights there. `canLend` must hold. */
export function lend(
  kernel: Kernel,
  task: number,
  page: number,
  frame: number,
  writable: boolean,
): void {
  charge(kernel, MESSAGE, kernel.costs.mapNs);
  const space = spaceFor(kernel, task, task, page);
  if (space === null) return;
  const { table, frames } = kernel.state;
  // Other rights for the same page are one change of its entry.
  if (frames.mappedBy[frame] === space.base + page + 1) dropMappingOfFrame(kernel, frame);
  else takeMapping(kernel, frame);
  const flags = LENT | (writable ? WRITABLE : 0);
  const before = table.tableFrames;
  kernel.format.enter(table, space.id, pageNumberOf(kernel, space, page), frame, 0, flags);
  noteTables(kernel, space, before);
  frames.mappedBy[frame] = space.base + page + 1;
}

/** Drops whatever mapping the frame has, for a client that asked: one mapping operation [TIME5]. */
export function takeMapping(kernel: Kernel, frame: number): void {
  if (kernel.state.frames.mappedBy[frame] === UNMAPPED) return;
  charge(kernel, MESSAGE, kernel.costs.mapNs);
  dropMappingOfFrame(kernel, frame);
}

/**
 * Whoever maps the frame may read it from here on and no more; a write is a fault. One mapping
 * operation, unless the entry says so already.
 */
export function forbidWriting(kernel: Kernel, frame: number): void {
  const { frames, table, mmu } = kernel.state;
  const key = frames.mappedBy[frame] as number;
  if (key === UNMAPPED) return;
  const space = spaceOfGlobalPage(kernel, key - 1);
  const page = key - 1 - space.base;
  if (isPromoted(kernel, space, page)) splitMapping(kernel, space, page);
  const index = kernel.format.find(table, space.id, pageNumberOf(kernel, space, page));
  if (index < 0) return;
  const before = table.entries[index] as number;
  if ((before & (MODIFIED | WRITABLE)) === 0) return;
  charge(kernel, MESSAGE, kernel.costs.mapNs);
  table.entries[index] = before & ~(MODIFIED | WRITABLE);
  space.written[page] = 0;
  invalidate(mmu.tlb, space.unitOf[page] as number);
}
