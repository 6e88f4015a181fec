/** Waiting requests: clients that wait for frames within their guarantee, oldest first. */

import { type Client, requestOf } from '../client.ts';
import type { MemoryServerState } from '../state.ts';
import { reconsider } from './victims.ts';

/** `client` waits from `now` on, on the clock of terms, for a run of 2^order frames. */
export function beginWaiting(
  server: MemoryServerState,
  client: Client,
  order: number,
  zero: number,
  tag: number,
  now: number,
): void {
  client.waitingOrder = order;
  const request = requestOf(client);
  request.zero = zero;
  request.tag = tag;
  request.since = now;
  server.waiting.push(client.id);
  server.ledger.waitingSum += 1 << order;
  reconsider(server, client);
}

/** It waits no longer, if it did. */
export function endWaiting(server: MemoryServerState, client: Client): void {
  if (client.waitingOrder < 0) return;
  server.waiting.splice(server.waiting.indexOf(client.id), 1);
  server.ledger.waitingSum -= 1 << client.waitingOrder;
  client.waitingOrder = -1;
  reconsider(server, client);
}
