/**
 * Stores of a compressed layer: into an open block, or on as they are; blocks that have been written;
 * who waits for a frame, or for all to be written.
 */

import { DONE, STORE_FULL } from '../../../contracts/refusals.ts';
import { PAGE_BYTES } from '../../../sim-hw/contents.ts';
import { NO_SLOT } from '../stack/frame-room.ts';
import { STORE } from '../stack/requests.ts';
import { contentsOf, finish, recordOf, type Stack, takeOwn } from '../stack/stack.ts';
import { askBelow, dropBelow, isFilled } from './below.ts';
import { freeHolder, keepOrFree, takeFrame, unwrittenMax } from './compressed-frames.ts';
import {
  enterBlock,
  leaveBlock,
  pack,
  sizeOf,
  writeAhead,
  writeOldest,
} from './compressed-pages.ts';
import { type CompressedState, NO_BLOCK } from './compressed-state.ts';
import {
  closeBlock,
  freeBlockOf,
  GONE,
  IN_MEMORY,
  openBlockFor,
  RAW,
  takeBlockOf,
} from './packed-blocks.ts';
import { passFlushes, refuseParked } from './parking.ts';

export function beginStore(
  stack: Stack,
  node: number,
  state: CompressedState,
  number: number,
): void {
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
    if (blocks.inMemory >= unwrittenMax(state)) return false;
    const slot = takeFrame(stack, state);
    if (slot === NO_SLOT) return false;
    block = takeBlockOf(blocks, IN_MEMORY, client);
    if (block === NO_BLOCK) {
      state.room.free.push(slot);
      finish(stack, number, STORE_FULL);
      return true;
    }
    const own = takeOwn(stack, node, block, client);
    recordOf(stack, own).c = slot;
    blocks.holder[block] = own;
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
  if (blocks.inMemory + 1 >= unwrittenMax(state)) writeOldest(stack, node, state);
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

export function rawStored(
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

export function blockWritten(
  stack: Stack,
  node: number,
  state: CompressedState,
  own: number,
  reason: number,
): void {
  const { blocks } = state;
  const { id: block, b: isGone } = recordOf(stack, own);
  state.writings--;
  if (reason === DONE || isGone === 1 || blocks.live[block] === 0) {
    blocks.inMemory--;
    if (isGone === 0 && blocks.live[block] !== 0) keepOrFree(stack, state, block);
    else {
      freeHolder(stack, state, block);
      dropBelow(stack, node, block, blocks.client[block] as number);
      if (blocks.live[block] === 0) freeBlockOf(blocks, block);
      else blocks.state[block] = GONE;
    }
    serveParked(stack, node, state);
    if (state.parking.flushes.length > 0) writeOldest(stack, node, state);
    else writeAhead(stack, node, state);
    return drained(stack, node, state);
  }
  // What is in it stays in memory; whoever waits hears why.
  state.counts.errors++;
  blocks.state[block] = IN_MEMORY;
  closeBlock(blocks, block);
  refuseParked(stack, state.parking, reason);
}

export function serveParked(stack: Stack, node: number, state: CompressedState): void {
  const { stores, flushes } = state.parking;
  while (stores.length > 0 && flushes.length === 0) {
    if (!place(stack, node, state, stores[0] as number)) return writeOldest(stack, node, state);
    stores.shift();
  }
}

/** When no block is in memory any more, what is below is flushed. */
export function drained(stack: Stack, node: number, state: CompressedState): void {
  if (state.blocks.inMemory === 0 && passFlushes(stack, node, state.parking))
    serveParked(stack, node, state);
}
