/**
 * Wired memory: pages of a range that stay in memory, mapped, until they are unwired [VM15]. Each is
 * made its entry's own when it is wired, so that no later write moves it.
 */

import { faultPage } from './fault.ts';
import { clipRange, entryAt, isCovered, type MapEntry, mapAt, mergeRange, READ } from './maps.ts';
import { objectAt } from './objects.ts';
import { changeWiring } from './pmap.ts';
import { NONE, recordOf } from './pool.ts';
import { residentPage, unwirePage, wirePage } from './resident-pages.ts';
import { bottomOf } from './resolve.ts';
import type { Vm, VmRefusal } from './state.ts';

/** Wires all pages of [start, end), or none of them. */
export function wireRange(vm: Vm, map: number, start: number, end: number): VmRefusal | undefined {
  if (!isCovered(vm, map, start, end)) return 'INVALID_ADDRESS';
  const entries = clipRange(vm, map, start, end).map((id) => entryAt(vm, id));
  let refusal: VmRefusal | undefined;
  const done: MapEntry[] = [];
  for (const entry of entries) {
    refusal = wireEntry(vm, map, entry);
    if (refusal !== undefined) break;
    done.push(entry);
  }
  if (refusal !== undefined) for (const entry of done) unwireOnce(vm, map, entry);
  mergeRange(vm, map, start, end);
  return refusal;
}

/** Undoes one wiring of the range; refused where it was not wired. */
export function unwireRange(
  vm: Vm,
  map: number,
  start: number,
  end: number,
): VmRefusal | undefined {
  if (!isCovered(vm, map, start, end)) return 'INVALID_ADDRESS';
  const entries = clipRange(vm, map, start, end).map((id) => entryAt(vm, id));
  const isWired = entries.every(({ wirings }) => wirings > 0);
  if (isWired) for (const entry of entries) unwireOnce(vm, map, entry);
  mergeRange(vm, map, start, end);
  return isWired ? undefined : 'INVALID_ARGUMENT';
}

/** The entry has nothing wired any more; for one that is about to go. */
export function unwireEntry(vm: Vm, entry: MapEntry): void {
  if (entry.wirings === 0) return;
  entry.wirings = 0;
  unwirePages(vm, entry, entry.end);
}

/** Bytes that are wired in the spaces of `tasks`; a space that some have on loan counts once. */
export function wiredBytes(vm: Vm, tasks: readonly number[]): number {
  const maps = new Set(tasks.map((task) => recordOf(vm.state.tasks, task).map));
  return [...maps].reduce((sum, map) => sum + bytesWhere(vm, map, 0, Infinity, true), 0);
}

/** Bytes of [start, end) that are there and not wired. */
export function unwiredWithin(vm: Vm, map: number, start: number, end: number): number {
  return bytesWhere(vm, map, start, end, false);
}

function bytesWhere(vm: Vm, map: number, from: number, to: number, isWired: boolean): number {
  let bytes = 0;
  for (let at = mapAt(vm, map).first; at !== NONE; at = entryAt(vm, at).next) {
    const { start, end, wirings } = entryAt(vm, at);
    if (wirings > 0 === isWired) bytes += Math.max(0, Math.min(end, to) - Math.max(start, from));
  }
  return bytes;
}

function wireEntry(vm: Vm, map: number, entry: MapEntry): VmRefusal | undefined {
  if (entry.wirings > 0) {
    entry.wirings++;
    return undefined;
  }
  const { pageBytes } = vm.parameters;
  for (let address = entry.start; address < entry.end; address += pageBytes) {
    const refusal = faultPage(vm, map, address, READ, true);
    if (refusal !== undefined) {
      dropWired(vm, map, entry, address);
      return refusal;
    }
    const { page, object } = ownPage(vm, entry, address);
    if (vm.state.resident.wirings[page] === 0) objectAt(vm, object).wiredPages++;
    wirePage(vm, page);
  }
  entry.wirings = 1;
  return undefined;
}

function unwireOnce(vm: Vm, map: number, entry: MapEntry): void {
  if (--entry.wirings > 0) return;
  dropWired(vm, map, entry, entry.end);
}

/** Pages of the entry up to `end` are wired by it no more; their mappings may be dropped again. */
function dropWired(vm: Vm, map: number, entry: MapEntry, end: number): void {
  const { space } = mapAt(vm, map);
  const { pageBytes } = vm.parameters;
  for (let address = entry.start; address < end; address += pageBytes)
    changeWiring(vm, space, address, false);
  unwirePages(vm, entry, end);
}

function unwirePages(vm: Vm, entry: MapEntry, end: number): void {
  for (let address = entry.start; address < end; address += vm.parameters.pageBytes) {
    const { page, object } = ownPage(vm, entry, address);
    if (unwirePage(vm, page)) objectAt(vm, object).wiredPages--;
  }
}

/** A wired page is its entry's own: in the first object, and in memory. */
function ownPage(vm: Vm, entry: MapEntry, address: number): { page: number; object: number } {
  const [bottom, at] = bottomOf(vm, entry, address);
  const { object } = bottom;
  return { object, page: residentPage(vm, object, bottom.offset + at - bottom.start) };
}
