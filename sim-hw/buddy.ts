/**
 * Buddy allocator: runs of 2^order frames, aligned to their size (Knowlton 1965; Knuth 1, 2.5).
 *
 * Each order has a bitmap with one bit a block, set while all of the block is free; so the bit of a
 * larger block is the AND of its two halves. Over each bitmap stand summary levels, a bit for each
 * word below that is not zero, up to a single word:
 *
 *   order 0   level 2   [ 1 0 0 ... ]                     one word
 *             level 1   [ 0 0 1 ... ][ 0 ... ]            a bit a word of level 0
 *             level 0   [ 0 ][ 0 ][ 0 0 1 ... ][ 0 ]...   a bit a block
 *   order 1   ...
 *
 * The lowest free run of an order is found in one step a level; taking it clears the bits of the
 * blocks around and inside it; giving it back sets them again, and that is all of coalescing. No
 * links: about 2.1 bits a frame, and a copy is a copy of one array. Deterministic: always the
 * lowest address. `frames` need not be a power of two: a block that passes the end is never free.
 */

import { assert } from './assert.ts';

/** Words have 32 bits: five levels cover 2^25 blocks. */
const LEVELS_MAX = 5;
const FRAMES_MAX = 1 << 24;

export interface BuddyState {
  readonly frames: number;
  readonly orderMax: number;
  /** Free frames now. */
  free: number;
  /** Levels that each order uses. */
  readonly levels: number;
  /** First word of a bitmap: index order * LEVELS_MAX + level. */
  readonly starts: Int32Array;
  /** All bitmaps. */
  readonly words: Uint32Array;
}

/** An allocator over `frames` frames, all free, in runs of at most 2^orderMax. */
export function createBuddy(frames: number, orderMax = 10): BuddyState {
  assert(Number.isInteger(frames) && frames >= 1 && frames <= FRAMES_MAX, 'buddy: bad frames');
  assert(Number.isInteger(orderMax) && orderMax >= 0 && orderMax <= 20, 'buddy: bad orderMax');
  const starts = new Int32Array((orderMax + 1) * LEVELS_MAX);
  let levels = 1;
  for (let last = frames >>> 5; last > 0; last >>>= 5) levels++;
  let total = 0;
  for (let order = 0; order <= orderMax; order++) {
    // One bit more than there are blocks, so that the last block's buddy can always be asked.
    let last = frames >>> order;
    for (let level = 0; level < levels; level++) {
      starts[order * LEVELS_MAX + level] = total;
      last >>>= 5;
      total += last + 1;
    }
  }
  const words = new Uint32Array(total);
  const b: BuddyState = { frames, orderMax, free: frames, levels, starts, words };
  for (let order = 0; order <= orderMax; order++) {
    let bits = frames >>> order;
    for (let level = 0; level < levels; level++) {
      const start = starts[order * LEVELS_MAX + level];
      words.fill(0xffffffff, start, start + (bits >>> 5));
      if ((bits & 31) !== 0) words[start + (bits >>> 5)] = (1 << (bits & 31)) - 1;
      bits = (bits + 31) >>> 5;
    }
  }
  return b;
}

/** Takes the lowest free run of 2^order frames; returns its first frame, or -1. */
export function allocateRun(b: BuddyState, order: number): number {
  if (!(order >= 0 && order <= b.orderMax)) return -1;
  const { words, starts } = b;
  let block = 0;
  for (let level = b.levels - 1; level >= 0; level--) {
    const word = words[starts[order * LEVELS_MAX + level] + block];
    if (word === 0) return -1;
    block = (block << 5) + 31 - Math.clz32(word & -word);
  }
  takeBlock(b, block, order);
  return block << order;
}

/** Takes the run of 2^order frames that starts at `frame`, if all of it is free. */
export function allocateFrame(b: BuddyState, frame: number, order = 0): boolean {
  checkRun(b, frame, order);
  const block = frame >>> order;
  if (!isBlockFree(b, block, order)) return false;
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
    if (!isBlockFree(b, block ^ 1, outer)) break;
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
  return isBlockFree(b, frame, 0);
}

/** Order of the largest free run, or -1 when nothing is free. */
export function largestFreeOrder(b: BuddyState): number {
  let order = b.orderMax;
  while (order >= 0 && b.words[b.starts[order * LEVELS_MAX + b.levels - 1]] === 0) order--;
  return order;
}

