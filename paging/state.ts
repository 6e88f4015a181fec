/**
 * State of a pager: whoever answers faults. A client pages for itself (one member, itself); a
 * central pager answers for every task. Both are made of what this folder holds and differ in
 * members, policy, thresholds and contract, in nothing else.
 */

import type { CentralState } from './central-state.ts';
import type { DaemonState } from './daemon.ts';
import { createDiscard, type DiscardState } from './discard.ts';
import type { PageKinds } from './page-kinds.ts';
import { HAS_COPY, type PageWords, SCRATCH } from './page-word.ts';
import { createPriorities, type PriorityState } from './priorities.ts';
import { createSoftPages, type SoftPagesState } from './soft-pages.ts';
import type { SuperpagesState } from './superpages.ts';
import type { SwapSlots } from './swap-slots.ts';
import { IDLE, type Transfer, type TransfersState } from './transfer-records.ts';
import { createUnusedFrames, type UnusedFramesState } from './unused-frames.ts';

/** The wait before a refused pager asks again doubles at most this often. */
const RETRY_DOUBLINGS = 10;

export const NO_PAGE = -1;

/** What a member's fault is waiting for. */
export const NO_FAULT = 0;
export const WANTS_FRAME = 1;
export const WANTS_TRANSFER = 2;
/** Wants to write, but too many pages are dirty for what is guaranteed. */
export const WANTS_CLEAN = 3;
/** Its frame was taken before it could be mapped; the word of that loss is on its way. */
export const WANTS_LOSS = 4;
/** Its task is suspended. */
export const WANTS_RESUME = 5;

export interface Member {
  readonly task: number;
  /** Page id of the task's page 0. */
  readonly base: number;
  readonly pages: number;
  readonly order: number;
  /** First touches are filled with zeros (else the program overwrites all it reads). */
  readonly zeroFill: boolean;
  waits: number;
  faultPage: number;
  faultWrites: boolean;
  /** The faulting page is mapped, but not writable. */
  isMapped: boolean;
  /** The task is gone; pages that were in a transfer go when it ends. */
  dead: boolean;
  compulsory: boolean;
  /** How the fault will have been settled: HARD, SOFT or LOST of nucleus/tasks.ts. */
  how: number;
  /** Runs of the member's program that the policy has seen (oracle sight). */
  drained: number;
}

export interface PagerState extends PageWords {
  readonly id: number;
  readonly memoryPort: number;
  readonly swapPort: number;
  readonly members: Member[];
  /** By task id: index of the member, or -1. */
  readonly memberOf: number[];
  /** By frame slot: the page bound to it, or -2 - next free slot; NO_PAGE unknown. */
  slotPage: Int32Array;
  firstFree: number;
  freeSlots: number;
  /** Frames held, and what the contract says. */
  held: number;
  guaranteed: number;
  extra: number;
  /** Frames promised back: by a notice, or to get below a smaller guarantee. */
  owed: number;
  /** True when extras are in the contract: writes are then tracked, at most G pages are dirty. */
  readonly tracksDirty: boolean;
  grantPending: boolean;
  /** Extras were refused: not asked for again before this many more faults. */
  refusedFor: number;
  /** Free frames to keep: refill starts below `spareLow` and ends at `spareHigh`. */
  spareLow: number;
  spareHigh: number;
  /** Where the cleaning hand stands, by slot. */
  cleanHand: number;
  readonly lockMax: number;
  /** A pager that is refused and cannot go on without asks again after this long, ... */
  readonly retryAfter: number;
  /** ... then after twice as long, and so on: this often it has been in a row. */
  retries: number;
  /** A timer runs that will make it ask for frames again. */
  retryPending: boolean;
  /** Indices of members that wait for a frame, oldest first. */
  readonly waiters: number[];
  readonly transfers: TransfersState;
  /** The policy's own state. */
  policy: object;
  /** Further state of whoever uses this pager (contract keeping, hostile tricks). */
  readonly owner: object;
  /** While set, the policy may only name pages that are clean. */
  cleanOnly: boolean;
  /** Pages whose contents can be made anew, or null. */
  readonly discard: DiscardState | null;
  /** Pages that stand aside of the policy's order, or null. */
  readonly priorities: PriorityState | null;
  /** Soft references to pages that were given back, or null. */
  readonly soft: SoftPagesState | null;
  /** Frames that are marked as unused, or null. */
  readonly unused: UnusedFramesState | null;
  /** Superpages by reservation, or null. */
  readonly superpages: SuperpagesState | null;
  /** Reserves, and several pagers to write to: Mach's pageout daemon, or null. */
  readonly daemon: DaemonState | null;
  /** Where on swap it has pages, if it may choose; null: a place for each page. */
  readonly swapSlots: SwapSlots | null;
  /** What is kept for a management that does more than name victims, or null. */
  readonly central: CentralState | null;
}

