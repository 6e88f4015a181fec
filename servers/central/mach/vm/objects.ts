/**
 * Memory objects: what address maps map [VM4]. An object has pages in memory, pages with its pager, and
 * where it has neither, those of the object that it shadows, `shadowOffset` further on.
 *
 *   entry --> shadow --> shadow --> object --> (zeros)
 *             written    written    resident
 *             pages      pages      pages, pager
 *
 * Rashid et al. 1987, sections 3.3 and 3.4. An object of the kernel's own (`isInternal`) is born without
 * a pager, and is given one when a page of it leaves memory. An object of a task's pager may have a
 * copy object, which gets each page before it changes (object-copies.ts). Objects that nobody maps any more
 * are kept if their pager advises it, so that memory is a cache of them.
 */

import { assert } from '../../../../sim-hw/assert.ts';
import { collapseObject } from './collapse.ts';
import { returnPage } from './external-pagers.ts';
import { firstPlace, placesHeld } from './page-index.ts';
import { blockOf, endPager, freeBlock, isExternal, pagerOf, writeBlock } from './pager-store.ts';
import { isModified, removeFromAll } from './pmap.ts';
import { forget, keep, NONE, recordOf } from './pool.ts';
import { releasePage } from './resident-pages.ts';
import type { Vm } from './state.ts';

export interface MemoryObject {
  /** Entries that map it, objects that shadow it, memory under way that refers to it. */
  references: number;
  /** In bytes. */
  size: number;
  readonly isInternal: boolean;
  shadow: number;
  shadowOffset: number;
  /** The object that gets its pages before they change, or NONE. */
  copy: number;
  pager: number;
  /** Offset 0 of the object is at this one of its pager. */
  pagingOffset: number;
  /** Of a task's pager, and copied symmetrically: nobody may write to the object itself any more. */
  isFrozen: boolean;
  /** Wired pages among its resident ones. */
  wiredPages: number;
  /** Objects that shadow it: a list, by `nextShadow` and `previousShadow` of each. */
  firstShadow: number;
  nextShadow: number;
  previousShadow: number;
}

/** An object of the kernel's own, with no page and one reference. */
export function createObject(vm: Vm, size: number): number {
  return keep(vm.state.objects, emptyObject(size, NONE, true));
}

/** The object of a task's pager, with one reference more; made, or found where it is cached. */
export function objectOfPager(vm: Vm, pager: number, size: number): number {
  const record = pagerOf(vm, pager);
  vm.state.counts.objectCacheLookups++;
  if (record.object === NONE) {
    record.object = keep(vm.state.objects, emptyObject(size, pager, false));
    return record.object;
  }
  const object = objectAt(vm, record.object);
  if (object.references === 0) {
    const { cachedObjects, counts } = vm.state;
    cachedObjects.splice(cachedObjects.indexOf(record.object), 1);
    counts.objectCacheHits++;
  }
  object.references++;
  object.size = Math.max(object.size, size);
  return record.object;
}

export function objectAt({ state }: Vm, object: number): MemoryObject {
  return recordOf(state.objects, object);
}

export function referTo(vm: Vm, object: number): void {
  if (object !== NONE) objectAt(vm, object).references++;
}

/** One reference less. The last one: the object is kept, if its pager lets it, or ends. */
export function release(vm: Vm, object: number): void {
  let id = object;
  while (id !== NONE) {
    const record = objectAt(vm, id);
    assert(record.references > 0, 'objects: released more often than referred to');
    if (--record.references > 0) {
      // Whoever is left may be the one object that shadows it: then the two can be one.
      if (record.references === 1 && record.firstShadow !== NONE)
        collapseObject(vm, record.firstShadow);
      return;
    }
    if (!record.isInternal && pagerOf(vm, record.pager).mayCache) {
      cacheObject(vm, id);
      return;
    }
    id = endObject(vm, id);
  }
}

/** A new object of the kernel's own that shadows `object` from `offset` on, in its reference's place. */
export function createShadow(vm: Vm, object: number, offset: number, size: number): number {
  const id = createObject(vm, size);
  setShadow(vm, id, object, offset);
  return id;
}

/** `object` shadows `shadow`, or nothing, from now on. References are the caller's matter. */
export function setShadow(vm: Vm, object: number, shadow: number, offset: number): void {
  const record = objectAt(vm, object);
  unlinkShadow(vm, object);
  record.shadow = shadow;
  record.shadowOffset = offset;
  if (shadow === NONE) return;
  const below = objectAt(vm, shadow);
  record.nextShadow = below.firstShadow;
  if (below.firstShadow !== NONE) objectAt(vm, below.firstShadow).previousShadow = object;
  below.firstShadow = object;
}

