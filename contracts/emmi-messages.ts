/**
 * Messages of external memory management, as Mach 3 has them, and of the calls of tasks that lead to
 * them [EMMI1]. `messages.ts` has them among all others.
 *
 * "Kernel Principles" of Mach 3 (1992) for the names; Rashid et al. 1987, tables 3-1 and 3-2, for those
 * of `names1987`. Offsets, lengths and addresses count pages. `object` is the pager's own number of
 * a memory object, `control` the kernel's. Out-of-line memory is an address of the receiver's where the
 * kernel sends it, and memory under way where a pager does. Left out: send rights to memory objects,
 * which are named by pager and number; the arguments of vm_map that masks need.
 */

import { z } from 'zod';
import { count, flag, length, slot, tag } from './field-schemas.ts';

/** Rights: 1 read, 2 write, 4 execute. */
const rights = z.int().min(0).max(7);
/** 0 none, 1 delay, 2 temporary, 3 call. */
const strategy = z.int().min(0).max(3);
/** Place in `RESULTS`. */
const result = z.int().min(0).max(15);

/** In order of op number. */
export const emmiMessages = {
  // Kernel -> pager.
  /** Somebody maps `object` for the first time; requests follow once the pager says it is ready. */
  memoryObjectInit: z.object({ object: count, control: slot, name: slot }),
  memoryObjectDataRequest: z.object({ object: count, offset: count, length, access: rights }),
  /** Changed pages, told to pagers that set attributes the old way. */
  memoryObjectDataWrite: z.object({ object: count, offset: count, address: count, length }),
  /** Changed or precious pages. flags 1: changed; 2: the kernel keeps a copy. */
  memoryObjectDataReturn: z.object({
    object: count,
    offset: count,
    address: count,
    flags: z.int().min(0).max(3),
  }),
  /** First time that a page of an object of the kernel's own is sent; a second one is to be ignored. */
  memoryObjectDataInitialize: z.object({ object: count, offset: count, address: count, length }),
  /** A task wants more than a lock allows. */
  memoryObjectDataUnlock: z.object({ object: count, offset: count, length, access: rights }),
  /** Of `object` a copy has been made, which is `copy` from now on. */
  memoryObjectCopy: z.object({ object: count, offset: count, length: count, copy: count }),
  /** To the default pager: an object of the kernel's own is to be paged. */
  memoryObjectCreate: z.object({ object: count, control: slot, length: count }),
  memoryObjectTerminate: z.object({ object: count, control: slot, name: slot }),
  memoryObjectLockCompleted: z.object({ object: count, offset: count, length: count }),
  memoryObjectSupplyCompleted: z.object({ object: count, offset: count, length, result }),
  memoryObjectChangeCompleted: z.object({ object: count, mayCache: flag, strategy }),
  // Pager -> kernel.
  /** The old way to be ready. */
  memoryObjectSetAttributes: z.object({ control: slot, ready: flag, mayCache: flag, strategy }),
  memoryObjectReady: z.object({ control: slot, mayCache: flag, strategy }),
  /** reply 1: memoryObjectChangeCompleted answers. */
  memoryObjectChangeAttributes: z.object({ control: slot, mayCache: flag, strategy, reply: flag }),
  /** Contents of a page; lock: rights withheld. */
  memoryObjectDataProvided: z.object({
    control: slot,
    offset: count,
    memory: count,
    lock: rights,
  }),
  /** Contents of pages; how: `supplyOf`. */
  memoryObjectDataSupply: z.object({
    control: slot,
    offset: count,
    memory: count,
    how: z
      .int()
      .min(0)
      .max(2 ** 15 - 1),
  }),
  /** Zeros, or what the object that this is a copy of has. */
  memoryObjectDataUnavailable: z.object({ control: slot, offset: count, length }),
  memoryObjectDataError: z.object({ control: slot, offset: count, length, result }),
  /** Of pages in memory: send, drop, withhold rights; order: `lockOrder`. */
  memoryObjectLockRequest: z.object({
    control: slot,
    offset: count,
    length: count,
    order: z.int().min(0).max(255),
  }),
  memoryObjectDestroy: z.object({ control: slot, result }),
  /** 1987 alone: whoever writes gets an object of his own. */
  pagerReadonly: z.object({ control: slot }),
  // Task -> kernel.
  /** Maps an object of `pager`, or with `kind` 1 a copy of it. */
  machMap: z.object({ pager: slot, object: count, length: count, kind: flag }),
  machDeallocate: z.object({ address: count, length: count }),
  /** The processor's: an access that no mapping lets pass. */
  machFault: z.object({ tag, address: count, access: rights }),
  // Kernel -> task.
  machMapped: z.object({ object: count, address: count, result }),
  machFaultDone: z.object({ tag, result }),
  /** Memory that was sent off has been taken: more may be sent. */
  machTaken: z.object({ memory: count }),
} as const;

