/**
 * A plain device below swap: each page has its block, and a stamp in the store is all it holds. The page
 * moves when the device is done, through the window, if that is open still [SWAP3] [SWAP4].
 */

import { DONE, LOCK_LOST } from '../../contracts/refusals.ts';
import { deviceEventAt } from '../../nucleus/clock.ts';
import { readThrough, writeThrough } from '../../nucleus/dma.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import { isOver, type TaskState } from '../../nucleus/tasks.ts';
import type { DeviceModel } from '../../sim-hw/devices/device.ts';
import { answer, unlock } from './answers.ts';
import { FETCH, type Operation, STORE, type SwapServerState } from './state.ts';

export function submit(
  kernel: Kernel,
  server: SwapServerState,
  model: DeviceModel,
  number: number,
): void {
  const operation = server.operations[number] as Operation;
  const { place } = operation;
  const blocks = 1 << (server.store.order[place] as number);
  const writes = operation.kind === STORE;
  let end = kernel.state.nowNs;
  for (let block = 0; block < blocks; block++)
    end = model.submit(server.device, kernel.state.nowNs, place * blocks + block, writes);
  deviceEventAt(kernel, end, server.id, number);
}

/** The device is done: the page moves if the window is still open. */
export function transferEnds(
  kernel: Kernel,
  server: SwapServerState,
  model: DeviceModel,
  number: number,
): void {
  const { store, contents } = server;
  const operation = server.operations[number] as Operation;
  const { kind, place, next, window, serial, client } = operation;
  // Of the dead nothing is kept, and nothing is put into frames that others lent them [SWAP6].
  const isDead = isOver(kernel.state.tasks[client] as TaskState);
  let moved: boolean;
  if (kind === STORE || isDead) {
    moved = readThrough(kernel, server.id, window, contents, serial);
    if (moved && !isDead) {
      store.stampLow[place] = contents.low;
      store.stampHigh[place] = contents.high;
      operation.stored = 1;
    }
  } else {
    const from = server.planted ? (place + 1) % store.used : place;
    contents.low = store.stampLow[from] as number;
    contents.high = store.stampHigh[from] as number;
    moved = writeThrough(kernel, server.id, window, contents, serial);
  }
  if (moved && next >= 0 && !isDead) {
    operation.kind = FETCH;
    operation.place = next;
    operation.next = -1;
    return submit(kernel, server, model, number);
  }
  if (moved) unlock(kernel, server, operation);
  answer(kernel, server, number, moved ? DONE : LOCK_LOST);
}
