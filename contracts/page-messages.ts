/**
 * Messages of containers of pages (SPEC [CONT12] on), with the flags of their fields. `messages.ts`
 * has them among all others, where their op numbers come from.
 */

import { z } from 'zod';
import { capability, count, flag, index, length, slot, tag, time } from './field-schemas.ts';

/** In order of op number. */
export const pageMessages = {
  // Client -> memory server: containers of pages (SPEC [CONT12] on).
  /**
   * Opens an empty container of `pages` pages, charged to the sender; user: port slot of the only
   * task whose weak capabilities to it count, or -1; extras 1: may use extras; lifetime 0: no end.
   */
  openContainer: z.object({
    pages: z.int().min(1).max(1024),
    user: z.int().min(-1).max(1023),
    extras: flag,
    tag,
    lifetime: time,
  }),
  /** Fixes the longest lock; from here on the container can be shared. */
  sealContainer: z.object({ container: capability, tag, lockMax: time }),
  /** Puts the runs of `count` own slots in, one after the other, from page `start` on. */
  putRuns: z.object({ container: capability, start: index, slot, count: length }),
  /** Takes a page out into an own slot: `granted`. */
  takeOut: z.object({ container: capability, index, tag }),
  /** Where frames taken from here on may lie: frame % colours = colour, frame < below (0: any). */
  placePages: z.object({ container: capability, colour: count, colours: length, below: count }),
  /** flags: sum of ALLOCATE_... */
  allocatePages: z.object({
    container: capability,
    start: index,
    count: length,
    flags: z.int().min(0).max(31),
  }),
  deallocatePages: z.object({ container: capability, start: index, count: length }),
  /** Appends pages to the sender's list of sources; count 0: forgets both lists. */
  fromPages: z.object({ container: capability, start: index, count: z.int().min(0).max(1024) }),
  /** Appends pages to the sender's list of destinations. */
  intoPages: z.object({ container: capability, start: index, count: length }),
  /** Copies, moves or shares the listed sources into the listed destinations, all or none. */
  transferPages: z.object({ how: z.int().min(0).max(3), tag }),
  /** The pages' contents are of no use: lets go of shared frames where somebody else can pay. */
  releaseData: z.object({ container: capability, start: index, count: length }),
  /** Lets go of the frames, whoever shares them. */
  orphanData: z.object({ container: capability, start: index, count: length }),
  /** Maps page `index` at the sender's own page; access: READ, WRITE, FORCE_WRITE, READ_VOLATILE. */
  mapPage: z.object({
    container: capability,
    index,
    page: slot,
    access: z.int().min(0).max(3),
  }),
  /** Drops whatever mappings the container's pages have. */
  unmapPages: z.object({ container: capability }),
  /** Locks all pages for `duration`; how: sum of LOCK_... */
  lockPages: z.object({
    container: capability,
    how: z.int().min(0).max(7),
    tag,
    duration: time,
  }),
  /** Deallocates every page and ends the container. */
  dropContainer: z.object({ container: capability }),
  inspectContainer: z.object({ container: capability, tag }),
  /** Asks who pays for what the sender uses. */
  askShares: z.object({ tag }),
  // Memory server -> client or server.
  /** Of `op` on a container (transferPages: tag in its place): pages done, version now. */
  pagesDone: z.object({ container: tag, op: z.int().min(0).max(255), count, version: count }),
  /** writable 0 though it was asked for: the page is a logical copy; force it. */
  pageMapped: z.object({ container: capability, index, page: slot, writable: flag }),
  /** Of `count` pages from `index` on `lost` have lost what they held: you had no room for it. */
  pageLost: z.object({ container: capability, index, count: length, lost: length }),
  /** Its lifetime is over: the container is open again and yours alone. */
  containerEnded: z.object({ container: capability, version: count }),
  containerStands: z.object({ tag, pages: count, bound: count, version: count }),
  /** Frames of containers that you pay for, use at another's charge, and pay for while others use. */
  sharesAre: z.object({ tag, charged: count, freeloading: count, freeloaded: count }),
} as const;

/** Flags of allocatePages. Without ALL what can be had is, from `start` on. */
export const ALLOCATE_ALL = 1;
export const ALLOCATE_EXTRA = 2;
export const ALLOCATE_ZERO = 4;
/** Pages that are there already are deallocated first. */
export const ALLOCATE_SQUASH = 8;
/** One run of neighbouring frames, aligned to the next power of two; all or none. */
export const ALLOCATE_CONTIGUOUS = 16;

/** How of transferPages. */
export const COPY = 0;
export const MOVE = 1;
export const SHARE = 2;
export const FILL = 3;

/** Access of mapPage. */
export const READ = 0;
export const WRITE = 1;
export const FORCE_WRITE = 2;
/** Read beside whoever may write, and goes on to. */
export const READ_VOLATILE = 3;

/** How of lockPages: nobody else may map; frames stay where they are, with a window; for writing. */
export const LOCK_EXCLUSIVE = 1;
export const LOCK_PHYSICAL = 2;
export const LOCK_WRITES = 4;