/** Results; those after the first are refusals of `servers/central/mach/vm/`. */
export const RESULTS = [
  'SUCCESS',
  'INVALID_ADDRESS',
  'INVALID_ARGUMENT',
  'INVALID_TASK',
  'PROTECTION_FAILURE',
  'NO_SPACE',
  'RESOURCE_SHORTAGE',
  'MEMORY_ERROR',
  'TASK_SUSPENDED',
] as const;

export type MachResult = (typeof RESULTS)[number];

export function resultOf(name: MachResult | undefined): number {
  return name === undefined ? 0 : RESULTS.indexOf(name);
}

export const STRATEGIES = ['none', 'delay', 'temporary', 'call'] as const;

export interface Supply {
  readonly length: number;
  /** Rights withheld. */
  readonly lock: number;
  readonly isPrecious: boolean;
  readonly wantsReply: boolean;
}

/**
 *   14      13         12..10  9..0
 *   reply   precious   lock    length - 1
 */
export function supplyOf({ length, lock, isPrecious, wantsReply }: Supply): number {
  return length - 1 + lock * 2 ** 10 + (isPrecious ? 2 ** 13 : 0) + (wantsReply ? 2 ** 14 : 0);
}

export function supplyIs(how: number): Supply {
  return {
    length: (how & 1023) + 1,
    lock: (how >> 10) & 7,
    isPrecious: (how & (2 ** 13)) !== 0,
    wantsReply: (how & (2 ** 14)) !== 0,
  };
}

export interface LockOrder {
  /** Which pages are sent to the pager: none, changed and precious ones, all. */
  readonly returns: 'none' | 'changed' | 'all';
  /** They are no longer in memory afterwards. */
  readonly flush: boolean;
  /** Rights withheld from now on; absent: as before. */
  readonly lock?: number;
  readonly wantsReply: boolean;
}

const RETURNS = ['none', 'changed', 'all'] as const;
/** Instead of a lock. */
const NO_CHANGE = 8;

/**
 *   7       6..3              2       1..0
 *   reply   lock, 8: none     flush   returns
 */
export function lockOrder({ returns, flush, lock, wantsReply }: LockOrder): number {
  const kept = (lock ?? NO_CHANGE) * 8;
  return RETURNS.indexOf(returns) + (flush ? 4 : 0) + kept + (wantsReply ? 128 : 0);
}

export function lockOrderIs(order: number): LockOrder {
  const lock = (order >> 3) & 15;
  return {
    returns: RETURNS[Math.min(order & 3, 2)] as LockOrder['returns'],
    flush: (order & 4) !== 0,
    ...(lock < NO_CHANGE && { lock }),
    wantsReply: (order & 128) !== 0,
  };
}

/** Names of 1987 for messages to pagers, and the messages that they stand for. */
export const namesToPager1987 = {
  pager_init: 'memoryObjectInit',
  pager_data_request: 'memoryObjectDataRequest',
  pager_data_write: 'memoryObjectDataWrite',
  pager_data_unlock: 'memoryObjectDataUnlock',
  pager_create: 'memoryObjectCreate',
} as const;

/** The name of 1987 for the call by which a task maps an object of a pager. */
export const namesOfTask1987 = { vm_allocate_with_pager: 'machMap' } as const;

/** Names of 1987 for messages of pagers; the three requests are one in Mach 3. */
export const namesOfPager1987 = {
  pager_data_provided: 'memoryObjectDataProvided',
  pager_data_unavailable: 'memoryObjectDataUnavailable',
  pager_data_lock: 'memoryObjectLockRequest',
  pager_clean_request: 'memoryObjectLockRequest',
  pager_flush_request: 'memoryObjectLockRequest',
  pager_readonly: 'pagerReadonly',
  pager_cache: 'memoryObjectChangeAttributes',
} as const;
