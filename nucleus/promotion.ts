/**
 * Promotion: one large mapping in the place of small ones, and small ones in the place of a large
 * one (Navarro, Iyer, Druschel & Cox, OSDI 2002) [MEM27].
 *
 *   2^order neighbouring pages, mapped alike, on an aligned run of frames
 *     promote:  one entry of the page table, one of the TLB; its bits are those of any of them
 *     demote:   an entry each again, with the bits of the large one: nobody knows whose they were
 *
 * Frames, their slots and their contents stay what they were. Whatever is done to one page of a
 * superpage alone (unmapping, lowering rights, moving its frame) demotes it first; a look at its
 * bits, clearing REFERENCED and raising rights are about all of it.
 *
 * Left out: where page tables are charged none is made, since a split would need a table that nobody
 * has given; sizes between those of the format's entries, and promotion to more than 2^9 pages.
 */

import { type SpaceState, unitWord } from '../sim-hw/address-space.ts';
import { LENT, MODIFIED, REFERENCED, WRITABLE } from '../sim-hw/page-table/format.ts';
import { KEY_MASK } from '../sim-hw/tlb.ts';
import { charge } from './clock.ts';
import type { Kernel } from './kernel.ts';
import { pageNumberOf, spaceFor } from './memory-map.ts';
import { enterMapping } from './soft-state.ts';
import { MESSAGE } from './tasks.ts';
import { regroup } from './tlb-consistency.ts';

/**
 * Maps the 2^order pages of `target` from `page` on, all mapped alike, as one. Refuses (false) a
 * task that `pager` does not page for, a size that the format or the machine does not map so, pages
 * that are not neighbours from an aligned one on, of different rights, lent, promoted already, or
 * not all mapped, and frames that are no aligned run. One mapping operation, refused or not.
 */
export function promote(
  kernel: Kernel,
  pager: number,
  target: number,
  page: number,
  order: number,
): boolean {
  charge(kernel, MESSAGE, kernel.costs.mapNs);
  const space = spaceFor(kernel, pager, target, page);
  const { spans } = kernel.state.mmu.tlb;
  if (space === null || spans === null || space.order !== 0) return false;
  if (kernel.state.tables !== null) return false;
  if (order === 0 || !kernel.format.orders.includes(order)) return false;
  const bits = commonBits(kernel, space, page, order);
  if (bits < 0) return false;
  const { table } = kernel.state;
  const number = pageNumberOf(kernel, space, page);
  let frame = 0;
  for (let at = page + (1 << order) - 1; at >= page; at--) {
    regroup(kernel, space.unitOf[at] as number);
    frame = kernel.format.remove(table, space.id, pageNumberOf(kernel, space, at)) >>> 8;
  }
  enterMapping(kernel, space, number, frame, order, bits);
  space.unitOf.fill(unitWord(space.base, page, number, order), page, page + (1 << order));
  spans[space.base + page + 1] = order;
  return true;
}

/** The bits of the pages' entries if these can be one mapping, else -1. */
function commonBits(kernel: Kernel, space: SpaceState, page: number, order: number): number {
  const { table } = kernel.state;
  const size = 1 << order;
  const number = pageNumberOf(kernel, space, page);
  if (number % size !== 0 || page + size > space.pages) return -1;
  let bits = 0;
  let first = -1;
  for (let i = 0; i < size; i++) {
    if (isPromoted(kernel, space, page + i)) return -1;
    if (pageNumberOf(kernel, space, page + i) !== number + i) return -1;
    const index = kernel.format.find(table, space.id, number + i);
    if (index < 0) return -1;
    const entry = table.entries[index] as number;
    if (i === 0) first = entry;
    const isNext = entry >>> 8 === (first >>> 8) + i;
    if (!isNext || ((entry ^ first) & WRITABLE) !== 0 || (entry & LENT) !== 0) return -1;
    bits |= entry & (WRITABLE | REFERENCED | MODIFIED);
  }
  return (first >>> 8) % size === 0 ? bits : -1;
}

/** Maps the pages of the superpage that has `page` one by one again. One mapping operation. */
export function demote(kernel: Kernel, pager: number, target: number, page: number): boolean {
  charge(kernel, MESSAGE, kernel.costs.mapNs);
  const space = spaceFor(kernel, pager, target, page);
  if (space === null || !isPromoted(kernel, space, page)) return false;
  splitMapping(kernel, space, page);
  return true;
}

/** Whether `page` is mapped as a part of a superpage. */
export function isPromoted(kernel: Kernel, space: SpaceState, page: number): boolean {
  const { spans } = kernel.state.mmu.tlb;
  return spans !== null && spans[(space.unitOf[page] as number) & KEY_MASK] !== 0;
}

/** The same without charge: for what is done to one page of a superpage. */
export function splitMapping(kernel: Kernel, space: SpaceState, page: number): void {
  const { table, mmu } = kernel.state;
  const spans = mmu.tlb.spans as Uint8Array;
  const unit = space.unitOf[page] as number;
  const key = unit & KEY_MASK;
  const first = key - 1 - space.base;
  const size = 1 << (spans[key] as number);
  const number = pageNumberOf(kernel, space, first);
  regroup(kernel, unit);
  spans[key] = 0;
  const entry = kernel.format.remove(table, space.id, number);
  const bits = entry & (WRITABLE | REFERENCED | MODIFIED);
  for (let i = 0; i < size; i++) {
    enterMapping(kernel, space, number + i, (entry >>> 8) + i, 0, bits);
    space.unitOf[first + i] = unitWord(space.base, first + i, number + i, 0);
  }
}
