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
import { FETCH, FLUSH, NONE, OWN, STORE } from '../stack/requests.ts';
import {
  beginChild,
  belowOf,
  contentsOf,
  finish,
  freeOwn,
  recordOf,
  type Stack,
  stateOf,
  takeOwn,
} from '../stack/stack.ts';
import { askBelow, dropBelow, isFilled } from './below.ts';
import {
  enterBlock,
  extract,
  isBlock,
  leaveBlock,
  pack,
  sizeOf,
  writeOldest,
} from './compressed-pages.ts';
import { type CompressedState, NO_BLOCK } from './compressed-state.ts';
import {
  BELOW,
  closeBlock,
  freeBlockOf,
  IN_MEMORY,
  openBlockFor,
  RAW,
  takeBlockOf,
} from './packed-blocks.ts';
import { passFlushes, refuseParked } from './parking.ts';
import { noteFetch } from './pool-size.ts';

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
  if (!isFilled(stack, number)) return;
  state.counts.stores++;
  if (state.parking.flushes.length > 0 || !place(stack, node, state, number)) {
    state.counts.waits++;
    state.parking.stores.push(number);
    writeOldest(stack, node, state);
  }
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
  pack(stack, blocks.holder[block] as number, at, size);
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

/** It does not compress: a block of its own, below. Its answer waits for that. */
function passOn(stack: Stack, node: number, state: CompressedState, number: number): void {
  const request = recordOf(stack, number);
  state.counts.raw++;
  const block = takeBlockOf(state.blocks, RAW, request.client);
  if (block === NO_BLOCK) return finish(stack, number, STORE_FULL);
  request.a = block;
  askBelow(stack, node, number, STORE, block);
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
      dropBelow(stack, node, block, blocks.client[block] as number);
      freeBlockOf(blocks, block);
    }
    serveParked(stack, node, state);
    if (state.parking.flushes.length > 0) writeOldest(stack, node, state);
    return drained(stack, node, state);
  }
  // What is in it stays in memory; whoever waits hears why.
  state.counts.errors++;
  blocks.state[block] = IN_MEMORY;
  closeBlock(blocks, block);
  refuseParked(stack, state.parking, reason);
}

function serveParked(stack: Stack, node: number, state: CompressedState): void {
  const { stores, flushes } = state.parking;
  while (stores.length > 0 && flushes.length === 0) {
    if (!place(stack, node, state, stores[0] as number)) return writeOldest(stack, node, state);
    stores.shift();
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
    const client = blocks.client[block] as number;
    beginChild(stack, belowOf(stack, node), FETCH, block, client, number, slot);
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
  if (isBlock(stack, state, block, child)) return extract(stack, state, number, child);
  state.counts.lost++;
  finish(stack, number, LOST_PAGE);
}

function beginFlush(stack: Stack, node: number, state: CompressedState, number: number): void {
  state.parking.flushes.push(number);
  writeOldest(stack, node, state);
  drained(stack, node, state);
}

/** When no block is in memory any more, what is below is flushed. */
function drained(stack: Stack, node: number, state: CompressedState): void {
  if (state.blocks.inMemory === 0 && passFlushes(stack, node, state.parking))
    serveParked(stack, node, state);
}
