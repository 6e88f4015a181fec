/**
 * The operations on a task's address space: vm_allocate and its family [VM3].
 *
 * Rashid et al. 1987, table 2-1; vm_map, vm_wire and vm_machine_attribute of "Kernel Principles". Each
 * takes the task it works on; sizes and addresses are bytes, and whole pages: that is the only rule of
 * alignment. An operation that is refused has changed nothing that a task could see, vm_write over
 * wired or mapped-file memory apart, which stops where memory runs out.
 *
 * Left out: masks of vm_map; caches of processors, of which vm_machine_attribute flushes mappings alone.
 */

import { allocateAt } from './allocation.ts';
import {
  clipRange,
  EXECUTE,
  entryAt,
  findHole,
  type Inheritance,
  insertEntry,
  isCovered,
  mapAt,
  mergeRange,
  READ,
  removeEntry,
  WRITE,
} from './maps.ts';
import { objectAt, objectOfPager, release } from './objects.ts';
import { dropMapping, removeRange, writeProtectRange } from './pmap.ts';
import { NONE } from './pool.ts';
import type { Vm, VmRefusal } from './state.ts';
import { mapOf } from './tasks.ts';
import { copyIn, copyOut, discardCopy, entryOf, overwrite, placeAt } from './transfers.ts';
import { unwireEntry, unwireRange, wireRange } from './wiring.ts';

/** Zeros at `address`, or wherever there is room (undefined); returns where. */
export function vmAllocate(
  vm: Vm,
  task: number,
  size: number,
  address?: number,
): number | VmRefusal {
  const map = mapOf(vm, task);
  if (typeof map === 'string') return map;
  const wrong = checkRange(vm, address ?? 0, size);
  if (wrong !== undefined) return wrong;
  const start = address ?? findHole(vm, map, size, 0);
  if (start === NONE || !isFree(vm, map, start, size)) return 'NO_SPACE';
  allocateAt(vm, map, start, size);
  return start;
}

/** Nothing is at [address, address + size) any more; holes in it are no matter. */
export function vmDeallocate(
  vm: Vm,
  task: number,
  address: number,
  size: number,
): VmRefusal | undefined {
  const map = mapOf(vm, task);
  if (typeof map === 'string') return map;
  const wrong = checkRange(vm, address, size);
  if (wrong !== undefined) return wrong;
  const entries = clipRange(vm, map, address, address + size);
  for (const entry of entries) unwireEntry(vm, entryAt(vm, entry));
  removeRange(vm, mapAt(vm, map).space, address, address + size);
  for (const entry of entries) removeEntry(vm, map, entry);
  return undefined;
}

/** Rights of the range, or the most that they may ever be, which only falls. */
export function vmProtect(
  vm: Vm,
  task: number,
  address: number,
  size: number,
  protection: number,
  isMaximum = false,
): VmRefusal | undefined {
  const map = mapOf(vm, task);
  if (typeof map === 'string') return map;
  const end = address + size;
  const wrong = checkRange(vm, address, size) ?? checkRights(protection);
  if (wrong !== undefined) return wrong;
  if (!isCovered(vm, map, address, end)) return 'INVALID_ADDRESS';
  const entries = clipRange(vm, map, address, end).map((id) => entryAt(vm, id));
  const isAllowed = entries.every(({ protectionMax }) => (protection & ~protectionMax) === 0);
  if (isAllowed)
    for (const entry of entries) {
      if (isMaximum) entry.protectionMax = protection;
      entry.protection = isMaximum ? protection & entry.protection : protection;
      const { space } = mapAt(vm, map);
      if ((entry.protection & READ) === 0) removeRange(vm, space, entry.start, entry.end);
      else if ((entry.protection & WRITE) === 0)
        writeProtectRange(vm, space, entry.start, entry.end);
    }
  mergeRange(vm, map, address, end);
  return isAllowed ? undefined : 'PROTECTION_FAILURE';
}

/** What a child gets of the range when the task forks. */
export function vmInherit(
  vm: Vm,
  task: number,
  address: number,
  size: number,
  inheritance: Inheritance,
): VmRefusal | undefined {
  const map = mapOf(vm, task);
  if (typeof map === 'string') return map;
  const end = address + size;
  const wrong = checkRange(vm, address, size);
  if (wrong !== undefined) return wrong;
  if (!isCovered(vm, map, address, end)) return 'INVALID_ADDRESS';
  for (const id of clipRange(vm, map, address, end)) entryAt(vm, id).inheritance = inheritance;
  mergeRange(vm, map, address, end);
  return undefined;
}

