/**
 * Cached reads: the end of a read where there is a cache. What the device has brought is kept, what was
 * kept is brought, in one transfer (caching/copies.ts); then the client is answered.
 */

import { OP } from '../../contracts/messages.ts';
import { DONE } from '../../contracts/refusals.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import type { Message } from '../../nucleus/messages.ts';
import { answer, inspect } from './answers.ts';
import { forgetBuffer } from './buffers/buffers.ts';
import { type CacheState, NOTHING } from './caching/cache.ts';
import { dropSlot } from './caching/contract.ts';
import { copiesEnd, copyPages, hitsStand, unpin } from './caching/copies.ts';
import { victimOf } from './caching/replacement.ts';
import { COPYING, LOCKING, LOOKING, type Request } from './requests.ts';
import type { FileServerState } from './state.ts';
import { endRead } from './system/index.ts';

/** The rest is between the container and the cache. */
export function copyCached(
  kernel: Kernel,
  server: FileServerState,
  cache: CacheState,
  number: number,
  request: Request,
): void {
  request.copied = DONE;
  request.phase = COPYING;
  if (!hitsStand(cache, request)) return again(kernel, server, number, request);
  if (copyPages(kernel, server, cache, number, request)) return;
  const { count } = request.plan;
  endRead(server.system, request.plan);
  unpin(cache, request);
  answer(kernel, server, number, request, DONE, count);
}

/** The cache has lost what the request counted on: from the beginning. */
function again(kernel: Kernel, server: FileServerState, number: number, request: Request): void {
  endRead(server.system, request.plan);
  unpin(server.cache, request);
  request.phase = LOOKING;
  inspect(kernel, server, number, request);
}

/** pagesDone or a refusal of the transfer, then containerStands or a refusal of that. */
export function copyHeard(
  kernel: Kernel,
  server: FileServerState,
  request: Request,
  { op, w0, w1, w2, w3 }: Message,
): void {
  const cache = server.cache as CacheState;
  if (op === OP.refused && w2 === OP.transferPages) {
    request.copied = w1;
    return;
  }
  const stands = op === OP.containerStands;
  if (!stands && !(op === OP.refused && w2 === OP.inspectContainer)) return;
  const isGone = !hitsStand(cache, request);
  const reason = copiesEnd(kernel, server, cache, request, stands ? w3 : NOTHING);
  if (isGone && stands) return again(kernel, server, w0, request);
  const { count } = request.plan;
  endRead(server.system, request.plan);
  unpin(cache, request);
  answer(kernel, server, w0, request, reason, reason === DONE ? count : 0);
}

/** Blocks that are about to hold something else. */
export function forgetBlocks(
  kernel: Kernel,
  server: FileServerState,
  runs: readonly number[],
): void {
  const { cache, buffers } = server;
  if (cache === null && buffers === null) return;
  for (let run = 0; run < runs.length; run += 2)
    for (let block = runs[run]; block < runs[run] + runs[run + 1]; block++) {
      if (buffers !== null) forgetBuffer(buffers, block);
      if (cache !== null && cache.slotOf[block] !== NOTHING)
        dropSlot(kernel, server, cache, cache.slotOf[block]);
    }
}

/**
 * The client's pages are on frames that the cache has too, and there are none to give it of its own:
 * the cache gives as many up, once. False: it has none, or has done so.
 */
export function makeRoom(kernel: Kernel, server: FileServerState, request: Request): boolean {
  const { cache } = server;
  if (cache === null || request.phase !== LOCKING || request.helped) return false;
  request.helped = true;
  let given = 0;
  while (given < request.plan.count) {
    const slot = victimOf(cache.replacement, cache.pins);
    if (slot === NOTHING) break;
    dropSlot(kernel, server, cache, slot);
    given++;
  }
  return given > 0;
}
