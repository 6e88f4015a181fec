/**
 * Claims: extras go from one client to another that may borrow as well, where the arbiter moves
 * them.
 *
 *   request beyond G, no frame free --refused at once [MEM2]--> whose turn is it?
 *     the asker's own: nothing more
 *     another's: notice (cause turn) --a frame comes free--> granted to the asker, unasked
 *
 * One claim of one frame at a time for each asker: who wants more asks again. Left out: larger runs,
 * which would need neighbours from several clients at once.
 */

import { CAUSE_TURN } from '../../../contracts/messages.ts';
import { periodOf } from '../../../contracts/terms.ts';
import { termNow } from '../../../nucleus/clock.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { observe } from '../answers.ts';
import { grant } from '../containers/custody.ts';
import { drawFor, OWN, settleDraw } from '../contracts/child-contract.ts';
import { mayBorrow } from '../contracts/policy.ts';
import { canPay, creditOf } from '../contracts/purse.ts';
import { noteDemand } from '../contracts/rent.ts';
import { freeCount } from '../ledger.ts';
import type { Client, MemoryServerState } from '../state.ts';
import { arbiterOf } from './arbiters/index.ts';
import { CREDIT_MAX } from './arbiters/market.ts';
import { keepsUnused } from './placeholders.ts';
import { callBack } from './revocation.ts';
import { turnFor } from './turns.ts';
import type { TurnsState } from './turns-state.ts';
import { ALL, sampleUse } from './use-samples.ts';
import { reconsider } from './victims.ts';

/**
 * A request of `asker` beyond G has been refused since no frame is free: calls one back for it, if
 * it is another's turn [REV20].
 */
export function claimExtra(
  kernel: Kernel,
  server: MemoryServerState,
  turns: TurnsState,
  asker: Client,
): void {
  if (turns.rent !== null) noteDemand(kernel, server, turns.rent);
  lookAround(kernel, server, turns);
  const { claims, byUse } = turns;
  if (claims.includes(asker.id)) return;
  if (byUse !== null && keepsUnused(kernel, byUse, asker)) return;
  const turn = turnFor(kernel, server, turns, asker);
  if (turn === null) return;
  claims.push(asker.id);
  observe(kernel, asker.id, { kind: 'claim', frames: 1 });
  callBack(kernel, server, turn.client, 1, CAUSE_TURN, turn.frame);
}

/** Gives what has come free to those for whom it was called back, oldest first [REV21]. */
export function serveClaims(
  kernel: Kernel,
  server: MemoryServerState,
  { claims }: TurnsState,
): void {
  while (claims.length > 0 && server.waiting.length === 0) {
    if (freeCount(server.ledger) === 0) {
      // Nothing is on its way any more: whoever still wants a frame asks anew.
      if (server.ledger.noticedSum === 0) claims.length = 0;
      return;
    }
    const client = server.clients[claims.shift() as number] as Client;
    if (client.child !== OWN) drawFor(server, client, 1);
    if (mayHave(kernel, server, client)) grant(kernel, server, client, 0, 0, 0, 0);
    if (client.child !== OWN) settleDraw(server, client);
  }
}

/** At the end of each period: what clients use of what they hold, or can pay [REV22] [REV23]. */
function lookAround(kernel: Kernel, server: MemoryServerState, turns: TurnsState): void {
  const now = termNow(kernel);
  if (now < turns.nextLook) return;
  turns.nextLook = now + periodOf(server.terms);
  if (arbiterOf(server.terms).standing === 'none') return;
  for (const client of server.clients) {
    if (client === null || client.held === 0) continue;
    client.standing =
      turns.samples === null
        ? CREDIT_MAX - Math.min(CREDIT_MAX, creditOf(kernel, server, client))
        : ALL - sampleUse(kernel, server, turns.samples, client);
    reconsider(server, client);
  }
}

/** As a request beyond G is looked at in grants.ts; nobody waits now. */
function mayHave(kernel: Kernel, server: MemoryServerState, client: Client): boolean {
  const { held, guaranteed, extra, noticed } = client;
  if (noticed > 0 || held + 1 > guaranteed + extra) return false;
  return mayBorrow(server, client.id) && canPay(kernel, server, client);
}
