/**
 * Memory under way: what one space gives to another in a message, without copying it [VM13] [VM22].
 *
 *   vmTake --> vmMemoryIs: a capability    sent along with a message to whom it is meant for
 *       --(vmReceive)--> in a space, where nothing was        once: the capability is used up
 *       --(vmWrite)----> over what was there
 *       --(vmDrop, no living task has it any more)--> gone
 *
 * Out-of-line memory of Mach's messages; vm_write, whose data comes so. It outlives who has sent it.
 */

import { OP } from '../../../../contracts/messages.ts';
import * as refusals from '../../../../contracts/refusals.ts';
import { removeCapability, VM_MEMORY } from '../../../../nucleus/capabilities.ts';
import { reply } from '../../../../nucleus/ipc.ts';
import type { Kernel } from '../../../../nucleus/kernel.ts';
import type { Message } from '../../../../nucleus/messages.ts';
import * as mach from '../vm/index.ts';
import { answer, reasons } from './answers.ts';
import { endName, giveName, isHeld, placeNamed, placesOwned, tableOf } from './names.ts';
import { memoryOf, type VmServerState } from './state.ts';

export function take(
  kernel: Kernel,
  server: VmServerState,
  { from, w1: page, w2: pages, w3: tag }: Message,
  task: number,
): number {
  const { underWay, limits } = server;
  if (placesOwned(underWay, from).length >= limits.underWayMax) sweepMemory(kernel, server);
  if (placesOwned(underWay, from).length >= limits.underWayMax) return refusals.NO_PLACE;
  const vm = memoryOf(kernel, server);
  const { pageBytes } = server.parameters;
  const address = page < 0 ? undefined : page * pageBytes;
  const given = giveName(kernel, underWay, VM_MEMORY, from, () =>
    mach.takeMemory(vm, task, pages * pageBytes, address),
  );
  if (given === undefined) return refusals.NO_PLACE;
  if (typeof given === 'string') return reasons[given];
  const size = mach.sizeUnderWay(vm, underWay.values[given.place]) / pageBytes;
  reply(kernel, server.id, from, OP.vmMemoryIs, tag, given.slot, size, 0, 0);
  return refusals.DONE;
}

/** vmReceive and vmWrite. Refused, the memory stays under way. */
export function takeOut(
  kernel: Kernel,
  server: VmServerState,
  message: Message,
  task: number,
): number {
  const { op, from, w1: page, w2: slot } = message;
  const place = placeNamed(kernel, server.underWay, VM_MEMORY, from, slot);
  if (place === mach.NONE) return refusals.NO_SUCH_MEMORY;
  const vm = memoryOf(kernel, server);
  const memory = server.underWay.values[place];
  const address = page < 0 ? undefined : page * server.parameters.pageBytes;
  const at =
    op === OP.vmReceive
      ? mach.receiveMemory(vm, task, memory, address)
      : (mach.replaceMemory(vm, task, memory, address as number) ?? (address as number));
  if (typeof at === 'string') return reasons[at];
  endName(server.underWay, place);
  removeCapability(tableOf(kernel, from), slot);
  return answer(kernel, server, message, at);
}

export function drop(kernel: Kernel, server: VmServerState, message: Message): number {
  const { from, w0: slot } = message;
  const place = placeNamed(kernel, server.underWay, VM_MEMORY, from, slot);
  if (place === mach.NONE) return refusals.NO_SUCH_MEMORY;
  end(kernel, server, place);
  removeCapability(tableOf(kernel, from), slot);
  return answer(kernel, server, message, 0);
}

/** Memory that no living task can take out any more is gone. */
export function sweepMemory(kernel: Kernel, server: VmServerState): void {
  const { underWay } = server;
  for (const [place, memory] of underWay.values.entries())
    if (memory !== mach.NONE && !isHeld(kernel, underWay, VM_MEMORY, place))
      end(kernel, server, place);
}

function end(kernel: Kernel, server: VmServerState, place: number): void {
  mach.discardCopy(memoryOf(kernel, server), server.underWay.values[place]);
  endName(server.underWay, place);
}
