/**
 * Soft references: a client gives a run back and keeps its name for it. Until somebody else gets the
 * frames it can have them back as it left them (VMS's free list; Walfield's physmem, 2003).
 *
 *   held --releaseSoft--> soft --revive--> held, contents and slot as before
 *                          `--frames granted to anybody--> gone, and the client is told
 *
 * A soft run is free: it is not held, not counted, and who asks for frames may get it. Walfield
 * feared that names of the dead would fill their owners' tables; so each death is told [SOFT3], and the
 * term `softMax` limits the living of each client, the oldest of its own going first [SOFT6].
 * Left out: the free list does not spare soft runs.
 */

import { OP } from '../../../contracts/messages.ts';
import {
  EMPTY_PURSE,
  IN_USE,
  NO_FREE_FRAMES,
  NO_SUCH_SLOT,
  OVER_CONTRACT,
} from '../../../contracts/refusals.ts';
import {
  type CapabilityTable,
  frameAt,
  IN_CONTAINER,
  orderAt,
} from '../../../nucleus/capabilities.ts';
import { reply } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { RETURNED } from '../../../nucleus/probe.ts';
import { takeRunAt } from '../../../sim-hw/frames.ts';
import { refuse } from '../answers.ts';
import { enterHands, releaseSlot } from '../containers/custody.ts';
import { drawFor, needOf, OWN, settleDraw } from '../contracts/child-contract.ts';
import { mayBorrow } from '../contracts/policy.ts';
import { canPay } from '../contracts/purse.ts';
import { clientOf, type MemoryServerState } from '../state.ts';
import { poolOf } from '../upstream/upstream.ts';
import { returned } from './returns.ts';
import { coverRun, delistSoft, enlistSoft, softFrameAt } from './soft-runs.ts';
import { runGivenUp } from './turns.ts';

/** Gives the run in `slot` back, softly; it counts as returned. */
export function releaseSoft(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  slot: number,
): void {
  const table = kernel.state.capabilities[from] as CapabilityTable;
  const first = frameAt(table, slot);
  if (first < 0) return refuse(kernel, server, from, slot, NO_SUCH_SLOT, OP.releaseSoft);
  if (((table.slotOrder[slot] as number) & IN_CONTAINER) !== 0)
    return refuse(kernel, server, from, slot, IN_USE, OP.releaseSoft);
  const order = orderAt(table, slot);
  const client = clientOf(server, from);
  if (server.turns !== null) runGivenUp(kernel, server, server.turns, client, slot);
  const frames = releaseSlot(kernel, server, client, slot, RETURNED, true);
  coverRun(server.soft, first, order, true);
  enlistSoft(kernel, server, client, slot);
  returned(kernel, server, client, frames);
}

/** Takes a soft run in hand again, if it is still there and the contract has room. */
export function revive(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  slot: number,
  tag: number,
): void {
  const client = clientOf(server, from);
  const say = (reason: number) => {
    if (client.child !== OWN) settleDraw(server, client);
    refuse(kernel, server, from, tag, reason, OP.revive);
  };
  const table = kernel.state.capabilities[from] as CapabilityTable;
  const first = softFrameAt(table, slot);
  if (first < 0) return say(NO_SUCH_SLOT);
  const order = orderAt(table, slot);
  if (client.child !== OWN) drawFor(server, client, 1 << order);
  // A request of its own that waits will be granted: there must be room for both.
  const held = needOf(client) + (1 << order);
  if (held > client.guaranteed + client.extra) return say(OVER_CONTRACT);
  // As with any request beyond G: who waits comes first, and who owes is lent none.
  const promised = server.waiting.length > 0 || client.noticed > 0;
  if (held > client.guaranteed && (promised || !mayBorrow(server, from)))
    return say(NO_FREE_FRAMES);
  if (held > client.guaranteed && !canPay(kernel, server, client)) return say(EMPTY_PURSE);
  takeRunAt(poolOf(kernel, server), first, order, from);
  coverRun(server.soft, first, order, false);
  delistSoft(server, from, slot);
  table.slotFrame[slot] = first;
  enterHands(kernel, server, client, first, order, 0);
  reply(kernel, server.id, from, OP.granted, tag, slot, order, 0, 0);
}
