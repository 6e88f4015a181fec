/**
 * Overwriting: copied memory in place of what a range holds (vm_copy, vm_write). Another object takes
 * the place of the one that is there; but page by page it is written where that is wired, or its pager
 * wants to see every change.
 */

import { faultPage, locatePage } from './fault.ts';
import {
  clipRange,
  entryAt,
  type MapEntry,
  mapAt,
  mergeRange,
  WRITE,
  whyNotAccessible,
} from './maps.ts';
import { objectAt, referTo, release } from './objects.ts';
import { offsetsWithin } from './page-index.ts';
import { pagerOf, readBlock } from './pager-store.ts';
import { mappedPage, removeFromAll, removeRange } from './pmap.ts';
import { NONE, recordOf } from './pool.ts';
import { copyPage, residentPage, zeroPage } from './resident-pages.ts';
import type { Vm, VmRefusal } from './state.ts';
import { bottomsOf, discardCopy, type MemoryPiece } from './transfers.ts';

/** Copied memory in place of what [start, ...) holds. Refused, it is still the caller's. */
export function overwrite(vm: Vm, map: number, start: number, copy: number): VmRefusal | undefined {
  const { size, pieces } = recordOf(vm.state.copies, copy);
  const end = start + size;
  let refusal = whyNotOver(vm, map, start, pieces);
  let address = start;
  for (const piece of pieces) {
    if (refusal !== undefined) break;
    if (!piece.isHole) refusal = overwritePiece(vm, map, address, piece);
    address += piece.size;
  }
  mergeRange(vm, map, start, end);
  if (refusal === undefined) discardCopy(vm, copy);
  return refusal;
}

/** Writes what `object` (or zeros, NONE) has from `offset` on over [start, start + size) of the map. */
function writeOver(
  vm: Vm,
  map: number,
  start: number,
  size: number,
  object: number,
  offset: number,
): VmRefusal | undefined {
  const { pageBytes } = vm.parameters;
  for (let done = 0; done < size; done += pageBytes) {
    // As a program's write would: the page is pushed or copied up first where it has to be.
    const refusal = faultPage(vm, map, start + done, WRITE);
    if (refusal !== undefined) return refusal;
    const into = mappedPage(vm, mapAt(vm, map).space, start + done);
    if (object === NONE) zeroPage(vm, into);
    else if (!fill(vm, into, object, offset + done)) return 'MEMORY_ERROR';
    vm.state.resident.modified[into] = 1;
  }
  return undefined;
}

/** False when the pager fails. */
function fill(vm: Vm, into: number, object: number, offset: number): boolean {
  const located = locatePage(vm, object, offset);
  if (located.page === into) return true;
  if (located.page !== NONE) copyPage(vm, located.page, into);
  else if (located.isUnknown) return false;
  else if (located.block === NONE) zeroPage(vm, into);
  else {
    if (pagerOf(vm, objectAt(vm, located.object).pager).isFailing) return false;
    readBlock(vm, located.block, into);
  }
  return true;
}

/** Why not all that comes out may be written there. Changes nothing. */
function whyNotOver(
  vm: Vm,
  map: number,
  start: number,
  pieces: readonly MemoryPiece[],
): VmRefusal | undefined {
  let address = start;
  for (const { size, isHole } of pieces) {
    const wrong = isHole ? undefined : whyNotAccessible(vm, map, address, address + size, WRITE);
    if (wrong !== undefined) return wrong;
    address += size;
  }
  return undefined;
}

function overwritePiece(
  vm: Vm,
  map: number,
  start: number,
  piece: MemoryPiece,
): VmRefusal | undefined {
  for (const id of clipRange(vm, map, start, start + piece.size)) {
    const top = entryAt(vm, id);
    for (const bottom of bottomsOf(vm, top)) {
      const address = top === bottom ? top.start : top.start + bottom.start - top.offset;
      const from = piece.offset + address - start;
      if (isReplaceable(vm, top, bottom)) replace(vm, map, top, bottom, { ...piece, offset: from });
      else {
        const size = bottom.end - bottom.start;
        const refusal = writeOver(vm, map, address, size, piece.object, from);
        if (refusal !== undefined) return refusal;
      }
    }
    if (top.submap !== NONE)
      mergeRange(vm, top.submap, top.offset, top.offset + top.end - top.start);
  }
  return undefined;
}

/** Another object may take the place of the entry's: nothing is wired, no pager wants to see it. */
function isReplaceable(vm: Vm, top: MapEntry, bottom: MapEntry): boolean {
  if (top.wirings > 0) return false;
  if (bottom.object === NONE) return true;
  const { isInternal, wiredPages } = objectAt(vm, bottom.object);
  return wiredPages === 0 && (isInternal || bottom.needsCopy);
}

function replace(vm: Vm, map: number, top: MapEntry, bottom: MapEntry, by: MemoryPiece): void {
  if (top === bottom) removeRange(vm, mapAt(vm, map).space, top.start, top.end);
  else unmapChain(vm, bottom);
  const old = bottom.object;
  referTo(vm, by.object);
  bottom.object = by.object;
  bottom.offset = by.object === NONE ? 0 : by.offset;
  bottom.needsCopy = by.needsCopy;
  if (old !== NONE) release(vm, old);
}

/** Nobody maps a page that can be seen through the entry, whoever shares it. */
function unmapChain(vm: Vm, { object: first, offset, start, end }: MapEntry): void {
  const { index } = vm.state.resident;
  let from = offset;
  for (let object = first; object !== NONE; ) {
    for (const at of offsetsWithin(index, object, from, from + end - start))
      removeFromAll(vm, residentPage(vm, object, at));
    const { shadow, shadowOffset } = objectAt(vm, object);
    object = shadow;
    from += shadowOffset;
  }
}
