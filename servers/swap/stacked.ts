/**
 * Stacked: the swap server over a stack of layers (stack/). An operation is a root of the stack, under
 * the same number; the device's completions name requests of the stack.
 *
 *   lock held --> root: store --(layers ask for the page)--> read through the window --> ... ended
 *                 root: fetch ... ended --> written through the window --> unlock --> swapped
 *
 * What a page held when it was stored last stands in the store (store.ts), so that whatever the layers
 * bring is looked at once more before a client gets it. The lock may end while the layers are at work:
 * then nothing more moves, and `stored` tells whether the store was done before.
 */

import {
  DEVICE_FAILED,
  DONE,
  LOCK_LOST,
  LOST_PAGE,
  OVER_QUOTA,
  STORE_FULL,
} from '../../contracts/refusals.ts';
import { charge, deviceEventAt } from '../../nucleus/clock.ts';
import { readThrough, windowSerial, writeThrough } from '../../nucleus/dma.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import { isOver, type TaskState, ZERO } from '../../nucleus/tasks.ts';
import type { Contents } from '../../sim-hw/contents.ts';
import type { DeviceModel } from '../../sim-hw/devices/device.ts';
import { answer, unlock } from './answers.ts';
import { askDisk } from './disk-partition.ts';
import { countPage, isOverQuota } from './quotas.ts';
import { wireStack } from './stack/build.ts';
import { type LayerStat, NOTHING, type Port } from './stack/layer.ts';
import { FETCH as FETCH_PAGE, FLUSH as FLUSH_ALL, NO_ID } from './stack/requests.ts';
import {
  clientDied,
  type Disk,
  discardRoot,
  OWN_DEVICE,
  recordOf,
  type Stack,
  type StackState,
  statOf,
  submitRoot,
} from './stack/stack.ts';
import { FETCH, FLUSHING, type Operation, STORE, type SwapServerState } from './state.ts';
import { EMPTY } from './store.ts';

/** Fixed wiring of one server: whose stack it is changes when a run is copied. */
export interface Wiring {
  readonly model: DeviceModel;
  readonly models: Readonly<Record<string, DeviceModel>>;
  kernel: Kernel | null;
  server: SwapServerState | null;
  stack: Stack | null;
}

export function createWiring(
  model: DeviceModel,
  models: Readonly<Record<string, DeviceModel>>,
): Wiring {
  return { model, models, kernel: null, server: null, stack: null };
}

/** The server's stack, in the kernel that it runs in now. */
export function stackIn(wiring: Wiring, kernel: Kernel, server: SwapServerState): Stack {
  wiring.kernel = kernel;
  wiring.server = server;
  const state = server.stack as StackState;
  if (wiring.stack?.state === state) return wiring.stack;
  const stack = wireStack(state, createPort(wiring));
  wiring.stack = stack;
  return stack;
}

function createPort(wiring: Wiring): Port {
  const kernelOf = () => wiring.kernel as Kernel;
  const serverOf = () => wiring.server as SwapServerState;
  return {
    nowNs: () => kernelOf().state.nowNs,
    // Work on a page's bytes counts as zeroing one does.
    charge: (ns) => charge(kernelOf(), ZERO, ns),
    wakeAt: (timeNs, request) => deviceEventAt(kernelOf(), timeNs, serverOf().id, request),
    submit(at, block, blocks, write, request) {
      const kernel = kernelOf();
      const server = serverOf();
      const disk = (server.stack as StackState).disks[at] as Disk;
      if (disk.base !== OWN_DEVICE) {
        const stack = wiring.stack as Stack;
        return askDisk(kernel, server, stack, disk, block, blocks, write, request);
      }
      const { model: name, device } = disk;
      const model = wiring.models[name] ?? wiring.model;
      let end = kernel.state.nowNs;
      for (let i = 0; i < blocks; i++)
        end = model.submit(device, kernel.state.nowNs, block + i, write);
      deviceEventAt(kernel, end, server.id, request);
    },
    fill: (number) => fillFromFrame(kernelOf(), serverOf(), number),
    ended: (number) => operationEnded(kernelOf(), serverOf(), wiring.stack as Stack, number),
  };
}

/** Reads the page that an operation is to store through its window. */
function fillFromFrame(kernel: Kernel, server: SwapServerState, number: number): number {
  const { client, window, serial } = server.operations[number] as Operation;
  // Of the dead nothing is kept [SWAP6].
  if (isOver(kernel.state.tasks[client] as TaskState)) return LOCK_LOST;
  const contents = (server.stack as StackState).pool.contents[number] as Contents;
  return readThrough(kernel, server.id, window, contents, serial) ? DONE : LOCK_LOST;
}

