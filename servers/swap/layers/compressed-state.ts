/** State of a compressed layer: the pool's size, its blocks, and for each page where it lies. */

import { PAGE_BYTES } from '../../../sim-hw/contents.ts';
import { createRoom, type FrameRoom } from '../stack/frame-room.ts';
import { type BlockTable, createBlocks } from './packed-blocks.ts';
import { createParking, type Parking } from './parking.ts';
import { createPoolSize, type PoolSize } from './pool-size.ts';

/** A page that is larger than this when compressed is passed on as it is. */
export const SIZE_MAX = (PAGE_BYTES * 3) / 4;
export const NO_BLOCK = -1;

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
  readonly room: FrameRoom;
  readonly blocks: BlockTable;
  /** By id: its block, and where in it; its stamp. */
  readonly block: Int32Array;
  readonly offset: Uint16Array;
  readonly size: Uint16Array;
  readonly low: Uint32Array;
  readonly high: Uint32Array;
  readonly parking: Parking;
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
    blocksLost: number;
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
  const pool = createPoolSize(plan.framesMin, plan.frames);
  return {
    seed: plan.seed,
    pool,
    room: { ...createRoom(plan.frames), most: pool.frames },
    blocks: createBlocks(idsBelowCompressed(ids, plan.frames)),
    block: new Int32Array(ids).fill(NO_BLOCK),
    offset: new Uint16Array(ids),
    size: new Uint16Array(ids),
    low: new Uint32Array(ids),
    high: new Uint32Array(ids),
    parking: createParking(),
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
      blocksLost: 0,
      lost: 0,
      errors: 0,
      waits: 0,
    },
  };
}