/** The range, copied over another of the same task. */
export function vmCopy(
  vm: Vm,
  task: number,
  source: number,
  size: number,
  target: number,
): VmRefusal | undefined {
  return vmWrite(vm, task, target, task, source, size);
}

/** A copy of the range of `task`, in new memory of `reader`; returns its address there. */
export function vmRead(
  vm: Vm,
  task: number,
  address: number,
  size: number,
  reader: number,
): number | VmRefusal {
  const copy = copyOf(vm, task, address, size);
  if (typeof copy === 'string') return copy;
  const into = mapOf(vm, reader);
  const placed = typeof into === 'string' ? into : copyOut(vm, into, copy);
  if (typeof placed === 'string') discardCopy(vm, copy);
  return placed;
}

/** A copy of the range of `writer`, over the range of `task` at `address`. */
export function vmWrite(
  vm: Vm,
  task: number,
  address: number,
  writer: number,
  source: number,
  size: number,
): VmRefusal | undefined {
  const map = mapOf(vm, task);
  if (typeof map === 'string') return map;
  const wrong = checkRange(vm, address, size);
  if (wrong !== undefined) return wrong;
  const copy = copyOf(vm, writer, source, size);
  if (typeof copy === 'string') return copy;
  const refusal = overwrite(vm, map, address, copy);
  if (refusal !== undefined) discardCopy(vm, copy);
  return refusal;
}

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
  if (record === null || record.kind !== 'file') return 'INVALID_ARGUMENT';
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

/** Wires the range, or undoes one wiring of it. */
export function vmWire(
  vm: Vm,
  task: number,
  address: number,
  size: number,
  isWired: boolean,
): VmRefusal | undefined {
  const map = mapOf(vm, task);
  if (typeof map === 'string') return map;
  const wrong = checkRange(vm, address, size);
  if (wrong !== undefined) return wrong;
  return (isWired ? wireRange : unwireRange)(vm, map, address, address + size);
}

export type MachineAttribute = 'cache';
export type AttributeValue = 'flush' | 'off';

/** The one thing of the machine that is told of here: mappings, which are flushed but if wired. */
export function vmMachineAttribute(
  vm: Vm,
  task: number,
  address: number,
  size: number,
  _attribute: MachineAttribute,
  value: AttributeValue,
): VmRefusal | undefined {
  const map = mapOf(vm, task);
  if (typeof map === 'string') return map;
  const wrong = checkRange(vm, address, size);
  if (wrong !== undefined) return wrong;
  if (value !== 'flush') return 'INVALID_ARGUMENT';
  const { space } = mapAt(vm, map);
  for (let at = address; at < address + size; at += vm.parameters.pageBytes)
    dropMapping(vm, space, at);
  return undefined;
}

function copyOf(vm: Vm, task: number, address: number, size: number): number | VmRefusal {
  const map = mapOf(vm, task);
  if (typeof map === 'string') return map;
  return checkRange(vm, address, size) ?? copyIn(vm, map, address, size);
}

/** The pager's object that has just been mapped gives way to a copy, made by its strategy. */
function replaceByCopy(vm: Vm, map: number, start: number, size: number): VmRefusal | undefined {
  const copy = copyIn(vm, map, start, size);
  for (const entry of clipRange(vm, map, start, start + size)) removeEntry(vm, map, entry);
  if (typeof copy === 'string') return copy;
  placeAt(vm, map, copy, start);
  return undefined;
}

function isFree(vm: Vm, map: number, start: number, size: number): boolean {
  return findHole(vm, map, size, start) === start;
}

function checkRange(vm: Vm, address: number, size: number): VmRefusal | undefined {
  const { pageBytes } = vm.parameters;
  const isWhole = address % pageBytes === 0 && size % pageBytes === 0;
  if (!isWhole || address < 0 || size <= 0 || !Number.isSafeInteger(address + size))
    return 'INVALID_ARGUMENT';
  return undefined;
}

/** No MMU here can let a page be written or executed and not read. */
function checkRights(protection: number): VmRefusal | undefined {
  const isKnown = (protection & ~(READ | WRITE | EXECUTE)) === 0;
  return isKnown && (protection === 0 || (protection & READ) !== 0)
    ? undefined
    : 'INVALID_ARGUMENT';
}
