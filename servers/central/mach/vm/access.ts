/**
 * Accesses of programs: as the processor makes them, through the page table, with a fault where the
 * table does not let them pass. A fault makes the access pass, or it is refused.
 */

import { assert } from '../../../../sim-hw/assert.ts';
import { type Contents, zeroContents } from '../../../../sim-hw/contents.ts';
import { readFrame, writeFrame } from '../../../../sim-hw/frames.ts';
import { MODIFIED, REFERENCED, WRITABLE } from '../../../../sim-hw/page-table/format.ts';
import { faultOfHardware, locatePage } from './fault.ts';
import { entryAt, findEntry, mapAt, READ, WRITE } from './maps.ts';
import { NONE } from './pool.ts';
import { bottomOf } from './resolve.ts';
import type { Vm, VmRefusal } from './state.ts';
import { mapOf } from './tasks.ts';

const FRAME_BYTES = 4096;

/** Reads the frame-sized page at `address` into `contents`. */
export function readMemory(
  vm: Vm,
  task: number,
  address: number,
  contents: Contents,
): VmRefusal | undefined {
  const frame = access(vm, task, address, READ);
  if (typeof frame === 'string') return frame;
  readFrame(vm.state.frames, frame, contents);
  return undefined;
}

/** Writes `contents` to the frame-sized page at `address`. */
export function writeMemory(
  vm: Vm,
  task: number,
  address: number,
  contents: Contents,
): VmRefusal | undefined {
  const frame = access(vm, task, address, READ | WRITE);
  if (typeof frame === 'string') return frame;
  writeFrame(vm.state.frames, frame, contents);
  return undefined;
}

/** The frame at `address` that the hardware finds, or NONE: the access would fault. */
export function frameAt(vm: Vm, task: number, address: number, rights: number): number {
  const map = mapOf(vm, task);
  if (typeof map === 'string') return NONE;
  const isWrite = (rights & WRITE) !== 0;
  const index = walk(vm, mapAt(vm, map).space, Math.floor(address / FRAME_BYTES));
  return index < 0 ? NONE : passed(vm, index, isWrite);
}

/** What a read at `address` would find, without one: nothing changes. False: nothing is there, or only a task can tell. */
export function lookAt(vm: Vm, task: number, address: number, contents: Contents): boolean {
  const map = mapOf(vm, task);
  if (typeof map === 'string') return false;
  const found = findEntry(vm, map, address);
  if (found === NONE) return false;
  zeroContents(contents);
  const { pageBytes, pageOrder } = vm.parameters;
  const base = address - (address % pageBytes);
  const [bottom, at] = bottomOf(vm, entryAt(vm, found), base);
  if (bottom.object === NONE) return true;
  const located = locatePage(vm, bottom.object, bottom.offset + at - bottom.start);
  if (located.isUnknown) return false;
  const within = (address - base) / FRAME_BYTES;
  const { frames, store } = vm.state;
  if (located.page !== NONE) readFrame(frames, (located.page << pageOrder) + within, contents);
  else if (located.block !== NONE)
    readFrame(store.memory, (located.block << pageOrder) + within, contents);
  return true;
}

/** The frame at `address`, once the access has passed: a write misreported as a read faults twice. */
function access(vm: Vm, task: number, address: number, rights: number): number | VmRefusal {
  const map = mapOf(vm, task);
  if (typeof map === 'string') return map;
  const { space } = mapAt(vm, map);
  const vpn = Math.floor(address / FRAME_BYTES);
  const isWrite = (rights & WRITE) !== 0;
  for (let tries = 0; tries < 3; tries++) {
    const index = walk(vm, space, vpn);
    const frame = index < 0 ? NONE : passed(vm, index, isWrite);
    if (frame !== NONE) return frame;
    const refusal = faultOfHardware(vm, map, vpn * FRAME_BYTES, rights);
    if (refusal !== undefined) return refusal;
  }
  assert(false, 'access: a fault was answered, and the access does not pass');
}

/** The frame of the entry, whose bits tell of the access; NONE: it may not pass. */
function passed({ state }: Vm, index: number, isWrite: boolean): number {
  const { entries } = state.table;
  if (isWrite && (entries[index] & WRITABLE) === 0) return NONE;
  entries[index] |= isWrite ? REFERENCED | MODIFIED : REFERENCED;
  return entries[index] >>> 8;
}

/** What the hardware finds; where it has lost what the kernel knows, the kernel puts it back. */
function walk({ format, state }: Vm, space: number, vpn: number): number {
  const index = format.walk(state.table, space, vpn);
  if (index >= 0 || !format.reload(state.table, space, vpn)) return index;
  return format.walk(state.table, space, vpn);
}
