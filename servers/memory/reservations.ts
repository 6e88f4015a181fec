/**
 * Reservations: a run of frames held one by one. Each frame has a slot of its own, the slots as
 * neighbouring as the frames, so that a client can fill, map, give to swap and return them singly
 * and yet map them as one when all are in use (Navarro et al., OSDI 2002) [MEM25].
 *
 * To the server these are frames held like any others: they count from the first moment, whether in
 * use or not. So a reservation is no reason to call frames back, and none to wait: it gets what is
 * free now, or nothing. Neighbouring slots go back in one message [MEM26].
 */

import { OP } from '../../contracts/messages.ts';
import {
  BUSY,
  EMPTY_PURSE,
  IN_USE,
  NO_CONTRACT,
  NO_FREE_FRAMES,
  NO_RUN,
  NO_SUCH_SLOT,
  OVER_CONTRACT,
} from '../../contracts/refusals.ts';
import { type CapabilityTable, frameAt, IN_CONTAINER } from '../../nucleus/capabilities.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import { RETURNED } from '../../nucleus/probe.ts';
import { refuse } from './answers.ts';
import { grantNeighbours, releaseSlot } from './containers/custody.ts';
import { drawFor, OWN, settleDraw } from './contracts/child-contract.ts';
import { mayBorrow } from './contracts/policy.ts';
import { canPay } from './contracts/purse.ts';
import { freeCount } from './ledger.ts';
import { returned } from './revocation/returns.ts';
import { runGivenUp } from './revocation/turns.ts';
import { type Client, clientOf, type MemoryServerState, NONE } from './state.ts';
import { wantExtras } from './upstream/asking.ts';

/** Grants an aligned run of 2^order frames, a slot each, if it is free now. */
export function reserveRun(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  order: number,
  zero: number,
  tag: number,
): void {
  const client = clientOf(server, from);
  const { child } = client;
  if (child !== OWN) drawFor(server, client, 1 << order);
  const reason = reasonAgainst(kernel, server, client, 1 << order);
  const granted = reason === 0 && grantNeighbours(kernel, server, client, order, zero, tag);
  if (child !== OWN) settleDraw(server, client);
  if (granted) return;
  refuse(kernel, server, from, tag, reason === 0 ? NO_RUN : reason, OP.reserveRun);
  if (reason === NO_FREE_FRAMES) wantExtras(kernel, server, 1 << order);
}

/** Why `client` may not have so many frames more now, or 0. */
function reasonAgainst(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  frames: number,
): number {
  const { held, guaranteed, extra } = client;
  if (client.status === NONE) return NO_CONTRACT;
  if (client.waitingOrder >= 0) return BUSY;
  if (held + frames > guaranteed + extra) return OVER_CONTRACT;
  if (server.waiting.length > 0 || client.noticed > 0) return NO_FREE_FRAMES;
  if (freeCount(server.ledger) < frames) return NO_FREE_FRAMES;
  if (held + frames <= guaranteed) return 0;
  if (!mayBorrow(server, client.id)) return NO_FREE_FRAMES;
  return canPay(kernel, server, client) ? 0 : EMPTY_PURSE;
}

/**
 * Takes back the runs in the `count` neighbouring slots from `slot` on. What is not there, or in a
 * container, is passed over: a loss may be on its way to the client. Refused where nothing is left.
 */
export function returnRange(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  slot: number,
  count: number,
): void {
  const table = kernel.state.capabilities[from] as CapabilityTable;
  const client = clientOf(server, from);
  let frames = 0;
  let reason = NO_SUCH_SLOT;
  for (let at = slot; at < slot + count; at++) {
    if (frameAt(table, at) < 0) continue;
    if (((table.slotOrder[at] as number) & IN_CONTAINER) !== 0) {
      reason = IN_USE;
      continue;
    }
    if (server.turns !== null) runGivenUp(kernel, server, server.turns, client, at);
    frames += releaseSlot(kernel, server, client, at, RETURNED);
  }
  if (frames > 0) returned(kernel, server, client, frames);
  else refuse(kernel, server, from, slot, reason, OP.returnRange);
}
