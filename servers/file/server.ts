/**
 * The file server: files for clients that bring the memory along. It holds no frame for anybody, and
 * its own number of frames is the same whatever they ask for (SPEC [FILE7]); its records are of a
 * fixed number. What needs no data is done in metadata.ts; what moves data goes the way of
 * transfers.ts; what has to be durable, that of syncs.ts.
 *
 * Left out: rights (whoever has a port may open every file), names of more than ten characters.
 */

import { OP } from '../../contracts/messages.ts';
import { BUSY, MALFORMED, NO_SUCH_FILE } from '../../contracts/refusals.ts';
import { isRefusal, isValid } from '../../contracts/validator.ts';
import { type CapabilityTable, removeCapability } from '../../nucleus/capabilities.ts';
import { reply } from '../../nucleus/ipc.ts';
import { DEATH, type Kernel, NUCLEUS, type Step, TIMER } from '../../nucleus/kernel.ts';
import type { Message } from '../../nucleus/messages.ts';
import { isOver } from '../../nucleus/tasks.ts';
import type { DeviceModel } from '../../sim-hw/devices/device.ts';
import { inspect, refuse } from './answers.ts';
import { buffersHeard, giveUpBuffers } from './buffers/memory.ts';
import { aheadEnds } from './buffers/read-ahead.ts';
import {
  FLUSH_TIME,
  FLUSH_WORD,
  flush,
  flushEnds,
  flushTime,
  isFlushDue,
} from './buffers/write-behind.ts';
import { cacheHeard } from './caching/contract.ts';
import { endedBy, isDiskServer, NO_WORD } from './drive.ts';
import { closeAll, handleOf } from './handles.ts';
import { operate } from './metadata.ts';
import { goOn, transferEnds } from './moves.ts';
import { LOOKING, takeRequest } from './requests.ts';
import type { FileServerState } from './state.ts';
import { COMMIT_WORD, commit, commitEnds, commitIfMany } from './syncs.ts';
import { containerHeard } from './transfers.ts';

/** Receiver step of a file server over one device. */
export function fileServerStep(model: DeviceModel): Step {
  return (kernel, state, message) => serve(kernel, state as FileServerState, model, message);
}

function serve(
  kernel: Kernel,
  server: FileServerState,
  model: DeviceModel,
  message: Message,
): void {
  const { op, from, w0, cameAlong } = message;
  const { drive, id } = server;
  if (from === NUCLEUS || isDiskServer(kernel, drive, id, from)) {
    const word = endedBy(kernel, drive, id, message);
    if (word !== NO_WORD) deviceDone(kernel, server, model, word);
    else if (from === NUCLEUS && op === DEATH) forget(server, w0);
    else if (from === NUCLEUS && op === TIMER && w0 === FLUSH_TIME)
      flushTime(kernel, server, model);
    return tend(kernel, server, model);
  }
  const table = kernel.state.capabilities[server.id] as CapabilityTable;
  if (from === table.object[server.memoryPort]) {
    const isOfServer = buffersHeard(kernel, server, message) || cacheHeard(kernel, server, message);
    if (!isOfServer) containerHeard(kernel, server, model, message);
    if (server.buffers !== null) tend(kernel, server, model);
    return;
  }
  const moves = op === OP.readFile || op === OP.writeFile;
  const isUnfit = !isValid(message) || isOver(kernel.state.tasks[from]) || moves !== cameAlong;
  if (isUnfit || isRefusal(message)) {
    // A capability that came along is dropped; one that was only named is the server's own.
    if (cameAlong) removeCapability(table, w0);
    if (!isRefusal(message)) refuse(kernel, server, from, 0, MALFORMED, op);
    return;
  }
  if (moves) beginTransfer(kernel, server, message);
  else operate(kernel, server, model, message);
}

/** The word says what the device was at. */
function deviceDone(
  kernel: Kernel,
  server: FileServerState,
  model: DeviceModel,
  word: number,
): void {
  if (word === COMMIT_WORD) return commitEnds(kernel, server, model);
  if (word === FLUSH_WORD) {
    const again = server.flushAgain;
    flushEnds(kernel, server);
    if (server.draining) commit(kernel, server, model);
    else if (again) flush(kernel, server, model);
    return;
  }
  const requests = server.requests.table.length;
  if (word < requests) return transferEnds(kernel, server, word);
  aheadEnds(kernel, server, word - requests);
  goOn(kernel, server);
}

/** What is to be done unasked, whatever has happened. */
function tend(kernel: Kernel, server: FileServerState, model: DeviceModel): void {
  commitIfMany(kernel, server, model);
  const { buffers } = server;
  if (buffers === null) return;
  if (buffers.leaving ? buffers.dirty > 0 : isFlushDue(server)) flush(kernel, server, model);
  if (buffers.leaving) giveUpBuffers(kernel, server);
}

/** A container came along: the first thing is to ask how large it is, and which version. */
function beginTransfer(
  kernel: Kernel,
  server: FileServerState,
  { op, from, w0, w1, w2, w3 }: Message,
): void {
  const { handles, system, requests, id } = server;
  const table = kernel.state.capabilities[id] as CapabilityTable;
  const handle = handleOf(handles, system, from, w1);
  const isKnown = handle !== undefined;
  const number = isKnown ? takeRequest(requests, from) : -1;
  if (number < 0) {
    removeCapability(table, w0);
    const reason = isKnown ? BUSY : NO_SUCH_FILE;
    reply(kernel, id, from, OP.fileDone, w3, reason, 0, 0, 0);
    return;
  }
  const request = requests.table[number];
  request.previous = request.capability;
  request.capability = w0;
  request.phase = LOOKING;
  request.writes = op === OP.writeFile;
  request.handle = w1;
  request.hint = handle?.hint ?? 0;
  request.helped = false;
  request.page = w2;
  request.tag = w3;
  inspect(kernel, server, number, request);
}

/** A client is gone: what it had open is closed. What is under way for it ends by itself. */
function forget(server: FileServerState, client: number): void {
  closeAll(server.handles, client);
  server.ranges[client] = null;
}
