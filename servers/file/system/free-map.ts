/**
 * Free map: which blocks are nobody's. It is in memory alone: mounting makes it from the extents. A
 * block has as many references as pages of files and reads under way are on it; copies of a range
 * share blocks. A block without references is not free at once:
 *
 *   free --> taken for a write (1) --> referenced (n) --> nobody's --> commit begins --> it is durable
 *     ^            | given up                                                               |
 *     +------------+<-----------------------------------------------------------------------+
 *
 * for until the operation that let go of it is on the disk, a power cut brings its reader back.
 */

import { assert } from '../../../sim-hw/assert.ts';
import {
  type Bitmaps,
  clearBit,
  createBitmaps,
  hasBit,
  lowestBit,
  setBit,
} from '../../../sim-hw/bitmaps.ts';

export interface FreeMap {
  readonly free: Bitmaps;
  freeCount: number;
  /** By block. */
  readonly references: Uint32Array;
  /** Blocks that lost their last reference since the last commit began, and before it did. */
  released: number[];
  committing: number[];
}

/** Blocks [first, blocks) are free. */
export function createFreeMap(blocks: number, first: number): FreeMap {
  const free = createBitmaps(blocks, 0);
  for (let block = 0; block < first; block++) clearBit(free, 0, block);
  const references = new Uint32Array(blocks);
  return { free, freeCount: blocks - first, references, released: [], committing: [] };
}

/**
 * Takes `count` blocks, from `goal` on where that is free, else the lowest; appends their runs to
 * `runs`: first block, length, and so on. False, and none taken, where there are not so many.
 */
export function takeBlocks(map: FreeMap, count: number, goal: number, runs: number[]): boolean {
  if (count > map.freeCount) return false;
  let left = count;
  let next = goal >= 0 && goal < map.references.length && hasBit(map.free, goal, 0) ? goal : -1;
  while (left > 0) {
    const first = next >= 0 ? next : lowestBit(map.free, 0);
    let length = 0;
    while (length < left && hasBit(map.free, first + length, 0)) {
      clearBit(map.free, 0, first + length);
      map.references[first + length] = 1;
      length++;
    }
    runs.push(first, length);
    left -= length;
    next = -1;
  }
  map.freeCount -= count;
  return true;
}

/** Takes a certain run: what recovery finds in use. */
export function claimRun(map: FreeMap, first: number, length: number): void {
  for (let block = first; block < first + length; block++) {
    if (map.references[block]++ > 0) continue;
    clearBit(map.free, 0, block);
    map.freeCount--;
  }
}

/** One more reference to each block of a run that has some. */
export function holdRun(map: FreeMap, first: number, length: number): void {
  for (let block = first; block < first + length; block++) map.references[block]++;
}

/** One reference fewer; the last one's block is free when the next commit is durable. */
export function dropRun(map: FreeMap, first: number, length: number): void {
  for (let block = first; block < first + length; block++) {
    assert(map.references[block] > 0, 'free map: a block is dropped that nobody holds');
    if (--map.references[block] === 0) map.released.push(block);
  }
}

/** A run taken for a write that did not come to pass: nothing on the disk ever named it. */
export function giveUpRun(map: FreeMap, first: number, length: number, bad: number): void {
  for (let block = first; block < first + length; block++) {
    // A block that the device could not write stays taken until the next mount.
    if (block === bad) continue;
    map.references[block] = 0;
    setBit(map.free, 0, block);
    map.freeCount++;
  }
}

/** A commit begins, that of all operations until now. */
export function beginRelease(map: FreeMap): void {
  map.committing = map.released;
  map.released = [];
}

/** It is durable: what these operations let go of is free. */
export function endRelease(map: FreeMap): void {
  for (const block of map.committing) setBit(map.free, 0, block);
  map.freeCount += map.committing.length;
  map.committing = [];
}
