/**
 * Transfers: a client's container is filled from a file, or written to it (1.5 of the lineage). The
 * memory is the client's all the time; the server has a weak capability, and only the bits change.
 *
 *   readFile, writeFile(container along) -> inspect -> containerStands: its version is noted
 *      -> lockPages -> locked: is it the same version? -> device ... -> pages through the window
 *      -> unlock -> fileDone
 *
 * The lock is exclusive, so nobody looks at pages that are half there, nor changes what is being
 * written; what its owner or others changed before it is told (TAMPERED). If it ends before the
 * device does nothing moves (LOCK_LOST), and a write has not happened at all.
 */

import { LOCK_EXCLUSIVE, LOCK_PHYSICAL, LOCK_WRITES, OP } from '../../contracts/messages.ts';
import {
  DEVICE_FAILED,
  DONE,
  LOCK_LOST,
  NO_FREE_FRAMES,
  NO_SUCH_FILE,
  NO_SUCH_PAGE,
  TAMPERED,
} from '../../contracts/refusals.ts';
import { readListThrough, writeListThrough } from '../../nucleus/dma-lists.ts';
import { workFor } from '../../nucleus/donated-time.ts';
import { send } from '../../nucleus/ipc.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import type { Message } from '../../nucleus/messages.ts';
import { isOver } from '../../nucleus/tasks.ts';
import { zeroContents } from '../../sim-hw/contents.ts';
import type { DeviceModel } from '../../sim-hw/devices/device.ts';
import { answer, dropPrevious, inspect, unlock } from './answers.ts';
import { copyCached, copyHeard, forgetBlocks, makeRoom } from './cached-reads.ts';
import { NOTHING } from './caching/cache.ts';
import { lookUpPages, missingRuns, unpin } from './caching/copies.ts';
import { putBlock, submitRuns, takeBlock } from './drive.ts';
import { handleOf } from './handles.ts';
import { CLOSING, COPYING, FREE, LOCKING, LOOKING, MOVING, type Request } from './requests.ts';
import type { FileServerState } from './state.ts';
import { endRead, endWrite, giveUpWrite, HOLE, planRead, planWrite } from './system/index.ts';

/** Nobody else may look; frames stay where they are. */
const DRAIN = LOCK_EXCLUSIVE + LOCK_PHYSICAL;
const FILL = DRAIN + LOCK_WRITES;

/** What the memory server says about a container; the tag is the request's number. */
export function containerHeard(
  kernel: Kernel,
  server: FileServerState,
  model: DeviceModel,
  message: Message,
): void {
  const { op, w0, w1, w2, w3 } = message;
  const request = server.requests.table[w0];
  if (request === undefined || request.phase === FREE) return;
  const asked = w2 === OP.inspectContainer || w2 === OP.lockPages;
  if (op !== OP.refused || asked) dropPrevious(kernel, server, request);
  if (op === OP.containerStands && request.phase === LOOKING) {
    if (w2 < w1) return answer(kernel, server, w0, request, NO_SUCH_PAGE, 0);
    return lock(kernel, server, w0, request, w1, w3);
  }
  if (op === OP.locked && request.phase === LOCKING)
    return begin(kernel, server, model, w0, request, message);
  if (request.phase === COPYING) return copyHeard(kernel, server, request, message);
  if (request.phase === CLOSING) return giveUp(kernel, server, w0, request, TAMPERED);
  if (op === OP.refused && w1 === NO_FREE_FRAMES && makeRoom(kernel, server, request))
    return askLock(kernel, server, w0, request);
  if (op === OP.refused && asked) giveUp(kernel, server, w0, request, w1);
}

/** Plans the transfer, and asks for the lock. */
function lock(
  kernel: Kernel,
  server: FileServerState,
  number: number,
  request: Request,
  pages: number,
  version: number,
): void {
  const { system, handles } = server;
  const handle = handleOf(handles, system, request.client, request.handle);
  if (handle === undefined) return answer(kernel, server, number, request, NO_SUCH_FILE, 0);
  const { plan, page, writes } = request;
  const planned = writes ? planWrite : planRead;
  const reason = planned(system, handle.inode, page, pages, plan);
  if (reason !== DONE || plan.count === 0)
    return answer(kernel, server, number, request, reason, 0);
  request.version = version;
  const { cache } = server;
  if (cache !== null && writes) forgetBlocks(kernel, server, cache, plan.runs);
  else if (cache !== null && lookUpPages(cache, request))
    return copyCached(kernel, server, cache, number, request);
  askLock(kernel, server, number, request);
}

function askLock(
  kernel: Kernel,
  { id, memoryPort, lockTime }: FileServerState,
  number: number,
  request: Request,
): void {
  request.phase = LOCKING;
  const how = request.writes ? DRAIN : FILL;
  send(kernel, id, memoryPort, OP.lockPages, request.capability, how, number, 0, lockTime);
}

function begin(
  kernel: Kernel,
  server: FileServerState,
  model: DeviceModel,
  number: number,
  request: Request,
  { w1: window, w2: version, w3: opening }: Message,
): void {
  request.window = window;
  request.serial = opening;
  if (version !== request.version) {
    // The capability is needed until the unlock has been heard: so long the record is not free.
    unlock(kernel, server, request);
    request.phase = CLOSING;
    return inspect(kernel, server, number, request);
  }
  request.phase = MOVING;
  // Whoever wanted the pages pays for the disk's time.
  workFor(kernel, server.id, request.client);
  const runs = server.cache === null || request.writes ? request.plan.runs : missingRuns(request);
  submitRuns(kernel, model, server.drive, runs, request.writes, server.id, number);
}

/** The device is done: all pages go through the window, if it is still open. */
export function transferEnds(kernel: Kernel, server: FileServerState, number: number): void {
  const request = server.requests.table[number];
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
  { window, serial }: Request,
  index: number,
  block: number,
): number {
  const { contents, drive, id } = server;
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
function giveUp(
  kernel: Kernel,
  server: FileServerState,
  number: number,
  request: Request,
  reason: number,
): void {
  if (request.writes) giveUpWrite(server.system, request.plan);
  else endRead(server.system, request.plan);
  unpin(server.cache, request);
  answer(kernel, server, number, request, reason, 0);
}
