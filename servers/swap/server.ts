/**
 * The swap server: an asynchronous store on a simulated device. It is handed pages in containers,
 * as every server is: it locks the frames for a bounded time, lets the device move the page,
 * unlocks and answers. It owns no memory of its clients and never waits for one (SPEC [SWAP]).
 *
 * One page an operation, on both sides of every comparison; an exchange writes it out and reads
 * another into its frame. An operation is a record; its number is the tag of the messages and the
 * word of the device event. Whether the lock still holds when the transfer ends is up to the DMA
 * window: when it does not, nothing has moved.
 */

import { OP } from '../../contracts/messages.ts';
import { BUSY, DONE, MALFORMED, NO_SUCH_BLOCK } from '../../contracts/refusals.ts';
import { isRefusal, isValid } from '../../contracts/validator.ts';
import { type CapabilityTable, removeCapability } from '../../nucleus/capabilities.ts';
import { reply, send } from '../../nucleus/ipc.ts';
import { DEATH, DEVICE_DONE, type Kernel, NUCLEUS, TIMER } from '../../nucleus/kernel.ts';
import type { Message } from '../../nucleus/messages.ts';
import { isOver, type TaskState } from '../../nucleus/tasks.ts';
import type { DeviceModel } from '../../sim-hw/devices/device.ts';
import { devices } from '../../sim-hw/devices/index.ts';
import { answer, makerOf } from './answers.ts';
import { diskDied, diskHeard, isDiskServer, wakeOrAsk } from './disk-partition.ts';
import { framesHeard, surrender, tendFrames } from './frames.ts';
import { submit, transferEnds } from './plain-device.ts';
import { getQuotas, setQuota, tellStat } from './quotas.ts';
import {
  beginStacked,
  createWiring,
  discardStacked,
  forgetStacked,
  stackIn,
  type Wiring,
} from './stacked.ts';
import { FETCH, FLUSHING, FREE, type Operation, STORE, type SwapServerState } from './state.ts';
import { EMPTY, placeOf } from './store.ts';

/** Beside every block number: a request that names no second block. */
const NO_BLOCK = -1;

/** Receiver step of the swap server over one device, or over a stack whose disks are of `models`. */
export function swapServerStep(
  model: DeviceModel,
  models: Readonly<Record<string, DeviceModel>> = devices,
): (kernel: Kernel, state: object, message: Message) => void {
  const wiring = createWiring(model, models);
  return (kernel, state, message) => serve(kernel, state as SwapServerState, wiring, message);
}

function serve(kernel: Kernel, server: SwapServerState, wiring: Wiring, message: Message): void {
  const { frames } = server;
  if (frames === null) return handle(kernel, server, wiring, message);
  const stack = stackIn(wiring, kernel, server);
  const table = kernel.state.capabilities[server.id] as CapabilityTable;
  if (message.from === NUCLEUS && message.op === TIMER) surrender(kernel, server, frames, stack);
  else if (message.from === table.object[server.memoryPort])
    framesHeard(kernel, server, frames, stack, message);
  handle(kernel, server, wiring, message);
  tendFrames(kernel, server, frames, stack);
}

function handle(kernel: Kernel, server: SwapServerState, wiring: Wiring, message: Message): void {
  const { op, from, w0, w1, w2, w3, cameAlong } = message;
  if (from === NUCLEUS) {
    if (op === DEVICE_DONE) deviceDone(kernel, server, wiring, w0);
    else if (op === DEATH && isDiskServer(kernel, server, w0))
      diskDied(kernel, server, stackIn(wiring, kernel, server));
    else if (op === DEATH) forget(kernel, server, wiring, w0);
    return;
  }
  const table = kernel.state.capabilities[server.id] as CapabilityTable;
  if (isMemory(server, table, from)) {
    if (op === OP.locked) transferBegins(kernel, server, wiring, w0, w1, w3);
    else if (op === OP.refused && w2 === OP.lockContainer) lockRefused(kernel, server, w0, w1);
    return;
  }
  if (op === OP.diskDone && server.stack !== null)
    if (diskHeard(kernel, server, stackIn(wiring, kernel, server), message)) return;
  const isDead = isOver(kernel.state.tasks[from] as TaskState);
  const sent = isValid(message) && !isDead ? op : MALFORMED;
  if (sent === OP.store && cameAlong) begin(kernel, server, STORE, from, w0, w1, NO_BLOCK, w2);
  else if (sent === OP.fetch && cameAlong) begin(kernel, server, FETCH, from, w0, w1, NO_BLOCK, w2);
  else if (sent === OP.exchange && cameAlong) begin(kernel, server, STORE, from, w0, w1, w2, w3);
  else if (sent === OP.discard && !cameAlong) discard(kernel, server, wiring, from, w0);
  else if (sent === OP.flushSwap && !cameAlong) flush(kernel, server, wiring, from, w0);
  else if (sent === OP.swapStat && !cameAlong) tellStat(kernel, server, from, w0);
  else if (sent === OP.getQuotas && !cameAlong) getQuotas(kernel, server, from, w0);
  else if (sent === OP.setQuota && !cameAlong) setQuota(kernel, server, from, w0, w1, w2, w3);
  else {
    // A capability that came along is dropped; one that was only named is the server's own [SWAP5].
    if (cameAlong) removeCapability(table, w0);
    if (!isRefusal(message))
      reply(kernel, server.id, from, OP.refused, 0, MALFORMED, op & 255, 0, 0);
  }
}

