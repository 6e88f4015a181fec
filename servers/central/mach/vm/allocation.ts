/**
 * Allocation: zeros in an address map. No object is made before the first touch; memory that begins
 * where the last allocation ends belongs to the same entry where it can (vm_object_coalesce).
 */

import { ALL, entryAt, insertEntry, lastEntryFrom, type MapEntry, READ, WRITE } from './maps.ts';
import { discardPage, objectAt } from './objects.ts';
import { offsetsWithin } from './page-index.ts';
import { NONE } from './pool.ts';
import { residentPage } from './resident-pages.ts';
import type { Vm } from './state.ts';
import { entryOf } from './transfers.ts';

/** Zeros at [start, start + size), where nothing is. */
export function allocateAt(vm: Vm, map: number, start: number, size: number): void {
  const before = lastEntryFrom(vm, map, start);
  if (before !== NONE && extend(vm, entryAt(vm, before), start, size)) return;
  insertEntry(vm, map, entryOf({ size, object: NONE, offset: 0, needsCopy: false }, start));
}

/** Makes the entry longer, if it ends at `start` and is like what is wanted. */
function extend(vm: Vm, entry: MapEntry, start: number, size: number): boolean {
  const { end, submap, inheritance, protection, protectionMax, wirings, needsCopy } = entry;
  const isAlike = inheritance === 'copy' && protection === (READ | WRITE) && protectionMax === ALL;
  if (end !== start || submap !== NONE || !isAlike || wirings > 0 || needsCopy) return false;
  if (entry.object !== NONE && !extendObject(vm, entry, size)) return false;
  entry.end += size;
  return true;
}

/** Only an object that nobody else can see into, and none but memory holds, has zeros to give. */
function extendObject(vm: Vm, entry: MapEntry, size: number): boolean {
  const object = objectAt(vm, entry.object);
  const { references, isInternal, pager, shadow } = object;
  if (references > 1 || !isInternal || pager !== NONE || shadow !== NONE) return false;
  const from = entry.offset + entry.end - entry.start;
  // What an entry that was deallocated has left there.
  for (const at of offsetsWithin(vm.state.resident.index, entry.object, from, from + size))
    discardPage(vm, residentPage(vm, entry.object, at));
  object.size = Math.max(object.size, from + size);
  return true;
}
