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
  BUSY,
  DONE,
  LOCK_LOST,
  NO_FREE_FRAMES,
  NO_SUCH_FILE,
  NO_SUCH_PAGE,
  TAMPERED,
} from '../../contracts/refusals.ts';
import { workFor } from '../../nucleus/donated-time.ts';
import { send } from '../../nucleus/ipc.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import type { Message } from '../../nucleus/messages.ts';
import type { DeviceModel } from '../../sim-hw/devices/device.ts';
import { answer, dropPrevious, inspect, unlock } from './answers.ts';
import { pinBuffers } from './buffers/buffered-reads.ts';
import { noteRead, readAhead } from './buffers/read-ahead.ts';
import { delayWrite, mayDelay } from './buffers/write-behind.ts';
import { copyCached, copyHeard, forgetBlocks, makeRoom } from './cached-reads.ts';
import { lookUpPages, missingRuns } from './caching/copies.ts';
import { submitRuns } from './drive.ts';
import { handleOf } from './handles.ts';
import { giveUp, transferEnds } from './moves.ts';
import { CLOSING, COPYING, FREE, LOCKING, LOOKING, MOVING, type Request } from './requests.ts';
import type { FileServerState } from './state.ts';
import { commit } from './syncs.ts';
import { planRead, planWrite } from './system/index.ts';

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
  // What was deallocated is named by its container.
  if (op === OP.pagesDone && w1 !== OP.transferPages) return;
  const request = server.requests.table[w0];
  if (request === undefined || request.phase === FREE) return;
  const asked = w2 === OP.inspectContainer || w2 === OP.lockPages;
  if (op !== OP.refused || asked) dropPrevious(kernel, server, request);
  if (op === OP.containerStands && request.phase === LOOKING) {
    if (w2 < w1) return answer(kernel, server, w0, request, NO_SUCH_PAGE, 0);
    return lock(kernel, server, model, w0, request, w1, w3);
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
  model: DeviceModel,
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
  if (reason !== DONE || plan.count === 0) {
    answer(kernel, server, number, request, reason, 0);
    // Blocks that were let go of are free when that is durable.
    if (reason === BUSY) commit(kernel, server, model);
    return;
  }
  request.version = version;
  const { cache } = server;
  if (writes) forgetBlocks(kernel, server, plan.runs);
  else noteRead(server, handle, page, plan.count);
  if (!writes && cache !== null && lookUpPages(cache, request)) {
    copyCached(kernel, server, cache, number, request);
    return readAhead(kernel, server, model, handle);
  }
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
  if (version !== request.version && !server.planted) {
    // The capability is needed until the unlock has been heard: so long the record is not free.
    unlock(kernel, server, request);
    request.phase = CLOSING;
    return inspect(kernel, server, number, request);
  }
  request.phase = MOVING;
  // Whoever wanted the pages pays for the disk's time.
  workFor(kernel, server.id, request.client);
  if (request.writes) beginWrite(kernel, server, model, number, request);
  else beginRead(kernel, server, model, number, request);
}

function beginWrite(
  kernel: Kernel,
  server: FileServerState,
  model: DeviceModel,
  number: number,
  request: Request,
): void {
  const { plan } = request;
  const { count } = plan;
  const reason = mayDelay(server, request) ? delayWrite(kernel, server, request) : LOCK_LOST;
  // Not in memory: through to the disk.
  if (reason === LOCK_LOST)
    return submitRuns(kernel, model, server.drive, plan.runs, true, server.id, number);
  unlock(kernel, server, request);
  answer(kernel, server, number, request, reason, reason === DONE ? count : 0);
}

/** What is in no buffer is asked of the device; then what is to be read ahead. */
function beginRead(
  kernel: Kernel,
  server: FileServerState,
  model: DeviceModel,
  number: number,
  request: Request,
): void {
  if (server.cache === null && server.buffers === null)
    return submitRuns(kernel, model, server.drive, request.plan.runs, false, server.id, number);
  pinBuffers(server, request);
  const runs = missingRuns(request);
  if (request.buffered.length === 0 || runs.length > 0)
    submitRuns(kernel, model, server.drive, runs, false, server.id, number);
  else transferEnds(kernel, server, number);
  if (server.buffers === null) return;
  const handle = handleOf(server.handles, server.system, request.client, request.handle);
  if (handle !== undefined) readAhead(kernel, server, model, handle);
}
