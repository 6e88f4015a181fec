/**
 * Requests: what clients have asked for and has not been answered. A request is a record; its number
 * is the tag of the server's own messages and the word of its device event. There is a fixed number
 * of them, and each client may have some at a time, so that nobody is kept out by another.
 *
 *   read    FREE --> LOOKING --> LOCKING --> MOVING --> FREE
 *   cached  FREE --> LOOKING [--> LOCKING --> MOVING] --> COPYING --> FREE
 *   write   as a read
 *   sync    FREE --> SYNCING --> FREE
 */

import { createPlan, type Plan } from './system/index.ts';

export const FREE = 0;
/** Asked how large the container is. */
export const LOOKING = 1;
export const LOCKING = 2;
/** The device works. */
export const MOVING = 3;
/** Waits for a commit. */
export const SYNCING = 4;
/** Pages are copied between the container and the cache. */
export const COPYING = 5;
/** Unlocked; over as soon as the memory server has heard so. */
export const CLOSING = 6;

export interface Request {
  phase: number;
  client: number;
  tag: number;
  writes: boolean;
  /** The client's handle of the file. */
  handle: number;
  page: number;
  /** The weak capability it came with, kept after its end. */
  capability: number;
  /** That of the record's request before, until the memory server is heard on this one; or -1. */
  previous: number;
  /** The container's version when it was first looked at. */
  version: number;
  window: number;
  serial: number;
  readonly plan: Plan;
  hint: number;
  /** With a cache: the slot of each page that it had, or -1; the slots that pages are put into. */
  readonly hits: number[];
  readonly serials: number[];
  readonly admitted: number[];
  /** With buffers: the one that each page stands in, or -1. */
  readonly buffered: number[];
  /** How the copy went: a refusal, or 0. */
  copied: number;
  /** The cache has made room for its lock, once. */
  helped: boolean;
  /** A sync: how many changes have to be durable. */
  changes: number;
}

export interface Requests {
  readonly table: Request[];
  readonly free: number[];
  /** Requests that one client may have under way. */
  readonly each: number;
  readonly underWay: number[];
}

export function createRequests(count: number, each: number): Requests {
  return {
    table: Array.from({ length: count }, createRequest),
    free: Array.from({ length: count }, (_, at) => count - 1 - at),
    each,
    underWay: [],
  };
}

function createRequest(): Request {
  return {
    phase: FREE,
    client: 0,
    tag: 0,
    writes: false,
    handle: 0,
    page: 0,
    capability: -1,
    previous: -1,
    version: 0,
    window: 0,
    serial: 0,
    plan: createPlan(),
    hint: 0,
    hits: [],
    serials: [],
    admitted: [],
    buffered: [],
    copied: 0,
    helped: false,
    changes: 0,
  };
}

/** Number of a free record for this client, or -1. */
export function takeRequest({ table, free, each, underWay }: Requests, client: number): number {
  const has = underWay[client] ?? 0;
  if (free.length === 0 || has >= each) return -1;
  underWay[client] = has + 1;
  const number = free.pop() as number;
  table[number].client = client;
  return number;
}

export function freeRequest({ table, free, underWay }: Requests, number: number): void {
  const request = table[number];
  request.phase = FREE;
  underWay[request.client]--;
  free.push(number);
}
