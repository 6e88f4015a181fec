/** Arguments of operations: what is looked at before anything is done [VM3]. */

import { EXECUTE, findHole, READ, WRITE } from './maps.ts';
import type { Vm, VmRefusal } from './state.ts';

/** Whether nothing is at [start, start + size). */
export function isFree(vm: Vm, map: number, start: number, size: number): boolean {
  return findHole(vm, map, size, start) === start;
}

/** Whole pages, and at least one. */
export function checkRange(vm: Vm, address: number, size: number): VmRefusal | undefined {
  const { pageBytes } = vm.parameters;
  const isWhole = address % pageBytes === 0 && size % pageBytes === 0;
  if (!isWhole || address < 0 || size <= 0 || !Number.isSafeInteger(address + size))
    return 'INVALID_ARGUMENT';
  return undefined;
}

/** No MMU here can let a page be written or executed and not read. */
export function checkRights(protection: number): VmRefusal | undefined {
  const isKnown = (protection & ~(READ | WRITE | EXECUTE)) === 0;
  return isKnown && (protection === 0 || (protection & READ) !== 0)
    ? undefined
    : 'INVALID_ARGUMENT';
}
