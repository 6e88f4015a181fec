/**
 * Victims: the clients that have something to give back, in the order in which they are asked: by
 * the arbiter's rank, then by id (ranked.ts). So a change of one client costs the logarithm of their
 * number, and the next victim is at hand. Who changes what a rank depends on (held, guaranteed,
 * noticed, default, waiting, karma, weight, standing) calls `reconsider`.
 */

import { revocable } from '../ledger.ts';
import { dropRank, isBefore, setRank } from '../ranked.ts';
import type { Client, MemoryServerState } from '../state.ts';
import { arbiterOf } from './arbiters/index.ts';

/** The client to ask next, or null when nobody has anything to give. */
export function nextVictim(server: MemoryServerState): Client | null {
  const { victims, clients } = server;
  return victims.count === 0 ? null : (clients[victims.ids[0] as number] as Client);
}

/** Puts a client where its rank belongs; takes it out when it has nothing to give. */
export function reconsider(server: MemoryServerState, client: Client): void {
  const rank = rankOf(server, client);
  if (rank === 0) dropRank(server.victims, client.id);
  else setRank(server.victims, client.id, rank);
}

/** 0 for a client that is not asked: it has nothing to give, is in default, or waits itself. */
function rankOf(server: MemoryServerState, client: Client): number {
  const frames = revocable(client);
  if (frames === 0 || client.inDefault || client.waitingOrder >= 0) return 0;
  return arbiterOf(server.terms).rank(client, frames, server.terms);
}

/** Recomputes every rank; returns what is wrong, or undefined. */
export function checkVictims(server: MemoryServerState): string | undefined {
  const { victims, clients } = server;
  let listed = 0;
  for (const client of clients) {
    if (client === null) continue;
    const rank = rankOf(server, client);
    const place = victims.places[client.id] ?? -1;
    if (rank > 0 !== place >= 0) return `task ${client.id} is ${place < 0 ? 'not ' : ''}listed`;
    if (place < 0) continue;
    listed++;
    if (victims.ids[place] !== client.id || victims.ranks[place] !== rank)
      return `task ${client.id} stands where another does, or with an old rank`;
    const parent = (place - 1) >> 1;
    const above = victims.ids[parent] as number;
    if (place > 0 && isBefore(client.id, rank, above, victims.ranks[parent] as number))
      return `task ${client.id} stands below task ${above}`;
  }
  return listed === victims.count ? undefined : `${victims.count} victims, ${listed} clients`;
}
