/**
 * Memory of a message, as whoever sends and receives it names it [VM13] [VM22]: a range of a task's, or
 * all that its address space has, with the holes between; taken here, and received or written there.
 *
 *   takeMemory   task --> memory under way --+--> receiveMemory   where nothing is
 *                                            '--> replaceMemory   over what is there
 *
 * Rashid et al. 1987, section 2: "an entire address space may be sent in a single message".
 */

import { checkRange } from './arguments.ts';
import { entryAt, mapAt, READ } from './maps.ts';
import { overwrite } from './overwriting.ts';
import { keep, NONE, recordOf } from './pool.ts';
import type { Vm, VmRefusal } from './state.ts';
import { mapOf } from './tasks.ts';
import { copyEntry, copyIn, copyOut, type MemoryPiece, releasePieces } from './transfers.ts';

/** A copy of the range of `task`, or (undefined) of all that it has, under way. */
export function takeMemory(
  vm: Vm,
  task: number,
  size: number,
  address?: number,
): number | VmRefusal {
  const map = mapOf(vm, task);
  if (typeof map === 'string') return map;
  if (address === undefined) return copySpaceIn(vm, map);
  return checkRange(vm, address, size) ?? copyIn(vm, map, address, size);
}

/** Puts it at `address`, or wherever there is room (undefined); returns where. Refused, it stays under way. */
export function receiveMemory(
  vm: Vm,
  task: number,
  memory: number,
  address?: number,
): number | VmRefusal {
  const map = mapOf(vm, task);
  if (typeof map === 'string') return map;
  const { size } = recordOf(vm.state.copies, memory);
  return checkRange(vm, address ?? 0, size) ?? copyOut(vm, map, memory, address);
}

/** Writes it over what is at `address`. Refused, it stays under way. */
export function replaceMemory(
  vm: Vm,
  task: number,
  memory: number,
  address: number,
): VmRefusal | undefined {
  const map = mapOf(vm, task);
  if (typeof map === 'string') return map;
  const { size } = recordOf(vm.state.copies, memory);
  return checkRange(vm, address, size) ?? overwrite(vm, map, address, memory);
}

/** Bytes from the first to the last of memory under way, holes included. */
export function sizeUnderWay({ state }: Vm, memory: number): number {
  return recordOf(state.copies, memory).size;
}

/** A piece for each entry, from the first to the last; what is between them is a hole. */
function copySpaceIn(vm: Vm, map: number): number | VmRefusal {
  const { first } = mapAt(vm, map);
  if (first === NONE) return 'INVALID_ADDRESS';
  for (let at = first; at !== NONE; at = entryAt(vm, at).next)
    if ((entryAt(vm, at).protection & READ) === 0) return 'PROTECTION_FAILURE';
  const { start } = entryAt(vm, first);
  let address = start;
  const pieces: MemoryPiece[] = [];
  for (let at = first; at !== NONE; at = entryAt(vm, at).next) {
    const entry = entryAt(vm, at);
    const size = entry.start - address;
    if (size > 0) pieces.push({ size, object: NONE, offset: 0, needsCopy: false, isHole: true });
    const more = copyEntry(vm, map, entry, false);
    if (more === undefined) {
      releasePieces(vm, pieces);
      return 'RESOURCE_SHORTAGE';
    }
    pieces.push(...more);
    address = entry.end;
  }
  return keep(vm.state.copies, { size: address - start, pieces });
}
