/**
 * Quotas: how many pages of 4096 bytes a client may have on swap, all clients as many or each what a
 * policy server has set for it.
 *
 *   getQuotas --> quotasAre: the one capability to them  (CONTROL_TAKEN while a living task has it)
 *   setQuota  --> in force at once; what is there stays, though it be more
 *
 * What its holder sets stays in force when it dies. How many pages each client has stands in the policy
 * table, where the policy server reads it (contracts/policy-table.ts).
 */

import { OP } from '../../contracts/messages.ts';
import {
  CONTROL_TAKEN,
  NO_PLACE,
  NO_SUCH_CONTROL,
  NO_SUCH_TASK,
} from '../../contracts/refusals.ts';
import { QUOTA_CONTROL } from '../../nucleus/capabilities.ts';
import { reply } from '../../nucleus/ipc.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import { giveSole, holdsSole, isSoleHeld } from '../../nucleus/sole-capabilities.ts';
import { type Operation, STORE, type SwapServerState } from './state.ts';
import { EMPTY } from './store.ts';

/** Pages that a client has on swap. */
export function heldBy({ held }: SwapServerState, client: number): number {
  return held[client] ?? 0;
}

/** A page of the client's is on swap from now on (`change` 1), or is not any more (-1). */
export function countPage(
  server: SwapServerState,
  client: number,
  place: number,
  change: 1 | -1,
): void {
  const pages = heldBy(server, client) + change * basePages(server, place);
  server.held[client] = pages;
  if (server.table !== null) server.table.onSwap[client] = pages;
}

function basePages({ store }: SwapServerState, place: number): number {
  return 1 << (store.order[place] as number);
}

/** Pages that a client may have there; below 0: any number. */
function quotaOf({ quotas, quota }: SwapServerState, client: number): number {
  return quotas[client] ?? quota;
}

/** Whether a store would be one page more than its client may have [SWAP24]. */
export function isOverQuota(server: SwapServerState, { client, place }: Operation): boolean {
  const { store, operations } = server;
  const quota = quotaOf(server, client);
  if (quota < 0 || store.stampHigh[place] !== EMPTY) return false;
  // With those under way, this one among them.
  let pages = heldBy(server, client);
  for (const { kind, client: whose, place: where } of operations)
    if (kind === STORE && whose === client && store.stampHigh[where] === EMPTY)
      pages += basePages(server, where);
  return pages > quota;
}

/** Succeeds once; later calls are refused as long as the capability is in living hands. */
export function getQuotas(
  kernel: Kernel,
  server: SwapServerState,
  from: number,
  tag: number,
): void {
  const { table, held } = server;
  const generation = (server.quotaControl + 1) >>> 0;
  if (table === null || isSoleHeld(kernel, QUOTA_CONTROL, server.quotaControl))
    return refuse(kernel, server, from, tag, CONTROL_TAKEN, OP.getQuotas);
  const slot = giveSole(kernel, from, QUOTA_CONTROL, generation);
  if (slot < 0) return refuse(kernel, server, from, tag, NO_PLACE, OP.getQuotas);
  server.quotaControl = generation;
  // Programs that began with pages on swap have them since before there was a table.
  for (const client of held.keys()) table.onSwap[client] = heldBy(server, client);
  reply(kernel, server.id, from, OP.quotasAre, tag, slot, 0, 0, 0);
}

/** `client` may have so many pages from now on. */
export function setQuota(
  kernel: Kernel,
  server: SwapServerState,
  from: number,
  control: number,
  client: number,
  pages: number,
  tag: number,
): void {
  const { store, quotas } = server;
  if (!holdsSole(kernel, from, control, QUOTA_CONTROL, server.quotaControl))
    return refuse(kernel, server, from, tag, NO_SUCH_CONTROL, OP.setQuota);
  if (!store.extents.some((extent) => extent.client === client))
    return refuse(kernel, server, from, tag, NO_SUCH_TASK, OP.setQuota);
  quotas[client] = pages;
}

/** How many pages the sender has there, and may have. */
export function tellStat(kernel: Kernel, server: SwapServerState, from: number, tag: number): void {
  const { stack, store } = server;
  const layers = stack === null ? 0 : stack.nodes.length;
  const quota = quotaOf(server, from);
  const most = quota < 0 ? store.used : quota;
  reply(kernel, server.id, from, OP.swapStatIs, tag, heldBy(server, from), most, layers, 0);
}

function refuse(
  kernel: Kernel,
  { id }: SwapServerState,
  to: number,
  tag: number,
  reason: number,
  op: number,
): void {
  reply(kernel, id, to, OP.refused, tag, reason, op & 255, 0, 0);
}
