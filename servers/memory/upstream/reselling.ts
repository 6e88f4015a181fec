/**
 * Reselling: the guarantees that a stacked server sells are at most its own, now and when a smaller
 * contract that it was told of takes force [STACK2]. What is too much is taken off its clients'
 * guarantees in proportion, with their grace, before its own grace is over.
 */

import { OP } from '../../../contracts/messages.ts';
import { reply } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { shrinkOf } from '../client.ts';
import { OWN } from '../contracts/child-contract.ts';
import { agree } from '../contracts/contract.ts';
import { ACTIVE, type MemoryServerState, SHRINKING } from '../state.ts';

/** From now on no more than `guaranteed` is sold; what is sold beyond it shrinks. */
export function resellAtMost(kernel: Kernel, server: MemoryServerState, guaranteed: number): void {
  const { ledger } = server;
  const sold = ledger.guaranteedSum;
  ledger.sellable = guaranteed;
  if (sold <= guaranteed) return;
  for (const client of server.clients) {
    if (client === null || client.child !== OWN || client.guaranteed === 0) continue;
    if (client.status !== ACTIVE && client.status !== SHRINKING) continue;
    const share = Math.floor((client.guaranteed * guaranteed) / sold);
    agree(kernel, server, client, share, client.extra, client.term, 0);
    const { extra, at } = shrinkOf(client);
    reply(kernel, server.id, client.id, OP.shrinkIs, share, extra, 0, 0, at);
  }
}
