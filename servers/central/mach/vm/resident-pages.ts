/**
 * Resident page table: one entry for each Mach page of physical memory [VM1].
 *
 * Rashid et al. 1987, section 3.1. A Mach page is 2^k frames of the hardware, k a parameter of the
 * boot. An entry is on up to three lists at once: the list of its object and a bucket of the hash by
 * (object, offset), both in `index`, and one allocation queue:
 *
 *   FREE      holds nothing
 *   ACTIVE    in use; FIFO
 *   INACTIVE  on probation; FIFO (pageout.ts)
 *   WIRED     on no queue: it stays
 *
 * `modified` and `referenced` keep what mappings said that have been dropped since (pmap.ts).
 */

import { assert } from '../../../../sim-hw/assert.ts';
import { copyFrame, zeroFrame } from '../../../../sim-hw/frames.ts';
import {
  bindPlace,
  checkPageIndex,
  createPageIndex,
  findPlace,
  type PageIndex,
  unbindPlace,
} from './page-index.ts';
import { NONE } from './pool.ts';
import type { Vm } from './state.ts';

export const WIRED = 0;
export const FREE = 1;
export const ACTIVE = 2;
export const INACTIVE = 3;
const QUEUES = 4;

export interface ResidentPages {
  readonly index: PageIndex;
  readonly queue: Uint8Array;
  readonly nextInQueue: Int32Array;
  readonly previousInQueue: Int32Array;
  readonly head: Int32Array;
  readonly tail: Int32Array;
  readonly queued: Int32Array;
  /** Ranges that have it wired. */
  readonly wirings: Int32Array;
  readonly modified: Uint8Array;
  readonly referenced: Uint8Array;
  /** Rights that the object's pager withholds for now. */
  readonly locks: Uint8Array;
  /** The pager wants the page back even if nobody has changed it. */
  readonly precious: Uint8Array;
}

export function createResidentPages(pages: number, pageBytes: number): ResidentPages {
  const resident: ResidentPages = {
    index: createPageIndex(pages, pageBytes),
    queue: new Uint8Array(pages),
    nextInQueue: new Int32Array(pages).fill(NONE),
    previousInQueue: new Int32Array(pages).fill(NONE),
    head: new Int32Array(QUEUES).fill(NONE),
    tail: new Int32Array(QUEUES).fill(NONE),
    queued: new Int32Array(QUEUES),
    wirings: new Int32Array(pages),
    modified: new Uint8Array(pages),
    referenced: new Uint8Array(pages),
    locks: new Uint8Array(pages),
    precious: new Uint8Array(pages),
  };
  for (let page = 0; page < pages; page++) append(resident, page, FREE);
  return resident;
}

/** The page that holds `offset` of `object`, or NONE. */
export function residentPage({ state }: Vm, object: number, offset: number): number {
  return findPlace(state.resident.index, object, offset);
}

/** Takes a free page for `offset` of `object`; its contents are whatever was there. */
export function takePage({ state }: Vm, object: number, offset: number): number {
  const { resident } = state;
  const page = resident.head[FREE];
  assert(page !== NONE, 'resident pages: none is free, and none was kept free');
  setQueue(resident, page, ACTIVE);
  resident.modified[page] = 0;
  resident.referenced[page] = 0;
  resident.locks[page] = 0;
  resident.precious[page] = 0;
  bindPlace(resident.index, page, object, offset);
  return page;
}

/** A page that nothing maps is free again. */
export function releasePage({ state }: Vm, page: number): void {
  const { resident } = state;
  assert(resident.wirings[page] === 0, 'resident pages: a wired page is freed');
  unbindPlace(resident.index, page);
  setQueue(resident, page, FREE);
}

/** The page belongs to `offset` of `object` from now on; who maps it goes on doing so. */
export function renamePage({ state }: Vm, page: number, object: number, offset: number): void {
  unbindPlace(state.resident.index, page);
  bindPlace(state.resident.index, page, object, offset);
}

export function setQueue(resident: ResidentPages, page: number, queue: number): void {
  unlink(resident, page);
  if (queue === WIRED) resident.queue[page] = WIRED;
  else append(resident, page, queue);
}

export function wirePage(vm: Vm, page: number): void {
  const { resident } = vm.state;
  if (resident.wirings[page]++ === 0) setQueue(resident, page, WIRED);
}

/** True: no range has it wired any more. */
export function unwirePage(vm: Vm, page: number): boolean {
  const { resident } = vm.state;
  assert(resident.wirings[page] > 0, 'resident pages: unwired more often than wired');
  if (--resident.wirings[page] > 0) return false;
  setQueue(resident, page, ACTIVE);
  return true;
}

export function zeroPage({ state, parameters }: Vm, page: number): void {
  const first = page << parameters.pageOrder;
  for (let frame = 0; frame < 1 << parameters.pageOrder; frame++)
    zeroFrame(state.frames, first + frame);
  state.counts.zeroFills++;
}

export function copyPage({ state, parameters }: Vm, from: number, into: number): void {
  const { pageOrder } = parameters;
  for (let frame = 0; frame < 1 << pageOrder; frame++)
    copyFrame(state.frames, (from << pageOrder) + frame, (into << pageOrder) + frame);
  state.counts.pageCopies++;
}

/** What is wrong, or undefined: object lists, hash and queues must tell the same story. */
export function checkResidentPages(resident: ResidentPages): string | undefined {
  const wrong = checkPageIndex(resident.index);
  if (wrong !== undefined) return `resident pages: ${wrong}`;
  const { queue, wirings, index } = resident;
  for (let page = 0; page < queue.length; page++) {
    if ((queue[page] === FREE) !== (index.owner[page] === NONE))
      return `resident pages: page ${page} is free and has an object, or neither`;
    if ((queue[page] === WIRED) !== wirings[page] > 0)
      return `resident pages: page ${page} is wired and queued, or neither`;
  }
  for (const which of [FREE, ACTIVE, INACTIVE]) {
    let count = 0;
    let before = NONE;
    for (let at = resident.head[which]; at !== NONE; at = resident.nextInQueue[at]) {
      if (queue[at] !== which || resident.previousInQueue[at] !== before)
        return `resident pages: page ${at} stands wrongly in queue ${which}`;
      before = at;
      count++;
    }
    if (count !== resident.queued[which] || before !== resident.tail[which])
      return `resident pages: queue ${which} has ${count} pages`;
  }
  return undefined;
}

function append(resident: ResidentPages, page: number, queue: number): void {
  const last = resident.tail[queue];
  resident.queue[page] = queue;
  resident.previousInQueue[page] = last;
  resident.nextInQueue[page] = NONE;
  if (last === NONE) resident.head[queue] = page;
  else resident.nextInQueue[last] = page;
  resident.tail[queue] = page;
  resident.queued[queue]++;
}

function unlink(resident: ResidentPages, page: number): void {
  const queue = resident.queue[page];
  if (queue === WIRED) return;
  const before = resident.previousInQueue[page];
  const after = resident.nextInQueue[page];
  if (before === NONE) resident.head[queue] = after;
  else resident.nextInQueue[before] = after;
  if (after === NONE) resident.tail[queue] = before;
  else resident.previousInQueue[after] = before;
  resident.nextInQueue[page] = NONE;
  resident.previousInQueue[page] = NONE;
  resident.queued[queue]--;
}