/** Takes the object off the list of those that shadow what it shadows. */
function unlinkShadow(vm: Vm, object: number): void {
  const record = objectAt(vm, object);
  if (record.shadow === NONE) return;
  const { nextShadow: after, previousShadow: before } = record;
  if (before === NONE) objectAt(vm, record.shadow).firstShadow = after;
  else objectAt(vm, before).nextShadow = after;
  if (after !== NONE) objectAt(vm, after).previousShadow = before;
  record.nextShadow = NONE;
  record.previousShadow = NONE;
  record.shadow = NONE;
}

/** Objects from this one down to the last that it shadows, itself included. */
export function chainDepth(vm: Vm, object: number): number {
  let depth = 0;
  for (let at = object; at !== NONE; at = objectAt(vm, at).shadow) depth++;
  return depth;
}

export function residentPagesOf({ state }: Vm, object: number): number {
  return placesHeld(state.resident.index, object);
}

/** The block that the object's pager has of the page, or NONE. */
export function blockAt(vm: Vm, object: number, offset: number): number {
  const { pager, pagingOffset } = objectAt(vm, object);
  return blockOf(vm, pager, offset + pagingOffset);
}

/** Frees the page, whoever maps it. */
export function discardPage(vm: Vm, page: number): void {
  removeFromAll(vm, page);
  releasePage(vm, page);
}

/** Frees the page and the block that the object itself has at `offset`. */
export function discardData(vm: Vm, object: number, offset: number, page: number): void {
  if (page !== NONE) discardPage(vm, page);
  const block = blockAt(vm, object, offset);
  if (block !== NONE) freeBlock(vm, block);
}

/** The record is gone: nothing refers to it, and it has neither pages nor a pager. */
export function forgetObject(vm: Vm, object: number): void {
  assert(residentPagesOf(vm, object) === 0, 'objects: one with pages is forgotten');
  unlinkShadow(vm, object);
  forget(vm.state.objects, object);
}

function emptyObject(size: number, pager: number, isInternal: boolean): MemoryObject {
  return {
    references: 1,
    size,
    isInternal,
    shadow: NONE,
    shadowOffset: 0,
    copy: NONE,
    pager,
    pagingOffset: 0,
    isFrozen: false,
    wiredPages: 0,
    firstShadow: NONE,
    nextShadow: NONE,
    previousShadow: NONE,
  };
}

function cacheObject(vm: Vm, object: number): void {
  const { cachedObjects } = vm.state;
  cachedObjects.push(object);
  while (cachedObjects.length > vm.parameters.cachedObjects)
    endObject(vm, cachedObjects.shift() as number);
}

/** Ends the object if it is kept though nobody maps it. */
export function endCached(vm: Vm, object: number): void {
  const { cachedObjects } = vm.state;
  const at = cachedObjects.indexOf(object);
  if (at < 0) return;
  cachedObjects.splice(at, 1);
  endObject(vm, object);
}

/** Frees what the object has; returns what it shadowed, whose reference is the caller's to release. */
function endObject(vm: Vm, id: number): number {
  const object = objectAt(vm, id);
  const { index } = vm.state.resident;
  const isKept = !object.isInternal && pagerOf(vm, object.pager).strategy !== 'temporary';
  for (let page = firstPlace(index, id); page !== NONE; page = firstPlace(index, id)) {
    if (isExternal(vm, object.pager)) {
      if (isKept) returnPage(vm, page, true);
    } else if (isKept && isModified(vm, page))
      writeBlock(vm, object.pager, index.offset[page] + object.pagingOffset, page);
    if (index.owner[page] === id) discardPage(vm, page);
  }
  const { laundry } = vm.state;
  if (laundry.includes(id)) laundry.splice(laundry.indexOf(id), 1);
  const { shadow } = object;
  if (shadow !== NONE && objectAt(vm, shadow).copy === id) objectAt(vm, shadow).copy = NONE;
  if (object.pager !== NONE)
    if (object.isInternal) endPager(vm, object.pager);
    else {
      pagerOf(vm, object.pager).object = NONE;
      if (isExternal(vm, object.pager))
        vm.state.news.push({ kind: 'terminate', pager: object.pager });
    }
  forgetObject(vm, id);
  return shadow;
}
