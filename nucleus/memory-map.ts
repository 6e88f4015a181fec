/**
 * Mappings: what a pager does to the address space of a task it pages for.
 *
 * A pager names the task, a page of it and a frame slot of its own table; the nucleus refuses (with
 * `false` or 0, never an exception) a task it does not page for or that is dead, a page out of
 * range, a slot it does not hold, a frame that is mapped or locked, and a page that is mapped
 * already. Each call charges the account of now once, whoever performs it. Clearing REFERENCED or
 * MODIFIED, lowering rights and unmapping drop the TLB entry.
 */

import type { SpaceState } from '../sim-hw/address-space.ts';
import { copyFrame, UNMAPPED, zeroFrame } from '../sim-hw/frames.ts';
import { LENT, MODIFIED, REFERENCED, USED, WRITABLE, YOUNG } from '../sim-hw/page-table/format.ts';
import type { ReferenceString } from '../sim-hw/references.ts';
import { type CapabilityTable, frameAt, LOCKED_OUT, orderAt } from './capabilities.ts';
import { charge } from './clock.ts';
import type { Kernel } from './kernel.ts';
import { isPromoted, splitMapping } from './promotion.ts';
import { noteFilled } from './quiet-frames.ts';
import { unlinkMapping } from './reverse-map.ts';
import { enterMapping } from './soft-state.ts';
import { hasTables, noteTables } from './table-frames.ts';
import { isOver, MESSAGE, SCAN, type TaskState, ZERO } from './tasks.ts';
import {
  beforeChange,
  dropTranslation,
  MAPPING,
  noteMapped,
  noteRise,
  rightsOf,
  USE,
} from './tlb-consistency.ts';

/** Maps `page` of `target` to the frame run in `slot` of `pager`. */
export function map(
  kernel: Kernel,
  pager: number,
  target: number,
  page: number,
  slot: number,
  writable: boolean,
): boolean {
  charge(kernel, MESSAGE, kernel.costs.mapNs);
  const space = spaceFor(kernel, pager, target, page);
  if (space === null) return false;
  const table = kernel.state.capabilities[pager] as CapabilityTable;
  const frame = frameAt(table, slot);
  if (frame < 0 || ((table.slotOrder[slot] as number) & LOCKED_OUT) !== 0) return false;
  const { frames, table: pageTable } = kernel.state;
  if (frames.mappedBy[frame] !== UNMAPPED) return false;
  const pageNumber = pageNumberOf(kernel, space, page);
  if (kernel.format.find(pageTable, space.id, pageNumber) >= 0) return false;
  const order = orderAt(table, slot);
  if (order !== space.order) return false;
  const { tables } = kernel.state;
  if (tables !== null && !hasTables(kernel, space, page)) return false;
  const before = pageTable.tableFrames;
  enterMapping(kernel, space, pageNumber, frame, order, writable ? WRITABLE : 0);
  if (tables !== null) noteTables(kernel, space, before);
  frames.mappedBy[frame] = space.base + page + 1;
  if (kernel.state.processors !== null) noteMapped(kernel, space, page, target, frame);
  if (kernel.probe !== null) kernel.probe.mapped(kernel, target, page, frame);
  return true;
}

/** Unmaps `page` of `target`; returns the entry word it had (its bits tell), or 0. */
export function unmap(kernel: Kernel, pager: number, target: number, page: number): number {
  charge(kernel, MESSAGE, kernel.costs.mapNs);
  const space = spaceFor(kernel, pager, target, page);
  return space === null ? 0 : dropMapping(kernel, space, page);
}

/** Removes a mapping without charge: for `unmap`, revocation and exclusive locks. */
export function dropMapping(kernel: Kernel, space: SpaceState, page: number): number {
  beforeChange(kernel, space);
  if (isPromoted(kernel, space, page)) splitMapping(kernel, space, page);
  const { table, tables } = kernel.state;
  const before = table.tableFrames;
  const entry = kernel.format.remove(table, space.id, pageNumberOf(kernel, space, page));
  if (entry === 0) return 0;
  if (tables !== null) noteTables(kernel, space, before);
  if (kernel.state.planted !== 'stale-tlb')
    dropTranslation(kernel, space, page, MAPPING, entry >>> 8);
  space.written[page] = 0;
  if ((entry & LENT) !== 0) unlinkMapping(kernel, entry >>> 8, space.base + page + 1);
  else kernel.state.frames.mappedBy[entry >>> 8] = UNMAPPED;
  if (kernel.probe !== null) kernel.probe.unmapped(kernel, space, page, entry);
  return entry;
}

/** Drops all mappings of the frame, whoever made them; returns the entry words, joined, or 0. */
export function dropMappingsOfFrame(kernel: Kernel, frame: number): number {
  const { mappedBy } = kernel.state.frames;
  let all = 0;
  for (let key = mappedBy[frame] as number; key !== UNMAPPED; key = mappedBy[frame] as number) {
    const space = spaceOfGlobalPage(kernel, key - 1);
    const entry = dropMapping(kernel, space, key - 1 - space.base);
    all = (all | entry) >>> 0;
    // An alias that the format has dropped by itself.
    if (entry === 0) break;
  }
  return all;
}

/** Hardware bits of a page, or 0 when it is not mapped. One scan step. */
export function pageBits(kernel: Kernel, pager: number, target: number, page: number): number {
  charge(kernel, SCAN, kernel.costs.scanNs);
  const index = entryIndex(kernel, pager, target, page);
  if (index < 0) return 0;
  return (kernel.state.table.entries[index] as number) & 0xff & ~USED;
}

