/**
 * An archive server: pages that clients may read, on a simulated device. It has no memory for them:
 * who wants pages hands it a container of its own, and the archive fills that (SPEC [CONT40]).
 *
 *   fetch(container along, block) -> inspect -> containerStands -> lock -> locked
 *      -> device ... -> each page through the window -> unlock -> swapped(done, or why not)
 *
 * A request is a record; its number is the tag of its messages and the word of its device event.
 * The lock is exclusive and for writing, so nobody looks at pages that are half there; if it ends
 * before the device does, nothing moves any more and the answer says so (LOCK_LOST). An archive that
 * `sits` is hostile: it locks, and that is the last that is heard of it. Left out: writing, caching.
 */

import { LOCK_EXCLUSIVE, LOCK_PHYSICAL, LOCK_WRITES, OP } from '../../contracts/messages.ts';
import {
  BUSY,
  DONE,
  LOCK_LOST,
  MALFORMED,
  NO_SUCH_BLOCK,
  NO_SUCH_PAGE,
} from '../../contracts/refusals.ts';
import { isRefusal, isValid } from '../../contracts/validator.ts';
import { type CapabilityTable, removeCapability } from '../../nucleus/capabilities.ts';
import { deviceEventAt } from '../../nucleus/clock.ts';
import { writeListThrough } from '../../nucleus/dma-lists.ts';
import { reply, send } from '../../nucleus/ipc.ts';
import { DEVICE_DONE, type Kernel, NUCLEUS, type Step } from '../../nucleus/kernel.ts';
import type { Message } from '../../nucleus/messages.ts';
import type { DeviceModel } from '../../sim-hw/devices/device.ts';
import { type ArchiveState, FREE, LOCKING, LOOKING, READING, type Request } from './state.ts';

/** Nobody else may look, frames stay where they are, the device writes. */
const FILL = LOCK_EXCLUSIVE + LOCK_PHYSICAL + LOCK_WRITES;

/** Receiver step of an archive server over one device. */
export function archiveStep(model: DeviceModel): Step {
  return (kernel, state, message) => serve(kernel, state as ArchiveState, model, message);
}

function serve(kernel: Kernel, server: ArchiveState, model: DeviceModel, message: Message): void {
  const { op, from, w0, w1, w2, cameAlong } = message;
  if (from === NUCLEUS) {
    if (op === DEVICE_DONE) fill(kernel, server, w0);
    return;
  }
  const table = kernel.state.capabilities[server.id] as CapabilityTable;
  if (from === table.object[server.memoryPort]) return heard(kernel, server, model, message);
  if (isValid(message) && op === OP.fetch && cameAlong)
    return begin(kernel, server, from, w0, w1, w2);
  // A capability that came along is dropped; one that was only named is the server's own [SWAP5].
  if (cameAlong) removeCapability(table, w0);
  if (!isRefusal(message)) reply(kernel, server.id, from, OP.refused, 0, MALFORMED, op & 255, 0, 0);
}

/** A container came along, to be filled from `block` on. */
function begin(
  kernel: Kernel,
  server: ArchiveState,
  from: number,
  capability: number,
  block: number,
  tag: number,
): void {
  const table = kernel.state.capabilities[server.id] as CapabilityTable;
  const number = server.requests.findIndex(({ phase }) => phase === FREE);
  if (number < 0) {
    removeCapability(table, capability);
    reply(kernel, server.id, from, OP.swapped, tag, BUSY, 0, 0, 0);
    return;
  }
  const request = server.requests[number] as Request;
  request.previous = request.capability;
  request.phase = LOOKING;
  request.client = from;
  request.block = block;
  request.tag = tag;
  request.capability = capability;
  tell(kernel, server, OP.inspectContainer, capability, number);
}

/** What the memory server says; the tag is the request's number. */
function heard(kernel: Kernel, server: ArchiveState, model: DeviceModel, message: Message): void {
  const { op, w0, w1, w2, w3 } = message;
  const request = server.requests[w0];
  if (request === undefined) return;
  const asks = w2 === OP.inspectContainer || w2 === OP.lockPages;
  // A refusal of anything else has no request's number in it.
  if (op === OP.refused && !asks) return;
  dropPrevious(kernel, server, request);
  if (op === OP.containerStands && request.phase === LOOKING) {
    if (w2 < w1) return answer(kernel, server, request, NO_SUCH_PAGE);
    return lock(kernel, server, w0, request, w1);
  }
  if (op === OP.locked && request.phase === LOCKING)
    return startReading(kernel, server, model, w0, request, w1, w3);
  if (op === OP.refused && request.phase !== FREE) answer(kernel, server, request, w1);
}

function lock(
  kernel: Kernel,
  server: ArchiveState,
  number: number,
  request: Request,
  pages: number,
): void {
  const shelf = server.shelves.find(({ client }) => client === request.client);
  const left = (shelf?.blocks ?? 0) - request.block;
  if (left <= 0) return answer(kernel, server, request, NO_SUCH_BLOCK);
  request.blocks = Math.min(pages, left);
  request.phase = LOCKING;
  const { id, memoryPort, lockTime } = server;
  send(kernel, id, memoryPort, OP.lockPages, request.capability, FILL, number, 0, lockTime);
}

function startReading(
  kernel: Kernel,
  server: ArchiveState,
  model: DeviceModel,
  number: number,
  request: Request,
  window: number,
  opening: number,
): void {
  request.phase = READING;
  request.window = window;
  request.serial = opening;
  // The record stays taken: it waits for a device that was never told.
  if (server.sits) return;
  let end = kernel.state.nowNs;
  for (let block = request.block; block < request.block + request.blocks; block++)
    end = model.submit(server.device, kernel.state.nowNs, block, false);
  deviceEventAt(kernel, end, server.id, number);
}

/** The device has all pages: through the window with them, if it is still open. */
function fill(kernel: Kernel, server: ArchiveState, number: number): void {
  const request = server.requests[number] as Request;
  const { client, block, blocks, window, serial, capability } = request;
  const shelf = server.shelves.find((one) => one.client === client);
  const { contents } = server;
  let moved = 0;
  for (let index = 0; index < blocks; index++) {
    contents.low = 0;
    contents.high = (shelf?.base ?? 0) + block + index + 1;
    if (writeListThrough(kernel, server.id, window, index, contents, serial)) moved++;
  }
  if (moved > 0) tell(kernel, server, OP.unlockContainer, capability, 0);
  // Some of them: the lock was on, and its owner had taken pages out just before.
  const reason = moved === 0 ? LOCK_LOST : NO_SUCH_PAGE;
  answer(kernel, server, request, moved === blocks ? DONE : reason);
}

/**
 * The request before was answered while the unlock that names its capability was still on its way. It
 * has been heard by now, since what this request has asked came after it; so the capability may go.
 */
function dropPrevious(kernel: Kernel, server: ArchiveState, request: Request): void {
  if (request.previous < 0) return;
  removeCapability(kernel.state.capabilities[server.id] as CapabilityTable, request.previous);
  request.previous = -1;
}

function answer(kernel: Kernel, server: ArchiveState, request: Request, reason: number): void {
  reply(kernel, server.id, request.client, OP.swapped, request.tag, reason, 0, 0, 0);
  request.phase = FREE;
}

function tell(kernel: Kernel, server: ArchiveState, op: number, w0: number, w1: number): void {
  send(kernel, server.id, server.memoryPort, op, w0, w1, 0, 0, 0);
}
