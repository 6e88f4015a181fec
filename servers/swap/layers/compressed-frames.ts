/**
 * Frames of a compressed pool: a block in memory has one each. Under a contract a block that has been
 * written below stays while there are frames, up to the pool's present size.
 *
 *   in memory --written--> kept --(its frame is needed, or called back)--> below
 */

import { NO_SLOT, recordIn } from '../stack/frame-room.ts';
import type { FrameKeeper } from '../stack/layer.ts';
import { NONE } from '../stack/requests.ts';
import { freeOwn, recordOf, type Stack, stateOf } from '../stack/stack.ts';
import { type CompressedState, NO_BLOCK } from './compressed-state.ts';
import {
  BELOW,
  enterList,
  GONE,
  IN_MEMORY,
  KEPT,
  leaveList,
  takeOut,
  WRITING,
} from './packed-blocks.ts';

/** Blocks in memory that are nowhere else are at most so many. */
export function unwrittenMax({ room, pool }: CompressedState): number {
  return Math.min(room.own, pool.frames);
}

/** A frame for a block, at the cost of the oldest one that is kept if need be; NO_SLOT: there is none. */
export function takeFrame(stack: Stack, state: CompressedState): number {
  const { room, blocks } = state;
  if (room.free.length === 0 && blocks.kept.oldest !== NO_BLOCK) dropOldest(stack, state);
  return room.free.pop() ?? NO_SLOT;
}

/** The block has been written: it stays, where there is a contract, or its frame is free. */
export function keepOrFree(stack: Stack, state: CompressedState, block: number): void {
  const { blocks, room, pool } = state;
  blocks.state[block] = KEPT;
  enterList(blocks, blocks.kept, block);
  const most = room.keeps ? Math.max(0, Math.min(room.held, pool.frames) - blocks.inMemory) : 0;
  while (blocks.kept.count > most) dropOldest(stack, state);
}

/** The record of a block in memory is over, and its frame holds nothing. */
export function freeHolder(stack: Stack, { blocks, room }: CompressedState, block: number): void {
  const own = blocks.holder[block] as number;
  const slot = recordOf(stack, own).c;
  if (slot !== NO_SLOT) room.free.push(slot);
  freeOwn(stack, own);
}

/** The oldest block that is kept is below alone. */
function dropOldest(stack: Stack, state: CompressedState): void {
  drop(stack, state, state.blocks.kept.oldest);
}

function drop(stack: Stack, state: CompressedState, block: number): void {
  const { blocks } = state;
  leaveList(blocks, blocks.kept, block);
  freeHolder(stack, state, block);
  blocks.state[block] = BELOW;
  blocks.writtenAt[block] = blocks.written++;
}

export const compressedFrames: Pick<FrameKeeper, 'room' | 'spare' | 'lose'> = {
  room: (stack, node) => stateOf<CompressedState>(stack, node).room,
  spare(stack, node) {
    const state = stateOf<CompressedState>(stack, node);
    if (state.blocks.kept.oldest === NO_BLOCK) return false;
    dropOldest(stack, state);
    return true;
  },
  lose(stack, node, taken) {
    const state = stateOf<CompressedState>(stack, node);
    const { blocks } = state;
    const first =
      blocks.full.oldest === NO_BLOCK ? (blocks.open[0] ?? NO_BLOCK) : blocks.full.oldest;
    const isNamed = taken !== NO_SLOT || first === NO_BLOCK;
    const own = isNamed ? recordIn(stack, node, taken) : (blocks.holder[first] as number);
    if (own === NONE) return NO_SLOT;
    const holder = recordOf(stack, own);
    const { id: block, c: slot } = holder;
    holder.c = NO_SLOT;
    if (blocks.state[block] === KEPT) drop(stack, state, block);
    else {
      state.counts.blocksLost++;
      // One that is being written is half written: it goes when that is over.
      if (blocks.state[block] === WRITING) holder.b = 1;
      if (blocks.state[block] === IN_MEMORY) {
        takeOut(blocks, block);
        freeOwn(stack, own);
        blocks.state[block] = GONE;
      }
    }
    return slot;
  },
};

/** Its frame was taken with what was in it, and it was nowhere else. */
export function isGone(stack: Stack, { blocks }: CompressedState, block: number): boolean {
  const stands = blocks.state[block];
  if (stands === GONE) return true;
  return stands === WRITING && recordOf(stack, blocks.holder[block] as number).b === 1;
}
