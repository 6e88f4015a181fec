/**
 * Requests that memory is too short for: they wait until there is more, as threads of Mach wait in its
 * kernel (VM_PAGE_WAIT), but not without end [VM26].
 *
 *   refused NO_FREE_FRAMES --> waits --(more pages or blocks are free)--> tried again, the oldest first
 *                                |  '--(patience is over)--> refused
 *                                '--(its task is dead)--> forgotten
 *
 * A refused attempt has undone what it did, so that a request that waits holds nothing and nobody can
 * wait for it: there is no circle to be caught in. What an attempt has cost its sender pays each time; no
 * attempt is made while there is no more room than there was at the last one.
 */

import { NO_FREE_FRAMES } from '../../../../contracts/refusals.ts';
import { timerAt } from '../../../../nucleus/clock.ts';
import type { Kernel } from '../../../../nucleus/kernel.ts';
import type { Message } from '../../../../nucleus/messages.ts';
import { FREE } from '../vm/resident-pages.ts';
import type { VmServerState } from './state.ts';

export interface Waiting {
  readonly id: number;
  readonly message: Message;
  /** Pages and blocks that were free when it was tried last. */
  room: number;
}

/** Serves a message as if it came now; returns why not, or DONE. */
export type Attempt = (message: Message) => number;

/** Whether the refused message waits from now on; else it is to be answered. */
export function beginToWait(
  kernel: Kernel,
  server: VmServerState,
  message: Message,
  reason: number,
): boolean {
  const { waiting, limits } = server;
  if (reason !== NO_FREE_FRAMES || limits.patienceNs === 0) return false;
  const own = waiting.filter((one) => one.message.from === message.from).length;
  if (own >= limits.waitingMax) return false;
  const id = server.nextWait++;
  waiting.push({ id, message: { ...message }, room: roomOf(server) });
  timerAt(kernel, kernel.state.nowNs + limits.patienceNs, server.id, id);
  return true;
}

/** Tries again what waits, where there is more room now; what that frees may be another's. */
export function tryWaiting(kernel: Kernel, server: VmServerState, attempt: Attempt): void {
  const { account } = kernel.state;
  for (let at = 0; at < server.waiting.length; ) {
    const one = server.waiting[at] as Waiting;
    const room = roomOf(server);
    if (room <= one.room) {
      at++;
      continue;
    }
    one.room = room;
    kernel.state.account = one.message.account;
    if (attempt(one.message) === NO_FREE_FRAMES) at++;
    else server.waiting.splice(at, 1);
  }
  kernel.state.account = account;
}

/** Patience is over: the message to be refused, if it waits still. */
export function givenUp({ waiting }: VmServerState, id: number): Message | undefined {
  const at = waiting.findIndex((one) => one.id === id);
  return at < 0 ? undefined : (waiting.splice(at, 1)[0] as Waiting).message;
}

export function forgetWaiting({ waiting }: VmServerState, dead: number): void {
  for (let at = waiting.length - 1; at >= 0; at--)
    if ((waiting[at] as Waiting).message.from === dead) waiting.splice(at, 1);
}

/** Pages in memory and blocks of swap that are free. */
function roomOf({ vm }: VmServerState): number {
  return vm.resident.queued[FREE] + vm.store.freeBlocks.length;
}
