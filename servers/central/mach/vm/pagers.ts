/**
 * Pagers: who makes them. The kernel, for an object of its own that is paged out (the default pager's
 * vm_pager_create), and tasks, which make files to map.
 */

import { assert } from '../../../../sim-hw/assert.ts';
import { zeroFrame } from '../../../../sim-hw/frames.ts';
import { createExternalPager, hasExternalRoom } from './external-pagers.ts';
import { endCached, objectAt } from './objects.ts';
import { bindPlace, firstPlace } from './page-index.ts';
import { type CopyStrategy, createPager, endPager, pagerOf, writeBlock } from './pager-store.ts';
import { clearModified, isModified } from './pmap.ts';
import { NONE } from './pool.ts';
import type { Vm, VmRefusal } from './state.ts';

/** Gives `object`, which has none, a pager in swap. */
export function createSwapPager(vm: Vm, object: number): void {
  const record = objectAt(vm, object);
  record.pagingOffset = 0;
  if (vm.state.hasDefaultPager && hasExternalRoom(vm) && !isUnderWay(vm, object)) {
    record.pager = createExternalPager(vm, object);
    vm.state.news.push({ kind: 'create', pager: record.pager });
    return;
  }
  record.pager = createPager(vm, {
    kind: 'swap',
    strategy: 'temporary',
    mayCache: false,
    isFailing: false,
    object,
    absent: [],
  });
}

/** What pagers are sent, or send, the kernel keeps itself: they could not wait for it. */
function isUnderWay({ state }: Vm, object: number): boolean {
  if (state.laundry.includes(object)) return true;
  return state.copies.records.some((copy) => copy?.pieces.some((piece) => piece.object === object));
}

/** A file of `pages` pages, all zeros, as a pager; refused when there is no room for it. */
export function createFile(
  vm: Vm,
  pages: number,
  strategy: CopyStrategy = 'delay',
  mayCache = true,
): number | VmRefusal {
  const { freeBlocks, index, memory } = vm.state.store;
  if (pages < 1 || pages !== Math.floor(pages)) return 'INVALID_ARGUMENT';
  if (freeBlocks.length < pages) return 'RESOURCE_SHORTAGE';
  const pager = createPager(vm, {
    kind: 'file',
    strategy,
    mayCache,
    isFailing: false,
    object: NONE,
    absent: [],
  });
  const { pageOrder, pageBytes } = vm.parameters;
  // All its blocks at once, so that a page of it can always be written.
  for (let page = 0; page < pages; page++) {
    const block = freeBlocks.pop() as number;
    bindPlace(index, block, pager, page * pageBytes);
    for (let i = 0; i < 1 << pageOrder; i++) zeroFrame(memory, (block << pageOrder) + i);
  }
  return pager;
}

/**
 * The file is of no use any more: its blocks are free as soon as no object stands for it. False: one
 * does, since somebody maps it or has a copy of it; ask again.
 */
export function endFile(vm: Vm, pager: number): boolean {
  const record = pagerOf(vm, pager);
  record.mayCache = false;
  endCached(vm, record.object);
  if (record.object !== NONE) return false;
  endPager(vm, pager);
  return true;
}

/** Writes to the file what memory has of it that the file has not; returns how many pages. */
export function syncFile(vm: Vm, pager: number): number {
  const { object } = pagerOf(vm, pager);
  if (object === NONE) return 0;
  const { index } = vm.state.resident;
  let written = 0;
  for (let page = firstPlace(index, object); page !== NONE; page = index.next[page]) {
    if (!isModified(vm, page)) continue;
    const hasRoom = writeBlock(
      vm,
      pager,
      index.offset[page] + objectAt(vm, object).pagingOffset,
      page,
    );
    assert(hasRoom, 'pagers: a file has no block for a page of its own');
    clearModified(vm, page);
    written++;
  }
  return written;
}
