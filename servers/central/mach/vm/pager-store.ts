/**
 * Pager store: what pagers keep, a block for each page.
 *
 *   swap       made by the kernel for an object of its own whose pages leave memory; ends with the object
 *   file       made by a task, outlives the objects that map it
 *   external   a task: what it has is known to itself (external-pagers.ts)
 *
 * The default pager of Mach, and the least that an external pager does; both answer at once. `isFailing`
 * pagers answer each request with an error. Blocks are found by (pager, offset), which is also what
 * tells a pager's existence information: it holds a page if there is a block.
 *
 * The messages of the external memory management interface: ../emmi/.
 */

import { type Contents, createContents } from '../../../../sim-hw/contents.ts';
import {
  createFrames,
  type FramesState,
  readFrame,
  writeFrame,
} from '../../../../sim-hw/frames.ts';
import {
  bindPlace,
  checkPageIndex,
  createPageIndex,
  findPlace,
  firstPlace,
  type PageIndex,
  placesHeld,
  unbindPlace,
} from './page-index.ts';
import { createPool, forget, keep, NONE, type Pool, recordOf } from './pool.ts';
import type { Vm } from './state.ts';

/**
 * What a pager lets the kernel do when its object is to be copied.
 *
 *   none       copy all pages at once
 *   delay      copy each page before it changes, into a copy object
 *   temporary  as delay, and nobody wants the data once the object ends: while only one entry maps
 *              it, either side may be given a shadow
 *   call       an external pager is told, and gives the copy out as an object of its own
 */
export type CopyStrategy = 'none' | 'delay' | 'temporary' | 'call';

export interface Pager {
  readonly kind: 'swap' | 'file' | 'external';
  strategy: CopyStrategy;
  /** The kernel may keep the object's pages when nobody maps it any more. */
  mayCache: boolean;
  isFailing: boolean;
  /** Object that it backs now, or NONE. */
  object: number;
  /** Offsets of which an external pager has said that it has nothing, while somebody needs to know. */
  readonly absent: number[];
}

export interface PagerStore {
  readonly pagers: Pool<Pager>;
  readonly index: PageIndex;
  /** Contents of block b: frames b * 2^k ... of these. */
  readonly memory: FramesState;
  readonly freeBlocks: number[];
  readonly transfer: Contents;
}

export function createPagerStore(
  blocks: number,
  pageOrder: number,
  keepsBytes: boolean,
): PagerStore {
  return {
    pagers: createPool(),
    index: createPageIndex(blocks, 4096 << pageOrder),
    memory: createFrames(blocks << pageOrder, 0, keepsBytes),
    freeBlocks: Array.from({ length: blocks }, (_, i) => blocks - 1 - i),
    transfer: createContents(keepsBytes),
  };
}

export function createPager({ state }: Vm, pager: Pager): number {
  return keep(state.store.pagers, pager);
}

export function pagerOf({ state }: Vm, pager: number): Pager {
  return recordOf(state.store.pagers, pager);
}

/** Whether it is a task, which answers when it will. NONE is none. */
export function isExternal(vm: Vm, pager: number): boolean {
  return pager !== NONE && pagerOf(vm, pager).kind === 'external';
}

/** The block of the page, or NONE. */
export function blockOf({ state }: Vm, pager: number, offset: number): number {
  return pager === NONE ? NONE : findPlace(state.store.index, pager, offset);
}

export function blocksInUse({ state }: Vm): number {
  return state.store.index.owner.length - state.store.freeBlocks.length;
}

/** Writes the resident page to its block; false when no block is free. */
export function writeBlock(vm: Vm, pager: number, offset: number, page: number): boolean {
  const { store, counts } = vm.state;
  let block = findPlace(store.index, pager, offset);
  if (block === NONE) {
    const free = store.freeBlocks.pop();
    if (free === undefined) return false;
    bindPlace(store.index, free, pager, offset);
    block = free;
  }
  transfer(vm, vm.state.frames, page, store.memory, block);
  counts.pageOuts++;
  return true;
}

export function readBlock(vm: Vm, block: number, page: number): void {
  transfer(vm, vm.state.store.memory, block, vm.state.frames, page);
  vm.state.counts.pageIns++;
}

export function freeBlock({ state }: Vm, block: number): void {
  unbindPlace(state.store.index, block);
  state.store.freeBlocks.push(block);
}

/** The block belongs to `offset` of `pager` from now on. */
export function moveBlock({ state }: Vm, block: number, pager: number, offset: number): void {
  unbindPlace(state.store.index, block);
  bindPlace(state.store.index, block, pager, offset);
}

/** The pager is gone with all its blocks. */
export function endPager(vm: Vm, pager: number): void {
  const { index, pagers } = vm.state.store;
  if (isExternal(vm, pager)) vm.state.news.push({ kind: 'terminate', pager });
  for (let block = firstPlace(index, pager); block !== NONE; block = firstPlace(index, pager))
    freeBlock(vm, block);
  forget(pagers, pager);
}

export function blocksHeld({ state }: Vm, pager: number): number {
  return placesHeld(state.store.index, pager);
}

export function checkPagerStore({ state }: Vm): string | undefined {
  const { index, freeBlocks, pagers } = state.store;
  const wrong = checkPageIndex(index);
  if (wrong !== undefined) return `pager store: ${wrong}`;
  const bound = index.owner.reduce((sum, owner) => sum + (owner === NONE ? 0 : 1), 0);
  if (bound + freeBlocks.length !== index.owner.length)
    return `pager store: ${bound} blocks in use, ${freeBlocks.length} free`;
  for (const block of freeBlocks)
    if (index.owner[block] !== NONE) return `pager store: block ${block} is free and in use`;
  for (const owner of index.owner)
    if (owner !== NONE && (pagers.records[owner] ?? null) === null)
      return `pager store: pager ${owner} is gone, and holds blocks`;
  return undefined;
}

function transfer(
  vm: Vm,
  source: FramesState,
  from: number,
  target: FramesState,
  into: number,
): void {
  const { pageOrder } = vm.parameters;
  const { transfer: contents } = vm.state.store;
  for (let i = 0; i < 1 << pageOrder; i++) {
    readFrame(source, (from << pageOrder) + i, contents);
    writeFrame(target, (into << pageOrder) + i, contents);
  }
}
