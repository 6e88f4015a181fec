/**
 * Packed blocks: where compressed pages lie. A block is 4096 bytes; its number is its id below.
 *
 *   free -> in memory: open -> full -> being written -> below -> free
 *                                            `-> kept -> below     `-> gone with its frame -> free
 *       `-> raw: one page that does not compress, below
 */

/** States of a block. */
export const FREE_BLOCK = 0;
export const IN_MEMORY = 1;
export const WRITING = 2;
export const BELOW = 3;
export const RAW = 4;
export const KEPT = 5;
export const GONE = 6;

/** Blocks that are open at a time: the first of the client's that has room takes a page. */
const OPEN_MAX = 8;
const NONE = -1;

export interface BlockTable {
  readonly state: Uint8Array;
  /** Pages in it that still count; bytes taken. */
  readonly live: Uint16Array;
  readonly used: Uint16Array;
  /** Whose pages are in it: one client's alone, since what is below may depend on whose they are. */
  readonly client: Int32Array;
  /** The record that holds it in memory. */
  readonly holder: Int32Array;
  /** What its stamp must be below. */
  readonly stamp: Uint32Array;
  /** How many had been written when it was. */
  readonly writtenAt: Uint32Array;
  /** Free blocks, the next one last. */
  readonly free: number[];
  readonly open: number[];
  /** Full blocks in memory, and those that are below as well, oldest first, by links. */
  readonly full: BlockList;
  readonly kept: BlockList;
  readonly older: Int32Array;
  readonly newer: Int32Array;
  /** Blocks in memory that are nowhere else. */
  inMemory: number;
  written: number;
  serial: number;
}

export interface BlockList {
  oldest: number;
  newest: number;
  count: number;
}

export function createBlocks(count: number): BlockTable {
  return {
    state: new Uint8Array(count),
    live: new Uint16Array(count),
    used: new Uint16Array(count),
    client: new Int32Array(count),
    holder: new Int32Array(count).fill(NONE),
    stamp: new Uint32Array(count),
    writtenAt: new Uint32Array(count),
    free: Array.from({ length: count }, (_, at) => count - 1 - at),
    open: [],
    older: new Int32Array(count).fill(NONE),
    newer: new Int32Array(count).fill(NONE),
    full: { oldest: NONE, newest: NONE, count: 0 },
    kept: { oldest: NONE, newest: NONE, count: 0 },
    inMemory: 0,
    written: 0,
    serial: 0,
  };
}

/** A free block, or -1; in memory it is open. */
export function takeBlockOf(blocks: BlockTable, state: number, client: number): number {
  const block = blocks.free.pop();
  if (block === undefined) return NONE;
  blocks.client[block] = client;
  blocks.state[block] = state;
  blocks.live[block] = 0;
  blocks.used[block] = 0;
  if (state !== IN_MEMORY) return block;
  blocks.inMemory++;
  if (blocks.open.length === OPEN_MAX) closeBlock(blocks, blocks.open[0] as number);
  blocks.open.push(block);
  return block;
}

/** Takes a block that is in memory out of it, or forgets one that is below. */
export function freeBlockOf(blocks: BlockTable, block: number): void {
  if (blocks.state[block] === IN_MEMORY) takeOut(blocks, block);
  blocks.state[block] = FREE_BLOCK;
  blocks.free.push(block);
}

/** Takes a block that is in memory out of the open or full ones. */
export function takeOut(blocks: BlockTable, block: number): void {
  blocks.inMemory--;
  const at = blocks.open.indexOf(block);
  if (at >= 0) blocks.open.splice(at, 1);
  else leaveList(blocks, blocks.full, block);
}

/** An open block of the client's in which `size` bytes end at or before `bytes`, or -1. */
export function openBlockFor(
  blocks: BlockTable,
  client: number,
  size: number,
  bytes: number,
): number {
  for (const block of blocks.open)
    if (blocks.client[block] === client && (blocks.used[block] as number) + size <= bytes)
      return block;
  return NONE;
}

/** Nothing more goes into a block in memory: it is the newest full one. */
export function closeBlock(blocks: BlockTable, block: number): void {
  const at = blocks.open.indexOf(block);
  if (at >= 0) blocks.open.splice(at, 1);
  enterList(blocks, blocks.full, block);
}

/** Takes the oldest full block out of the list, or an open one if it must be; -1: there is none. */
export function oldestFull(blocks: BlockTable, must: boolean): number {
  const block = blocks.full.oldest;
  if (block !== NONE) {
    leaveList(blocks, blocks.full, block);
    return block;
  }
  return must ? (blocks.open.shift() ?? NONE) : NONE;
}

/** The block is the newest of the list. */
export function enterList(blocks: BlockTable, list: BlockList, block: number): void {
  blocks.older[block] = list.newest;
  blocks.newer[block] = NONE;
  if (list.newest === NONE) list.oldest = block;
  else blocks.newer[list.newest] = block;
  list.newest = block;
  list.count++;
}

export function leaveList({ older, newer }: BlockTable, list: BlockList, block: number): void {
  const before = older[block] as number;
  const after = newer[block] as number;
  if (before === NONE) list.oldest = after;
  else newer[before] = after;
  if (after === NONE) list.newest = before;
  else older[after] = before;
  list.count--;
}
