/**
 * Compressed: pages are kept compressed in a pool of the server's own frames (Wilson, Kaplan and
 * Smaragdakis 1999; Linux's zswap). Compressed pages are packed into *blocks* of 4096 bytes, of which
 * a few are open at a time; when the pool is full its oldest block goes below, as one page.
 *
 *   store --> open block --(no more fits)--> full --(oldest, pool full)--> being written --> below
 *       `--(does not compress)-----------------------------------------------------------> below
 *
 * Bytes fidelity: sizes are those of our own WKdm (wkdm.ts), and decide what happens; a library's
 * would vary from version to version. Stamped: there are no bytes, and sizes are a declared, seeded
 * *model* (size-model.ts), which the note of `stat` and every table of it say.
 *
 * How many frames the pool uses follows what it is good for (pool-size.ts). A page that does not
 * compress to three quarters is passed on as it is. A flush writes every block; stores wait for it.
 * Left out: compaction of blocks below of which few pages are left.
 */

import { DONE, LOST_PAGE, STORE_FULL } from '../../../contracts/refusals.ts';
import { PAGE_BYTES } from '../../../sim-hw/contents.ts';
import { type Layer, NOTHING } from '../stack/layer.ts';
import { DISCARD, FETCH, FLUSH, NO_ID, NONE, OWN, STORE } from '../stack/requests.ts';
import {
  beginChild,
  belowOf,
  contentsOf,
  fillContents,
  finish,
  freeOwn,
  recordOf,
  type Stack,
  stateOf,
  takeOwn,
} from '../stack/stack.ts';
import {
  BELOW,
  type BlockTable,
  closeBlock,
  createBlocks,
  freeBlockOf,
  IN_MEMORY,
  oldestFull,
  openBlockFor,
  RAW,
  takeBlockOf,
  WRITING,
} from './packed-blocks.ts';
import { createPoolSize, noteFetch, type PoolSize } from './pool-size.ts';
import { modelSize } from './size-model.ts';
import { compress, decompress, SLACK_WORDS } from './wkdm.ts';

/** A page that is larger than this when compressed is passed on as it is. */
export const SIZE_MAX = (PAGE_BYTES * 3) / 4;
const WORD = 4;
const NO_BLOCK = -1;
/** `high` of the stamp of a block: with its number and its writing it is like no other. */
const BLOCK_STAMP = 0xfffffffe;

const packed = new Int32Array(SIZE_MAX / WORD + SLACK_WORDS);

export interface CompressedPlan {
  /** Least and most frames of the pool. */
  readonly framesMin: number;
  readonly frames: number;
  /** Seed of the model of sizes. */
  readonly seed: number;
}

export interface CompressedState {
  readonly seed: number;
  readonly pool: PoolSize;
  readonly blocks: BlockTable;
  /** By id: its block, and where in it; its stamp. */
  readonly block: Int32Array;
  readonly offset: Uint16Array;
  readonly size: Uint16Array;
  readonly low: Uint32Array;
  readonly high: Uint32Array;
  readonly parked: number[];
  readonly flushes: number[];
  writings: number;
  readonly counts: {
    stored: number;
    stores: number;
    fetches: number;
    hits: number;
    raw: number;
    rawBytes: number;
    compressedBytes: number;
    blocksWritten: number;
    blocksRead: number;
    lost: number;
    errors: number;
    waits: number;
  };
}

/** Blocks beyond one a page and one a frame: for pages that are stored anew before the old goes. */
const BLOCKS_MORE = 64;

/** Ids that it needs below: every page may need a block. */
export function idsBelowCompressed(ids: number, frames: number): number {
  return ids + frames + Math.min(ids, BLOCKS_MORE);
}

