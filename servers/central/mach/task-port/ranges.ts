/**
 * Operations on a range of a space: vm_allocate and its family, vm_wire, vm_machine_attribute [VM19].
 *
 * Mach lets wire who has the capability to the host. Here whoever may work on a space may, but no more
 * in all that its maker has than `wiredMax` says [VM23].
 */

import { OP } from '../../../../contracts/messages.ts';
import * as refusals from '../../../../contracts/refusals.ts';
import { VM_MAXIMUM } from '../../../../contracts/vm-messages.ts';
import { VM_SPACE } from '../../../../nucleus/capabilities.ts';
import type { Kernel } from '../../../../nucleus/kernel.ts';
import type { Message } from '../../../../nucleus/messages.ts';
import * as mach from '../vm/index.ts';
import { answer, reasons } from './answers.ts';
import { placeNamed, placesOwned } from './names.ts';
import { taskNamed } from './spaces.ts';
import { memoryOf, type VmServerState } from './state.ts';

export const inheritances: readonly mach.Inheritance[] = ['copy', 'share', 'none'];

/** Ops that `workOnRange` serves. */
export const rangeOps: readonly number[] = [
  OP.vmAllocate,
  OP.vmDeallocate,
  OP.vmProtect,
  OP.vmInherit,
  OP.vmCopy,
  OP.vmRead,
  OP.vmWire,
  OP.vmMachineAttribute,
];

export function workOnRange(
  kernel: Kernel,
  server: VmServerState,
  message: Message,
  task: number,
): number {
  const { op, from, w3 } = message;
  if (op === OP.vmWire && w3 === 1) {
    const refusal = whyNotWired(kernel, server, message, task);
    if (refusal !== refusals.DONE) return refusal;
  }
  if (op === OP.vmRead && taskNamed(kernel, server, from, w3) === mach.NONE)
    return refusals.NO_SUCH_TASK;
  const result = work(kernel, server, message, task);
  return answer(kernel, server, message, result ?? message.w1 * server.parameters.pageBytes);
}

/** Works on it; returns where if that was not said, or why not. */
function work(
  kernel: Kernel,
  server: VmServerState,
  { op, from, w1, w2, w3 }: Message,
  task: number,
): number | undefined | mach.VmRefusal {
  const vm = memoryOf(kernel, server);
  const { pageBytes } = server.parameters;
  const [address, size] = [w1 * pageBytes, w2 * pageBytes];
  switch (op) {
    case OP.vmAllocate:
      return mach.vmAllocate(vm, task, size, w1 < 0 ? undefined : address);
    case OP.vmDeallocate:
      return mach.vmDeallocate(vm, task, address, size);
    case OP.vmProtect: {
      const isMaximum = (w3 & VM_MAXIMUM) !== 0;
      return mach.vmProtect(vm, task, address, size, w3 & ~VM_MAXIMUM, isMaximum);
    }
    case OP.vmInherit:
      return mach.vmInherit(vm, task, address, size, inheritances[w3] as mach.Inheritance);
    case OP.vmCopy:
      return mach.vmCopy(vm, task, address, size, w3 * pageBytes);
    case OP.vmWire:
      return mach.vmWire(vm, task, address, size, w3 === 1);
    case OP.vmMachineAttribute:
      return mach.vmMachineAttribute(vm, task, address, size, 'cache', w3 === 0 ? 'flush' : 'off');
    default:
      return mach.vmRead(vm, task, address, size, taskNamed(kernel, server, from, w3));
  }
}

/** With the range wired its space's maker may not have more wired than one may; DONE: it has not. */
function whyNotWired(
  kernel: Kernel,
  server: VmServerState,
  { from, w0, w1, w2 }: Message,
  task: number,
): number {
  const vm = memoryOf(kernel, server);
  const { spaces, limits } = server;
  const { pageBytes } = server.parameters;
  const map = mach.mapOf(vm, task);
  if (typeof map === 'string') return reasons[map];
  const maker = spaces.owners[placeNamed(kernel, spaces, VM_SPACE, from, w0)];
  const owned = placesOwned(spaces, maker).map((place) => spaces.values[place]);
  const start = w1 * pageBytes;
  const more = mach.unwiredWithin(vm, map, start, start + w2 * pageBytes);
  const isBeyond = mach.wiredBytes(vm, owned) + more > limits.wiredMax * pageBytes;
  return isBeyond ? refusals.OVER_WIRED : refusals.DONE;
}
