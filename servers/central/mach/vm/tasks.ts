/**
 * Tasks, as far as virtual memory goes: an address map each [VM3] [VM14].
 *
 *   fork    a map of its own; each range as its inheritance says: shared, copied, or none
 *   eager   the same, and what is copied is copied at once, as UNIX without copy-on-write does
 *   vfork   the parent's map, lent: the parent waits until the child has another or ends
 */

import { assert } from '../../../../sim-hw/assert.ts';
import {
  createMap,
  entryAt,
  insertEntry,
  type MapEntry,
  mapAt,
  mergeRange,
  removeEntry,
} from './maps.ts';
import { emptySpace } from './pmap.ts';
import { forget, keep, NONE, recordOf } from './pool.ts';
import type { Vm, VmRefusal } from './state.ts';
import { copyEntry, entryOf } from './transfers.ts';
import { unwireEntry } from './wiring.ts';

export interface Task {
  map: number;
  /** Task whose map it has on loan, or NONE. */
  lender: number;
  /** It has lent its map, and waits. */
  isSuspended: boolean;
}

/** A task with nothing in its address space; refused where the hardware has no space left. */
export function createTask(vm: Vm): number | VmRefusal {
  const map = createTaskMap(vm);
  if (map === NONE) return 'RESOURCE_SHORTAGE';
  return keep(vm.state.tasks, { map, lender: NONE, isSuspended: false });
}

/** The task's map, or why it may not be worked on. */
export function mapOf({ state }: Vm, task: number): number | VmRefusal {
  const record = state.tasks.records[task] ?? null;
  if (record === null) return 'INVALID_TASK';
  return record.isSuspended ? 'TASK_SUSPENDED' : record.map;
}

/** A child with a map of its own. */
export function forkTask(vm: Vm, parent: number, isEager = false): number | VmRefusal {
  const from = mapOf(vm, parent);
  if (typeof from === 'string') return from;
  const into = createTaskMap(vm);
  if (into === NONE) return 'RESOURCE_SHORTAGE';
  for (let at = mapAt(vm, from).first; at !== NONE; at = entryAt(vm, at).next)
    if (!inherit(vm, from, entryAt(vm, at), into, isEager)) {
      endMap(vm, into);
      return 'RESOURCE_SHORTAGE';
    }
  return keep(vm.state.tasks, { map: into, lender: NONE, isSuspended: false });
}

/** A child that has the parent's map on loan; nothing is copied, and nothing looked at. */
export function vforkTask(vm: Vm, parent: number): number | VmRefusal {
  const map = mapOf(vm, parent);
  if (typeof map === 'string') return map;
  recordOf(vm.state.tasks, parent).isSuspended = true;
  mapAt(vm, map).references++;
  return keep(vm.state.tasks, { map, lender: parent, isSuspended: false });
}

/** The task begins anew, with nothing in its space: exec, as far as it goes. */
export function clearTask(vm: Vm, task: number): VmRefusal | undefined {
  const old = mapOf(vm, task);
  if (typeof old === 'string') return old;
  const fresh = createTaskMap(vm);
  if (fresh === NONE) return 'RESOURCE_SHORTAGE';
  leaveMap(vm, task, old);
  recordOf(vm.state.tasks, task).map = fresh;
  return undefined;
}

/** The task ends, and its address space with it. */
export function endTask(vm: Vm, task: number): VmRefusal | undefined {
  const map = mapOf(vm, task);
  if (typeof map === 'string') return map;
  leaveMap(vm, task, map);
  forget(vm.state.tasks, task);
  return undefined;
}

function createTaskMap(vm: Vm): number {
  const space = vm.state.freeSpaces.pop();
  return space === undefined ? NONE : createMap(vm, space, 0, vm.parameters.addressEnd);
}

/** Gives the child what it inherits of one entry; false when memory runs out. */
function inherit(vm: Vm, from: number, entry: MapEntry, into: number, isEager: boolean): boolean {
  const { inheritance, protection, protectionMax } = entry;
  switch (inheritance) {
    case 'none':
      return true;
    case 'share': {
      shareEntry(vm, entry);
      mapAt(vm, entry.submap).references++;
      const { next: _next, previous: _previous, ...fields } = entry;
      insertEntry(vm, into, { ...fields, wirings: 0 });
      return true;
    }
    case 'copy': {
      const pieces = copyEntry(vm, from, entry, isEager);
      if (pieces === undefined) return false;
      let { start } = entry;
      for (const piece of pieces) {
        insertEntry(vm, into, { ...entryOf(piece, start), inheritance, protection, protectionMax });
        start += piece.size;
      }
      if (entry.submap !== NONE)
        mergeRange(vm, entry.submap, entry.offset, entry.offset + entry.end - entry.start);
      return true;
    }
  }
}

/** What the entry maps is in a sharing map from now on, for others to point to. */
function shareEntry(vm: Vm, entry: MapEntry): void {
  if (entry.submap !== NONE) return;
  const size = entry.end - entry.start;
  const submap = createMap(vm, NONE, 0, size);
  const { object, offset, needsCopy } = entry;
  insertEntry(vm, submap, entryOf({ size, object, offset, needsCopy }, 0));
  entry.submap = submap;
  entry.object = NONE;
  entry.offset = 0;
  entry.needsCopy = false;
}

function leaveMap(vm: Vm, task: number, map: number): void {
  const { lender } = recordOf(vm.state.tasks, task);
  if (lender === NONE) {
    endMap(vm, map);
    return;
  }
  mapAt(vm, map).references--;
  recordOf(vm.state.tasks, lender).isSuspended = false;
  recordOf(vm.state.tasks, task).lender = NONE;
}

function endMap(vm: Vm, map: number): void {
  const record = mapAt(vm, map);
  assert(--record.references === 0, 'tasks: a map ends that somebody has on loan');
  for (let at = record.first; at !== NONE; at = entryAt(vm, at).next)
    unwireEntry(vm, entryAt(vm, at));
  emptySpace(vm, record.space);
  while (record.first !== NONE) removeEntry(vm, map, record.first);
  vm.state.freeSpaces.push(record.space);
  forget(vm.state.maps, map);
}
