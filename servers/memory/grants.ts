/**
 * Grants and returns of frames.
 *
 * A request within the guarantee is always honoured: at once when a run is free, else after frames
 * lent as extras have been called back [CON2]. A request beyond it gets what is free now or is
 * refused at once [MEM2]; some arbiters then call a frame back for it (claims.ts).
 */

import { OP } from '../../contracts/messages.ts';
import {
  BUSY,
  EMPTY_PURSE,
  IN_USE,
  NO_FREE_FRAMES,
  NO_RUN,
  NO_SUCH_SLOT,
  NOT_HONOURED,
  OVER_CONTRACT,
  refusalTexts,
} from '../../contracts/refusals.ts';
import { type CapabilityTable, frameAt, IN_CONTAINER } from '../../nucleus/capabilities.ts';
import { termNow } from '../../nucleus/clock.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import { RETURNED } from '../../nucleus/probe.ts';
import { observe, refuse } from './answers.ts';
import { requestOf } from './client.ts';
import { grant, releaseSlot } from './containers/custody.ts';
import { OWN, settleDraw } from './contracts/child-contract.ts';
import { mayBorrow } from './contracts/policy.ts';
import { canPay } from './contracts/purse.ts';
import { freeCount } from './ledger.ts';
import { claimExtra } from './revocation/claims.ts';
import { returned } from './revocation/returns.ts';
import { countRequest } from './revocation/revocation.ts';
import { runGivenUp } from './revocation/turns.ts';
import { beginWaiting, endWaiting, oldestWaiting } from './revocation/waiting-requests.ts';
import { type Client, clientOf, type MemoryServerState } from './state.ts';
import { wantExtras } from './upstream/asking.ts';

export function allocate(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  order: number,
  zero: number,
  tag: number,
): void {
  const client = clientOf(server, from);
  const frames = 1 << order;
  const say = (reason: number) => sayNo(kernel, server, from, tag, reason);
  if (client.waitingOrder >= 0) return say(BUSY);
  countRequest(kernel, server, client);
  const within = client.held + frames <= client.guaranteed && server.planted !== 'deny-guarantee';
  if (within) {
    if (server.waiting.length === 0) {
      if (grant(kernel, server, client, order, zero, tag, 0)) return;
      if (freeCount(server.ledger) >= frames) return say(NO_RUN);
    }
    beginWaiting(server, client, order, zero, tag, termNow(kernel));
    if (kernel.observer !== null) observe(kernel, from, { kind: 'wait', frames });
    return;
  }
  // Who has no contract in force has neither guarantee nor extras.
  if (client.held + frames > client.guaranteed + client.extra) return say(OVER_CONTRACT);
  // Free frames are promised to those who wait below their guarantee, and owed while a notice runs.
  if (server.waiting.length > 0 || client.noticed > 0) return say(NO_FREE_FRAMES);
  if (!mayBorrow(server, from)) return say(NO_FREE_FRAMES);
  if (!canPay(kernel, server, client)) return say(EMPTY_PURSE);
  if (grant(kernel, server, client, order, zero, tag, 0)) return;
  if (freeCount(server.ledger) >= frames) return say(NO_RUN);
  say(NO_FREE_FRAMES);
  wantExtras(kernel, server, frames);
  if (server.turns !== null && order === 0) claimExtra(kernel, server, server.turns, client);
}

/** Gives waiting requests what is free, oldest first. */
export function serveWaiting(kernel: Kernel, server: MemoryServerState): void {
  while (server.waiting.length > 0) {
    const client = oldestWaiting(server);
    const { waitingOrder: order } = client;
    const { zero, tag, since } = requestOf(client);
    if (freeCount(server.ledger) < 1 << order) return;
    const waited = termNow(kernel) - since;
    if (!grant(kernel, server, client, order, zero, tag, waited)) {
      if (order > 0) withdrawRequest(kernel, server, client, NO_RUN);
      return;
    }
    endWaiting(server, client);
  }
}

/** The guarantee has fallen: a request that waits ends, unless it is within what is left [MC1]. */
export function endWaitingBeyond(kernel: Kernel, server: MemoryServerState, client: Client): void {
  const { waitingOrder, held, guaranteed, extra } = client;
  if (waitingOrder < 0) return;
  const wanted = held + (1 << waitingOrder);
  if (wanted <= guaranteed) return;
  const isOver = wanted > guaranteed + extra;
  withdrawRequest(kernel, server, client, isOver ? OVER_CONTRACT : NO_FREE_FRAMES);
}

/** Refuses a request that waits, if there is one. */
export function withdrawRequest(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  reason: number,
): void {
  if (client.waitingOrder < 0) return;
  endWaiting(server, client);
  if (client.child !== OWN) settleDraw(server, client);
  sayNo(kernel, server, client.id, requestOf(client).tag, reason);
}

export function returnFrames(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  slot: number,
): void {
  const table = kernel.state.capabilities[from] as CapabilityTable;
  if (frameAt(table, slot) < 0)
    return refuse(kernel, server, from, slot, NO_SUCH_SLOT, OP.returnFrames);
  if (((table.slotOrder[slot] as number) & IN_CONTAINER) !== 0)
    return refuse(kernel, server, from, slot, IN_USE, OP.returnFrames);
  const client = clientOf(server, from);
  if (server.turns !== null) runGivenUp(kernel, server, server.turns, client, slot);
  const frames = releaseSlot(kernel, server, client, slot, RETURNED);
  returned(kernel, server, client, frames);
}

/** Nobody is left to ask: under penalty none a request below G can fail [REV6]. */
export function refuseWaiting(kernel: Kernel, server: MemoryServerState): void {
  while (server.waiting.length > 0)
    withdrawRequest(kernel, server, oldestWaiting(server), NOT_HONOURED);
}

function sayNo(
  kernel: Kernel,
  server: MemoryServerState,
  to: number,
  tag: number,
  reason: number,
): void {
  if (kernel.observer !== null)
    observe(kernel, to, { kind: 'refusal', reason: refusalTexts[reason] as string });
  refuse(kernel, server, to, tag, reason, OP.allocate);
}
