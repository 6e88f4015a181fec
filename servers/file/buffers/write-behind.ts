/**
 * Writing behind: a write is copied into buffers and answered before it is on the disk. It changes the
 * file at once, in memory, and is recorded; so no commit may begin while a block that a record names is
 * dirty, and what is mounted after a power cut is a prefix of the operations as ever [FILE2]:
 *
 *   write: copy --> endWrite --> answered            dirty: half of the buffers, too old, a commit --> flush
 *   commit: flush until nothing is dirty (new writes go through meanwhile) --> flush, write, flush
 *
 * At most `behind` buffers are dirty, `behindEach` for one client; who has no room left writes through and
 * so goes at the pace of the device. What was overwritten or removed before the flush is not written
 * at all. If the device cannot write a block nothing more is changed, as when it fails a commit.
 */

import { DONE, LOCK_LOST } from '../../../contracts/refusals.ts';
import { termNow, timerAt } from '../../../nucleus/clock.ts';
import { copyThrough, readListThrough } from '../../../nucleus/dma-lists.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import type { DeviceModel } from '../../../sim-hw/devices/device.ts';
import { addBlock, putBlock, submitRuns } from '../drive.ts';
import type { Request } from '../requests.ts';
import type { FileServerState } from '../state.ts';
import { endWrite } from '../system/index.ts';
import { type BuffersState, DIRTY, freeBuffer, isReady, takeDirty, WRITING } from './buffers.ts';

/** Word of the device event that ends a flush; and of the timer that begins one. */
export const FLUSH_WORD = -2;
export const FLUSH_TIME = 1;

/** Is there room to answer this write before it is on the disk? */
export function mayDelay({ buffers, draining, system }: FileServerState, request: Request) {
  if (buffers === null || !isReady(buffers) || draining || system.broken) return false;
  const { count } = request.plan;
  const { behind, behindEach } = buffers.options;
  const own = buffers.dirtyOf[request.client] ?? 0;
  return buffers.dirty + count <= behind && own + count <= behindEach;
}

/**
 * Copies the client's pages into buffers; the file has them at once. Returns DONE, or why not:
 * LOCK_LOST where one of the windows is closed, and then nothing has changed.
 */
export function delayWrite(kernel: Kernel, server: FileServerState, request: Request): number {
  const buffers = server.buffers as BuffersState;
  const { plan, client } = request;
  const taken: number[] = [];
  let copied = true;
  for (let at = 0; at < plan.runs.length; at += 2)
    for (let block = plan.runs[at]; block < plan.runs[at] + plan.runs[at + 1]; block++) {
      const buffer = takeDirty(buffers, block, client);
      const from = { window: request.window, serial: request.serial, index: taken.length };
      const into = { window: buffers.window, serial: buffers.serial, index: buffer };
      copied = copied && copyThrough(kernel, server.id, from, into);
      taken.push(buffer);
    }
  const reason = copied ? endWrite(server.system, plan) : LOCK_LOST;
  if (reason !== DONE) for (const buffer of taken) freeBuffer(buffers, buffer);
  else if (!server.flushDue) {
    server.flushDue = true;
    timerAt(kernel, termNow(kernel) + buffers.options.age, server.id, FLUSH_TIME);
  }
  return reason;
}

/** Half of what may be dirty is. */
export function isFlushDue({ buffers }: FileServerState): boolean {
  return buffers !== null && 2 * buffers.dirty > buffers.options.behind;
}

/** Brings all that is dirty to the device, if it is not at it; false: nothing is dirty. */
export function flush(kernel: Kernel, server: FileServerState, model: DeviceModel): boolean {
  const { buffers, system } = server;
  if (buffers === null || buffers.dirty === 0) return false;
  if (system.broken || server.flushing) return true;
  const { status, blockOf } = buffers;
  const blocks: number[] = [];
  for (let buffer = 0; buffer < buffers.count; buffer++) {
    if (status[buffer] !== DIRTY) continue;
    const block = blockOf[buffer];
    if (system.space.references[block] === 0) {
      buffers.absorbed++;
      freeBuffer(buffers, buffer);
      continue;
    }
    status[buffer] = WRITING;
    blocks.push(block);
  }
  if (blocks.length === 0) return false;
  blocks.sort((one, other) => one - other);
  server.flushing = true;
  const runs: number[] = [];
  // Whoever wrote a block pays for it, whoever has it flushed.
  const payers: number[] = [];
  for (const block of blocks) addBlock(runs, block, payers, buffers.whose[buffers.bufferOf[block]]);
  submitRuns(kernel, model, server.drive, runs, true, server.id, FLUSH_WORD, payers);
  return true;
}

/** The device is done: what stands in the buffers is on the disk. */
export function flushEnds(kernel: Kernel, server: FileServerState): void {
  const { drive, contents, id, system } = server;
  const buffers = server.buffers as BuffersState;
  const { status, blockOf, window, serial } = buffers;
  server.flushing = false;
  server.flushAgain = false;
  for (let buffer = 0; buffer < buffers.count; buffer++) {
    if (status[buffer] !== WRITING) continue;
    const isThere =
      readListThrough(kernel, id, window, buffer, contents, serial) &&
      putBlock(drive, blockOf[buffer], contents);
    // Who reads it is still served from here; on the disk it never will be.
    if (!isThere) system.broken = true;
    if (!isThere || buffers.pins[buffer] > 0) status[buffer] = DIRTY;
    else freeBuffer(buffers, buffer);
  }
}

/** Something has been dirty for so long: all of it goes to the device. */
export function flushTime(kernel: Kernel, server: FileServerState, model: DeviceModel): void {
  server.flushDue = false;
  if (server.flushing) server.flushAgain = true;
  else flush(kernel, server, model);
}
