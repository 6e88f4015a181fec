/**
 * Messages of a virtual memory server (Mach's vm_ operations on a task's port). `messages.ts` has them
 * among all others. Pages are Mach pages of an address space, named by number.
 */

import { z } from 'zod';
import { CAPABILITY_MAX, capability, count, flag, slot, tag } from './field-schemas.ts';

/** A capability to an address space: whoever has it may work on the space. */
const space = capability;
const pages = z
  .int()
  .min(1)
  .max(2 ** 24);

/** In order of op number. */
export const vmMessages = {
  // Task -> virtual memory server.
  /** Makes an address space with nothing in it. */
  vmCreate: z.object({ tag }),
  /** Makes a child of the space; how: VM_FORK, VM_EAGER or VM_LEND. */
  vmFork: z.object({ space, how: z.int().min(0).max(2), tag }),
  /** Ends the space: every capability to it dies. */
  vmEnd: z.object({ space }),
  /** Zeros from `page` on, or wherever there is room (-1). */
  vmAllocate: z.object({
    space,
    page: z
      .int()
      .min(-1)
      .max(2 ** 24 - 1),
    pages,
  }),
  vmDeallocate: z.object({ space, page: slot, pages }),
  /** rights: 1 read, 2 write, 4 execute; 8: the most that they may ever be. */
  vmProtect: z.object({ space, page: slot, pages, rights: z.int().min(0).max(15) }),
  /** how: 0 a child gets a copy, 1 it shares, 2 it gets nothing. */
  vmInherit: z.object({ space, page: slot, pages, how: z.int().min(0).max(2) }),
  /** Copies the pages over those from `into` on. */
  vmCopy: z.object({ space, page: slot, pages, into: slot }),
  /** Puts a copy of the pages into another space, wherever there is room. */
  vmRead: z.object({ space, page: slot, pages, other: z.int().min(0).max(CAPABILITY_MAX) }),
  // Virtual memory server -> task.
  vmSpaceIs: z.object({ tag, space }),
  /** `op` is done; page: where. */
  vmDone: z.object({ space, op: z.int().min(0).max(255), page: slot }),
} as const;

/** A place, or wherever there is room (-1). */
const place = z
  .int()
  .min(-1)
  .max(2 ** 24 - 1);
/** A statistic: where it has grown beyond this it stays so. */
export const STATISTIC_MAX = 2 ** 31 - 1;
const statistic = z.int().min(0).max(STATISTIC_MAX);
/** Pages that a memory object may have. */
export const OBJECT_PAGES_MAX = 4096;

/** The rest of the task port, in order of op number; they came after others. */
export const vmPortMessages = {
  // Task -> virtual memory server.
  /** Makes a memory object of zeros; strategy: of its copies, 0 at once, 1 late. */
  vmObject: z.object({ pages: z.int().min(1).max(OBJECT_PAGES_MAX), strategy: flag, tag }),
  /** Its capabilities die; it ends itself when nobody maps it any more. */
  vmObjectEnd: z.object({ object: capability }),
  /** Maps pages of the object, or a copy of them; range: `objectRange`. */
  vmMap: z.object({
    space,
    page: place,
    object: capability,
    range: z
      .int()
      .min(0)
      .max(2 ** 25 - 1),
  }),
  /** Takes a copy of the pages, or of all that the space has (page -1), to be sent on. */
  vmTake: z.object({ space, page: place, pages, tag }),
  /** Puts memory that was taken into the space; the capability to it is used up. */
  vmReceive: z.object({ space, page: place, memory: capability }),
  /** Writes memory that was taken over what is there; the same. */
  vmWrite: z.object({ space, page: slot, memory: capability }),
  vmDrop: z.object({ memory: capability }),
  /** on 1: the pages stay in memory; 0: undoes one wiring of them. */
  vmWire: z.object({ space, page: slot, pages, on: flag }),
  /** Asks for the first region at or after `page`. */
  vmRegions: z.object({ space, page: slot }),
  /** value 0: the machine forgets what it has cached of the pages; 1: it is to cache nothing. */
  vmMachineAttribute: z.object({ space, page: slot, pages, value: flag }),
  /** Asks for the three statistics of a group of `STATISTICS`. */
  vmStatistics: z.object({ space, group: z.int().min(0).max(6) }),
  // Virtual memory server -> task.
  vmObjectIs: z.object({ tag, object: capability }),
  /** Under way, from the first page to the last of so many. */
  vmMemoryIs: z.object({ tag, memory: capability, pages: count }),
  /** what: `regionOf`. */
  vmRegionIs: z.object({ space, page: slot, pages: count, what: z.int().min(0).max(511) }),
  vmStatisticsAre: z.object({
    group: z.int().min(0).max(6),
    first: statistic,
    second: statistic,
    third: statistic,
  }),
  // Task -> task; the capability to memory under way comes along.
  vmMessage: z.object({ memory: capability, tag }),
} as const;

/** What vm_statistics tells, three at a time. */
export const STATISTICS = [
  ['pageBytes', 'free', 'active'],
  ['inactive', 'wired', 'reactivations'],
  ['faults', 'copyOnWriteFaults', 'zeroFills'],
  ['pageIns', 'pageOuts', 'pageCopies'],
  ['objectCacheLookups', 'objectCacheHits', 'shadowSteps'],
  ['hintHits', 'hintMisses', 'entriesMade'],
  ['collapses', 'bypasses', 'pushes'],
] as const;

export interface ObjectRange {
  /** First page of the object, and how many. */
  readonly from: number;
  readonly pages: number;
  readonly isCopy: boolean;
}

/**
 *   24     23..12   11..0
 *   copy   from     pages - 1
 */
export function objectRange({ from, pages: count, isCopy }: ObjectRange): number {
  return count - 1 + from * OBJECT_PAGES_MAX + (isCopy ? OBJECT_PAGES_MAX ** 2 : 0);
}

export function objectRangeIs(range: number): ObjectRange {
  const from = Math.floor(range / OBJECT_PAGES_MAX) % OBJECT_PAGES_MAX;
  const isCopy = range >= OBJECT_PAGES_MAX ** 2;
  return { from, pages: (range % OBJECT_PAGES_MAX) + 1, isCopy };
}

export interface RegionWhat {
  readonly rights: number;
  readonly rightsMax: number;
  /** As of vmInherit. */
  readonly how: number;
  readonly isShared: boolean;
}

/**
 *   8        7..6   5..3        2..0
 *   shared   how    rightsMax   rights
 */
export function regionOf({ rights, rightsMax, how, isShared }: RegionWhat): number {
  return rights + rightsMax * 8 + how * 64 + (isShared ? 256 : 0);
}

export function regionIs(what: number): RegionWhat {
  const [rights, rightsMax, how] = [what & 7, (what >> 3) & 7, (what >> 6) & 3];
  return { rights, rightsMax, how, isShared: what >= 256 };
}

/** Ways to make a child: copy-on-write, copied at once, and the space itself on loan. */
export const VM_FORK = 0;
export const VM_EAGER = 1;
export const VM_LEND = 2;
/** Of `rights`. */
export const VM_MAXIMUM = 8;
