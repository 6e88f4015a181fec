/**
 * Collapse and bypass: chains of shadow objects made shorter [VM6].
 *
 *   before          collapse: nobody else      bypass: `object` has all
 *                   refers to `backing`        that `backing` could give
 *   object          object  (pages of both)    object ------.
 *     |               |                                     |
 *   backing <- ?      |                        backing <- ? |
 *     |               |                          |          |
 *   below           below                      below <------'
 *
 * Mach's rules (Rashid et al. 1987, section 3.5, and vm_object_collapse as Mach 3 has it), again and
 * again for an object and the one that it shadows, while: the backing object is internal, and it is
 * no copy object (the one below it has no copy). By `resident` rules the object must have no pager,
 * and a bypassed one neither: what is on a pager cannot be seen from memory, so chains whose objects
 * have been paged out stay, and with them blocks of swap that nobody can read. By `existence` rules
 * pagers say which pages they hold, and blocks move up as pages do: no swap leaks [VM7].
 *
 * Tried when a copy-on-write fault has given the object a page, before it is copied or given a pager,
 * and, as later systems have it (FreeBSD), when the last other reference to a backing object goes.
 */

import {
  blockAt,
  discardData,
  discardPage,
  forgetObject,
  type MemoryObject,
  objectAt,
  referTo,
  release,
  setShadow,
} from './objects.ts';
import { firstPlace } from './page-index.ts';
import { endPager, freeBlock, isExternal, moveBlock, pagerOf } from './pager-store.ts';
import { createSwapPager } from './pagers.ts';
import { NONE } from './pool.ts';
import { renamePage, residentPage } from './resident-pages.ts';
import type { Vm } from './state.ts';

/** Shortens the chain below `object` as far as the rules let it. */
export function collapseObject(vm: Vm, id: number): void {
  const { collapsing } = vm.parameters;
  if (collapsing === 'off') return;
  for (;;) {
    const object = objectAt(vm, id);
    if (object.shadow === NONE) return;
    if (!object.isInternal || (collapsing === 'resident' && object.pager !== NONE)) return;
    const backing = objectAt(vm, object.shadow);
    if (!backing.isInternal) return;
    // What a task has of them it alone knows.
    if (isExternal(vm, object.pager) || isExternal(vm, backing.pager)) return;
    if (backing.shadow !== NONE && objectAt(vm, backing.shadow).copy !== NONE) return;
    if (backing.references === 1) collapse(vm, id, object, backing);
    else if (canBypass(vm, id, object, backing)) bypass(vm, id, object, backing);
    else return;
  }
}

/** Whether the object itself holds the page, in memory or with its pager. */
function holds(vm: Vm, object: number, offset: number): boolean {
  return residentPage(vm, object, offset) !== NONE || blockAt(vm, object, offset) !== NONE;
}

/** All that `backing` holds goes to `object`, unless hidden by it or out of its range. */
function collapse(vm: Vm, id: number, object: MemoryObject, backing: MemoryObject): void {
  const below = object.shadow;
  const from = object.shadowOffset;
  if (vm.parameters.collapsing === 'existence') {
    if (backing.pager !== NONE && object.pager === NONE) createSwapPager(vm, id);
    moveData(vm, id, below);
  } else {
    movePages(vm, id, below);
    takeOverPager(vm, id, object, backing, from);
  }
  const { shadow, shadowOffset } = backing;
  if (backing.pager !== NONE) endPager(vm, backing.pager);
  // The reference from `backing` to what it shadows becomes one from `object`.
  setShadow(vm, below, NONE, 0);
  setShadow(vm, id, shadow, from + shadowOffset);
  forgetObject(vm, below);
  vm.state.counts.collapses++;
}

function movePages(vm: Vm, id: number, below: number): void {
  const { index } = vm.state.resident;
  const { shadowOffset, size } = objectAt(vm, id);
  for (let page = firstPlace(index, below); page !== NONE; page = firstPlace(index, below)) {
    const offset = index.offset[page] - shadowOffset;
    const isHidden = offset < 0 || offset >= size || residentPage(vm, id, offset) !== NONE;
    if (isHidden) discardPage(vm, page);
    else movePage(vm, page, below, id, offset);
  }
}

/** Blocks that the object hides stay with the pager, until it is written over or ends. */
function takeOverPager(
  vm: Vm,
  id: number,
  object: MemoryObject,
  backing: MemoryObject,
  from: number,
): void {
  if (backing.pager === NONE) return;
  object.pager = backing.pager;
  object.pagingOffset = backing.pagingOffset + from;
  pagerOf(vm, object.pager).object = id;
  backing.pager = NONE;
}

function moveData(vm: Vm, id: number, below: number): void {
  const { resident, store } = vm.state;
  const { shadowOffset, size } = objectAt(vm, id);
  for (let page = firstPlace(resident.index, below); page !== NONE; ) {
    const from = resident.index.offset[page];
    const offset = from - shadowOffset;
    if (offset < 0 || offset >= size || holds(vm, id, offset)) discardData(vm, below, from, page);
    else {
      const block = blockAt(vm, below, from);
      movePage(vm, page, below, id, offset);
      if (block !== NONE) takeBlock(vm, block, id, offset);
    }
    page = firstPlace(resident.index, below);
  }
  const { pager, pagingOffset } = objectAt(vm, below);
  if (pager === NONE) return;
  for (let block = firstPlace(store.index, pager); block !== NONE; ) {
    const offset = store.index.offset[block] - pagingOffset - shadowOffset;
    if (offset < 0 || offset >= size || holds(vm, id, offset)) freeBlock(vm, block);
    else takeBlock(vm, block, id, offset);
    block = firstPlace(store.index, pager);
  }
}

function takeBlock(vm: Vm, block: number, id: number, offset: number): void {
  const { pager, pagingOffset } = objectAt(vm, id);
  moveBlock(vm, block, pager, offset + pagingOffset);
}

function movePage(vm: Vm, page: number, below: number, id: number, offset: number): void {
  renamePage(vm, page, id, offset);
  if (vm.state.resident.wirings[page] === 0) return;
  objectAt(vm, below).wiredPages--;
  objectAt(vm, id).wiredPages++;
}

/** Whether `object` hides all that `backing` holds of its range. */
function canBypass(vm: Vm, id: number, object: MemoryObject, backing: MemoryObject): boolean {
  const { resident, store } = vm.state;
  const { shadow: below, shadowOffset, size } = object;
  const isNeeded = (offset: number) => offset >= 0 && offset < size && !holds(vm, id, offset);
  if (backing.pager !== NONE) {
    if (vm.parameters.collapsing === 'resident') return false;
    const { index } = store;
    for (let at = firstPlace(index, backing.pager); at !== NONE; at = index.next[at])
      if (isNeeded(index.offset[at] - backing.pagingOffset - shadowOffset)) return false;
  }
  const { index } = resident;
  for (let page = firstPlace(index, below); page !== NONE; page = index.next[page])
    if (isNeeded(index.offset[page] - shadowOffset)) return false;
  return true;
}

function bypass(vm: Vm, id: number, object: MemoryObject, backing: MemoryObject): void {
  const passed = object.shadow;
  const offset = object.shadowOffset + backing.shadowOffset;
  referTo(vm, backing.shadow);
  setShadow(vm, id, backing.shadow, offset);
  vm.state.counts.bypasses++;
  release(vm, passed);
}
