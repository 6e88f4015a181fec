/**
 * Batches: how many frames are called back at a time [REV36].
 *
 *   absent     what waiting requests lack [REV9]
 *   a number   so many at the least: a pager that has to flush finds 64 in DISC (Subramanian 1991),
 *              neither tuned nor adaptive, which its author complains about
 *   adaptive   1; twice as many each time that frames are called back again within the grace, up to
 *              64; and 1 again after a longer pause
 *
 * Too large a batch takes from a borrower what nobody needs; too small a one sends a notice for each
 * frame of a storm.
 */

import { termNow } from '../../../nucleus/clock.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { holdingDoubles } from '../../../sim-hw/shape.ts';
import type { MemoryServerState } from '../state.ts';

const BATCH_MAX = 64;

export interface BatchState {
  /** When frames were called back last, and how many at the least. */
  at: number;
  size: number;
}

export function createBatch(): BatchState {
  return holdingDoubles<BatchState>({ at: Number.NEGATIVE_INFINITY, size: 1 }, 'at');
}

/** Frames to call back when `missing` are lacking. */
export function batchOf(kernel: Kernel, server: MemoryServerState, missing: number): number {
  const { reclaimBatch, graceExtra } = server.terms;
  if (reclaimBatch === undefined) return missing;
  if (reclaimBatch !== 'adaptive') return Math.max(missing, reclaimBatch);
  const { batch } = server;
  const now = termNow(kernel);
  // What one request lacks may be asked of several clients: that is one batch.
  if (now !== batch.at) {
    batch.size = now - batch.at <= graceExtra ? Math.min(BATCH_MAX, 2 * batch.size) : 1;
    batch.at = now;
  }
  return Math.max(missing, batch.size);
}