export function createCompressed(plan: CompressedPlan, ids: number): CompressedState {
  return {
    seed: plan.seed,
    pool: createPoolSize(plan.framesMin, plan.frames),
    blocks: createBlocks(idsBelowCompressed(ids, plan.frames)),
    block: new Int32Array(ids).fill(NO_BLOCK),
    offset: new Uint16Array(ids),
    size: new Uint16Array(ids),
    low: new Uint32Array(ids),
    high: new Uint32Array(ids),
    parked: [],
    flushes: [],
    writings: 0,
    counts: {
      stored: 0,
      stores: 0,
      fetches: 0,
      hits: 0,
      raw: 0,
      rawBytes: 0,
      compressedBytes: 0,
      blocksWritten: 0,
      blocksRead: 0,
      lost: 0,
      errors: 0,
      waits: 0,
    },
  };
}

export const compressedLayer: Layer = {
  name: 'compressed',
  begin(stack, node, number) {
    const state = stateOf<CompressedState>(stack, node);
    const { kind, id } = recordOf(stack, number);
    if (kind === STORE) beginStore(stack, node, state, number);
    else if (kind === FETCH) beginFetch(stack, node, state, number);
    else if (kind === FLUSH) beginFlush(stack, node, state, number);
    else {
      leaveBlock(stack, node, state, id);
      finish(stack, number, DONE);
      serveParked(stack, node, state);
      drained(stack, node, state);
    }
  },
  ended(stack, node, number, child) {
    const state = stateOf<CompressedState>(stack, node);
    const { kind } = recordOf(stack, number);
    const { reason } = recordOf(stack, child);
    if (kind === OWN) blockWritten(stack, node, state, number, reason);
    else if (kind === STORE) rawStored(stack, node, state, number, reason);
    else if (kind === FETCH) fetched(stack, state, number, child, reason);
    else finish(stack, number, reason);
  },
  woken() {},
  stat(stack, node) {
    const { counts, pool, blocks } = stateOf<CompressedState>(stack, node);
    const { frames, framesMax } = pool;
    const sizes = stack.state.pool.keepsBytes ? 'sizes: WKdm' : 'sizes: a model';
    return {
      name: 'compressed',
      counts: { ...counts, used: blocks.inMemory, frames, framesMax },
      note: sizes,
    };
  },
};

function beginStore(stack: Stack, node: number, state: CompressedState, number: number): void {
  const reason = fillContents(stack, number);
  if (reason !== DONE) return finish(stack, number, reason);
  state.counts.stores++;
  if (state.flushes.length > 0 || !place(stack, node, state, number)) {
    state.counts.waits++;
    state.parked.push(number);
    writeOldest(stack, node, state);
  }
}

/** Size of a request's page, in bytes, compressed into `packed` where there are bytes; 0: too large. */
function sizeOf(stack: Stack, state: CompressedState, number: number): number {
  const request = recordOf(stack, number);
  // One that waited for a frame is charged once.
  if (request.c === 0) stack.port.charge(stack.state.work.compressNs);
  request.c = 1;
  const { bytes, low, high } = contentsOf(stack, number);
  if (bytes.length === 0) return modelSize(state.seed, low, high, SIZE_MAX);
  return compress(wordsOf(bytes, 0, PAGE_BYTES), packed, SIZE_MAX / WORD) * WORD;
}

/** Puts a page into a block, or passes it on; false: there is no frame for a block. */
function place(stack: Stack, node: number, state: CompressedState, number: number): boolean {
  const size = sizeOf(stack, state, number);
  if (size === 0) {
    passOn(stack, node, state, number);
    return true;
  }
  const { id, client } = recordOf(stack, number);
  const { blocks, counts } = state;
  let block = openBlockFor(blocks, client, size, PAGE_BYTES);
  if (block === NO_BLOCK) {
    if (blocks.inMemory >= state.pool.frames) return false;
    block = takeBlockOf(blocks, IN_MEMORY, client);
    if (block === NO_BLOCK) {
      finish(stack, number, STORE_FULL);
      return true;
    }
    blocks.holder[block] = takeOwn(stack, node, block, client);
  }
  const from = contentsOf(stack, number);
  const at = blocks.used[block] as number;
  if (from.bytes.length > 0) {
    const into = contentsOf(stack, blocks.holder[block] as number).bytes;
    wordsOf(into, at, size).set(packed.subarray(0, size / WORD));
  }
  blocks.used[block] = at + size;
  blocks.live[block] = (blocks.live[block] as number) + 1;
  leaveBlock(stack, node, state, id);
  enterBlock(state, id, block, at, size);
  state.low[id] = from.low;
  state.high[id] = from.high;
  counts.rawBytes += PAGE_BYTES;
  counts.compressedBytes += size;
  if (PAGE_BYTES - at - size < PAGE_BYTES / 8) closeBlock(blocks, block);
  if (blocks.inMemory + 1 >= state.pool.frames) writeOldest(stack, node, state);
  finish(stack, number, DONE);
  return true;
}

