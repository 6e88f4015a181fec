/**
 * Contracts: proposing, admission, renewal, shrinking, expiry (SPEC [CON]).
 *
 * A proposal with a larger guarantee is admitted when the sum of guarantees allows it. One with a
 * smaller guarantee starts a grace long enough to write frames out; until it is over the old
 * guarantee holds and counts [CON5]. A contract that is not renewed within its term expires: its
 * guarantee is gone, and what the client holds is due back when asked for [CON7].
 */

import { CAUSE_SHRINK, OP } from '../../../contracts/messages.ts';
import {
  EMPTY_PURSE,
  NO_CONTRACT,
  NO_SUCH_CONTROL,
  NO_SUCH_TASK,
  NOT_ADMITTED,
} from '../../../contracts/refusals.ts';
import { termNow, timerAt } from '../../../nucleus/clock.ts';
import { reply } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { observe, refuse } from '../answers.ts';
import { shrinkOf } from '../client.ts';
import { endWaitingBeyond } from '../grants.ts';
import { setGuarantee } from '../ledger.ts';
import { notify } from '../revocation/revocation.ts';
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
import { closeUnused, endChildrenOf, renewChild, tellContract } from './folding.ts';
import { allowedOf, isControlled, isOwnInForce, mayDecide, noteAsked } from './policy.ts';
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
function agree(
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

/**
 * A policy server has decided about `task`: its contract grows to what it asked for, as far as that
 * goes, or shrinks with its grace [PS6]. One that was refused undecided comes into force.
 */
export function applyDecision(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  control: number,
  task: number,
): void {
  if (!mayDecide(kernel, server, from, control))
    return refuse(kernel, server, from, task, NO_SUCH_CONTROL, OP.decided);
  const client = server.clients[task] ?? null;
  if (client === null || !(client.wish.asking || isOwnInForce(client)))
    return refuse(kernel, server, from, task, NO_SUCH_TASK, OP.decided);
  followPolicy(kernel, server, client);
}

function followPolicy(kernel: Kernel, server: MemoryServerState, client: Client): void {
  const { wish, status } = client;
  const allowed = allowedOf(server, client, wish.guaranteed);
  const leaves = client.child !== OWN;
  const own = leaves ? 0 : client.guaranteed;
  const now = status === SHRINKING ? shrinkOf(client).guaranteed : own;
  if (allowed === now) return;
  // Who lives on a child contract and asked for one of its own leaves it now, not before [CON22].
  if (leaves && !leaveForOwn(kernel, server, client, allowed)) return;
  const term = isOwnInForce(client) ? client.term : wish.term;
  if (!agree(kernel, server, client, allowed, wish.extra, term, 0)) return;
  if (client.status !== SHRINKING) return;
  const { guaranteed, extra, at } = shrinkOf(client);
  reply(kernel, server.id, client.id, OP.shrinkIs, guaranteed, extra, 0, 0, at);
}

/** Guarantees have become free: where somebody decides, each gets what it asked for and may have. */
function offerFreed(kernel: Kernel, server: MemoryServerState): void {
  if (!isControlled(server)) return;
  for (const client of server.clients) {
    if (client === null || client.status === SHRINKING) continue;
    if (!client.wish.asking && !isOwnInForce(client)) continue;
    followPolicy(kernel, server, client);
  }
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

/** The timer of a term or of a shrinking grace has run out. */
export function contractTimer(kernel: Kernel, server: MemoryServerState, id: number): void {
  const client = clientOf(server, id);
  const now = termNow(kernel);
  if (client.status === SHRINKING && now >= shrinkOf(client).at) endShrink(kernel, server, client);
  if (now < client.expiresAt) return;
  if (client.renewed) {
    client.renewed = false;
    client.expiresAt = later(client.expiresAt, client.term);
    setTimer(kernel, server, client, client.expiresAt);
    observe(kernel, client.id, { kind: 'renewal', until: client.expiresAt });
  } else expire(kernel, server, client);
}

/** A task that lives on a child contract wants one of its own; false: it cannot be admitted. */
function leaveForOwn(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  guaranteed: number,
): boolean {
  // What it draws now stays with the child contract.
  if (server.ledger.guaranteedSum + guaranteed > server.ledger.frames) return false;
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

/** The guarantee falls; whatever is held beyond the new contract is called back. */
function endShrink(kernel: Kernel, server: MemoryServerState, client: Client): void {
  const shrink = shrinkOf(client);
  setGuarantee(server.ledger, client, shrink.guaranteed);
  client.extra = shrink.extra;
  client.status = ACTIVE;
  reconsider(server, client);
  trimWires(kernel, server, client);
  tellContract(kernel, server, client, 0);
  const { guaranteed, extra } = client;
  observe(kernel, client.id, { kind: 'shrunk', guaranteed, extra });
  endWaitingBeyond(kernel, server, client);
  const over = client.held - client.noticed - client.guaranteed - client.extra;
  if (over > 0) notify(kernel, server, client, over, CAUSE_SHRINK);
  offerFreed(kernel, server);
}

function expire(kernel: Kernel, server: MemoryServerState, client: Client): void {
  // A child contract cannot outlive what it was split from [CON17].
  endChildrenOf(kernel, server, client);
  setGuarantee(server.ledger, client, 0);
  client.extra = 0;
  client.status = EXPIRED;
  client.expiresAt = Number.POSITIVE_INFINITY;
  reconsider(server, client);
  trimWires(kernel, server, client);
  reply(kernel, server.id, client.id, OP.expired, client.held, 0, 0, 0, 0);
  observe(kernel, client.id, { kind: 'expiry', held: client.held });
  endWaitingBeyond(kernel, server, client);
  offerFreed(kernel, server);
}

function setTimer(kernel: Kernel, server: MemoryServerState, client: Client, at: number): void {
  timerAt(kernel, at, server.id, timerWord(TIMER_CONTRACT, client.id));
}

/** As events tell it: 0 for a term without end. */
function endOfTerm({ expiresAt }: Client): number {
  return expiresAt === Number.POSITIVE_INFINITY ? 0 : expiresAt;
}
