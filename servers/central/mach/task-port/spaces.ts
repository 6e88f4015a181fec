/** Address spaces: made, forked, ended; whoever has a capability may work on one [VM19] [VM20]. */

import { OP } from '../../../../contracts/messages.ts';
import * as refusals from '../../../../contracts/refusals.ts';
import { VM_EAGER, VM_LEND } from '../../../../contracts/vm-messages.ts';
import { VM_SPACE } from '../../../../nucleus/capabilities.ts';
import { reply } from '../../../../nucleus/ipc.ts';
import type { Kernel } from '../../../../nucleus/kernel.ts';
import type { Message } from '../../../../nucleus/messages.ts';
import * as mach from '../vm/index.ts';
import { reasons } from './answers.ts';
import { endName, giveName, placeNamed, placesOwned, valueNamed } from './names.ts';
import { memoryOf, type VmServerState } from './state.ts';

/** The task of the virtual memory whose space the sender's capability names, or NONE. */
export function taskNamed(
  kernel: Kernel,
  server: VmServerState,
  from: number,
  slot: number,
): number {
  return valueNamed(kernel, server.spaces, VM_SPACE, from, slot);
}

export function createSpace(kernel: Kernel, server: VmServerState, message: Message): number {
  if (server.vm.freeSpaces.length === 0) return refusals.NO_PLACE;
  return give(kernel, server, message.from, message.w0, () =>
    mach.createTask(memoryOf(kernel, server)),
  );
}

export function forkSpace(
  kernel: Kernel,
  server: VmServerState,
  { from, w1: how, w2: tag }: Message,
  parent: number,
): number {
  const vm = memoryOf(kernel, server);
  if (how === VM_LEND) return give(kernel, server, from, tag, () => mach.vforkTask(vm, parent));
  if (server.vm.freeSpaces.length === 0) return refusals.NO_PLACE;
  return give(kernel, server, from, tag, () => mach.forkTask(vm, parent, how === VM_EAGER));
}

/** Ends the space that the message names, which is there. */
export function endSpace(
  kernel: Kernel,
  server: VmServerState,
  { from, w0 }: Message,
): mach.VmRefusal | undefined {
  const place = placeNamed(kernel, server.spaces, VM_SPACE, from, w0);
  const refusal = mach.endTask(memoryOf(kernel, server), server.spaces.values[place]);
  if (refusal === undefined) endName(server.spaces, place);
  return refusal;
}

/** Ends all spaces that the dead task has made, and before each those that have it on loan. */
export function endSpacesOf(kernel: Kernel, server: VmServerState, dead: number): void {
  for (const place of placesOwned(server.spaces, dead)) endWhole(kernel, server, place);
}

function endWhole(kernel: Kernel, server: VmServerState, place: number): void {
  const { values } = server.spaces;
  const task = values[place];
  if (task === mach.NONE) return;
  for (const [other, borrower] of values.entries())
    if (borrower !== mach.NONE && server.vm.tasks.records[borrower]?.lender === task)
      endWhole(kernel, server, other);
  mach.endTask(memoryOf(kernel, server), task);
  endName(server.spaces, place);
}

function give(
  kernel: Kernel,
  server: VmServerState,
  to: number,
  tag: number,
  make: () => number | mach.VmRefusal,
): number {
  const given = giveName(kernel, server.spaces, VM_SPACE, to, make);
  if (given === undefined) return refusals.NO_PLACE;
  if (typeof given === 'string') return reasons[given];
  reply(kernel, server.id, to, OP.vmSpaceIs, tag, given.slot, 0, 0, 0);
  return refusals.DONE;
}
