/**
 * Overwriting: copied memory is written page by page where no other object may take the place of the
 * one that is there: it is wired, or its pager wants to see every change.
 */

import { faultPage, locatePage } from './fault.ts';
import { mapAt, WRITE } from './maps.ts';
import { objectAt } from './objects.ts';
import { pagerOf, readBlock } from './pager-store.ts';
import { mappedPage } from './pmap.ts';
import { NONE } from './pool.ts';
import { copyPage, zeroPage } from './resident-pages.ts';
import type { Vm, VmRefusal } from './state.ts';

/** Writes what `object` (or zeros, NONE) has from `offset` on over [start, start + size) of the map. */
export function writeOver(
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
