/**
 * A disk server: one device that several servers and tasks share, its time under contract as memory
 * is, after Nemesis' user safe disk (Barham 1997; Hand 1999; SPEC [DISK1] on).
 *
 *   client                       memory server            disk server
 *     |--diskRead/Write(container along)----------------------->|  waits for its turn
 *     |                                |<--lock-----------------|
 *     |                                |---locked-------------->|  device, piece by piece ...
 *     |                                |<--unlockContainer------|
 *     |<--diskDone----------------------------------------------|
 *
 * Who pays is not what a message says but on whose time it was sent, which the nucleus writes: a swap
 * or a file server that asks for a page of a task draws on that task's contract [DISK8]. Who may touch
 * which blocks is fixed at boot [DISK9]. The server owns no memory, and keeps no lock for longer than
 * its time.
 *
 * Left out: the time that a flush takes; more than one device.
 */

import { OP } from '../../contracts/messages.ts';
import { DONE, MALFORMED } from '../../contracts/refusals.ts';
import { isRefusal, isValid } from '../../contracts/validator.ts';
import { type CapabilityTable, removeCapability } from '../../nucleus/capabilities.ts';
import { reply } from '../../nucleus/ipc.ts';
import {
  DEATH,
  DEVICE_DONE,
  type Kernel,
  NUCLEUS,
  type Step,
  TIMER,
} from '../../nucleus/kernel.ts';
import type { Message } from '../../nucleus/messages.ts';
import { isOver, type TaskState } from '../../nucleus/tasks.ts';
import { flushMedium } from '../../sim-hw/devices/medium.ts';
import {
  diskTermEnds,
  endDiskContract,
  proposeDiskContract,
  renewDiskContract,
} from './contract.ts';
import { trim } from './pieces.ts';
import { beginOwn, beginTransfer } from './requests.ts';
import { type DiskServerState, placeOf } from './server-state.ts';
import { NONE } from './state.ts';
import {
  type DiskCode,
  forget,
  handBack,
  locked,
  lockRefused,
  pieceEnds,
  serveDevice,
  WAKE,
} from './transfers.ts';

/** Receiver step of a disk server over one device. */
export function diskServerStep(code: DiskCode): Step {
  return (kernel, state, message) => serve(kernel, state as DiskServerState, code, message);
}

function serve(kernel: Kernel, server: DiskServerState, code: DiskCode, message: Message): void {
  const { op, from, w0, w1, w2, w3 } = message;
  if (from === NUCLEUS) return nucleusSays(kernel, server, code, op, w0);
  if (from === server.id) return handBack(kernel, server, w0, w2);
  const table = kernel.state.capabilities[server.id] as CapabilityTable;
  if (from === table.object[server.memoryPort]) {
    if (op === OP.locked) locked(kernel, server, code, w0, w1, w3);
    else if (op === OP.refused && (w2 === OP.lockContainer || w2 === OP.lockPages))
      lockRefused(kernel, server, code, w0, w1);
    return;
  }
  if (!request(kernel, server, code, message)) {
    // A capability that came along is dropped; one that was only named is the server's own [CAP2].
    if (message.cameAlong) removeCapability(table, w0);
    if (!isRefusal(message))
      reply(kernel, server.id, from, OP.refused, 0, MALFORMED, op & 255, 0, 0);
    return;
  }
  serveDevice(kernel, server, code);
}

function nucleusSays(
  kernel: Kernel,
  server: DiskServerState,
  code: DiskCode,
  op: number,
  word: number,
): void {
  if (op === DEVICE_DONE && word !== WAKE) return pieceEnds(kernel, server, code, word);
  if (op === DEVICE_DONE) server.wakeAtNs = Number.POSITIVE_INFINITY;
  else if (op === TIMER) diskTermEnds(kernel, server, word);
  else if (op === DEATH) buried(kernel, server, code, word);
  serveDevice(kernel, server, code);
}

/** Handles what a client or another server asks; false: it makes no sense. */
function request(
  kernel: Kernel,
  server: DiskServerState,
  code: DiskCode,
  message: Message,
): boolean {
  const { op, from, w0, w1, w2, w3, time, cameAlong } = message;
  if (!isValid(message) || isOver(kernel.state.tasks[from] as TaskState)) return false;
  switch (op) {
    case OP.diskRead:
    case OP.diskWrite:
      if (!cameAlong) return false;
      beginTransfer(kernel, server, code, message, NONE, w2);
      return true;
    case OP.diskExchange:
      if (!cameAlong) return false;
      beginTransfer(kernel, server, code, message, w2, 0);
      return true;
    case OP.diskMove:
      if (cameAlong || w1 === 0) return false;
      beginOwn(kernel, server, code, message);
      return true;
    case OP.diskFlush:
      if (cameAlong) return false;
      flushMedium(server.medium);
      reply(kernel, server.id, from, OP.diskDone, NONE, w0, DONE, 0, 0);
      return true;
    case OP.diskDiscard:
      if (cameAlong) return false;
      discard(server, from, w0, w1);
      return true;
    case OP.diskContract:
      if (cameAlong) return false;
      proposeDiskContract(kernel, server, from, [w0, w1, w2, w3], time);
      return true;
    case OP.renewDisk:
      if (cameAlong) return false;
      renewDiskContract(kernel, server, from);
      return true;
    default:
      return false;
  }
}

/** Blocks that are not the sender's are passed over. */
function discard(server: DiskServerState, from: number, block: number, blocks: number): void {
  const place = placeOf(server, from, block, blocks);
  if (place >= 0) trim(server, place, blocks);
}

/** A task is gone: its contract ends, and what it still wanted is nobody's wish any more. */
function buried(kernel: Kernel, server: DiskServerState, code: DiskCode, task: number): void {
  const { queue } = server;
  const number = queue.streams.findIndex(({ account }) => account === task);
  if (number >= 0) endDiskContract(kernel, server, number);
  for (const [at, { sender }] of queue.requests.entries())
    if (sender === task) forget(kernel, server, code, at);
}