/** Checks a request and asks for the lock. */
function begin(
  kernel: Kernel,
  server: SwapServerState,
  kind: number,
  from: number,
  capability: number,
  page: number,
  into: number,
  tag: number,
): void {
  const place = placeOf(server.store, from, page);
  const next = into === NO_BLOCK ? -1 : placeOf(server.store, from, into);
  const isKnown = place >= 0 && (into === NO_BLOCK || next >= 0);
  const number = firstFree(server.operations);
  const table = kernel.state.capabilities[server.id] as CapabilityTable;
  if (!isKnown || number === server.operations.length) {
    removeCapability(table, capability);
    const reason = isKnown ? BUSY : NO_SUCH_BLOCK;
    reply(kernel, server.id, from, OP.swapped, tag, reason, 0, 0, 0);
    return;
  }
  const operation = server.operations[number] as Operation;
  operation.previous = operation.capability;
  operation.kind = kind;
  operation.client = from;
  operation.place = place;
  operation.next = next;
  operation.stored = 0;
  operation.dropped = 0;
  operation.tag = tag;
  operation.account = kernel.state.account;
  operation.capability = capability;
  operation.window = -1;
  const unmap = kind === FETCH || next >= 0 ? 1 : 0;
  send(
    kernel,
    server.id,
    makerOf(kernel, server, capability),
    OP.lockContainer,
    capability,
    unmap,
    number,
    0,
    server.lockTime,
  );
}

function isMemory(server: SwapServerState, table: CapabilityTable, from: number): boolean {
  for (let place = 0; place < server.memories; place++)
    if (from === table.object[server.memoryPort + place]) return true;
  return false;
}

/** Number of the first free operation, or how many there are. */
function firstFree(operations: readonly Operation[]): number {
  let number = 0;
  while (number < operations.length && (operations[number] as Operation).kind !== FREE) number++;
  return number;
}

/** The frames are locked: let the device work. */
function transferBegins(
  kernel: Kernel,
  server: SwapServerState,
  wiring: Wiring,
  number: number,
  window: number,
  opening: number,
): void {
  const operation = server.operations[number] as Operation;
  dropPrevious(kernel, server, operation);
  operation.window = window;
  operation.serial = opening;
  if (server.stack !== null) beginStacked(kernel, server, stackIn(wiring, kernel, server), number);
  else submit(kernel, server, wiring.model, number);
}

function deviceDone(kernel: Kernel, server: SwapServerState, wiring: Wiring, number: number): void {
  if (server.stack !== null) wakeOrAsk(kernel, server, stackIn(wiring, kernel, server), number);
  else transferEnds(kernel, server, wiring.model, number);
}

/** There is no lock, and no unlock under way that would name the capability: it goes at once. */
function lockRefused(
  kernel: Kernel,
  server: SwapServerState,
  number: number,
  reason: number,
): void {
  const operation = server.operations[number] as Operation;
  const table = kernel.state.capabilities[server.id] as CapabilityTable;
  dropPrevious(kernel, server, operation);
  removeCapability(table, operation.capability);
  operation.capability = -1;
  answer(kernel, server, number, reason);
}

/**
 * The capability of the operation before has died with its container. Only when the lock after it has
 * been heard may it go: the unlock that named it was still on its way, and has been heard by now.
 */
function dropPrevious(kernel: Kernel, server: SwapServerState, operation: Operation): void {
  if (operation.previous < 0) return;
  removeCapability(kernel.state.capabilities[server.id] as CapabilityTable, operation.previous);
  operation.previous = -1;
}

function discard(
  kernel: Kernel,
  server: SwapServerState,
  wiring: Wiring,
  from: number,
  page: number,
): void {
  const place = placeOf(server.store, from, page);
  if (place < 0) return;
  if (server.stack === null) server.store.stampHigh[place] = EMPTY;
  else discardStacked(stackIn(wiring, kernel, server), server, from, place);
}

/** A client is gone: what it stored is of no use to anybody. */
function forget(kernel: Kernel, server: SwapServerState, wiring: Wiring, client: number): void {
  if (server.stack !== null) return forgetStacked(stackIn(wiring, kernel, server), server, client);
  const { store } = server;
  for (const { client: owner, base, blocks } of store.extents)
    if (owner === client) store.stampHigh.fill(EMPTY, base, base + blocks);
}

/** All that has been stored is to be durable. On a plain device a store is when it is answered. */
function flush(
  kernel: Kernel,
  server: SwapServerState,
  wiring: Wiring,
  from: number,
  tag: number,
): void {
  const number = firstFree(server.operations);
  if (server.stack === null || number === server.operations.length) {
    const reason = server.stack === null ? DONE : BUSY;
    reply(kernel, server.id, from, OP.swapped, tag, reason, 0, 0, 0);
    return;
  }
  const operation = server.operations[number] as Operation;
  operation.kind = FLUSHING;
  operation.client = from;
  operation.stored = 0;
  operation.tag = tag;
  operation.account = kernel.state.account;
  beginStacked(kernel, server, stackIn(wiring, kernel, server), number);
}
