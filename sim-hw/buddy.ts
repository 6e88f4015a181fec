/**
 * Buddy allocator: runs of 2^order frames, aligned to their size (Knowlton 1965; Knuth 1, 2.5).
 *
 * Each order has a bitmap (bitmaps.ts) with one bit a block, set while all of the block is free; so
 * the bit of a larger block is the AND of its two halves. Taking the lowest free run of an order
 * clears the bits of the blocks around and inside it; giving it back sets them again, and that is
 * all of coalescing. No links: about 2.1 bits a frame, and a copy is a copy of one array.
 * Deterministic: always the lowest address. `frames` need not be a power of two: a block that
 * passes the end is never free.
 */

import { assert } from './assert.ts';
import {
  type Bitmaps,
  checkSummaries,
  clearBit,
  clearBits,
  createBitmaps,
  hasBit,
  lowestBit,
  setBit,
  setBits,
} from './bitmaps.ts';

export const FRAMES_MAX = 1 << 24;

export interface BuddyState extends Bitmaps {
  readonly frames: number;
  readonly orderMax: number;
  /** Free frames now. */
  free: number;
}

/** An allocator over `frames` frames, all free, in runs of at most 2^orderMax. */
export function createBuddy(frames: number, orderMax = 10): BuddyState {
  assert(Number.isInteger(frames) && frames >= 1 && frames <= FRAMES_MAX, 'buddy: bad frames');
  assert(Number.isInteger(orderMax) && orderMax >= 0 && orderMax <= 20, 'buddy: bad orderMax');
  return { frames, orderMax, free: frames, ...createBitmaps(frames, orderMax) };
}

/** An allocator over the same frames of which none is free: they come by `releaseRun`. */
export function createEmptyBuddy(frames: number, orderMax = 10): BuddyState {
  const buddy = createBuddy(frames, orderMax);
  buddy.words.fill(0);
  buddy.free = 0;
  return buddy;
}

/** Takes the lowest free run of 2^order frames; returns its first frame, or -1. */
export function allocateRun(b: BuddyState, order: number): number {
  if (!(order >= 0 && order <= b.orderMax)) return -1;
  const block = lowestBit(b, order);
  if (block < 0) return -1;
  takeBlock(b, block, order);
  return block << order;
}

/** Takes the run of 2^order frames that starts at `frame`, if all of it is free. */
export function allocateFrame(b: BuddyState, frame: number, order = 0): boolean {
  checkRun(b, frame, order);
  const block = frame >>> order;
  if (!hasBit(b, block, order)) return false;
  takeBlock(b, block, order);
  return true;
}

/**
 * Gives a run back; it joins with its buddy while that is free too. Part of an allocated run may be
 * given back alone. Asserts that the run is aligned, inside memory, and no frame of it free.
 */
export function releaseRun(b: BuddyState, first: number, order: number): void {
  checkRun(b, first, order);
  if (anyFree(b, first, order)) {
    assert(false, `buddy: double free in the run at frame ${first}, order ${order}`);
  }
  for (let inner = 0; inner < order; inner++)
    setBits(b, inner, first >>> inner, 1 << (order - inner));
  let block = first >>> order;
  setBit(b, order, block);
  for (let outer = order; outer < b.orderMax; outer++) {
    if (!hasBit(b, block ^ 1, outer)) break;
    block >>>= 1;
    setBit(b, outer + 1, block);
  }
  b.free += 1 << order;
}

/** Frames that are free. */
export function freeFrames(b: BuddyState): number {
  return b.free;
}

/** Whether this very frame is free. */
export function isFree(b: BuddyState, frame: number): boolean {
  return hasBit(b, frame, 0);
}

/** Whether all of the aligned run of 2^order frames at `frame` is free. */
export function isRunFree(b: BuddyState, frame: number, order: number): boolean {
  return hasBit(b, frame >>> order, order);
}

/** First frame of the lowest free run of 2^order frames, or -1 when there is none. */
export function lowestRun(b: BuddyState, order: number): number {
  const block = lowestBit(b, order);
  return block < 0 ? -1 : block << order;
}

/** Order of the largest free run, or -1 when nothing is free. */
export function largestFreeOrder(b: BuddyState): number {
  let order = b.orderMax;
  while (order >= 0 && lowestBit(b, order) < 0) order--;
  return order;
}

/** Re-sums the bitmaps; returns what is wrong, or undefined. For tests and oracles. */
export function checkBuddy(b: BuddyState): string | undefined {
  let free = 0;
  for (let frame = 0; frame < b.frames; frame++) if (hasBit(b, frame, 0)) free++;
  if (free !== b.free) return `buddy: ${free} frames are free, ${b.free} counted`;
  for (let order = 0; order <= b.orderMax; order++) {
    const blocks = b.frames >>> order;
    if (hasBit(b, blocks, order)) return `buddy: a free block of order ${order} passes the end`;
    for (let block = 0; order > 0 && block < blocks; block++) {
      const halves = hasBit(b, 2 * block, order - 1) && hasBit(b, 2 * block + 1, order - 1);
      if (hasBit(b, block, order) !== halves) {
        return `buddy: block ${block} of order ${order} disagrees with its halves`;
      }
    }
    const wrong = checkSummaries(b, order, blocks);
    if (wrong) return wrong;
  }
  return undefined;
}

function checkRun(b: BuddyState, first: number, order: number): void {
  const size = 1 << order;
  if (
    !(order >= 0 && order <= b.orderMax && first >= 0 && first + size <= b.frames) ||
    (first & (size - 1)) !== 0
  ) {
    assert(false, `buddy: no run at frame ${first}, order ${order}`);
  }
}

function anyFree(b: BuddyState, first: number, order: number): boolean {
  const at = b.starts[0] + (first >>> 5);
  if (order < 5) return ((b.words[at] >>> (first & 31)) & ((1 << (1 << order)) - 1)) !== 0;
  const end = at + (1 << (order - 5));
  for (let word = at; word < end; word++) if (b.words[word] !== 0) return true;
  return false;
}

/** Marks a free block, and all free blocks that overlap it, as no longer free. */
function takeBlock(b: BuddyState, block: number, order: number): void {
  for (let inner = 0; inner < order; inner++) {
    clearBits(b, inner, block << (order - inner), 1 << (order - inner));
  }
  clearBit(b, order, block);
  for (let outer = order + 1; outer <= b.orderMax; outer++) {
    block >>>= 1;
    if (!hasBit(b, block, outer)) break;
    clearBit(b, outer, block);
  }
  b.free -= 1 << order;
}
