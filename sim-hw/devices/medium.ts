/**
 * Medium: what the blocks of one device hold. (A device model, device.ts, only takes time.)
 *
 *   writeBlock --> the drive's cache, up to `cacheBlocks` --(flush, or others push it out)--> durable
 *   readBlock  <-- what was written last
 *   powerCut       of what is not durable each write is kept, lost or torn, by chance
 *
 * A torn write has reached the first of a block's eight sectors and not the others; where no bytes
 * are known it holds junk. As each write has a fate of its own, later ones may survive earlier ones:
 * drives reorder what nobody flushed. Faults may be switched on: errors that the drive reports
 * (reads, writes, bad blocks), and writes that it acknowledges and then loses or tears.
 *
 * A block holds a stamp, and bytes if it was written with some (contents.ts).
 */

import { assert } from '../assert.ts';
import { type Contents, copyContents, createContents, PAGE_BYTES, stamped } from '../contents.ts';
import { JUNK } from '../frames.ts';
import { createRandom, nextBelow, nextUint32, type RandomState } from '../random.ts';

const NOTHING = stamped(0, JUNK);
const SECTORS = 8;
const SECTOR_BYTES = PAGE_BYTES / SECTORS;

/** Chances of a fault in 2^16, each time a block is read or written. */
export interface MediumFaults {
  readErrors: number;
  writeErrors: number;
  /** Acknowledged, and not done. */
  lostWrites: number;
  /** Acknowledged, and half done. */
  tornWrites: number;
  /** Neither read nor written. */
  badBlocks: number[];
}

export interface MediumState {
  readonly blocks: number;
  readonly cacheBlocks: number;
  readonly low: Uint32Array;
  readonly high: Uint32Array;
  /** By block: what was written with bytes. */
  readonly bytes: (Uint8Array | null)[];
  /** Acknowledged and not durable, oldest first. */
  readonly cached: CachedWrite[];
  readonly faults: MediumFaults;
  readonly random: RandomState;
  readonly counts: { reads: number; writes: number; flushes: number; errors: number };
}

interface CachedWrite {
  readonly block: number;
  readonly before: Contents;
  readonly after: Contents;
}

/** `cacheBlocks` 0: a write is durable when it is acknowledged. Blocks hold junk at first. */
export function createMedium(blocks: number, seed: number, cacheBlocks = 0): MediumState {
  return {
    blocks,
    cacheBlocks,
    low: new Uint32Array(blocks),
    high: new Uint32Array(blocks).fill(JUNK),
    bytes: new Array<Uint8Array | null>(blocks).fill(null),
    cached: [],
    faults: { readErrors: 0, writeErrors: 0, lostWrites: 0, tornWrites: 0, badBlocks: [] },
    random: createRandom(seed),
    counts: { reads: 0, writes: 0, flushes: 0, errors: 0 },
  };
}

/** Reads a block into `contents`; false: the drive reports an error, and nothing was read. */
export function readBlock(medium: MediumState, block: number, contents: Contents): boolean {
  medium.counts.reads++;
  const { faults } = medium;
  if (!serves(medium, block) || falls(medium, faults.readErrors)) return isError(medium);
  copyContents(contents, contentsOf(medium, block));
  return true;
}

/** Writes a block; false: the drive reports an error, and nothing was written. */
export function writeBlock(medium: MediumState, block: number, contents: Contents): boolean {
  medium.counts.writes++;
  const { faults, cached, cacheBlocks } = medium;
  if (!serves(medium, block) || falls(medium, faults.writeErrors)) return isError(medium);
  if (falls(medium, faults.lostWrites)) return true;
  const isTorn = falls(medium, faults.tornWrites);
  if (cacheBlocks === 0) {
    if (isTorn) tear(medium, medium.random, block, contents);
    else put(medium, block, contents);
    return true;
  }
  const before = copyOf(contentsOf(medium, block));
  if (isTorn) tear(medium, medium.random, block, contents);
  else put(medium, block, contents);
  cached.push({ block, before, after: copyOf(contentsOf(medium, block)) });
  if (cached.length > cacheBlocks) cached.shift();
  return true;
}

/** Trims: `count` blocks from `block` on hold junk from here on, whatever was under way for them. */
export function discardBlocks(medium: MediumState, block: number, count: number): void {
  for (let at = block; at < block + count; at++) put(medium, at, NOTHING);
  const { cached } = medium;
  for (let at = cached.length - 1; at >= 0; at--) {
    const { block: one } = cached[at] as CachedWrite;
    if (one >= block && one < block + count) cached.splice(at, 1);
  }
}

/** All that was acknowledged is durable. */
export function flushMedium(medium: MediumState): void {
  medium.counts.flushes++;
  medium.cached.length = 0;
}

/** The power fails: what was not durable yet is, or is not, or is torn, as `random` says. */
export function powerCut(medium: MediumState, random: RandomState): void {
  const { cached } = medium;
  for (let at = cached.length - 1; at >= 0; at--) {
    const { block, before } = cached[at] as CachedWrite;
    put(medium, block, before);
  }
  for (const { block, after } of cached) {
    const fate = nextBelow(random, 5);
    if (fate < 2) put(medium, block, after);
    else if (fate === 2) tear(medium, random, block, after);
  }
  cached.length = 0;
}

function serves({ blocks, faults }: MediumState, block: number): boolean {
  assert(block >= 0 && block < blocks && block === Math.floor(block), 'medium: no such block');
  return faults.badBlocks.length === 0 || !faults.badBlocks.includes(block);
}

function falls({ random }: MediumState, chance: number): boolean {
  return chance > 0 && nextUint32(random) >>> 16 < chance;
}

function isError({ counts }: MediumState): false {
  counts.errors++;
  return false;
}

/** A block's contents; the bytes are the medium's own. */
function contentsOf(medium: MediumState, block: number): Contents {
  const low = medium.low[block] as number;
  const high = medium.high[block] as number;
  const bytes = medium.bytes[block];
  return bytes ? { low, high, bytes } : stamped(low, high);
}

function copyOf(contents: Contents): Contents {
  const copy = createContents(contents.bytes.length > 0);
  copyContents(copy, contents);
  return copy;
}

function put(medium: MediumState, block: number, contents: Contents): void {
  medium.low[block] = contents.low;
  medium.high[block] = contents.high;
  if (contents.bytes.length === 0) medium.bytes[block] = null;
  else {
    const kept = medium.bytes[block] ?? new Uint8Array(PAGE_BYTES);
    kept.set(contents.bytes);
    medium.bytes[block] = kept;
  }
}

/** The first sectors are new, the others as they were. */
function tear(medium: MediumState, random: RandomState, block: number, contents: Contents): void {
  const sectors = 1 + nextBelow(random, SECTORS - 1);
  const torn = createContents(contents.bytes.length > 0);
  if (torn.bytes.length > 0) {
    copyContents(torn, contentsOf(medium, block));
    torn.bytes.set(contents.bytes.subarray(0, sectors * SECTOR_BYTES));
  }
  torn.low = sectors;
  torn.high = JUNK;
  put(medium, block, torn);
}
