/**
 * External pagers: what virtual memory knows of pagers that are tasks [EMMI2] [EMMI6].
 *
 *   needOf       what a fault needs of a pager before it can be answered, or nothing
 *   supplyPage   a page that a pager has given, into its object
 *   lockPage     rights that it withholds, or gives
 *   returnPage   a page that goes back: moved into an object of one page of its own, which the pager
 *                is given as memory; the frame is free when the pager lets go of that ("laundry")
 *
 * Young et al., "The Duality of Memory and Communication" (SOSP 1987), sections 6.1 and 6.2. Nothing
 * is said to anybody here: what pagers have to be told is put on `news`, for ../emmi/ to say. A page that
 * is sent is ordinary memory of the kernel's, so that of a pager that holds on to it it can be paged
 * out like any other: the default pager is the last resort.
 */

import { locatePage } from './fault.ts';
import { READ, WRITE } from './maps.ts';
import { createObject, objectAt } from './objects.ts';
import { createPager, isExternal, pagerOf, readBlock } from './pager-store.ts';
import { clearModified, isModified, removeFromAll, writeProtectAll } from './pmap.ts';
import { keep, NONE, recordOf } from './pool.ts';
import {
  copyPage,
  INACTIVE,
  renamePage,
  residentPage,
  setQueue,
  takePage,
  zeroPage,
} from './resident-pages.ts';
import { resolve } from './resolve.ts';
import type { Vm, VmRefusal } from './state.ts';

/** What an external pager has to be told. Offsets are bytes in its object. */
export type PagerNews =
  | { kind: 'return'; pager: number; offset: number; memory: number; object: number; flags: number }
  | { kind: 'copy'; pager: number; copy: number; offset: number; size: number }
  | { kind: 'create'; pager: number }
  | { kind: 'terminate'; pager: number };

/** Flags of a page that is returned. */
export const DIRTY = 1;
export const KERNEL_COPY = 2;

/** What a fault waits for: contents, or rights. */
export interface Need {
  readonly kind: 'data' | 'unlock';
  readonly pager: number;
  readonly offset: number;
  readonly access: number;
}

/** Pagers that are tasks' have numbers below this: a control number has so much room for one. */
export const EXTERNAL_MAX = 2 ** 13;

/** Whether one more is to be had. */
export function hasExternalRoom({ state }: Vm): boolean {
  const { free, records } = state.store.pagers;
  return (free.at(-1) ?? records.length) < EXTERNAL_MAX;
}

/** A pager that is a task, for an object that there is, or will be. Not ready to say how to copy. */
export function createExternalPager(vm: Vm, object: number): number {
  return createPager(vm, {
    kind: 'external',
    strategy: 'none',
    mayCache: false,
    isFailing: false,
    object,
    absent: [],
  });
}

/** What an access at `address` needs first. */
export function needOf(
  vm: Vm,
  map: number,
  address: number,
  access: number,
): Need | VmRefusal | undefined {
  const base = address - (address % vm.parameters.pageBytes);
  const found = resolve(vm, map, base, access, false);
  if (typeof found === 'string') return found;
  return needOfChain(vm, found.object, found.offset, access);
}

/** The same of a page of an object, looked for down the chain of its shadows. */
export function needOfChain(
  vm: Vm,
  first: number,
  firstOffset: number,
  access: number,
): Need | undefined {
  let object = first;
  let offset = firstOffset;
  for (;;) {
    const { pager, pagingOffset, shadow, shadowOffset } = objectAt(vm, object);
    // From below a page is only read.
    const wanted = object === first ? access & (READ | WRITE) : READ;
    const place = { pager, offset: offset + pagingOffset, access: wanted };
    const page = residentPage(vm, object, offset);
    if (page !== NONE) {
      const isLocked = (vm.state.resident.locks[page] & wanted) !== 0;
      return isLocked ? { kind: 'unlock', ...place } : undefined;
    }
    if (isUnknown(vm, pager, place.offset)) return { kind: 'data', ...place };
    if (shadow === NONE) return undefined;
    object = shadow;
    offset += shadowOffset;
  }
}