/** Clears REFERENCED. One scan step. */
export function clearReferenced(kernel: Kernel, pager: number, target: number, page: number): void {
  charge(kernel, SCAN, kernel.costs.scanNs);
  const index = entryIndex(kernel, pager, target, page);
  if (index < 0) return;
  const { entries } = kernel.state.table;
  const before = entries[index] as number;
  const used = (before & REFERENCED) === 0 ? 0 : USED;
  entries[index] = (before & ~(REFERENCED | YOUNG)) | used;
  dropTranslation(kernel, spaceOf(kernel, target), page, USE, before >>> 8);
}

/**
 * Makes a mapped page clean for the MMU, and writable or not. Returns the entry word before, or 0
 * when it is not mapped. One mapping operation.
 */
export function protect(
  kernel: Kernel,
  pager: number,
  target: number,
  page: number,
  writable: boolean,
): number {
  charge(kernel, MESSAGE, kernel.costs.mapNs);
  const found = spaceFor(kernel, pager, target, page);
  if (found !== null) beforeChange(kernel, found);
  if (found !== null && isPromoted(kernel, found, page)) splitMapping(kernel, found, page);
  const index = entryIndex(kernel, pager, target, page);
  if (index < 0) return 0;
  const { entries } = kernel.state.table;
  const before = entries[index] as number;
  const raised = writable && (before & LENT) === 0;
  entries[index] = (before & ~(MODIFIED | WRITABLE)) | (raised ? WRITABLE : 0);
  const space = spaceOf(kernel, target);
  const lowers = (before & MODIFIED) !== 0 || (!raised && (before & WRITABLE) !== 0);
  dropTranslation(kernel, space, page, lowers ? rightsOf(before) : USE, before >>> 8);
  space.written[page] = 0;
  return before;
}

/** Raises a mapped page to writable: no TLB shootdown is owed for a rise. */
export function allowWrite(kernel: Kernel, pager: number, target: number, page: number): boolean {
  charge(kernel, MESSAGE, kernel.costs.mapNs);
  const index = entryIndex(kernel, pager, target, page);
  if (index < 0) return false;
  const { entries } = kernel.state.table;
  const before = entries[index] as number;
  if ((before & LENT) !== 0) return false;
  entries[index] = before | WRITABLE;
  noteRise(kernel, spaceOf(kernel, target), page);
  return true;
}

/** Fills an unmapped frame run of the pager's with zeros. */
export function zero(kernel: Kernel, pager: number, slot: number): boolean {
  const table = kernel.state.capabilities[pager] as CapabilityTable;
  const first = frameAt(table, slot);
  if (first < 0 || ((table.slotOrder[slot] as number) & LOCKED_OUT) !== 0) return false;
  zeroRun(kernel, first, orderAt(table, slot));
  return true;
}

/** Fills a run with zeros and charges each frame. */
export function zeroRun(kernel: Kernel, first: number, order: number): void {
  const count = 1 << order;
  charge(kernel, ZERO, kernel.costs.zeroNs * count);
  for (let frame = first; frame < first + count; frame++) {
    zeroFrame(kernel.state.frames, frame);
    if (kernel.state.processors !== null) noteFilled(kernel, frame);
  }
}

/** Copies a run of frames by the CPU and charges each: whoever copies contents does it here. */
export function copyRun(kernel: Kernel, first: number, into: number, order: number): void {
  const count = 1 << order;
  charge(kernel, ZERO, kernel.costs.copyNs * count);
  for (let i = 0; i < count; i++) {
    copyFrame(kernel.state.frames, first + i, into + i);
    if (kernel.state.processors !== null) noteFilled(kernel, into + i);
  }
}

/** The space that holds a global page id. */
export function spaceOfGlobalPage(kernel: Kernel, globalPage: number): SpaceState {
  const { spaces } = kernel.state;
  let low = 0;
  let high = spaces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((spaces[middle] as SpaceState).base <= globalPage) low = middle;
    else high = middle - 1;
  }
  return spaces[low] as SpaceState;
}

/** Whether an entry word says that the page was written since it was last made clean. */
export function wasModified(entry: number): boolean {
  return (entry & MODIFIED) !== 0;
}

/** Whether an entry word says that the page was touched since its pager last cleared the bit. */
export function wasReferenced(entry: number): boolean {
  return (entry & (REFERENCED | YOUNG)) !== 0;
}

function spaceOf(kernel: Kernel, target: number): SpaceState {
  const task = kernel.state.tasks[target] as TaskState;
  return kernel.state.spaces[task.space] as SpaceState;
}

/** The space of `target`, if `pager` pages for it, it lives and has that page; else null. */
export function spaceFor(
  kernel: Kernel,
  pager: number,
  target: number,
  page: number,
): SpaceState | null {
  const task = kernel.state.tasks[target];
  if (task === undefined || task.space < 0 || task.pager !== pager) return null;
  if (isOver(task)) return null;
  const space = kernel.state.spaces[task.space] as SpaceState;
  return page >= 0 && page < space.pages ? space : null;
}

function entryIndex(kernel: Kernel, pager: number, target: number, page: number): number {
  const space = spaceFor(kernel, pager, target, page);
  if (space === null) return -1;
  return kernel.format.find(kernel.state.table, space.id, pageNumberOf(kernel, space, page));
}

export function pageNumberOf(kernel: Kernel, space: SpaceState, page: number): number {
  return (kernel.programs[space.id] as ReferenceString).pageNumbers[page] as number;
}