function enterBlock(
  state: CompressedState,
  id: number,
  block: number,
  at: number,
  size: number,
): void {
  state.block[id] = block;
  state.offset[id] = at;
  state.size[id] = size;
  state.counts.stored++;
}

/** It does not compress: a block of its own, below. Its answer waits for that. */
function passOn(stack: Stack, node: number, state: CompressedState, number: number): void {
  const request = recordOf(stack, number);
  state.counts.raw++;
  const block = takeBlockOf(state.blocks, RAW, request.client);
  if (block === NO_BLOCK) return finish(stack, number, STORE_FULL);
  request.a = block;
  beginChild(stack, belowOf(stack, node), STORE, block, request.client, number, request.slot);
}

function rawStored(
  stack: Stack,
  node: number,
  state: CompressedState,
  number: number,
  reason: number,
): void {
  const { id, a: block } = recordOf(stack, number);
  if (reason === DONE) {
    leaveBlock(stack, node, state, id);
    state.blocks.live[block] = 1;
    enterBlock(state, id, block, 0, 0);
  } else freeBlockOf(state.blocks, block);
  finish(stack, number, reason);
}

/** The page is in its block no more; a block of which nothing is left goes. */
function leaveBlock(stack: Stack, node: number, state: CompressedState, id: number): void {
  const { blocks } = state;
  const block = state.block[id] as number;
  if (block === NO_BLOCK) return;
  state.block[id] = NO_BLOCK;
  state.counts.stored--;
  const left = (blocks.live[block] as number) - 1;
  blocks.live[block] = left;
  const stands = blocks.state[block] as number;
  if (left > 0 || stands === WRITING) return;
  if (stands === BELOW || stands === RAW)
    beginChild(
      stack,
      belowOf(stack, node),
      DISCARD,
      block,
      blocks.client[block] as number,
      NONE,
      NONE,
    );
  else freeOwn(stack, blocks.holder[block] as number);
  freeBlockOf(blocks, block);
}

/** The oldest full block goes below, or an open one where there is none that is full. */
function writeOldest(stack: Stack, node: number, state: CompressedState): void {
  const { blocks } = state;
  if (state.writings > 1) return;
  const block = oldestFull(blocks, state.parked.length > 0 || state.flushes.length > 0);
  if (block === NO_BLOCK) return;
  blocks.state[block] = WRITING;
  state.writings++;
  state.counts.blocksWritten++;
  const own = blocks.holder[block] as number;
  const contents = contentsOf(stack, own);
  contents.low = blocks.serial++;
  contents.high = BLOCK_STAMP;
  blocks.stamp[block] = contents.low;
  beginChild(stack, belowOf(stack, node), STORE, block, recordOf(stack, own).client, own, own);
}

