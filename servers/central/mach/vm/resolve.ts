/**
 * Resolving an address: from a task's map, through a sharing map if there is one, to an object and an
 * offset in it (vm_map_lookup). A writer to memory that needs to be copied gives the entry a shadow
 * object here; so for a shared entry one shadow serves all who share [VM8].
 */

import { entryAt, findEntry, type MapEntry, WRITE } from './maps.ts';
import { createObject, createShadow } from './objects.ts';
import { NONE } from './pool.ts';
import type { Vm, VmRefusal } from './state.ts';

export interface Resolved {
  /** Entry of the task's map, and the one of the sharing map below, or the same again. */
  readonly top: MapEntry;
  readonly bottom: MapEntry;
  readonly object: number;
  readonly offset: number;
  /** A mapping may be writable: the entry's rights say so, and the object is its own. */
  readonly isWritable: boolean;
}

/** `isOwn`: have the page made the entry's own, as for a write, whatever the rights. */
export function resolve(
  vm: Vm,
  map: number,
  address: number,
  access: number,
  isOwn: boolean,
): Resolved | VmRefusal {
  const found = findEntry(vm, map, address);
  if (found === NONE) return 'INVALID_ADDRESS';
  const top = entryAt(vm, found);
  if ((top.protection & access) !== access) return 'PROTECTION_FAILURE';
  const [bottom, at] = bottomOf(vm, top, address);
  if (isOwn || (access & WRITE) !== 0) makeOwn(vm, bottom);
  if (bottom.object === NONE) {
    bottom.object = createObject(vm, bottom.end - bottom.start);
    bottom.offset = 0;
    bottom.needsCopy = false;
  }
  return {
    top,
    bottom,
    object: bottom.object,
    offset: bottom.offset + at - bottom.start,
    isWritable: !bottom.needsCopy && (top.protection & WRITE) !== 0,
  };
}

/** The entry that has the object, and the address in its map, for an address of a task's entry. */
export function bottomOf(vm: Vm, top: MapEntry, address: number): [MapEntry, number] {
  if (top.submap === NONE) return [top, address];
  const at = top.offset + address - top.start;
  return [entryAt(vm, findEntry(vm, top.submap, at)), at];
}

/** The entry's memory is its own: a shadow is put before an object that is another's as well. */
export function makeOwn(vm: Vm, entry: MapEntry): void {
  if (!entry.needsCopy) return;
  entry.needsCopy = false;
  if (entry.object === NONE) return;
  entry.object = createShadow(vm, entry.object, entry.offset, entry.end - entry.start);
  entry.offset = 0;
}