/** An operation has its lock, or is a flush: the stack has it from here on. */
export function beginStacked(
  kernel: Kernel,
  server: SwapServerState,
  stack: Stack,
  number: number,
): void {
  const operation = server.operations[number] as Operation;
  const { kind, place, client } = operation;
  if (kind === FLUSHING) submitRoot(stack, number, FLUSH_ALL, NO_ID, client);
  else if (kind === STORE && isOverQuota(server, operation)) {
    server.store.gone[place] = 1;
    unlock(kernel, server, operation);
    answer(kernel, server, number, OVER_QUOTA);
  } else submitRoot(stack, number, kind, place, client);
}

function operationEnded(
  kernel: Kernel,
  server: SwapServerState,
  stack: Stack,
  number: number,
): void {
  const operation = server.operations[number] as Operation;
  const { reason } = recordOf(stack, number);
  if (operation.kind === FLUSHING) return answer(kernel, server, number, reason);
  const { window, serial, client } = operation;
  const isOpen =
    kernel.state.windowHolder[window] === server.id && windowSerial(kernel, window) === serial;
  const isDead = isOver(kernel.state.tasks[client] as TaskState);
  const contents = stack.state.pool.contents[number] as Contents;
  let how: number;
  if (operation.kind === STORE) {
    if (reason === DONE && !isDead) noteStored(server, operation, contents);
    if (reason === DONE && operation.next >= 0 && isOpen && !isDead) {
      operation.kind = FETCH;
      operation.place = operation.next;
      operation.next = -1;
      return submitRoot(stack, number, FETCH_PAGE, operation.place, client);
    }
    how = reason === DONE && !isOpen ? LOCK_LOST : reason;
  } else {
    how = checkFetched(server, operation, contents, reason);
    if (how === DONE && !isDead && !writeThrough(kernel, server.id, window, contents, serial))
      how = LOCK_LOST;
  }
  if (isLoss(how)) server.store.gone[operation.place] = 1;
  if (isOpen) unlock(kernel, server, operation);
  answer(kernel, server, number, how);
}

/** Reasons after which a page that was asked for, or was to be stored, counts as lost. */
function isLoss(reason: number): boolean {
  return reason === LOST_PAGE || reason === DEVICE_FAILED || reason === STORE_FULL;
}

function noteStored(server: SwapServerState, operation: Operation, contents: Contents): void {
  const { store } = server;
  const { place, client } = operation;
  operation.stored = 1;
  // It was discarded while it was being stored: that is the end of it.
  if (operation.dropped === 1) return;
  if (store.stampHigh[place] === EMPTY) countPage(server, client, place, 1);
  store.stampLow[place] = contents.low;
  store.stampHigh[place] = contents.high;
  store.gone[place] = 0;
}

/** What a fetch has brought, held against what was stored; junk where nothing was. */
function checkFetched(
  { store }: SwapServerState,
  { place }: Operation,
  contents: Contents,
  reason: number,
): number {
  const low = store.stampLow[place] as number;
  const high = store.stampHigh[place] as number;
  if (reason === NOTHING || (reason === DONE && high === EMPTY)) {
    contents.low = low;
    contents.high = EMPTY;
    contents.bytes.fill(JUNK_BYTE);
    return high === EMPTY ? DONE : LOST_PAGE;
  }
  if (reason !== DONE) return reason;
  return contents.low === low && contents.high === high ? DONE : LOST_PAGE;
}

const JUNK_BYTE = 0xdb;

/** Drops what is in a place, and what is on its way there. */
export function discardStacked(
  stack: Stack,
  server: SwapServerState,
  client: number,
  place: number,
): void {
  const { store, operations } = server;
  let isAny = store.stampHigh[place] !== EMPTY;
  if (isAny) countPage(server, client, place, -1);
  store.stampHigh[place] = EMPTY;
  for (const operation of operations)
    if (operation.kind === STORE && operation.place === place) {
      operation.dropped = 1;
      isAny = true;
    }
  if (isAny) discardRoot(stack, place, client);
}

/** A client has died: nothing of it is kept. */
export function forgetStacked(stack: Stack, server: SwapServerState, client: number): void {
  for (const { client: owner, base, blocks } of server.store.extents)
    if (owner === client)
      for (let place = base; place < base + blocks; place++)
        discardStacked(stack, server, client, place);
  clientDied(stack, client);
}

/** What the layers of a server have counted, from the top down; none for a plain device. */
export function swapStats(server: SwapServerState): LayerStat[] {
  if (server.stack === null) return [];
  return statOf(wireStack(server.stack, null as never));
}
