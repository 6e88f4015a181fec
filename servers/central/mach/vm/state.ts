/**
 * Mach's machine-independent virtual memory: its state, one record of plain data.
 *
 *   task -> address map -> entry -> memory object -> its shadow -> ...     what memory is
 *                            |          |
 *                       sharing map   resident pages, blocks of its pager  where it is
 *                            |
 *                          pmap                                           what the hardware knows
 *
 * Rashid et al., "Machine-Independent Virtual Memory Management for Paged Uniprocessor and
 * Multiprocessor Architectures" (ASPLOS 1987). Code is functions over `Vm`: the state, and what does
 * not change in a run.
 */

import { createFrames, type FramesState } from '../../../../sim-hw/frames.ts';
import type { PageTableFormat, PageTableState } from '../../../../sim-hw/page-table/format.ts';
import type { PagerNews } from './external-pagers.ts';
import { createMappings, type Mappings } from './mappings.ts';
import type { AddressMap, MapEntry } from './maps.ts';
import type { MemoryObject } from './objects.ts';
import { createPagerStore, type PagerStore } from './pager-store.ts';
import { createPool, type Pool } from './pool.ts';
import { createResidentPages, type ResidentPages } from './resident-pages.ts';
import type { Task } from './tasks.ts';
import type { CopiedMemory } from './transfers.ts';

/**
 * Which chains of shadow objects are shortened.
 *
 *   off        none
 *   resident   the rules as Mach 3 has them: an object that has a pager is in the way
 *   existence  pagers say which pages they hold, so that objects with pagers collapse too
 */
export type Collapsing = 'off' | 'resident' | 'existence';

export interface VmParameters {
  /** A Mach page is 2^pageOrder frames. */
  readonly pageOrder: number;
  readonly pageBytes: number;
  /** Address spaces of the hardware that there may be at once. */
  readonly spaces: number;
  /** First address that no task may use. */
  readonly addressEnd: number;
  readonly collapsing: Collapsing;
  /** Blocks of a Mach page that all pagers together may hold. */
  readonly blocks: number;
  /** Objects kept with no reference, on their pagers' advice. */
  readonly cachedObjects: number;
}

/** Work done, by kind: what costs are worked out from, and what vm_statistics tells. */
export interface VmCounts {
  faults: number;
  /** Faults that gave a writer a page of its own. */
  copyOnWriteFaults: number;
  /** Steps from an object to its shadow, looking for pages. */
  shadowSteps: number;
  zeroFills: number;
  pageCopies: number;
  pageIns: number;
  pageOuts: number;
  reactivations: number;
  /** Entries of address maps made, by fork, copy, clipping or allocation. */
  entriesMade: number;
  hintHits: number;
  hintMisses: number;
  objectCacheLookups: number;
  objectCacheHits: number;
  collapses: number;
  bypasses: number;
  /** Pages pushed to a copy object before they changed. */
  pushes: number;
  /** Work of the pmap: mappings made, given other rights, removed; aliases lost. */
  mappingsEntered: number;
  mappingsProtected: number;
  mappingsRemoved: number;
  aliasesDropped: number;
}

export interface VmState {
  readonly frames: FramesState;
  readonly table: PageTableState;
  readonly mappings: Mappings;
  readonly resident: ResidentPages;
  readonly store: PagerStore;
  readonly objects: Pool<MemoryObject>;
  /** Cached objects, the one that was given up first in front. */
  readonly cachedObjects: number[];
  readonly maps: Pool<AddressMap>;
  readonly entries: Pool<MapEntry>;
  readonly tasks: Pool<Task>;
  readonly copies: Pool<CopiedMemory>;
  /** What external pagers have to be told, in order; whoever speaks to them takes it. */
  readonly news: PagerNews[];
  /** Objects of one page each that a pager has been sent, and has not let go of. */
  readonly laundry: number[];
  /** Objects of the kernel's own are paged by a task too. */
  hasDefaultPager: boolean;
  /** Spaces of the hardware that no map has. */
  readonly freeSpaces: number[];
  readonly counts: VmCounts;
}

export interface Vm {
  readonly state: VmState;
  readonly format: PageTableFormat;
  readonly parameters: VmParameters;
}

/** What an operation may be refused for; Mach's KERN_ codes of the same names. */
export type VmRefusal =
  | 'INVALID_ADDRESS'
  | 'INVALID_ARGUMENT'
  | 'INVALID_TASK'
  | 'PROTECTION_FAILURE'
  | 'NO_SPACE'
  | 'RESOURCE_SHORTAGE'
  | 'MEMORY_ERROR'
  | 'TASK_SUSPENDED';

export interface VmOptions {
  readonly format: PageTableFormat;
  /** Frames of the hardware. */
  readonly frames: number;
  readonly pageOrder?: number;
  readonly spaces?: number;
  readonly addressEnd?: number;
  readonly collapsing?: Collapsing;
  readonly blocks?: number;
  readonly cachedObjects?: number;
  readonly keepsBytes?: boolean;
}

const FRAME_BYTES = 4096;

/** A machine with all memory free and no task. */
export function createVm(options: VmOptions): Vm {
  const { format, frames, pageOrder = 0, spaces = 64, keepsBytes = false } = options;
  const pageBytes = FRAME_BYTES << pageOrder;
  const limit = format.virtualPagesMax * FRAME_BYTES;
  const parameters: VmParameters = {
    pageOrder,
    pageBytes,
    spaces,
    addressEnd: Math.min(options.addressEnd ?? limit, limit, 2 ** 52),
    collapsing: options.collapsing ?? 'existence',
    blocks: options.blocks ?? frames,
    cachedObjects: options.cachedObjects ?? CACHED_OBJECTS,
  };
  const pages = Math.floor(frames / (1 << pageOrder));
  const state: VmState = {
    frames: createFrames(frames, 0, keepsBytes),
    table: format.create(frames, spaces),
    mappings: createMappings(pages, spaces),
    resident: createResidentPages(pages, pageBytes),
    store: createPagerStore(parameters.blocks, pageOrder, keepsBytes),
    objects: createPool(),
    cachedObjects: [],
    maps: createPool(),
    entries: createPool(),
    tasks: createPool(),
    copies: createPool(),
    news: [],
    laundry: [],
    hasDefaultPager: false,
    freeSpaces: Array.from({ length: spaces }, (_, i) => spaces - 1 - i),
    counts: createCounts(),
  };
  return { state, format, parameters };
}

/** Mach 2.5's vm_object_cache_max (recalled). */
const CACHED_OBJECTS = 100;

function createCounts(): VmCounts {
  return {
    faults: 0,
    copyOnWriteFaults: 0,
    shadowSteps: 0,
    zeroFills: 0,
    pageCopies: 0,
    pageIns: 0,
    pageOuts: 0,
    reactivations: 0,
    entriesMade: 0,
    hintHits: 0,
    hintMisses: 0,
    objectCacheLookups: 0,
    objectCacheHits: 0,
    collapses: 0,
    bypasses: 0,
    pushes: 0,
    mappingsEntered: 0,
    mappingsProtected: 0,
    mappingsRemoved: 0,
    aliasesDropped: 0,
  };
}
