/**
 * Pageout: pages leave memory when few are free [VM10].
 *
 * Draves, "Page Replacement and Reference Bit Emulation in Mach" (1991): FIFO with second chance. Before
 * each look the inactive queue is refilled from the active head, and reference bits cleared, up to half of
 * what is in use. Its head goes to the tail of the active queue if it was referenced, to its pager if it
 * was modified, and is free otherwise. Awake below `freeMin` free pages, until there are `freeTarget`:
 * 10 + n/100 and 15 + n/80 of n pages, as XNU still has it, but never more than a quarter of a small
 * memory. For memory that no two tasks share these are the queues of ../../mach.ts, fault for fault.
 *
 * Left out: the daemon's own thread and pauses (paging/ and servers/central/ have these).
 */

import { assert } from '../../../../sim-hw/assert.ts';
import { collapseObject } from './collapse.ts';
import { forgetLaundry, laundryPage, returnPage } from './external-pagers.ts';
import { objectAt } from './objects.ts';
import { isExternal, pagerOf, writeBlock } from './pager-store.ts';
import { createSwapPager } from './pagers.ts';
import { clearReferenced, isModified, isReferenced, removeFromAll } from './pmap.ts';
import { NONE } from './pool.ts';
import { ACTIVE, FREE, INACTIVE, releasePage, setQueue } from './resident-pages.ts';
import type { Vm } from './state.ts';

/** At least `needed` pages are free afterwards; false where that cannot be. */
export function reservePages(vm: Vm, needed: number): boolean {
  const { queued } = vm.state.resident;
  const { freeMin, freeTarget } = thresholds(vm);
  if (queued[FREE] >= Math.max(needed, freeMin)) return true;
  makeFree(vm, Math.max(needed, freeTarget), true);
  return queued[FREE] >= needed;
}

/**
 * The daemon's turn, for whoever can let pagers answer before the next fault: what it sends them
 * counts as soon free, and stays theirs.
 */
export function balancePages(vm: Vm): void {
  const { freeMin, freeTarget } = thresholds(vm);
  if (vm.state.resident.queued[FREE] < freeMin) makeFree(vm, freeTarget, false);
}

export function thresholds({ state }: Vm): { freeMin: number; freeTarget: number } {
  const pages = state.resident.queue.length;
  const atMost = Math.floor(pages / 4);
  return {
    freeMin: Math.min(10 + Math.floor(pages / 100), atMost),
    freeTarget: Math.min(15 + Math.floor(pages / 80), atMost),
  };
}

/** Takes the page out of memory; false, and it stays, where no pager has room for it. */
export function pageOut(vm: Vm, page: number): boolean {
  const { resident } = vm.state;
  assert(resident.wirings[page] === 0, 'pageout: a wired page is taken');
  removeFromAll(vm, page);
  const object = resident.index.owner[page];
  if (isModified(vm, page)) givePager(vm, object);
  if (isExternal(vm, objectAt(vm, object).pager)) {
    // Sent, it is free when its pager lets go of it.
    if (returnPage(vm, page, true)) return false;
  } else if (isModified(vm, page) && !clean(vm, page)) return false;
  else forgetLaundry(vm, object);
  releasePage(vm, page);
  return true;
}

/** One that has none gets the default pager. A chain that can be shortened needs one pager less. */
function givePager(vm: Vm, object: number): void {
  if (objectAt(vm, object).pager === NONE) collapseObject(vm, object);
  if (objectAt(vm, object).pager === NONE) createSwapPager(vm, object);
}

/** Writes the page to its pager; false where there is no room. */
function clean(vm: Vm, page: number): boolean {
  const { resident } = vm.state;
  const object = resident.index.owner[page];
  const { pager, pagingOffset } = objectAt(vm, object);
  if (pagerOf(vm, pager).isFailing) return false;
  if (!writeBlock(vm, pager, resident.index.offset[page] + pagingOffset, page)) return false;
  resident.modified[page] = 0;
  return true;
}

/** `takesLaundry`: what pagers have been sent, and hold on to, goes to swap before anything else. */
function makeFree(vm: Vm, target: number, takesLaundry: boolean): void {
  const { resident, counts, laundry } = vm.state;
  const { queued, head } = resident;
  // Each page is looked at twice at most: once for its bit, once for room with its pager.
  let looks = 2 * (queued[ACTIVE] + queued[INACTIVE]);
  while (queued[FREE] + (takesLaundry ? 0 : laundry.length) < target && looks-- > 0) {
    const sent = takesLaundry ? laundryPage(vm) : NONE;
    if (sent !== NONE && pageOut(vm, sent)) continue;
    refill(vm);
    const page = head[INACTIVE];
    if (page === NONE) return;
    if (laundry.includes(resident.index.owner[page])) setQueue(resident, page, ACTIVE);
    else if (isReferenced(vm, page)) {
      counts.reactivations++;
      setQueue(resident, page, ACTIVE);
    } else if (!pageOut(vm, page) && resident.queue[page] === INACTIVE)
      setQueue(resident, page, ACTIVE);
  }
}

function refill(vm: Vm): void {
  const { resident } = vm.state;
  const { queued, head } = resident;
  const target = Math.max(1, (queued[ACTIVE] + queued[INACTIVE]) >> 1);
  while (queued[INACTIVE] < target && head[ACTIVE] !== NONE) {
    const page = head[ACTIVE];
    clearReferenced(vm, page);
    setQueue(resident, page, INACTIVE);
  }
}
