/**
 * Overhead: frames that pagers and servers take for themselves. They count in the memory that is
 * compared, on both sides alike: the bytes of each pager's own state (page words, slot tables, its
 * policy's arrays) plus text and stack of each thread.
 */

import type { PagerState } from '../../paging/state.ts';

/** Text, data and stack of one pager or server: 16 KiB. An assumption, the same for every one. */
const CODE_FRAMES = 4;
/** Memory server and swap server, and the default pager before a central pager. */
const SERVERS = 2;
const FRAME_BYTES = 4096;
/** One transfer, packed: page, slot, container and waiter at 4 bytes, purpose and orphan at 1. */
const TRANSFER_BYTES = 18;

/** Frames that these pagers take, with the servers beside them; `others`: those of policy, archives. */
export function stateFrames(
  pagers: readonly PagerState[],
  isCentral: boolean,
  others: number,
): number {
  const servers = SERVERS + (isCentral ? 1 : 0) + others;
  let frames = servers * CODE_FRAMES;
  for (const pager of pagers) {
    const records = hasPagedRecords(pager) ? 0 : bytesOf(pager);
    const bytes = records + pager.transfers.records.length * TRANSFER_BYTES;
    frames += CODE_FRAMES + Math.ceil(bytes / FRAME_BYTES);
  }
  return frames;
}

/** Whether a final pager pages its records, in frames of its own [LAST9]. */
function hasPagedRecords({ owner }: PagerState): boolean {
  return 'records' in owner;
}

/** Bytes of every typed array in a plain state. */
export function bytesOf(state: unknown): number {
  if (ArrayBuffer.isView(state)) return state.byteLength;
  if (state === null || typeof state !== 'object') return 0;
  let bytes = 0;
  for (const value of Object.values(state)) bytes += bytesOf(value);
  return bytes;
}
