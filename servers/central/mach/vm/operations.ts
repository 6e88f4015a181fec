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
import { checkRange, checkRights, isFree } from './arguments.ts';
import {
  clipRange,
  entryAt,
  findHole,
  type Inheritance,
  isCovered,
  mapAt,
  mergeRange,
  READ,
  removeEntry,
  WRITE,
  whyNotAccessible,
} from './maps.ts';
import { overwrite } from './overwriting.ts';
import { dropMapping, removeRange, writeProtectRange } from './pmap.ts';
import { NONE } from './pool.ts';
import type { Vm, VmRefusal } from './state.ts';
import { mapOf } from './tasks.ts';
import { copyIn, copyOut, discardCopy } from './transfers.ts';
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
  const from = mapOf(vm, task);
  if (typeof from === 'string') return from;
  const into = mapOf(vm, reader);
  if (typeof into === 'string') return into;
  const wrong =
    checkRange(vm, address, size) ?? whyNotAccessible(vm, from, address, address + size, READ);
  if (wrong !== undefined) return wrong;
  if (findHole(vm, into, size, 0) === NONE) return 'NO_SPACE';
  const copy = copyIn(vm, from, address, size);
  return typeof copy === 'string' ? copy : copyOut(vm, into, copy);
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
  const from = mapOf(vm, writer);
  if (typeof from === 'string') return from;
  const wrong =
    checkRange(vm, address, size) ??
    checkRange(vm, source, size) ??
    whyNotAccessible(vm, from, source, source + size, READ) ??
    whyNotAccessible(vm, map, address, address + size, WRITE);
  if (wrong !== undefined) return wrong;
  const copy = copyIn(vm, from, source, size);
  if (typeof copy === 'string') return copy;
  const refusal = overwrite(vm, map, address, copy);
  if (refusal !== undefined) discardCopy(vm, copy);
  return refusal;
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
