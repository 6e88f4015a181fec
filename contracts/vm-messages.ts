/**
 * Messages of a virtual memory server (Mach's vm_ operations on a task's port). `messages.ts` has them
 * among all others. Pages are Mach pages of an address space, named by number.
 */

import { z } from 'zod';
import { CAPABILITY_MAX, capability, slot, tag } from './field-schemas.ts';

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

/** Ways to make a child: copy-on-write, copied at once, and the space itself on loan. */
export const VM_FORK = 0;
export const VM_EAGER = 1;
export const VM_LEND = 2;
/** Of `rights`. */
export const VM_MAXIMUM = 8;
