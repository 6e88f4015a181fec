/**
 * Expiry: a term or a grace is over. A contract that has been renewed begins another term; one that
 * has not is gone, and what the client holds is due back when asked for [CON7]. A smaller guarantee
 * takes force when its grace ends [CON5].
 */

import { CAUSE_SHRINK, OP } from '../../../contracts/messages.ts';
import { termNow } from '../../../nucleus/clock.ts';
import { reply } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { observe } from '../answers.ts';
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
  SHRINKING,
} from '../state.ts';
import { later } from '../timers.ts';
import { trimWires } from '../wiring.ts';
import { setTimer } from './contract.ts';
import { offerFreed } from './decisions.ts';
import { endChildrenOf, tellContract } from './folding.ts';

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
