/** Mapped files: vm_map of the object of a task's pager, or of a copy of it [VM17] [VM18]. */

import { checkRange, isFree } from './arguments.ts';
import { clipRange, findHole, insertEntry, removeEntry } from './maps.ts';
import { objectAt, objectOfPager, release } from './objects.ts';
import { NONE } from './pool.ts';
import type { Vm, VmRefusal } from './state.ts';
import { mapOf } from './tasks.ts';
import { copyIn, entryOf, placeAt } from './transfers.ts';

/**
 * Memory of a task's pager, from `offset` on, at `address` or anywhere: the object itself, or, with
 * `isCopy`, a copy of it.
 */
export function vmMap(
  vm: Vm,
  task: number,
  pager: number,
  offset: number,
  size: number,
  isCopy: boolean,
  address?: number,
): number | VmRefusal {
  const map = mapOf(vm, task);
  if (typeof map === 'string') return map;
  const wrong = checkRange(vm, address ?? 0, size) ?? checkRange(vm, offset, size);
  if (wrong !== undefined) return wrong;
  const record = vm.state.store.pagers.records[pager] ?? null;
  if (record === null || record.kind === 'swap') return 'INVALID_ARGUMENT';
  const start = address ?? findHole(vm, map, size, 0);
  if (start === NONE || !isFree(vm, map, start, size)) return 'NO_SPACE';
  const object = objectOfPager(vm, pager, offset + size);
  if (!isCopy && objectAt(vm, object).isFrozen) {
    release(vm, object);
    return 'INVALID_ARGUMENT';
  }
  insertEntry(vm, map, entryOf({ size, object, offset, needsCopy: false }, start));
  if (!isCopy) return start;
  const refusal = replaceByCopy(vm, map, start, size);
  return refusal ?? start;
}

/** The pager's object that has just been mapped gives way to a copy, made by its strategy. */
export function replaceByCopy(
  vm: Vm,
  map: number,
  start: number,
  size: number,
): VmRefusal | undefined {
  const copy = copyIn(vm, map, start, size);
  for (const entry of clipRange(vm, map, start, start + size)) removeEntry(vm, map, entry);
  if (typeof copy === 'string') return copy;
  placeAt(vm, map, copy, start);
  return undefined;
}
