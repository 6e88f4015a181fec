/** Messages of disk servers and their contracts. `messages.ts` has them among all others. */

import { z } from 'zod';
import {
  block,
  CAPABILITY_MAX,
  capability,
  count,
  flag,
  refusal,
  tag,
  time,
} from './field-schemas.ts';

/** A length of time in microseconds, up to 16 s. */
const microseconds = count;
/** Which pages of a container, and what becomes of its capability: `spanOf`. */
const span = z
  .int()
  .min(0)
  .max(2 ** 21 - 1);
const SPAN_LENGTH = 2 ** 10;
const SPAN_BACK = 2 ** 20;

/** In order of op number. */
export const diskMessages = {
  // Client or server -> disk server.
  /**
   * Proposes `slice` of the device in every `period` for what the sender pays for, or another
   * contract in place of the present one; slice 0: ends it. laxity: how long the device may be held
   * free for it; slack 1: wants more when nobody else does; term 0: without end.
   */
  diskContract: z.object({
    period: microseconds,
    slice: microseconds,
    laxity: microseconds,
    slack: flag,
    term: time,
  }),
  /** Renews the disk contract for another term. */
  renewDisk: z.object({ tag }),
  /** Fills pages of the container that comes along from `block` on. */
  diskRead: z.object({ container: capability, block, span, tag }),
  /** Writes them to `block` and on. */
  diskWrite: z.object({ container: capability, block, span, tag }),
  /** Writes the container's page to `block`, then reads `from` into it, under one lock. */
  diskExchange: z.object({ container: capability, block, from: block, tag }),
  /** Whatever was answered before shall be durable. */
  diskFlush: z.object({ tag }),
  /** The contents of `count` blocks from `block` on are of no use any more. */
  diskDiscard: z.object({ block, count }),
  // Disk server -> client or server.
  /** The disk contract as it is in force now; expiresAt 0: no end. */
  diskContractIs: z.object({
    period: microseconds,
    slice: microseconds,
    laxity: microseconds,
    slack: flag,
    expiresAt: time,
  }),
  /** A disk contract with this slice has run out: best effort from now on. */
  diskExpired: z.object({ slice: microseconds }),
  /** Done (reason 0) or not; `moved` blocks have been moved. container: handed back, or -1. */
  diskDone: z.object({
    container: z.int().min(-1).max(CAPABILITY_MAX),
    tag,
    reason: refusal,
    moved: count,
  }),
  // Server that keeps the contents of its partition itself -> disk server.
  /** The device's time to move `count` blocks from `block` on; then the sender moves them. */
  diskMove: z.object({ block, count, writes: flag, tag }),
} as const;

/**
 * `length` pages (1 to 1024) from page `index` on; back: the capability is handed back with the
 * answer, else it is dropped.
 */
export function spanOf(index: number, length: number, back = false): number {
  return index + SPAN_LENGTH * (length - 1) + (back ? SPAN_BACK : 0);
}

export function spanIndex(word: number): number {
  return word % SPAN_LENGTH;
}

export function spanLength(word: number): number {
  return Math.floor((word % SPAN_BACK) / SPAN_LENGTH) + 1;
}

export function spanBack(word: number): boolean {
  return word >= SPAN_BACK;
}
