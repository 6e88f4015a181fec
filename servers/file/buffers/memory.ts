/**
 * The memory of buffers: one container of the server's own, filled with frames of its guarantee and
 * locked by the server itself, so that a window to them is open as long as it lives.
 *
 *   contractIs -> openContainer -> allocatePages -> sealContainer -> shareContainer -> lockPages -> locked
 *   a smaller contract, or a notice that the cache cannot meet: flush --> unlock, drop
 *
 * A guarantee shrinks with a grace that leaves time to write; nothing dirty is ever extra.
 */

import {
  ALLOCATE_ALL,
  LOCK_EXCLUSIVE,
  LOCK_PHYSICAL,
  LOCK_WRITES,
  OP,
} from '../../../contracts/messages.ts';
import { send } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import type { Message } from '../../../nucleus/messages.ts';
import { CACHE_TAG } from '../caching/contract.ts';
import type { FileServerState } from '../state.ts';
import {
  type BuffersState,
  CLEAN,
  DIRTY,
  FREE,
  freeBuffer,
  NO_BUFFER,
  WRITING,
} from './buffers.ts';

/** Tag of messages about buffers: above all numbers of requests. */
const BUFFER_TAG = CACHE_TAG - 1;
const WHOLE = LOCK_EXCLUSIVE + LOCK_PHYSICAL + LOCK_WRITES;
/** As long as any run: nobody else is to have them. */
const ALWAYS = 2 ** 50;

/**
 * Handles what is about buffers, and looks at what is about the contract; false: others are to hear it
 * as well.
 */
export function buffersHeard(kernel: Kernel, server: FileServerState, message: Message): boolean {
  const { buffers, cache } = server;
  if (buffers === null) return false;
  const { op, w0, w1, w2, w3 } = message;
  switch (op) {
    case OP.contractIs:
      contractIs(kernel, server, buffers, w1);
      return cache === null;
    case OP.containerIs:
      if (w0 !== BUFFER_TAG) return false;
      containerIs(kernel, server, buffers, w1, w2);
      return true;
    case OP.pagesDone:
      if (w1 !== OP.allocatePages || w0 !== buffers.own) return false;
      ask(kernel, server, OP.sealContainer, buffers.own, BUFFER_TAG, 0, 0, ALWAYS);
      return true;
    case OP.locked:
      if (w0 !== BUFFER_TAG) return false;
      buffers.window = w1;
      buffers.serial = w3;
      return true;
    case OP.pageLost:
      if (w0 !== buffers.own) return cache === null;
      lose(server, buffers, w1, w2);
      return true;
    case OP.shrinkIs:
      if (w0 < buffers.count) buffers.leaving = true;
      return cache === null;
    case OP.expired:
      buffers.leaving = true;
      return cache === null;
    case OP.notice:
      return cache === null;
    case OP.refused:
      return w0 === BUFFER_TAG;
    default:
      return false;
  }
}

function contractIs(
  kernel: Kernel,
  server: FileServerState,
  buffers: BuffersState,
  guaranteed: number,
): void {
  if (guaranteed < buffers.count) buffers.leaving = true;
  if (buffers.own !== NO_BUFFER || buffers.leaving) return;
  ask(kernel, server, OP.openContainer, buffers.count, -1, 0, BUFFER_TAG, 0);
}

/** Opened, sealed, or shared. */
function containerIs(
  kernel: Kernel,
  server: FileServerState,
  buffers: BuffersState,
  own: number,
  weak: number,
): void {
  if (buffers.own === NO_BUFFER) {
    buffers.own = own;
    ask(kernel, server, OP.allocatePages, own, 0, buffers.count, ALLOCATE_ALL, 0);
  } else if (weak < 0) ask(kernel, server, OP.shareContainer, own, BUFFER_TAG, 0, 0, 0);
  else {
    buffers.weak = weak;
    ask(kernel, server, OP.lockPages, weak, WHOLE, BUFFER_TAG, 0, ALWAYS);
  }
}

/** The contract is to be smaller, and nothing is dirty: what is clean goes, then the frames. */
export function giveUpBuffers(kernel: Kernel, server: FileServerState): void {
  const { buffers } = server;
  if (buffers === null || buffers.own === NO_BUFFER) return;
  for (let buffer = 0; buffer < buffers.count; buffer++)
    if (buffers.status[buffer] === CLEAN && buffers.pins[buffer] === 0) freeBuffer(buffers, buffer);
  if (buffers.free.length < buffers.count) return;
  if (buffers.window >= 0) ask(kernel, server, OP.unlockContainer, buffers.weak, 0, 0, 0, 0);
  ask(kernel, server, OP.dropContainer, buffers.own, 0, 0, 0, 0);
  buffers.own = NO_BUFFER;
  buffers.window = NO_BUFFER;
}

/** Pages were taken, and with the lock the window. What was dirty is lost: nothing more is changed. */
function lose(server: FileServerState, buffers: BuffersState, page: number, count: number): void {
  buffers.window = NO_BUFFER;
  buffers.leaving = true;
  for (let buffer = page; buffer < page + count; buffer++) {
    const status = buffers.status[buffer];
    if (status === DIRTY || status === WRITING) server.system.broken = true;
    if (status !== FREE && buffers.pins[buffer] === 0) freeBuffer(buffers, buffer);
  }
}

function ask(
  kernel: Kernel,
  { id, memoryPort }: FileServerState,
  op: number,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
  time: number,
): void {
  send(kernel, id, memoryPort, op, w0, w1, w2, w3, time);
}
