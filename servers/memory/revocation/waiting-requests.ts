/**
 * Waiting requests: clients that wait for frames within their guarantee, oldest first.
 *
 * A doubly linked list of clients, whose links are in their records: who comes is put behind the
 * last, and who leaves, from anywhere in between, is taken out by its own links. Neither looks at
 * the others that wait.
 */

import { type Client, type Request, requestOf } from '../client.ts';
import type { MemoryServerState } from '../state.ts';
import { reconsider } from './victims.ts';

/** In place of a client: none. */
const NOBODY = -1;

export interface WaitingState {
  length: number;
  /** Client ids, or -1. */
  first: number;
  last: number;
}

export function createWaiting(): WaitingState {
  return { length: 0, first: NOBODY, last: NOBODY };
}

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
  queueUp(server, client);
  server.ledger.waitingSum += 1 << order;
  reconsider(server, client);
}

/** It waits no longer, if it did. */
export function endWaiting(server: MemoryServerState, client: Client): void {
  if (client.waitingOrder < 0) return;
  leaveQueue(server, client);
  server.ledger.waitingSum -= 1 << client.waitingOrder;
  client.waitingOrder = -1;
  reconsider(server, client);
}

/** The client that has waited longest; there must be one. */
export function oldestWaiting({ waiting, clients }: MemoryServerState): Client {
  return clients[waiting.first] as Client;
}

/** Ids of all that wait, oldest first. For whoever looks at the state from outside. */
export function whoWaits(server: MemoryServerState): number[] {
  const ids: number[] = [];
  for (let id = server.waiting.first; id !== NOBODY; id = linksOf(server, id).next) ids.push(id);
  return ids;
}

/** Puts a client last in the queue; what it waits for stands in its record. */
export function queueUp(server: MemoryServerState, client: Client): void {
  const { waiting } = server;
  const request = requestOf(client);
  request.before = waiting.last;
  request.next = NOBODY;
  if (waiting.last === NOBODY) waiting.first = client.id;
  else linksOf(server, waiting.last).next = client.id;
  waiting.last = client.id;
  waiting.length++;
}

function leaveQueue(server: MemoryServerState, client: Client): void {
  const { waiting } = server;
  const { before, next } = requestOf(client);
  if (before === NOBODY) waiting.first = next;
  else linksOf(server, before).next = next;
  if (next === NOBODY) waiting.last = before;
  else linksOf(server, next).before = before;
  waiting.length--;
}

function linksOf({ clients }: MemoryServerState, id: number): Request {
  return requestOf(clients[id] as Client);
}
