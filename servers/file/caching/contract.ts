/**
 * The cache's contract: the server asks for frames as every client does, keeps its cache in
 * containers that may hold extras, and returns what is called back at once: nothing in it is dirty,
 * so giving it up needs no disk.
 *
 *   contract -> contractIs -> openContainer -> containerIs: caching
 *   notice(n) -> askShares -> sharesAre: charged for so many --> gives up pages, the least wanted first
 *       ^            +--------- again, until it is charged for n fewer, or has nothing left
 *
 * It has to ask, for a page that others use too may be charged to them [CONT24].
 */

import { OP } from '../../../contracts/messages.ts';
import { send } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import type { Message } from '../../../nucleus/messages.ts';
import {
  type CacheState,
  evictSlot,
  forgetSlot,
  NOTHING,
  PART_PAGES,
  pageOf,
  partOf,
} from './cache.ts';

/** Tag of messages about the cache itself: above all numbers of requests. */
export const CACHE_TAG = 2 ** 24;

/** What these functions need of the server. */
export interface CachingServer {
  readonly id: number;
  readonly memoryPort: number;
  readonly cache: CacheState | null;
  readonly buffers: { readonly count: number } | null;
}

/** Begins, for buffers as well: to be called once, when the server is there. */
export function openCache(kernel: Kernel, server: CachingServer): void {
  const { id, memoryPort, cache, buffers } = server;
  if (cache === null && buffers === null) return;
  const guaranteed = (cache?.options.guaranteed ?? 0) + (buffers?.count ?? 0);
  const extra = cache?.options.extra ?? 0;
  send(kernel, id, memoryPort, OP.contract, guaranteed, extra, CACHE_TAG, 0, 0);
}

/** Handles what is about the cache; false: it is not. */
export function cacheHeard(kernel: Kernel, server: CachingServer, message: Message): boolean {
  const { op, w0, w1, w2 } = message;
  const { cache } = server;
  if (cache === null) return false;
  switch (op) {
    case OP.contractIs:
      openParts(kernel, server, cache);
      return true;
    case OP.containerIs:
      cache.owns.push(w1);
      return true;
    case OP.notice:
      cache.noticed += w0;
      tell(kernel, server, OP.askShares, CACHE_TAG, 0, 0, 0);
      return true;
    case OP.sharesAre:
      giveBack(kernel, server, cache, w1);
      return true;
    case OP.pageLost:
      losePages(kernel, server, cache, w0, w1, w2);
      return true;
    case OP.expired:
      for (let slot = 0; slot < cache.slots; slot++) dropSlot(kernel, server, cache, slot);
      cache.owns.length = 0;
      return true;
    default:
      return false;
  }
}

/** One container for each 1024 slots; asked for once, though contractIs comes again. */
function openParts(kernel: Kernel, server: CachingServer, cache: CacheState): void {
  if (cache.opened) return;
  cache.opened = true;
  for (let first = 0; first < cache.slots; first += PART_PAGES) {
    const pages = Math.min(PART_PAGES, cache.slots - first);
    tell(kernel, server, OP.openContainer, pages, -1, 1, CACHE_TAG);
  }
}

/** `count` pages of a container from `page` on have lost what they held. */
function losePages(
  kernel: Kernel,
  server: CachingServer,
  cache: CacheState,
  own: number,
  page: number,
  count: number,
): void {
  const part = cache.owns.indexOf(own);
  if (part < 0) return;
  const first = part * PART_PAGES + page;
  for (let slot = first; slot < first + count; slot++) dropSlot(kernel, server, cache, slot);
}

/** What the slot has is of no use, and its page goes. */
export function dropSlot(
  kernel: Kernel,
  server: CachingServer,
  cache: CacheState,
  slot: number,
): void {
  if (cache.blockOf[slot] === NOTHING) return;
  forgetSlot(cache, slot);
  tell(kernel, server, OP.deallocatePages, partOf(cache, slot), pageOf(slot), 1, 0);
}

/** It is charged for `charged` frames; fewer, if a notice has said so. */
function giveBack(kernel: Kernel, server: CachingServer, cache: CacheState, charged: number): void {
  if (cache.noticed > 0) {
    const target = cache.target < 0 ? charged : Math.min(cache.target, charged);
    cache.target = Math.max(0, target - cache.noticed);
    cache.noticed = 0;
  }
  if (cache.target < 0) return;
  let given = 0;
  while (given < charged - cache.target) {
    const slot = evictSlot(cache);
    if (slot === NOTHING) break;
    tell(kernel, server, OP.deallocatePages, partOf(cache, slot), pageOf(slot), 1, 0);
    given++;
  }
  if (given > 0) tell(kernel, server, OP.askShares, CACHE_TAG, 0, 0, 0);
  else cache.target = NOTHING;
}

export function tell(
  kernel: Kernel,
  { id, memoryPort }: CachingServer,
  op: number,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
): void {
  send(kernel, id, memoryPort, op, w0, w1, w2, w3, 0);
}
