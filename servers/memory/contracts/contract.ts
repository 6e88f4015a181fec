/**
 * Contracts: proposing, admission, renewal, shrinking (SPEC [CON]).
 *
 * A proposal with a larger guarantee is admitted when the sum of guarantees allows it. One with a
 * smaller guarantee starts a grace long enough to write frames out; until it is over the old
 * guarantee holds and counts [CON5]. How terms and graces end: expiry.ts; what a policy server
 * decides: decisions.ts.
 */

import { OP } from '../../../contracts/messages.ts';
import { EMPTY_PURSE, NO_CONTRACT, NOT_ADMITTED } from '../../../contracts/refusals.ts';
import { termNow, timerAt } from '../../../nucleus/clock.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { observe, refuse } from '../answers.ts';
import { shrinkOf } from '../client.ts';
import { setGuarantee } from '../ledger.ts';
import { reconsider } from '../revocation/victims.ts';
import {
  ACTIVE,
  type Client,
  clientOf,
  EXPIRED,
  type MemoryServerState,
  NONE,
  SHRINKING,
} from '../state.ts';
import { later, TIMER_CONTRACT, timerWord } from '../timers.ts';
import { trimWires } from '../wiring.ts';
import { leaveChild, OWN } from './child-contract.ts';
import { closeUnused, renewChild, tellContract } from './folding.ts';
import { allowedOf, isControlled, isOwnInForce, noteAsked } from './policy.ts';
import { canPay } from './purse.ts';

export function proposeContract(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  guaranteed: number,
  extra: number,
  term: number,
  tag: number,
): void {
  const client = clientOf(server, from);
  if (isUnpaid(kernel, server, client, guaranteed))
    return refuse(kernel, server, from, tag, EMPTY_PURSE, OP.contract);
  const controlled = isControlled(server);
  if (controlled) noteAsked(kernel, server, client, guaranteed, extra, term);
  const allowed = allowedOf(server, client, guaranteed);
  const isUndecided = allowed === 0 && guaranteed > 0;
  const leaves = client.child !== OWN;
  if (isUndecided || (leaves && !leaveForOwn(kernel, server, client, allowed))) {
    client.wish.asking = isUndecided && !isOwnInForce(client);
    return refuse(kernel, server, from, tag, NOT_ADMITTED, OP.contract);
  }
  if (!agree(kernel, server, client, allowed, extra, term, tag))
    return refuse(kernel, server, from, tag, NOT_ADMITTED, OP.contract);
  if (!controlled) noteAsked(kernel, server, client, guaranteed, extra, term);
}

/** Whether the client asks for a larger guarantee than it has with nothing left to pay it [PS15]. */
function isUnpaid(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  guaranteed: number,
): boolean {
  if ((server.terms.price ?? 0) === 0 || server.planted === 'unpaid-upgrades') return false;
  const inForce = client.status === ACTIVE || client.status === SHRINKING;
  return inForce && guaranteed > client.guaranteed && !canPay(kernel, server, client);
}

/** Agrees on a contract and tells the client; false: the frames do not suffice [CON1]. */
export function agree(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  guaranteed: number,
  extra: number,
  term: number,
  tag: number,
): boolean {
  const inForce = client.status === ACTIVE || client.status === SHRINKING;
  const shrinks = inForce && guaranteed < client.guaranteed;
  if (shrinks && client.status === SHRINKING && isControlled(server)) {
    // What was decided is not put off; what is asked for now is seen to when it is over [PS7].
    const shrink = shrinkOf(client);
    shrink.guaranteed = Math.max(shrink.guaranteed, guaranteed);
    tellContract(kernel, server, client, tag);
    return true;
  }
  if (shrinks && server.planted !== 'shrink-at-once') {
    beginShrink(kernel, server, client, guaranteed, extra, tag);
    return true;
  }
  if (!admit(server, client, guaranteed)) return false;
  client.wish.asking = false;
  client.extra = extra;
  if (client.status !== ACTIVE || term !== client.term) {
    client.term = term;
    beginTerm(kernel, server, client);
  }
  client.status = ACTIVE;
  reconsider(server, client);
  trimWires(kernel, server, client);
  tellContract(kernel, server, client, tag);
  observe(kernel, client.id, { kind: 'contract', guaranteed, extra, until: endOfTerm(client) });
  return true;
}

export function renewContract(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  tag: number,
): void {
  const client = clientOf(server, from);
  if (client.status === NONE || client.status === EXPIRED)
    return refuse(kernel, server, from, tag, NO_CONTRACT, OP.renew);
  if (client.child !== OWN) renewChild(server, client);
  else client.renewed = true;
  tellContract(kernel, server, client, tag);
}

/** A task that lives on a child contract wants one of its own; false: it cannot be admitted. */
export function leaveForOwn(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  guaranteed: number,
): boolean {
  // What it draws now stays with the child contract.
  if (server.ledger.guaranteedSum + guaranteed > server.ledger.sellable) return false;
  const child = leaveChild(server, client);
  client.status = NONE;
  closeUnused(kernel, server, child);
  return true;
}

function admit(server: MemoryServerState, client: Client, guaranteed: number): boolean {
  if (setGuarantee(server.ledger, client, guaranteed)) return true;
  if (server.planted !== 'over-admission') return false;
  server.ledger.guaranteedSum += guaranteed - client.guaranteed;
  client.guaranteed = guaranteed;
  return true;
}

function beginTerm(kernel: Kernel, server: MemoryServerState, client: Client): void {
  client.renewed = false;
  client.expiresAt = Number.POSITIVE_INFINITY;
  if (client.term === 0) return;
  client.expiresAt = later(termNow(kernel), client.term);
  setTimer(kernel, server, client, client.expiresAt);
}

function beginShrink(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  guaranteed: number,
  extra: number,
  tag: number,
): void {
  client.status = SHRINKING;
  const shrink = shrinkOf(client);
  shrink.guaranteed = guaranteed;
  shrink.extra = extra;
  shrink.at = termNow(kernel) + server.terms.graceShrink;
  setTimer(kernel, server, client, shrink.at);
  tellContract(kernel, server, client, tag);
  observe(kernel, client.id, { kind: 'shrink', guaranteed, until: shrink.at });
}

/** A hint to look: a term or a grace ends then. */
export function setTimer(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  at: number,
): void {
  timerAt(kernel, at, server.id, timerWord(TIMER_CONTRACT, client.id));
}

/** As events tell it: 0 for a term without end. */
function endOfTerm({ expiresAt }: Client): number {
  return expiresAt === Number.POSITIVE_INFINITY ? 0 : expiresAt;
}
