/**
 * Copies of objects, made late [VM5] [VM6].
 *
 *   symmetric   both sides refer to the object, and whoever writes first gets a shadow of it
 *   delayed     the other side gets a copy object; the object itself goes on, and before one of its
 *               pages changes, the copy object is given what it held (asymmetric)
 *   at once     a new object, all pages copied
 *   told        the pager makes the copy, as an object of its own
 *
 * Rashid et al. 1987, section 3.4; "Kernel Principles" of Mach 3 for objects of a task's pager, which
 * wants to see every change of its object: these are copied as their pager's strategy says. An object
 * of which pages are wired is copied at once, since wired pages may not be made read-only.
 */

import { collapseObject } from './collapse.ts';
import { createExternalPager, hasExternalRoom, returnPage } from './external-pagers.ts';
import { copyUp, locatePage } from './fault.ts';
import {
  createObject,
  objectAt,
  objectOfPager,
  referTo,
  release,
  residentPagesOf,
  setShadow,
} from './objects.ts';
import { firstPlace, offsetsWithin } from './page-index.ts';
import { reservePages } from './pageout.ts';
import { isExternal, pagerOf, readBlock } from './pager-store.ts';
import { writeProtectAll } from './pmap.ts';
import { NONE } from './pool.ts';
import { takePage } from './resident-pages.ts';
import type { Vm } from './state.ts';

export type HowCopied = 'symmetric' | 'delayed' | 'at once' | 'told';

export interface ObjectCopy {
  /** With a reference of its own. */
  readonly object: number;
  readonly offset: number;
  readonly needsCopy: boolean;
}

/** How `object` is copied now. */
export function howCopied(vm: Vm, object: number): HowCopied {
  const { isInternal, isFrozen, pager, wiredPages, references } = objectAt(vm, object);
  if (wiredPages > 0) return 'at once';
  if (isInternal || isFrozen) return 'symmetric';
  const { strategy } = pagerOf(vm, pager);
  if (strategy === 'none') return 'at once';
  // Where there is no number for the copy nobody can be told of it.
  if (strategy === 'call') return hasExternalRoom(vm) ? 'told' : 'at once';
  return strategy === 'temporary' && references === 1 ? 'symmetric' : 'delayed';
}

/** A reference to the object as it is: whoever has it may write to neither without a shadow. */
export function copySymmetrically(vm: Vm, object: number, offset: number): ObjectCopy {
  collapseObject(vm, object);
  referTo(vm, object);
  if (!objectAt(vm, object).isInternal) objectAt(vm, object).isFrozen = true;
  return { object, offset, needsCopy: true };
}

/** The object's copy object. One that has been given nothing yet serves again. */
export function copyDelayed(vm: Vm, object: number, offset: number): ObjectCopy {
  const source = objectAt(vm, object);
  const old = source.copy;
  if (old !== NONE && residentPagesOf(vm, old) === 0 && objectAt(vm, old).pager === NONE) {
    referTo(vm, old);
    return { object: old, offset, needsCopy: true };
  }
  const copy = createObject(vm, source.size);
  if (old === NONE) referTo(vm, object);
  else {
    // The older copy sees what has not changed since through the newer one; its reference moves.
    setShadow(vm, old, copy, 0);
    referTo(vm, copy);
  }
  setShadow(vm, copy, object, 0);
  source.copy = copy;
  const { index } = vm.state.resident;
  for (let page = firstPlace(index, object); page !== NONE; page = index.next[page])
    writeProtectAll(vm, page);
  return { object: copy, offset, needsCopy: true };
}

/** The pager is told of the copy, and asked for its pages as for those of any object of its. */
export function copyByPager(vm: Vm, object: number, offset: number, size: number): ObjectCopy {
  const pager = createExternalPager(vm, NONE);
  const source = objectAt(vm, object).pager;
  // It copies what it has itself, so it gets what has changed first.
  const { index } = vm.state.resident;
  for (let page = firstPlace(index, object); page !== NONE; ) {
    const next = index.next[page];
    returnPage(vm, page, true);
    page = next;
  }
  vm.state.news.push({ kind: 'copy', pager: source, copy: pager, offset, size });
  return { object: objectOfPager(vm, pager, size), offset: 0, needsCopy: false };
}

/** All of [offset, offset + size) in pages of a new object; undefined when memory runs out. */
export function copyAtOnce(
  vm: Vm,
  object: number,
  offset: number,
  size: number,
): ObjectCopy | undefined {
  const copy = createObject(vm, size);
  for (const at of offsetsOfChain(vm, object, offset, size)) {
    // Two pages at most, and nothing else leaves memory between here and the copy.
    if (!reservePages(vm, 2) || !copyOne(vm, object, at, copy, at - offset)) {
      release(vm, copy);
      return undefined;
    }
  }
  return { object: copy, offset: 0, needsCopy: false };
}

/** False when the page's pager fails. */
function copyOne(vm: Vm, object: number, at: number, copy: number, offset: number): boolean {
  const located = locatePage(vm, object, at);
  if (located.page !== NONE) copyUp(vm, located.page, copy, offset);
  else if (located.isUnknown) return false;
  else if (located.block !== NONE) {
    if (pagerOf(vm, objectAt(vm, located.object).pager).isFailing) return false;
    const page = takePage(vm, copy, offset);
    readBlock(vm, located.block, page);
    vm.state.resident.modified[page] = 1;
  }
  return true;
}

/** Offsets of `object` within the range of which somebody in its chain has a page. */
function offsetsOfChain(vm: Vm, first: number, start: number, size: number): number[] {
  const { resident, store } = vm.state;
  const found = new Set<number>();
  let shift = 0;
  for (let object = first; object !== NONE; ) {
    const { pager, pagingOffset, shadow, shadowOffset } = objectAt(vm, object);
    const from = start + shift;
    for (const at of offsetsWithin(resident.index, object, from, from + size))
      found.add(at - shift);
    const base = from + pagingOffset;
    // Of what a task has only it can tell: its pages are all looked for.
    if (isExternal(vm, pager))
      for (let at = start; at < start + size; at += vm.parameters.pageBytes) found.add(at);
    else if (pager !== NONE)
      for (const at of offsetsWithin(store.index, pager, base, base + size))
        found.add(at - pagingOffset - shift);
    object = shadow;
    shift += shadowOffset;
  }
  return [...found].sort((a, b) => a - b);
}
