/**
 * Paying: what a server above asks back. Frames that are free in the pool go at once; what is lacking
 * counts as waited for, so that notices go to clients as for any request within a guarantee, with
 * deadlines that leave time to keep the own one [STACK3]. Only extras are ever owed: what is left is
 * no less than the guarantee from above, and so no less than the guarantees sold.
 */

import { CAUSE_SHRINK, OP } from '../../../contracts/messages.ts';
import { termNow } from '../../../nucleus/clock.ts';
import { send } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { takeRun } from '../../../sim-hw/frames.ts';
import { endSoftOf } from '../revocation/soft-runs.ts';
import type { MemoryServerState } from '../state.ts';
import { NO_SLOT, type UpstreamState } from './upstream.ts';

/** Of the time that the server above leaves, the share that clients are given. */
const SHARE = 0.75;
/** Slots that one message may name. */
const RANGE_MAX = 1024;

export function owes({ upstream }: MemoryServerState): boolean {
  return upstream !== null && upstream.owed > 0;
}

/** A notice from above: `count` frames more until `deadline`. */
export function noticeFromAbove(
  server: MemoryServerState,
  up: UpstreamState,
  count: number,
  cause: number,
  deadline: number,
): void {
  const owed = cause === CAUSE_SHRINK ? Math.max(up.owed, count) : up.owed + count;
  if (up.owed === 0 || deadline < up.deadline) up.deadline = deadline;
  up.wanted = 0;
  setOwed(server, up, Math.min(owed, server.ledger.frames));
}

/** What is owed is waited for like a request. */
export function setOwed({ ledger }: MemoryServerState, up: UpstreamState, owed: number): void {
  ledger.waitingSum += owed - up.owed;
  up.owed = owed;
}

/** Gives back what is owed, as far as frames are free. */
export function payUpstream(kernel: Kernel, server: MemoryServerState, up: UpstreamState): void {
  const count = Math.min(up.owed, up.pool.buddy.free);
  if (count === 0) return;
  const slots = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const frame = takeRun(up.pool, 0, server.id);
    slots[i] = up.slotOf[frame] as number;
    leavePool(kernel, server, up, frame);
  }
  setOwed(server, up, up.owed - count);
  slots.sort();
  for (let i = 0; i < count; ) {
    const from = i++;
    while (i < count && i - from < RANGE_MAX && slots[i] === (slots[i - 1] as number) + 1) i++;
    send(kernel, server.id, up.port, OP.returnRange, slots[from] as number, i - from, 0, 0, 0);
  }
}

/** A frame that is free, and the server's own already, is in its pool no more. */
export function leavePool(
  kernel: Kernel,
  server: MemoryServerState,
  up: UpstreamState,
  frame: number,
): void {
  if (server.soft.count > 0) endSoftOf(kernel, server, frame, 1);
  up.slotOf[frame] = NO_SLOT;
  server.ledger.frames--;
}

/**
 * The last moment to which a client's deadline may move for want of CPU: what is due from it may be
 * due further up, and takes a while to get there.
 */
export function latestWithin({ upstream, terms }: MemoryServerState): number {
  if (upstream === null || upstream.owed === 0) return Number.POSITIVE_INFINITY;
  return upstream.deadline - Math.ceil((1 - SHARE) * terms.graceExtra);
}

/** The grace for a client, where frames may be on their way further up: `grace`, or less. */
export function graceWithin(kernel: Kernel, server: MemoryServerState, grace: number): number {
  const { upstream } = server;
  if (upstream === null || upstream.owed === 0) return grace;
  const left = Math.floor(SHARE * (upstream.deadline - termNow(kernel)));
  return Math.min(grace, Math.max(0, left));
}