/** Re-sums the bitmaps; returns what is wrong, or undefined. For tests and oracles. */
export function checkBuddy(b: BuddyState): string | undefined {
  let free = 0;
  for (let frame = 0; frame < b.frames; frame++) if (isBlockFree(b, frame, 0)) free++;
  if (free !== b.free) return `buddy: ${free} frames are free, ${b.free} counted`;
  for (let order = 0; order <= b.orderMax; order++) {
    const blocks = b.frames >>> order;
    if (isBlockFree(b, blocks, order))
      return `buddy: a free block of order ${order} passes the end`;
    for (let block = 0; order > 0 && block < blocks; block++) {
      const halves =
        isBlockFree(b, 2 * block, order - 1) && isBlockFree(b, 2 * block + 1, order - 1);
      if (isBlockFree(b, block, order) !== halves) {
        return `buddy: block ${block} of order ${order} disagrees with its halves`;
      }
    }
    const wrong = checkSummaries(b, order);
    if (wrong) return wrong;
  }
  return undefined;
}

function checkSummaries(b: BuddyState, order: number): string | undefined {
  let last = b.frames >>> order;
  for (let level = 1; level < b.levels; level++) {
    const below = b.starts[order * LEVELS_MAX + level - 1];
    const above = b.starts[order * LEVELS_MAX + level];
    last >>>= 5;
    for (let word = 0; word <= last; word++) {
      const bit = (b.words[above + (word >>> 5)] >>> (word & 31)) & 1;
      if ((bit === 1) !== (b.words[below + word] !== 0)) {
        return `buddy: summary of order ${order}, level ${level}, word ${word} is wrong`;
      }
    }
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

function isBlockFree(b: BuddyState, block: number, order: number): boolean {
  const word = b.words[b.starts[order * LEVELS_MAX] + (block >>> 5)];
  return ((word >>> (block & 31)) & 1) === 1;
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
    if (!isBlockFree(b, block, outer)) break;
    clearBit(b, outer, block);
  }
  b.free -= 1 << order;
}

function setBit(b: BuddyState, order: number, bit: number): void {
  const { words, starts } = b;
  const end = order * LEVELS_MAX + b.levels;
  for (let level = order * LEVELS_MAX; level < end; level++) {
    const at = starts[level] + (bit >>> 5);
    const before = words[at];
    words[at] = before | (1 << (bit & 31));
    if (before !== 0) return;
    bit >>>= 5;
  }
}

function clearBit(b: BuddyState, order: number, bit: number): void {
  const { words, starts } = b;
  const end = order * LEVELS_MAX + b.levels;
  for (let level = order * LEVELS_MAX; level < end; level++) {
    const at = starts[level] + (bit >>> 5);
    const after = words[at] & ~(1 << (bit & 31));
    words[at] = after;
    if (after !== 0) return;
    bit >>>= 5;
  }
}

/** Sets `count` (a power of two, aligned) bits of an order that are all clear. */
function setBits(b: BuddyState, order: number, from: number, count: number): void {
  const { words, starts } = b;
  for (let level = order * LEVELS_MAX; level < order * LEVELS_MAX + b.levels; level++) {
    const at = starts[level] + (from >>> 5);
    if (count < 32) {
      const before = words[at];
      words[at] = before | (((1 << count) - 1) << (from & 31));
      if (before !== 0) return;
      count = 1;
    } else {
      count >>>= 5;
      words.fill(0xffffffff, at, at + count);
    }
    from >>>= 5;
  }
}

/** Clears `count` (a power of two, aligned) bits of an order that are all set. */
function clearBits(b: BuddyState, order: number, from: number, count: number): void {
  const { words, starts } = b;
  for (let level = order * LEVELS_MAX; level < order * LEVELS_MAX + b.levels; level++) {
    const at = starts[level] + (from >>> 5);
    if (count < 32) {
      const after = words[at] & ~(((1 << count) - 1) << (from & 31));
      words[at] = after;
      if (after !== 0) return;
      count = 1;
    } else {
      count >>>= 5;
      words.fill(0, at, at + count);
    }
    from >>>= 5;
  }
}
