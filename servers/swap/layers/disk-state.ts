/** State of a disk layer: which block each page has, and what was written there. */

import { createFreeMap, type FreeMap, takeBlock } from './free-map.ts';

/** Of a page that has no block. */
export const NOWHERE = -1;
/** Of a file that grows: where its map of blocks is. */
export const MAP_BLOCK = 0;

export interface DiskPlan {
  /** Number of the disk in the stack. */
  readonly disk: number;
  readonly blocks: number;
  /** Most blocks of a file; a partition has `blocks` from the start. */
  readonly blocksMax: number;
  readonly grow: number;
  readonly cluster: number;
  readonly fixed: boolean;
  /** Blocks that a page takes: its contents stand in the first, the others take time alone. */
  readonly pageBlocks: number;
}

export interface DiskLayerState extends DiskPlan {
  /** By id: its block, or NOWHERE. */
  readonly place: Int32Array;
  /** By id: stamp of what was written, and checksum of its bytes. */
  readonly low: Uint32Array;
  readonly high: Uint32Array;
  readonly sum: Uint32Array;
  readonly map: FreeMap;
  readonly counts: DiskCounts;
}

interface DiskCounts {
  stored: number;
  reads: number;
  writes: number;
  flushes: number;
  errors: number;
  lost: number;
  full: number;
  grown: number;
}

export function createDisk(plan: DiskPlan, ids: number): DiskLayerState {
  const map = createFreeMap(plan.blocks, plan.cluster);
  // The first block of a file is its map.
  if (plan.blocksMax > plan.blocks) takeBlock(map, MAP_BLOCK);
  return {
    ...plan,
    place: new Int32Array(ids).fill(NOWHERE),
    low: new Uint32Array(ids),
    high: new Uint32Array(ids),
    sum: new Uint32Array(ids),
    map,
    counts: {
      stored: 0,
      reads: 0,
      writes: 0,
      flushes: 0,
      errors: 0,
      lost: 0,
      full: 0,
      grown: 0,
    },
  };
}
