/**
 * Moves: pages go through the window that a lock on the client's container has opened, between it and the
 * drive, or a buffer. All of a read that the cache has not, all of a write, or nothing.
 */

import { DEVICE_FAILED, DONE, LOCK_LOST } from '../../contracts/refusals.ts';
import { readListThrough, writeListThrough } from '../../nucleus/dma-lists.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import { isOver } from '../../nucleus/tasks.ts';
import { zeroContents } from '../../sim-hw/contents.ts';
import { answer, unlock } from './answers.ts';
import { copyBuffer, isBad, isWaiting, unpinBuffers } from './buffers/buffered-reads.ts';
import { NO_BUFFER } from './buffers/buffers.ts';
import { copyCached } from './cached-reads.ts';
import { NOTHING } from './caching/cache.ts';
import { unpin } from './caching/copies.ts';
import { putBlock, takeBlock } from './drive.ts';
import type { Request } from './requests.ts';
import type { FileServerState } from './state.ts';
import { endRead, endWrite, giveUpWrite, HOLE } from './system/index.ts';

/** A batch of buffers is filled: requests that waited for no others go on. */
export function goOn(kernel: Kernel, server: FileServerState): void {
  for (const number of server.awaiting.splice(0)) transferEnds(kernel, server, number);
}

/** The device is done: all pages go through the window, if it is still open. */
export function transferEnds(kernel: Kernel, server: FileServerState, number: number): void {
  const request = server.requests.table[number];
  if (isWaiting(server, request)) {
    server.awaiting.push(number);
    return;
  }
  if (isOver(kernel.state.tasks[request.client])) {
    // Nothing is put into frames that others lent the dead, nor kept of them.
    unlock(kernel, server, request);
    giveUp(kernel, server, number, request, LOCK_LOST);
  } else if (request.writes) drain(kernel, server, number, request);
  else fill(kernel, server, number, request);
}

function fill(kernel: Kernel, server: FileServerState, number: number, request: Request): void {
  const { plan, hits } = request;
  const { runs } = plan;
  let index = 0;
  let reason = DONE;
  for (let run = 0; run < runs.length && reason === DONE; run += 2)
    for (let at = 0; at < runs[run + 1] && reason === DONE; at++) {
      const block = runs[run] === HOLE ? HOLE : runs[run] + at;
      if ((hits[index] ?? NOTHING) === NOTHING)
        reason = fillPage(kernel, server, request, index, block);
      if (reason === DONE) index++;
    }
  unpinBuffers(server, request, reason === DONE);
  if (reason !== LOCK_LOST) unlock(kernel, server, request);
  const { cache } = server;
  if (reason === DONE && cache !== null) {
    request.version++;
    return copyCached(kernel, server, cache, number, request);
  }
  // What the cache would have brought has not come.
  const first = hits.findIndex((slot) => slot !== NOTHING);
  const pages = first < 0 ? index : Math.min(index, first);
  endRead(server.system, plan);
  unpin(cache, request);
  answer(kernel, server, number, request, reason, pages);
}

function fillPage(
  kernel: Kernel,
  server: FileServerState,
  request: Request,
  index: number,
  block: number,
): number {
  const { contents, drive, id } = server;
  const { window, serial } = request;
  const buffer = request.buffered[index] ?? NO_BUFFER;
  if (buffer !== NO_BUFFER && isBad(server, buffer)) return DEVICE_FAILED;
  if (buffer !== NO_BUFFER)
    return copyBuffer(kernel, server, request, index, buffer) ? DONE : LOCK_LOST;
  if (block === HOLE) zeroContents(contents);
  else if (!takeBlock(drive, block, contents)) return DEVICE_FAILED;
  return writeListThrough(kernel, id, window, index, contents, serial) ? DONE : LOCK_LOST;
}

/** Blocks are written from the pages; only when all are there does the file get them. */
function drain(kernel: Kernel, server: FileServerState, number: number, request: Request): void {
  const { system, contents, drive, id } = server;
  const { plan, window, serial } = request;
  let index = 0;
  for (let run = 0; run < plan.runs.length; run += 2)
    for (let at = 0; at < plan.runs[run + 1]; at++) {
      const block = plan.runs[run] + at;
      if (!readListThrough(kernel, id, window, index++, contents, serial))
        return giveUp(kernel, server, number, request, LOCK_LOST);
      if (putBlock(drive, block, contents)) continue;
      giveUpWrite(system, plan, block);
      unlock(kernel, server, request);
      return answer(kernel, server, number, request, DEVICE_FAILED, 0);
    }
  unlock(kernel, server, request);
  const reason = endWrite(system, plan);
  answer(kernel, server, number, request, reason, reason === DONE ? plan.count : 0);
}

/** Nothing has moved: what was planned is let go of. */
export function giveUp(
  kernel: Kernel,
  server: FileServerState,
  number: number,
  request: Request,
  reason: number,
): void {
  if (request.writes) giveUpWrite(server.system, request.plan);
  else endRead(server.system, request.plan);
  unpin(server.cache, request);
  unpinBuffers(server, request, false);
  answer(kernel, server, number, request, reason, 0);
}
