/**
 * Page faults: a page of memory for an address [VM9].
 *
 *   1  resolve the address to an object and an offset (resolve.ts)
 *   2  walk down the chain of shadows to the first that has the page, in memory or with its pager;
 *      read it in where it is; where nobody has it, it is zeros in the first object
 *   3  found below, and to be written: copy it into the first object, then try to shorten the chain
 *      found below, and to be read: map it where it is, read-only
 *   4  the first object has a copy object, and the page is to be written: push what it holds there
 *   5  enter the mapping
 *
 * vm_fault of Mach, for pagers that answer at once, so that no page is ever busy. Frames that one
 * fault may need are set free before it begins: nothing is evicted in the middle.
 */

import { collapseObject } from './collapse.ts';
import { isUnknown } from './external-pagers.ts';
import { mapAt, READ, WRITE } from './maps.ts';
import { blockAt, type MemoryObject, objectAt } from './objects.ts';
import { reservePages } from './pageout.ts';
import { pagerOf, readBlock } from './pager-store.ts';
import { enterMapping, mappedPage, removeUnwired } from './pmap.ts';
import { NONE } from './pool.ts';
import { copyPage, residentPage, takePage, zeroPage } from './resident-pages.ts';
import { type Resolved, resolve } from './resolve.ts';
import type { Vm, VmRefusal } from './state.ts';

/** Pages that one fault takes at most: read in below, copied up, pushed. */
const PAGES_OF_A_FAULT = 3;

/** Where a page is, for whoever only looks. */
export interface Located {
  readonly object: number;
  readonly offset: number;
  /** In memory, or NONE. */
  readonly page: number;
  /** With a pager, or NONE. Neither: zeros, unless unknown. */
  readonly block: number;
  /** Only a pager that is a task can tell. */
  readonly isUnknown: boolean;
}

/**
 * Makes the page at `address` of `map` accessible. `isWired`: it is to stay, so it is made the
 * entry's own now, lest a later write should move it.
 */
export function faultPage(
  vm: Vm,
  map: number,
  address: number,
  access: number,
  isWired = false,
): VmRefusal | undefined {
  const { counts } = vm.state;
  if (!reservePages(vm, PAGES_OF_A_FAULT)) return 'RESOURCE_SHORTAGE';
  const base = address - (address % vm.parameters.pageBytes);
  const found = resolve(vm, map, base, access, isWired);
  if (typeof found === 'string') return found;
  counts.faults++;
  const isWrite = isWired || (access & WRITE) !== 0;
  const page = pageFor(vm, found, isWrite);
  if (page === NONE) return 'MEMORY_ERROR';
  const isOwn = vm.state.resident.index.owner[page] === found.object;
  // Until it is written a page that has to be pushed first is mapped read-only.
  const isPushed = isWrite || objectAt(vm, found.object).copy === NONE;
  const isAllowed = (vm.state.resident.locks[page] & WRITE) === 0;
  const isWritable = found.isWritable && isOwn && isPushed && isAllowed;
  const { space } = mapAt(vm, map);
  enterMapping(vm, space, base, page, isWritable, isWired || found.top.wirings > 0);
  return undefined;
}

/**
 * A fault of a program, as its hardware reports it. On an NS32082 with its erratum that is a read,
 * whatever it was; but a page that is mapped may be read, so a fault on it can only be a write (Rashid
 * et al. 1987, section 5.1; the remedy is Mach's, recalled). Else copies on write would never be made.
 */
export function faultOfHardware(
  vm: Vm,
  map: number,
  address: number,
  access: number,
): VmRefusal | undefined {
  const { table } = vm.state;
  if (vm.format.misreportsWrites !== true || (access & WRITE) === 0)
    return faultPage(vm, map, address, access);
  const base = address - (address % vm.parameters.pageBytes);
  if (mappedPage(vm, mapAt(vm, map).space, base) !== NONE)
    return faultPage(vm, map, address, READ | WRITE);
  table.counts.misreports++;
  return faultPage(vm, map, address, READ);
}

/** The page that `found` comes to, in memory; NONE when its pager fails, or would have to be asked. */
function pageFor(vm: Vm, { top, bottom, object, offset }: Resolved, isWrite: boolean): number {
  const located = locatePage(vm, object, offset);
  if (located.isUnknown) return NONE;
  let { page } = located;
  if (page === NONE && located.block !== NONE) {
    if (pagerOf(vm, objectAt(vm, located.object).pager).isFailing) return NONE;
    page = takePage(vm, located.object, located.offset);
    readBlock(vm, located.block, page);
  }
  if (page === NONE) {
    page = takePage(vm, object, offset);
    zeroPage(vm, page);
  }
  if (isWrite && vm.state.resident.index.owner[page] !== object) {
    // Whoever shares the entry has to find the copy from now on, not what it was made of.
    if (top !== bottom) removeUnwired(vm, page);
    page = copyUp(vm, page, object, offset);
    vm.state.counts.copyOnWriteFaults++;
    collapseObject(vm, object);
  }
  if (isWrite) pushBefore(vm, objectAt(vm, object), page, offset);
  return page;
}

/** The first of the chain that has the page. Changes nothing but a count. */
export function locatePage(vm: Vm, first: number, firstOffset: number): Located {
  let object = first;
  let offset = firstOffset;
  for (;;) {
    const page = residentPage(vm, object, offset);
    const block = page === NONE ? blockAt(vm, object, offset) : NONE;
    const { pager, pagingOffset, shadow, shadowOffset } = objectAt(vm, object);
    const isHere = page !== NONE || block !== NONE;
    const isAsked = !isHere && isUnknown(vm, pager, offset + pagingOffset);
    if (isHere || isAsked || shadow === NONE)
      return { object, offset, page, block, isUnknown: isAsked };
    vm.state.counts.shadowSteps++;
    object = shadow;
    offset += shadowOffset;
  }
}

/** A copy of `page` for `offset` of `object`. It exists nowhere else, so it counts as modified. */
export function copyUp(vm: Vm, page: number, object: number, offset: number): number {
  const copy = takePage(vm, object, offset);
  copyPage(vm, page, copy);
  vm.state.resident.modified[copy] = 1;
  return copy;
}

/** The copy object gets what the page holds, if it has none of its own, before it changes. */
function pushBefore(vm: Vm, { copy, size }: MemoryObject, page: number, offset: number): void {
  if (copy === NONE || offset >= size) return;
  if (residentPage(vm, copy, offset) !== NONE || blockAt(vm, copy, offset) !== NONE) return;
  copyUp(vm, page, copy, offset);
  vm.state.counts.pushes++;
  // Who sees the page through the copy has to find the copy's own from now on.
  removeUnwired(vm, page);
}