/** Whether only a pager that is a task can tell what is there. */
export function isUnknown(vm: Vm, pager: number, offset: number): boolean {
  return isExternal(vm, pager) && !pagerOf(vm, pager).absent.includes(offset);
}

/**
 * The page at `at` of memory under way, as that at `offset` of `object`, where there is none; two frames
 * are free. False: the memory is itself of a pager that would have to be asked.
 */
export function supplyPage(
  vm: Vm,
  object: number,
  offset: number,
  memory: number,
  at: number,
): boolean {
  let rest = at;
  const { pieces } = recordOf(vm.state.copies, memory);
  const piece = pieces.find(({ size }) => {
    if (rest < size) return true;
    rest -= size;
    return false;
  });
  if (piece === undefined) return false;
  const isZero = piece.object === NONE;
  const source = isZero ? undefined : locatePage(vm, piece.object, piece.offset + rest);
  if (source?.isUnknown) return false;
  const page = takePage(vm, object, offset);
  if (source !== undefined && source.page !== NONE) copyPage(vm, source.page, page);
  else if (source !== undefined && source.block !== NONE) readBlock(vm, source.block, page);
  else zeroPage(vm, page);
  vm.state.counts.pageIns++;
  return true;
}

/** Locks replace each other. Who maps the page has no right any more that is withheld. */
export function lockPage(vm: Vm, page: number, lock: number): void {
  vm.state.resident.locks[page] = lock;
  if ((lock & READ) !== 0) removeFromAll(vm, page);
  else if ((lock & WRITE) !== 0) writeProtectAll(vm, page);
}

/**
 * Sends the page to its pager if that wants it: changed, or precious, or `isAll`. `isFlushed`: it is no
 * page of its object any more; else it stays, clean, and a copy is sent, for which a frame is free.
 * False: nothing was sent, and the page is where it was.
 */
export function returnPage(vm: Vm, page: number, isFlushed: boolean, isAll = false): boolean {
  const { state } = vm;
  const { resident } = state;
  const isDirty = isModified(vm, page);
  if (!isDirty && !isAll && resident.precious[page] === 0) return false;
  const { pager, pagingOffset } = objectAt(vm, resident.index.owner[page]);
  const offset = resident.index.offset[page] + pagingOffset;
  const object = createObject(vm, vm.parameters.pageBytes);
  let sent = page;
  if (isFlushed) {
    removeFromAll(vm, page);
    renamePage(vm, page, object, 0);
    resident.locks[page] = 0;
    resident.precious[page] = 0;
  } else {
    sent = takePage(vm, object, 0);
    copyPage(vm, page, sent);
    clearModified(vm, page);
    // The pager has it again.
    resident.precious[page] = 0;
  }
  // It exists nowhere else until the pager has it.
  resident.modified[sent] = 1;
  setQueue(resident, sent, INACTIVE);
  const piece = { size: vm.parameters.pageBytes, object, offset: 0, needsCopy: false };
  const memory = keep(state.copies, { size: piece.size, pieces: [piece] });
  const flags = (isDirty ? DIRTY : 0) + (isFlushed ? 0 : KERNEL_COPY);
  state.laundry.push(object);
  state.news.push({ kind: 'return', pager, offset, memory, object, flags });
  state.counts.pageOuts++;
  return true;
}

/** A page in memory that a pager has been sent and holds on to, the one of the longest; or NONE. */
export function laundryPage(vm: Vm): number {
  const { laundry, resident } = vm.state;
  for (const object of laundry) {
    const page = residentPage(vm, object, 0);
    if (page !== NONE && resident.wirings[page] === 0) return page;
  }
  return NONE;
}

/** What was sent has left memory: it is like any other from now on. */
export function forgetLaundry(vm: Vm, object: number): void {
  const { laundry } = vm.state;
  const at = laundry.indexOf(object);
  if (at >= 0) laundry.splice(at, 1);
}
