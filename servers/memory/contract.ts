/**
 * Contracts: proposing, admission, renewal, shrinking, expiry (SPEC [CON]).
 *
 * A proposal with a larger guarantee is admitted when the sum of guarantees allows it. One with a
 * smaller guarantee starts a grace long enough to write frames out; until it is over the old
 * guarantee holds and counts [CON5]. A contract that is not renewed within its term expires: its
 * guarantee is gone, and what the client holds is due back when asked for [CON7].
 */

import { CAUSE_SHRINK, OP } from '../../contracts/messages.ts';
import { NO_CONTRACT, NOT_ADMITTED } from '../../contracts/refusals.ts';
import { termNow, timerAt } from '../../nucleus/clock.ts';
import { reply } from '../../nucleus/ipc.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import { observe, refuse } from './answers.ts';
import { endWaiting } from './grants.ts';
import { setGuarantee } from './ledger.ts';
import { notify } from './revocation.ts';
import {
  ACTIVE,
  type Client,
  clientOf,
  EXPIRED,
  type MemoryServerState,
  NONE,
  SHRINKING,
} from './state.ts';
import { isCurrent, TIMER_CONTRACT, timerWord } from './timers.ts';

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
  const inForce = client.status === ACTIVE || client.status === SHRINKING;
  const shrinks = inForce && guaranteed < client.guaranteed;
  if (shrinks && server.planted !== 'shrink-at-once')
    return beginShrink(kernel, server, client, guaranteed, extra, tag);
  if (!admit(server, client, guaranteed))
    return refuse(kernel, server, from, tag, NOT_ADMITTED, OP.contract);
  client.extra = extra;
  if (client.status !== ACTIVE || term !== client.term) {
    client.term = term;
    beginTerm(kernel, server, client);
  }
  client.status = ACTIVE;
  answer(kernel, server, client, tag);
  observe(kernel, client.id, { kind: 'contract', guaranteed, extra });
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
  client.renewed = true;
  answer(kernel, server, client, tag);
}

/** The timer of a term or of a shrinking grace has run out. */
export function contractTimer(
  kernel: Kernel,
  server: MemoryServerState,
  id: number,
  serial: number,
): void {
  const client = clientOf(server, id);
  if (!isCurrent(client.contractSerial, serial)) return;
  const now = termNow(kernel);
  if (client.status === SHRINKING && now >= client.shrinkAt) endShrink(kernel, server, client);
  if (now < client.expiresAt) return;
  if (client.renewed) {
    client.renewed = false;
    client.expiresAt += client.term;
    setTimer(kernel, server, client, client.expiresAt);
    observe(kernel, client.id, { kind: 'renewal', until: client.expiresAt });
  } else expire(kernel, server, client);
}

function admit(server: MemoryServerState, client: Client, guaranteed: number): boolean {
  if (setGuarantee(server.ledger, client, guaranteed)) return true;
  if (server.planted !== 'over-admission') return false;
  server.ledger.guaranteedSum += guaranteed - client.guaranteed;
  client.guaranteed = guaranteed;
  return true;
}

function beginTerm(kernel: Kernel, server: MemoryServerState, client: Client): void {
  client.contractSerial++;
  client.renewed = false;
  client.expiresAt = Number.POSITIVE_INFINITY;
  if (client.term === 0) return;
  client.expiresAt = termNow(kernel) + client.term;
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
  client.nextGuaranteed = guaranteed;
  client.nextExtra = extra;
  client.shrinkAt = termNow(kernel) + server.terms.graceShrink;
  setTimer(kernel, server, client, client.shrinkAt);
  answer(kernel, server, client, tag);
  observe(kernel, client.id, { kind: 'shrink', guaranteed, until: client.shrinkAt });
}

/** The guarantee falls; whatever is held beyond the new contract is called back. */
function endShrink(kernel: Kernel, server: MemoryServerState, client: Client): void {
  setGuarantee(server.ledger, client, client.nextGuaranteed);
  client.extra = client.nextExtra;
  client.status = ACTIVE;
  answer(kernel, server, client, 0);
  endWaiting(kernel, server, client);
  const over = client.held - client.noticed - client.guaranteed - client.extra;
  if (over > 0) notify(kernel, server, client, over, CAUSE_SHRINK);
}

function expire(kernel: Kernel, server: MemoryServerState, client: Client): void {
  setGuarantee(server.ledger, client, 0);
  client.extra = 0;
  client.status = EXPIRED;
  client.expiresAt = Number.POSITIVE_INFINITY;
  reply(kernel, server.id, client.id, OP.expired, client.held, 0, 0, 0, 0);
  observe(kernel, client.id, { kind: 'expiry', held: client.held });
  endWaiting(kernel, server, client);
}

function setTimer(kernel: Kernel, server: MemoryServerState, client: Client, at: number): void {
  timerAt(kernel, at, server.id, timerWord(TIMER_CONTRACT, client.id, client.contractSerial));
}

function answer(kernel: Kernel, server: MemoryServerState, client: Client, tag: number): void {
  const { guaranteed, extra, expiresAt } = client;
  const until = expiresAt === Number.POSITIVE_INFINITY ? 0 : expiresAt;
  reply(kernel, server.id, client.id, OP.contractIs, tag, guaranteed, extra, 0, until);
}
