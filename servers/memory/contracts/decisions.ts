/**
 * Decisions: what a policy server has decided takes force, by the rules of every contract. The
 * guarantee grows as far as the frames suffice, or shrinks with its grace [PS6].
 */

import { OP } from '../../../contracts/messages.ts';
import { NO_SUCH_CONTROL, NO_SUCH_TASK } from '../../../contracts/refusals.ts';
import { reply } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { refuse } from '../answers.ts';
import { shrinkOf } from '../client.ts';
import { type Client, type MemoryServerState, SHRINKING } from '../state.ts';
import { OWN } from './child-contract.ts';
import { agree, leaveForOwn } from './contract.ts';
import { allowedOf, isControlled, isOwnInForce, mayDecide } from './policy.ts';

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
export function offerFreed(kernel: Kernel, server: MemoryServerState): void {
  if (!isControlled(server)) return;
  for (const client of server.clients) {
    if (client === null || client.status === SHRINKING) continue;
    if (!client.wish.asking && !isOwnInForce(client)) continue;
    followPolicy(kernel, server, client);
  }
}
