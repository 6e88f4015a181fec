/**
 * State of the default pager: plain, and all of it there from boot, since no work of its own may take a frame
 * when memory is short [LAST8].
 *
 *   owner    0 .. 8191   objects of the kernel's own, by the place in their control number
 *            8192 ..     objects that tasks map, by their number
 */

import { EXTERNAL_MAX } from '../../../vm/external-pagers.ts';
import { createPageIndex, findPlace, type PageIndex } from '../../../vm/page-index.ts';
import { NONE } from '../../../vm/pool.ts';
import type { PagerStorage } from '../../pager.ts';

/** A frame of its own, in a container that swap servers may lock. */
export interface Buffer {
  slot: number;
  container: number;
  /** A weak capability to the container, or NONE: it is with a server, or another has been asked for. */
  weak: number;
}

/** A page on its way, or a free record. */
export interface Transfer {
  kind: 'free' | 'store' | 'fetch';
  owner: number;
  page: number;
  /** What is to be stored, in its own space: kept there until it has been. */
  address: number;
  block: number;
  /** The buffer it has, or NONE: it waits for its turn. */
  buffer: number;
  /** The order in which pages came. */
  sequence: number;
  /** Nobody wants what comes of it any more. */
  isGone: boolean;
  /** Swap servers that have refused it: a bit for each. */
  refusedBy: number;
  tries: number;
}

export interface DefaultPagerState {
  /** On each swap server. */
  readonly blocks: number;
  /** By owner: the kernel's number of the object, or NONE. */
  readonly controls: Int32Array;
  /** Which block has which page of which owner; servers' blocks follow each other. */
  readonly index: PageIndex;
  /** By block: 1, what should be there is lost. */
  readonly lost: Uint8Array;
  /** By swap server. */
  readonly freeBlocks: number[][];
  readonly isDead: boolean[];
  readonly buffers: Buffer[];
  readonly transfers: Transfer[];
  nextSequence: number;
  /** It will try again what servers were too busy for. */
  isResting: boolean;
  readonly counts: DefaultPagerCounts;
}

export interface DefaultPagerCounts {
  stored: number;
  fetched: number;
  /** Asked for while they were still to be stored. */
  rescued: number;
  again: number;
  refused: number;
  lost: number;
}

export function createDefaultState(storage: PagerStorage, objects: number): DefaultPagerState {
  const { servers, blocks, buffers, transfers } = storage;
  const all = servers * blocks;
  return {
    blocks,
    controls: new Int32Array(EXTERNAL_MAX + objects).fill(NONE),
    index: createPageIndex(all, 1),
    lost: new Uint8Array(all),
    freeBlocks: Array.from({ length: servers }, (_, server) =>
      Array.from({ length: blocks }, (_, i) => (server + 1) * blocks - 1 - i),
    ),
    isDead: Array.from({ length: servers }, () => false),
    buffers: Array.from({ length: buffers }, () => ({ slot: NONE, container: NONE, weak: NONE })),
    transfers: Array.from({ length: transfers }, createTransfer),
    nextSequence: 0,
    isResting: false,
    counts: { stored: 0, fetched: 0, rescued: 0, again: 0, refused: 0, lost: 0 },
  };
}

function createTransfer(): Transfer {
  return {
    kind: 'free',
    owner: NONE,
    page: 0,
    address: 0,
    block: NONE,
    buffer: NONE,
    sequence: 0,
    isGone: false,
    refusedBy: 0,
    tries: 0,
  };
}

export function isOfKernel(owner: number): boolean {
  return owner < EXTERNAL_MAX;
}

/** The block of the page, or NONE. */
export function blockOf({ index }: DefaultPagerState, owner: number, page: number): number {
  return findPlace(index, owner, page);
}

export function serverOf({ blocks }: DefaultPagerState, block: number): number {
  return Math.floor(block / blocks);
}
