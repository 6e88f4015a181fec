/**
 * Memory objects of the server's own: named by capability, mapped by whoever has one [VM21].
 *
 *   vmObject --> vmObjectIs   --(vmObjectEnd, its maker's death)--> ended: no capability, no new mapping
 *                                  ended --(nobody maps it, or a copy of it, any more)--> gone
 *
 * vm_map of "Kernel Principles", where the memory object is a port that its pager has made. Objects of
 * pagers that are tasks are mapped by machMap (../emmi/).
 */

import { OP } from '../../../../contracts/messages.ts';
import * as refusals from '../../../../contracts/refusals.ts';
import { objectRangeIs } from '../../../../contracts/vm-messages.ts';
import { VM_OBJECT } from '../../../../nucleus/capabilities.ts';
import { reply } from '../../../../nucleus/ipc.ts';
import type { Kernel } from '../../../../nucleus/kernel.ts';
import type { Message } from '../../../../nucleus/messages.ts';
import * as mach from '../vm/index.ts';
import { answer } from './answers.ts';
import { endName, giveName, placeNamed, placesOwned } from './names.ts';
import { memoryOf, type VmServerState } from './state.ts';

export function createMemoryObject(
  kernel: Kernel,
  server: VmServerState,
  { from, w0: pages, w1: strategy, w2: tag }: Message,
): number {
  const { objects, objectPages, limits } = server;
  const had = placesOwned(objects, from).reduce((sum, place) => sum + objectPages[place], 0);
  if (had + pages > limits.objectPagesMax) return refusals.OVER_QUOTA;
  const given = giveName(kernel, objects, VM_OBJECT, from, () =>
    mach.createFile(memoryOf(kernel, server), pages, strategy === 0 ? 'none' : 'delay'),
  );
  if (given === undefined) return refusals.NO_PLACE;
  if (typeof given === 'string') return refusals.STORE_FULL;
  objectPages[given.place] = pages;
  reply(kernel, server.id, from, OP.vmObjectIs, tag, given.slot, 0, 0, 0);
  return refusals.DONE;
}

export function endMemoryObject(kernel: Kernel, server: VmServerState, message: Message): number {
  const place = placeNamed(kernel, server.objects, VM_OBJECT, message.from, message.w0);
  if (place === mach.NONE) return refusals.NO_SUCH_OBJECT;
  end(kernel, server, place);
  return answer(kernel, server, message, 0);
}

/** Maps pages of an object, or a copy of them, into the space of `task`. */
export function mapMemoryObject(
  kernel: Kernel,
  server: VmServerState,
  message: Message,
  task: number,
): number {
  const { from, w1: page, w2: slot, w3: range } = message;
  const place = placeNamed(kernel, server.objects, VM_OBJECT, from, slot);
  if (place === mach.NONE) return refusals.NO_SUCH_OBJECT;
  const { from: first, pages, isCopy } = objectRangeIs(range);
  if (first + pages > server.objectPages[place]) return refusals.NO_SUCH_PAGE;
  const { pageBytes } = server.parameters;
  const start = mach.vmMap(
    memoryOf(kernel, server),
    task,
    server.objects.values[place],
    first * pageBytes,
    pages * pageBytes,
    isCopy,
    page < 0 ? undefined : page * pageBytes,
  );
  return answer(kernel, server, message, start);
}

/** Ends all objects that the dead task has made. */
export function endObjectsOf(kernel: Kernel, server: VmServerState, dead: number): void {
  for (const place of placesOwned(server.objects, dead)) end(kernel, server, place);
}

/** Ended objects that nobody maps any more are gone, with their blocks of swap. */
export function sweepObjects(kernel: Kernel, server: VmServerState): void {
  const { ending } = server;
  for (let at = ending.length - 1; at >= 0; at--)
    if (mach.endFile(memoryOf(kernel, server), ending[at] as number)) ending.splice(at, 1);
}

function end(kernel: Kernel, server: VmServerState, place: number): void {
  server.ending.push(server.objects.values[place]);
  server.objectPages[place] = 0;
  endName(server.objects, place);
  sweepObjects(kernel, server);
}
