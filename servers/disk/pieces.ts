/**
 * Pieces: what the device has done of a transfer is moved, block by block, between the window onto
 * the container's frames and the medium.
 *
 * Drives acknowledge writes that they then lose or tear. So the server keeps, of each block that it
 * has written, the stamp and a checksum of the bytes, in memory; a block that is not what it was when
 * it was written is not handed to anybody (LOST_PAGE) [DISK19].
 */

import { DEVICE_FAILED, DONE, LOCK_LOST, LOST_PAGE } from '../../contracts/refusals.ts';
import { readThrough, writeThrough } from '../../nucleus/dma.ts';
import { readListThrough, writeListThrough } from '../../nucleus/dma-lists.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import { type Contents, checksumOf } from '../../sim-hw/contents.ts';
import { discardBlocks, readBlock, writeBlock } from '../../sim-hw/devices/medium.ts';
import type { DiskServerState, WrittenBlocks } from './server-state.ts';

/**
 * Moves what the device has between window and medium; returns DONE, or why it could not. Of what its
 * sender moves itself only the number counts.
 */
export function movePiece(kernel: Kernel, server: DiskServerState, number: number): number {
  const transfer = server.queue.requests[number];
  if (transfer.isOwn) {
    transfer.moved += transfer.piece;
    return DONE;
  }
  const { medium, contents, written } = server;
  for (let at = 0; at < transfer.piece; at++) {
    const block = transfer.pieceBlock + at;
    if (transfer.writes) {
      if (!passOut(kernel, server, number)) return LOCK_LOST;
      if (!writeBlock(medium, block, contents)) return DEVICE_FAILED;
      note(written, block, contents);
    } else {
      if (!readBlock(medium, block, contents)) return DEVICE_FAILED;
      if (!isAsWritten(written, block, contents)) return LOST_PAGE;
      if (!passIn(kernel, server, number)) return LOCK_LOST;
    }
    transfer.index++;
    transfer.moved++;
  }
  return DONE;
}

/**
 * Memory -> contents. What a run of several frames holds stands in its first: its other blocks take
 * the device's time alone.
 */
function passOut(kernel: Kernel, server: DiskServerState, number: number): boolean {
  const { isList, window, index, serial } = server.queue.requests[number];
  const { id, contents } = server;
  return isList
    ? readListThrough(kernel, id, window, index, contents, serial)
    : readThrough(kernel, id, window, contents, serial);
}

function passIn(kernel: Kernel, server: DiskServerState, number: number): boolean {
  const { isList, window, index, serial } = server.queue.requests[number];
  const { id, contents } = server;
  if (isList) return writeListThrough(kernel, id, window, index, contents, serial);
  return index > 0 || writeThrough(kernel, id, window, contents, serial);
}

/** The contents of these blocks are of no use any more. */
export function trim({ medium, written }: DiskServerState, block: number, blocks: number): void {
  discardBlocks(medium, block, blocks);
  written.known.fill(0, block, block + blocks);
}

function note(written: WrittenBlocks, block: number, contents: Contents): void {
  written.known[block] = 1;
  written.low[block] = contents.low;
  written.high[block] = contents.high;
  written.sum[block] = checksumOf(contents);
}

/** Of what was there before anybody wrote, nothing is known. */
function isAsWritten(written: WrittenBlocks, block: number, contents: Contents): boolean {
  if (written.known[block] === 0) return true;
  const isStamp = contents.low === written.low[block] && contents.high === written.high[block];
  return isStamp && checksumOf(contents) === written.sum[block];
}
