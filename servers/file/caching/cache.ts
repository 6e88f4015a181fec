/**
 * Page cache: which block is in which page of the server's own containers. A page gets there as a
 * logical copy of what was read into a client's container, and out of there as a logical copy into
 * another's: each is in memory once, however many clients have it, and whoever lets go last, or
 * writes, settles who pays (SPEC [CONT25], [CONT27]).
 *
 * What is cached is a block, not a page of a file: blocks are never overwritten while a file has them
 * [FILE3], so that nothing goes stale; files that share blocks share what is cached; and a block that
 * is written anew is forgotten. Nothing in it is dirty. A container has at most 1024 pages, so a larger
 * cache has several.
 */

import { HINT_ONCE, HINT_SEQUENTIAL } from '../../../contracts/messages.ts';
import { type Admission, countBlock, createAdmission, isMoreWanted } from './admission.ts';
import {
  createReplacement,
  enterSlot,
  leaveSlot,
  type Replacement,
  touchSlot,
  victimOf,
} from './replacement.ts';

/** No block in a slot, no slot for a block. */
export const NOTHING = -1;
/** Pages of a container. */
export const PART_PAGES = 1024;

export interface CacheOptions {
  /** Frames of the server's contract: guaranteed, and extra. Together the slots. */
  readonly guaranteed: number;
  readonly extra: number;
  /** Share of the slots that pages read more than once may hold on to; 0: plain LRU. */
  readonly protectedShare: number;
  /** Pages that were not asked for more often than who would have to go stay out. */
  readonly filters: boolean;
}

export interface CacheState {
  readonly options: CacheOptions;
  readonly slots: number;
  /** The server's capabilities to its containers, those of the first slots first. */
  readonly owns: number[];
  /** They have been asked for. */
  opened: boolean;
  readonly slotOf: Int32Array;
  readonly blockOf: Int32Array;
  /** Blocks the slot has had: who counts on one finds out that it has another. */
  readonly serials: Uint32Array;
  /** Requests that count on the slot. */
  readonly pins: Uint16Array;
  readonly free: number[];
  readonly replacement: Replacement;
  readonly admission: Admission;
  /** Frames it may be charged for once what is called back has been returned; below 0: any. */
  target: number;
  /** Frames that notices have asked for and that have not been looked at yet. */
  noticed: number;
  /** Pages that it has had at most. */
  pagesMax: number;
  hits: number;
  misses: number;
  evicted: number;
  /** Kept out: by the filter, a hint, or for want of a slot. */
  keptOut: number;
}

export function createCache(blocks: number, options: CacheOptions): CacheState {
  const slots = options.guaranteed + options.extra;
  return {
    options,
    slots,
    owns: [],
    opened: false,
    slotOf: new Int32Array(blocks).fill(NOTHING),
    blockOf: new Int32Array(slots).fill(NOTHING),
    serials: new Uint32Array(slots),
    pins: new Uint16Array(slots),
    free: Array.from({ length: slots }, (_, at) => slots - 1 - at),
    replacement: createReplacement(slots, options.protectedShare),
    admission: createAdmission(slots),
    target: NOTHING,
    noticed: 0,
    pagesMax: 0,
    hits: 0,
    misses: 0,
    evicted: 0,
    keptOut: 0,
  };
}

/** Are all of its containers there? */
export function isOpen({ owns, slots }: CacheState): boolean {
  return owns.length * PART_PAGES >= slots;
}

/** Capability to the container of a slot; and the slot's page of it. */
export function partOf({ owns }: CacheState, slot: number): number {
  return owns[Math.floor(slot / PART_PAGES)];
}

export function pageOf(slot: number): number {
  return slot % PART_PAGES;
}

/** The slot that has `block`, which was asked for, or NOTHING. */
export function lookUpBlock(cache: CacheState, block: number): number {
  countBlock(cache.admission, block);
  const slot = cache.slotOf[block];
  if (slot === NOTHING) cache.misses++;
  else {
    cache.hits++;
    touchSlot(cache.replacement, slot);
  }
  return slot;
}

/** A slot for `block`, which is not there; NOTHING where it is to stay out. The caller fills it. */
export function admitBlock(cache: CacheState, block: number, hint: number): number {
  const slot = hint === HINT_ONCE || !isOpen(cache) ? NOTHING : placeFor(cache, block);
  if (slot === NOTHING) {
    cache.keptOut++;
    return NOTHING;
  }
  cache.slotOf[block] = slot;
  cache.blockOf[slot] = block;
  cache.serials[slot]++;
  enterSlot(cache.replacement, slot, hint === HINT_SEQUENTIAL);
  cache.pagesMax = Math.max(cache.pagesMax, cache.slots - cache.free.length);
  return slot;
}

function placeFor(cache: CacheState, block: number): number {
  // What was called back is not taken again while it is being returned.
  if (cache.free.length > 0 && cache.target < 0) return cache.free.pop() as number;
  const victim = victimOf(cache.replacement, cache.pins);
  if (victim === NOTHING) return NOTHING;
  const { options, admission, blockOf } = cache;
  if (options.filters && !isMoreWanted(admission, block, blockOf[victim])) return NOTHING;
  cache.slotOf[blockOf[victim]] = NOTHING;
  cache.evicted++;
  return victim;
}

/** The slot that is to be given up next, emptied; or NOTHING. */
export function evictSlot(cache: CacheState): number {
  const slot = victimOf(cache.replacement, cache.pins);
  if (slot === NOTHING) return NOTHING;
  cache.evicted++;
  forgetSlot(cache, slot);
  return slot;
}

/** Whatever the slot has is of no use any more. */
export function forgetSlot(cache: CacheState, slot: number): void {
  const block = cache.blockOf[slot];
  if (block === NOTHING) return;
  cache.slotOf[block] = NOTHING;
  cache.blockOf[slot] = NOTHING;
  leaveSlot(cache.replacement, slot);
  cache.free.push(slot);
}

/** What is wrong with the books, or undefined. */
export function checkCache(cache: CacheState): string | undefined {
  const { slots, slotOf, blockOf, free, replacement } = cache;
  let used = 0;
  for (let slot = 0; slot < slots; slot++) {
    const block = blockOf[slot];
    if (block === NOTHING) continue;
    used++;
    if (slotOf[block] !== slot) return `slot ${slot} has block ${block}, which is elsewhere`;
    if (replacement.list[slot] === 0) return `slot ${slot} is in no list`;
  }
  for (let block = 0; block < slotOf.length; block++)
    if (slotOf[block] !== NOTHING && blockOf[slotOf[block]] !== block)
      return `block ${block} is not in its slot`;
  return used + free.length === slots ? undefined : `${used} used, ${free.length} free of ${slots}`;
}
