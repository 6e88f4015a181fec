/**
 * Memory under way: what one address space gives to another without copying it [VM13].
 *
 *   copyIn      a range of a map  -> copied memory, in pieces; the range and the pieces need a copy
 *                                    before either is written
 *   copyOut     copied memory     -> a new range of a map (vm_read, out-of-line data of a message)
 *   overwrite   copied memory     -> in place of what a range holds (vm_copy, vm_write)
 *
 * Rashid et al. 1987, section 2; vm_map_copyin and its brothers of Mach 3. A message with a whole
 * address space is one copied memory with a piece for each entry (message-memory.ts). Copied memory is
 * consumed once. `overwrite` is in overwriting.ts.
 */

import {
  ALL,
  clipRange,
  type EntryFields,
  entryAt,
  findHole,
  insertEntry,
  type MapEntry,
  mapAt,
  mergeRange,
  READ,
  WRITE,
  whyNotAccessible,
} from './maps.ts';
import {
  copyAtOnce,
  copyByPager,
  copyDelayed,
  copySymmetrically,
  howCopied,
} from './object-copies.ts';
import { release } from './objects.ts';
import { offsetsWithin } from './page-index.ts';
import { writeProtectAll, writeProtectRange } from './pmap.ts';
import { forget, keep, NONE, recordOf } from './pool.ts';
import { residentPage } from './resident-pages.ts';
import type { Vm, VmRefusal } from './state.ts';

export interface MemoryPiece {
  readonly size: number;
  /** With a reference, or NONE: zeros. */
  readonly object: number;
  readonly offset: number;
  readonly needsCopy: boolean;
  /** Nothing was there, and nothing comes out: between the entries of a whole address space. */
  readonly isHole?: true;
}

export interface CopiedMemory {
  readonly size: number;
  readonly pieces: readonly MemoryPiece[];
}

/** Takes a copy of [start, start + size); nothing is copied until somebody writes. */
export function copyIn(vm: Vm, map: number, start: number, size: number): number | VmRefusal {
  const end = start + size;
  const wrong = whyNotAccessible(vm, map, start, end, READ);
  if (wrong !== undefined) return wrong;
  const tops = clipRange(vm, map, start, end);
  const pieces: MemoryPiece[] = [];
  for (const top of tops) {
    const more = copyEntry(vm, map, entryAt(vm, top), false);
    if (more === undefined) {
      releasePieces(vm, pieces);
      return 'RESOURCE_SHORTAGE';
    }
    pieces.push(...more);
  }
  mergeRange(vm, map, start, end);
  return keep(vm.state.copies, { size, pieces });
}

/** Puts copied memory into the map, at `address` or the lowest hole that holds it; returns where. */
export function copyOut(vm: Vm, map: number, copy: number, address?: number): number | VmRefusal {
  const { size } = recordOf(vm.state.copies, copy);
  const start = findHole(vm, map, size, address ?? 0);
  if (start === NONE || start !== (address ?? start)) return 'NO_SPACE';
  placeAt(vm, map, copy, start);
  return start;
}

/** The same at `start`, where nothing is. */
export function placeAt(vm: Vm, map: number, copy: number, start: number): void {
  let address = start;
  for (const piece of recordOf(vm.state.copies, copy).pieces) {
    if (!piece.isHole) insertEntry(vm, map, entryOf(piece, address));
    address += piece.size;
  }
  forget(vm.state.copies, copy);
}

/** The copied memory is gone. */
export function discardCopy(vm: Vm, copy: number): void {
  releasePieces(vm, recordOf(vm.state.copies, copy).pieces);
  forget(vm.state.copies, copy);
}

/**
 * A copy of all that the entry maps, by its objects' strategies or all at once; undefined when
 * memory runs out.
 */
export function copyEntry(
  vm: Vm,
  map: number,
  top: MapEntry,
  isAtOnce: boolean,
): MemoryPiece[] | undefined {
  const pieces: MemoryPiece[] = [];
  for (const bottom of bottomsOf(vm, top)) {
    const piece = copyBottom(vm, map, top, bottom, isAtOnce);
    if (piece === undefined) {
      releasePieces(vm, pieces);
      return undefined;
    }
    pieces.push(piece);
  }
  return pieces;
}

/** The entries that have the objects of `top`: itself, or those of its sharing map, clipped to it. */
export function bottomsOf(vm: Vm, top: MapEntry): MapEntry[] {
  if (top.submap === NONE) return [top];
  const range = clipRange(vm, top.submap, top.offset, top.offset + top.end - top.start);
  return range.map((entry) => entryAt(vm, entry));
}

export function entryOf(piece: MemoryPiece, start: number): EntryFields {
  const { size, object, offset, needsCopy } = piece;
  return {
    start,
    end: start + size,
    object,
    submap: NONE,
    offset,
    needsCopy,
    inheritance: 'copy',
    protection: READ | WRITE,
    protectionMax: ALL,
    wirings: 0,
  };
}

function copyBottom(
  vm: Vm,
  map: number,
  top: MapEntry,
  bottom: MapEntry,
  isAtOnce: boolean,
): MemoryPiece | undefined {
  const size = bottom.end - bottom.start;
  const { object, offset } = bottom;
  if (object === NONE) return { size, object, offset: 0, needsCopy: false };
  switch (isAtOnce ? 'at once' : howCopied(vm, object)) {
    case 'symmetric':
      if (!bottom.needsCopy) {
        bottom.needsCopy = true;
        writeProtect(vm, map, top, bottom);
      }
      return { size, ...copySymmetrically(vm, object, offset) };
    case 'delayed':
      return { size, ...copyDelayed(vm, object, offset) };
    case 'told':
      return { size, ...copyByPager(vm, object, offset, size) };
    case 'at once': {
      const copy = copyAtOnce(vm, object, offset, size);
      return copy && { size, ...copy };
    }
  }
}

/** Nobody may write to the entry's pages without a fault. Only those of its own object can be so. */
function writeProtect(vm: Vm, map: number, top: MapEntry, bottom: MapEntry): void {
  if (top === bottom) {
    writeProtectRange(vm, mapAt(vm, map).space, top.start, top.end);
    return;
  }
  const { index } = vm.state.resident;
  const { object, offset } = bottom;
  const end = offset + bottom.end - bottom.start;
  for (const at of offsetsWithin(index, object, offset, end))
    writeProtectAll(vm, residentPage(vm, object, at));
}

export function releasePieces(vm: Vm, pieces: readonly MemoryPiece[]): void {
  for (const { object } of pieces) if (object !== NONE) release(vm, object);
}