function blockWritten(
  stack: Stack,
  node: number,
  state: CompressedState,
  own: number,
  reason: number,
): void {
  const { blocks } = state;
  const block = recordOf(stack, own).id;
  state.writings--;
  if (reason === DONE || blocks.live[block] === 0) {
    freeOwn(stack, own);
    blocks.inMemory--;
    blocks.state[block] = BELOW;
    blocks.writtenAt[block] = blocks.written++;
    if (blocks.live[block] === 0) {
      beginChild(
        stack,
        belowOf(stack, node),
        DISCARD,
        block,
        blocks.client[block] as number,
        NONE,
        NONE,
      );
      freeBlockOf(blocks, block);
    }
    serveParked(stack, node, state);
    if (state.flushes.length > 0) writeOldest(stack, node, state);
    return drained(stack, node, state);
  }
  // What is in it stays in memory; whoever waits hears why.
  state.counts.errors++;
  blocks.state[block] = IN_MEMORY;
  closeBlock(blocks, block);
  for (const number of state.flushes.splice(0)) finish(stack, number, reason);
  for (const number of state.parked.splice(0)) finish(stack, number, reason);
}

function serveParked(stack: Stack, node: number, state: CompressedState): void {
  const { parked, flushes } = state;
  while (parked.length > 0 && flushes.length === 0) {
    if (!place(stack, node, state, parked[0] as number)) {
      writeOldest(stack, node, state);
      return;
    }
    parked.shift();
  }
}

function beginFetch(stack: Stack, node: number, state: CompressedState, number: number): void {
  const request = recordOf(stack, number);
  const { blocks, counts } = state;
  const block = state.block[request.id] as number;
  if (block === NO_BLOCK) return finish(stack, number, NOTHING);
  counts.fetches++;
  const stands = blocks.state[block] as number;
  const isBelow = stands === BELOW || stands === RAW;
  if (stands !== RAW)
    noteFetch(state.pool, isBelow ? blocks.written - (blocks.writtenAt[block] as number) : 0);
  if (isBelow) {
    const slot = stands === RAW ? request.slot : NONE;
    beginChild(
      stack,
      belowOf(stack, node),
      FETCH,
      block,
      blocks.client[block] as number,
      number,
      slot,
    );
    return;
  }
  counts.hits++;
  extract(stack, state, number, blocks.holder[block] as number);
}

/** What is below has been read: the block, or the page itself. */
function fetched(
  stack: Stack,
  state: CompressedState,
  number: number,
  child: number,
  reason: number,
): void {
  const block = state.block[recordOf(stack, number).id] as number;
  const isRaw = state.blocks.state[block] === RAW;
  if (!isRaw) state.counts.blocksRead++;
  if (reason !== DONE) return finish(stack, number, reason === NOTHING ? LOST_PAGE : reason);
  if (isRaw) return finish(stack, number, DONE);
  const { low, high } = contentsOf(stack, child);
  if (high === BLOCK_STAMP && low === state.blocks.stamp[block])
    return extract(stack, state, number, child);
  state.counts.lost++;
  finish(stack, number, LOST_PAGE);
}

/** Decompresses a request's page out of the block in `holder`. */
function extract(stack: Stack, state: CompressedState, number: number, holder: number): void {
  const { id } = recordOf(stack, number);
  const into = contentsOf(stack, number);
  stack.port.charge(stack.state.work.decompressNs);
  if (into.bytes.length > 0) {
    const from = contentsOf(stack, holder).bytes;
    const at = state.offset[id] as number;
    decompress(wordsOf(from, at, state.size[id] as number), wordsOf(into.bytes, 0, PAGE_BYTES));
  }
  into.low = state.low[id] as number;
  into.high = state.high[id] as number;
  finish(stack, number, DONE);
}

function wordsOf(bytes: Uint8Array, at: number, size: number): Int32Array {
  return new Int32Array(bytes.buffer, bytes.byteOffset + at, size / WORD);
}

function beginFlush(stack: Stack, node: number, state: CompressedState, number: number): void {
  state.flushes.push(number);
  writeOldest(stack, node, state);
  drained(stack, node, state);
}

/** When no block is in memory any more, what is below is flushed. */
function drained(stack: Stack, node: number, state: CompressedState): void {
  if (state.flushes.length === 0 || state.blocks.inMemory > 0) return;
  for (const number of state.flushes.splice(0))
    beginChild(stack, belowOf(stack, node), FLUSH, NO_ID, 0, number, NONE);
  serveParked(stack, node, state);
}
