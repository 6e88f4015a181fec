/**
 * Default pager: pages objects of the kernel's own, which it is told of when the first page of one is to
 * leave memory [EMMI14], and any that tasks map of it. Golub and Draves, "Moving the Default Memory Manager
 * out of the Mach Kernel" (1991). Its pages are on swap servers, to whom it is a client like others [EMMI18]:
 *
 *   mach-vm -- data_return --> default pager -- store --> swap server
 *           <- data_supply --                <- swapped --
 *
 * It is trusted and waits for nobody: each page on its way is a record, moved through a wired buffer. While
 * it has no record free it hears nothing more, and messages wait in line. What servers refuse or have lost
 * is lost page by page, and told to who asks for it, as in Mach 3 ("dropping data_request because of
 * previous paging errors").
 */

import { resultOf } from '../../../../../contracts/emmi-messages.ts';
import { EXTERNAL_MAX } from '../../vm/external-pagers.ts';
import { NONE } from '../../vm/pool.ts';
import type { PagerKernel, PagerMessage, PagerModule, PagerStorage } from '../pager.ts';
import { isPagersOwn } from '../records.ts';
import { dropBlocks, FIRST_SWAP_PORT, placePage } from './default/blocks.ts';
import { hearMemory, openBuffers } from './default/buffers.ts';
import { blockOf, createDefaultState, type DefaultPagerState } from './default/state.ts';
import {
  abandonTransfers,
  beginTransfer,
  hearDeath,
  hearSwapped,
  MEMORY_PORT,
  pump,
  sayLost,
  storeOf,
} from './default/transfers.ts';

/** Two swap servers; four pages at a time (as many as the desks of the other pagers have). */
const STORAGE: PagerStorage = { servers: 2, blocks: 2048, buffers: 4, transfers: 64 };

export const defaultPager = defaultPagerOf(STORAGE);

/** A default pager with that much room. */
export function defaultPagerOf(storage: PagerStorage): PagerModule<DefaultPagerState> {
  return {
    name: 'default',
    summary: "pages objects of the kernel's own, and others, on swap servers",
    storage,
    create: (objects) => createDefaultState(storage, objects),
    hear,
    hearServer: (state, { port, name, fields }, kernel) => {
      if (name === 'start') openBuffers(state, kernel);
      else if (name === 'alarm') {
        state.isResting = false;
        pump(state, kernel);
      } else if (port === MEMORY_PORT) hearMemory(state, kernel, name, fields);
      else if (name === 'swapped') hearSwapped(state, kernel, port - FIRST_SWAP_PORT, fields);
      else if (name === 'death') hearDeath(state, kernel, port - FIRST_SWAP_PORT);
    },
    isFull: ({ transfers }) => transfers.every(({ kind }) => kind !== 'free'),
  };
}

function hear(state: DefaultPagerState, message: PagerMessage, kernel: PagerKernel): void {
  const { name, fields } = message;
  const { object = 0, control = 0, offset = 0, address = 0 } = fields;
  const owner = ownerOf(object);
  if (owner >= state.controls.length) return refuseObject(name, control, kernel);
  switch (name) {
    case 'memoryObjectInit':
      state.controls[owner] = control;
      return kernel.send('memoryObjectReady', { control, mayCache: 0, strategy: 1 });
    case 'memoryObjectCreate':
      state.controls[owner] = control;
      return;
    case 'memoryObjectDataRequest':
      return hearRequest(state, owner, offset, kernel);
    case 'memoryObjectDataInitialize':
      // A second one tells of older contents.
      if (blockOf(state, owner, offset) !== NONE) return kernel.free(address, 1);
      return hearReturn(state, owner, offset, address, kernel);
    case 'memoryObjectDataReturn':
    case 'memoryObjectDataWrite':
      return hearReturn(state, owner, offset, address, kernel);
    case 'memoryObjectDataUnlock':
      return unlock(state.controls[owner] as number, offset, kernel);
    case 'memoryObjectTerminate':
      state.controls[owner] = NONE;
      abandonTransfers(state, kernel, owner);
      if (!isPagersOwn(object)) dropBlocks(state, owner, kernel);
      return;
  }
}

function ownerOf(object: number): number {
  return isPagersOwn(object) ? EXTERNAL_MAX + object : object % EXTERNAL_MAX;
}

/** Tasks may map so many objects of it, and no others. */
function refuseObject(name: string, control: number, kernel: PagerKernel): void {
  const result = resultOf('INVALID_ARGUMENT');
  if (name === 'memoryObjectInit') kernel.send('memoryObjectDestroy', { control, result });
}

function hearRequest(
  state: DefaultPagerState,
  owner: number,
  page: number,
  kernel: PagerKernel,
): void {
  const control = state.controls[owner] as number;
  const waiting = storeOf(state, owner, page);
  const contents = waiting === undefined ? undefined : kernel.read(waiting.address);
  if (contents !== undefined) {
    state.counts.rescued++;
    return kernel.supply(control, page, [contents]);
  }
  const block = blockOf(state, owner, page);
  if (block === NONE)
    return kernel.send('memoryObjectDataUnavailable', { control, offset: page, length: 1 });
  if (state.lost[block] === 1) return sayLost(state, kernel, owner, page);
  beginTransfer(state, { kind: 'fetch', owner, page, address: 0, block });
  pump(state, kernel);
}

function hearReturn(
  state: DefaultPagerState,
  owner: number,
  page: number,
  address: number,
  kernel: PagerKernel,
): void {
  const waiting = storeOf(state, owner, page);
  if (waiting !== undefined && waiting.buffer === NONE) {
    // What has not begun to be stored never is.
    kernel.free(waiting.address, 1);
    waiting.address = address;
    return;
  }
  const block = placePage(state, owner, page, 0, kernel);
  if (block === NONE) {
    // No block can even say that the page is lost: who believed in the object is told at once.
    const control = state.controls[owner] as number;
    kernel.free(address, 1);
    const result = resultOf('RESOURCE_SHORTAGE');
    return kernel.send('memoryObjectDestroy', { control, result });
  }
  beginTransfer(state, { kind: 'store', owner, page, address, block });
  pump(state, kernel);
}

function unlock(control: number, offset: number, kernel: PagerKernel): void {
  // lockOrder of no return, no flush, lock 0.
  kernel.send('memoryObjectLockRequest', { control, offset, length: 1, order: 0 });
}
