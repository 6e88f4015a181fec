/**
 * Reading ahead: blocks are asked of the device before a client asks for them, into buffers. A file that is
 * read in order has a window, which doubles with each read up to a bound; a read elsewhere ends it.
 * The figures are Linux': VM_READAHEAD_PAGES is 128 KiB, a hint for sequential reading doubles it, one
 * for random reading has nothing read ahead (posix_fadvise(2)), and the first window is larger than
 * the read that began it (mm/readahead.c, get_init_ra_size).
 *
 *      read last   window: asked for already      beyond
 *   |============|..............................|-------->   asked for when half of it has been read
 *
 * `willNeed` names pages whatever the pattern; as many as buffers are free are asked for at once, the
 * others as these are read.
 */

import { HINT_RANDOM, HINT_SEQUENTIAL } from '../../../contracts/messages.ts';
import { writeListThrough } from '../../../nucleus/dma-lists.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import type { DeviceModel } from '../../../sim-hw/devices/device.ts';
import { NOTHING } from '../caching/cache.ts';
import { addBlock, submitRuns, takeBlock } from '../drive.ts';
import type { Handle } from '../handles.ts';
import type { FileServerState } from '../state.ts';
import { HOLE, runAt } from '../system/index.ts';
import {
  BAD,
  type BuffersState,
  CLEAN,
  FILLING,
  forgetAhead,
  freeBuffer,
  isReady,
  NO_BUFFER,
  takeAhead,
} from './buffers.ts';

/** Pages of the first window at least, and of any at most; twice as many for who reads in order. */
const WINDOW_MIN = 4;
const WINDOW_MAX = 32;

/** `count` pages from `page` on have been asked for: how far is to be read ahead of them? */
export function noteRead(
  { buffers }: FileServerState,
  handle: Handle,
  page: number,
  count: number,
): void {
  if (buffers === null) return;
  const isNext = page === handle.next;
  handle.next = page + count;
  if (!isNext || handle.hint === HINT_RANDOM) {
    if (handle.window > 0 && handle.needTo === 0) forgetAhead(buffers, handle.inode);
    handle.window = handle.hint === HINT_SEQUENTIAL ? WINDOW_MIN : 0;
    handle.ahead = 0;
    return;
  }
  const most = Math.max(count, handle.hint === HINT_SEQUENTIAL ? 2 * WINDOW_MAX : WINDOW_MAX);
  const wanted = handle.window === 0 ? Math.max(WINDOW_MIN, 2 * count) : 2 * handle.window;
  handle.window = Math.min(most, wanted);
}

/** Asks the device for what is to be read ahead of this handle now. */
export function readAhead(
  kernel: Kernel,
  server: FileServerState,
  model: DeviceModel,
  handle: Handle,
): void {
  const { buffers } = server;
  if (buffers === null || !isReady(buffers)) return;
  const { next, window, needTo } = handle;
  const ahead = Math.max(handle.ahead, next);
  if (2 * (ahead - next) < window)
    handle.ahead = askFor(kernel, server, model, buffers, handle.inode, ahead, next + window);
  if (handle.needFrom < needTo) {
    const from = handle.needFrom;
    handle.needFrom = askFor(kernel, server, model, buffers, handle.inode, from, needTo);
  }
}

/** What `runAt` fills in. */
const run = { page: 0, block: 0, length: 0 };

/** Asks for the pages [from, to) as far as there are buffers; returns the first that was not. */
function askFor(
  kernel: Kernel,
  server: FileServerState,
  model: DeviceModel,
  buffers: BuffersState,
  inode: number,
  from: number,
  to: number,
): number {
  const { system, cache } = server;
  const end = Math.min(to, system.inodes.pages[inode]);
  let batch = NO_BUFFER;
  let page = from;
  const runs: number[] = [];
  for (; page < end; page++) {
    runAt(system.inodes.extents[inode], page, end, run);
    const { block } = run;
    if (block === HOLE || (cache !== null && cache.slotOf[block] !== NOTHING)) continue;
    if (buffers.bufferOf[block] !== NO_BUFFER) continue;
    const buffer = takeAhead(buffers, block, inode, batch);
    if (buffer === NO_BUFFER) break;
    if (batch === NO_BUFFER) batch = buffer;
    addBlock(runs, block);
  }
  // Words of requests are below.
  const word = server.requests.table.length + batch;
  if (batch !== NO_BUFFER) submitRuns(kernel, model, server.drive, runs, false, server.id, word);
  return Math.max(page, from);
}

/** The device is done with the batch that began with buffer `first`. */
export function aheadEnds(kernel: Kernel, server: FileServerState, first: number): void {
  const { drive, contents, id } = server;
  const buffers = server.buffers as BuffersState;
  const { status, batch, blockOf, window, serial, pins } = buffers;
  for (let buffer = 0; buffer < buffers.count; buffer++) {
    if (status[buffer] !== FILLING || batch[buffer] !== first) continue;
    const block = blockOf[buffer];
    const isThere =
      block !== NO_BUFFER &&
      takeBlock(drive, block, contents) &&
      writeListThrough(kernel, id, window, buffer, contents, serial);
    if (isThere) status[buffer] = CLEAN;
    else if (pins[buffer] > 0) status[buffer] = BAD;
    else freeBuffer(buffers, buffer);
  }
}