export interface PagerOptions {
  readonly id: number;
  readonly memoryPort: number;
  readonly swapPort: number;
  readonly members: readonly {
    task: number;
    pages: number;
    order: number;
    zeroFill: boolean;
    image: boolean;
    scratch: readonly (readonly [number, number])[];
  }[];
  readonly tracksDirty: boolean;
  readonly spareLow: number;
  readonly spareHigh: number;
  readonly lockMax: number;
  readonly retryAfter: number;
  readonly transfersMax: number;
  readonly policy: object;
  readonly owner: object;
  /** Of the one member; a central pager is told of none. */
  readonly kinds: PageKinds;
  /** The same of superpages; absent: none. */
  readonly superpages?: SuperpagesState | null;
  /** The same of a pageout daemon; absent: none. */
  readonly daemon?: DaemonState | null;
  /** The same of swap slots; absent: none. */
  readonly swapSlots?: SwapSlots | null;
  /** The same of what a management of all tasks does beyond victims; absent: nothing. */
  readonly central?: CentralState | null;
  /** 32 bits, for what priorities leave to chance. */
  readonly seed: number;
}

export function createPagerState(options: PagerOptions): PagerState {
  const members: Member[] = [];
  const memberOf: number[] = [];
  let base = 0;
  for (const { task, pages, order, zeroFill } of options.members) {
    while (memberOf.length <= task) memberOf.push(-1);
    memberOf[task] = members.length;
    members.push({
      task,
      base,
      pages,
      order,
      zeroFill,
      waits: NO_FAULT,
      faultPage: NO_PAGE,
      faultWrites: false,
      isMapped: false,
      dead: false,
      compulsory: false,
      how: 0,
      drained: 0,
    });
    base += pages;
  }
  const pageWord = new Uint32Array(base);
  options.members.forEach(({ image, scratch }, i) => {
    const member = members[i] as Member;
    if (image) pageWord.fill(HAS_COPY, member.base, member.base + member.pages);
    for (const [from, to] of scratch)
      for (let page = from; page < to; page++)
        pageWord[member.base + page] = (pageWord[member.base + page] as number) | SCRATCH;
  });
  for (const [from, to] of options.kinds.discardable)
    for (let page = from; page < to; page++) pageWord[page] = (pageWord[page] as number) | SCRATCH;
  return {
    id: options.id,
    memoryPort: options.memoryPort,
    swapPort: options.swapPort,
    members,
    memberOf,
    pageWord,
    slotPage: new Int32Array(16).fill(NO_PAGE),
    firstFree: NO_PAGE,
    freeSlots: 0,
    held: 0,
    guaranteed: 0,
    extra: 0,
    owed: 0,
    dirty: 0,
    idle: 0,
    idleDirty: 0,
    tracksDirty: options.tracksDirty || options.superpages?.apart === true,
    grantPending: false,
    refusedFor: 0,
    spareLow: options.spareLow,
    spareHigh: options.spareHigh,
    cleanHand: 0,
    lockMax: options.lockMax,
    retryAfter: options.retryAfter,
    retries: 0,
    retryPending: false,
    waiters: [],
    transfers: createTransfers(options.transfersMax),
    policy: options.policy,
    owner: options.owner,
    cleanOnly: false,
    discard: createDiscard(options.kinds, base),
    priorities: createPriorities(options.kinds, base, options.seed),
    soft: createSoftPages(options.kinds, base),
    unused: createUnusedFrames(options.kinds),
    superpages: options.superpages ?? null,
    daemon: options.daemon ?? null,
    swapSlots: options.swapSlots ?? null,
    central: options.central ?? null,
  };
}

function createTransfers(count: number): TransfersState {
  return {
    records: Array.from({ length: count }, createTransfer),
    active: 0,
    evictions: 0,
  };
}

function createTransfer(): Transfer {
  return { purpose: IDLE, page: 0, out: NO_PAGE, slot: 0, container: 0, waiter: -1, orphan: false };
}

/**
 * How long to wait before the next try. It doubles, or tasks that get nothing would between them
 * ask so often that nobody's program runs any more.
 */
export function nextRetry(pager: PagerState): number {
  const doublings = Math.min(RETRY_DOUBLINGS, pager.retries++);
  return pager.retryAfter * (1 << doublings);
}
