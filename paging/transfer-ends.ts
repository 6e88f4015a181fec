/**
 * Ends of transfers: what becomes of the page that came or went, of the one that was in its frame
 * before, and of the fault that waited; and what is done about one that was refused.
 */

import { DONE, LOCK_LOST, NO_PLACE, NO_SUCH_CONTAINER } from '../contracts/refusals.ts';
import type { Kernel } from '../nucleus/kernel.ts';
import { unmap } from '../nucleus/memory-map.ts';
import { SOFT, type TaskState } from '../nucleus/tasks.ts';
import { tellCleaned } from './central.ts';
import { freeFrame, leaveFrame, payOwed } from './eviction.ts';
import { retryDirtying } from './faults.ts';
import { serveWaiters } from './frame-waiters.ts';
import {
  BUSY,
  DIRTY,
  FLAGS,
  HAS_COPY,
  LOST,
  RESIDENT,
  SCRATCH,
  setWord,
  slotOf,
  TOUCHED,
} from './page-word.ts';
import { type PagerCode, tellAdmitted, tellRemoved } from './policy-call.ts';
import { memberOfPage } from './policy-view.ts';
import { settle } from './settlement.ts';
import { type Member, NO_PAGE, type PagerState, WANTS_FRAME } from './state.ts';
import { leaveSuperpage } from './superpages.ts';
import { CLEAN, EVICT, FETCH, IDLE } from './transfer-records.ts';
import { askForContainer, beginAgain, endTransfer, handOver, isLossOnSwap } from './transfers.ts';

/** Its container is made: on to the swap server, if that can take it. */
export function containerMade(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  number: number,
  container: number,
  weak: number,
): void {
  const purpose = pager.transfers.records[number]?.purpose ?? IDLE;
  if (!handOver(kernel, pager, number, container, weak) && purpose !== IDLE)
    transferOver(kernel, code, pager, number, NO_PLACE, false);
}

/** A transfer has ended, well (DONE) or not; `stored`: what it had to write it has written. */
export function transferOver(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  number: number,
  reason: number,
  stored: boolean,
): void {
  const transfer = pager.transfers.records[number];
  if (transfer === undefined) return;
  const { page, out, slot, purpose, waiter, orphan } = transfer;
  endTransfer(kernel, pager, transfer, reason);
  const isLost = isLossOnSwap(reason);
  const isOut = out !== NO_PAGE && (stored || orphan || isLost);
  if (isOut) wasWritten(kernel, pager, out, stored);
  // A page that a stack has stored is out, whatever became of the lock meanwhile [SWAP26].
  const isStored = stored && out === NO_PAGE && purpose !== FETCH;
  if (orphan) orphaned(kernel, code, pager, page, purpose === FETCH || isStored, waiter);
  else if (isLost && (out === NO_PAGE || stored))
    lostOnSwap(kernel, code, pager, page, slot, purpose, waiter);
  else if (reason !== DONE && !(isStored && reason === LOCK_LOST))
    beginAgain(kernel, pager, purpose, page, isOut ? NO_PAGE : out, slot, waiter, reason);
  else {
    const member = memberOfPage(pager, page) as Member;
    const task = kernel.state.tasks[member.task] as TaskState;
    pager.retries = 0;
    if (purpose === FETCH) task.pageIns++;
    else task.pageOuts++;
    if (purpose === EVICT) pageIsOut(kernel, code, pager, page, slot, waiter);
    else pageIsIn(kernel, code, pager, page, purpose, waiter);
  }
  // What is owed is more than transfers could take at once: the next ones.
  const { order } = pager.members[0] as Member;
  if (pager.owed > pager.transfers.evictions * (1 << order)) payOwed(kernel, code, pager);
  retryDirtying(kernel, code, pager);
  serveWaiters(kernel, code, pager);
}

/** The time to try a refused transfer again has come; its frame may be gone by now. */
export function resumeTransfer(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  number: number,
): void {
  const transfer = pager.transfers.records[number];
  if (transfer?.orphan === true)
    transferOver(kernel, code, pager, number, NO_SUCH_CONTAINER, false);
  else askForContainer(kernel, pager, number);
}

/** The page that was in the frame before: on swap now, or nowhere. */
function wasWritten(kernel: Kernel, pager: PagerState, page: number, stored: boolean): void {
  const kept = (pager.pageWord[page] as number) & TOUCHED;
  setWord(pager, page, kept | (stored ? HAS_COPY : LOST));
  const member = memberOfPage(pager, page) as Member;
  if (stored) (kernel.state.tasks[member.task] as TaskState).pageOuts++;
}

function pageIsIn(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  page: number,
  purpose: number,
  waiter: number,
): void {
  const word = pager.pageWord[page] as number;
  const clean = purpose === FETCH ? word : (word | HAS_COPY) & ~DIRTY;
  setWord(pager, page, clean & ~BUSY);
  const owner = memberOfPage(pager, page) as Member;
  if (owner.dead) return dropPage(kernel, code, pager, owner, page);
  if (purpose === CLEAN && pager.central !== null) tellCleaned(kernel, code, pager, page);
  if (waiter < 0) return;
  const member = pager.members[waiter] as Member;
  if (purpose !== FETCH) member.how = SOFT;
  settle(kernel, code, pager, member);
}

/** Written out: its frame is free, unless its program has come back for it meanwhile. */
function pageIsOut(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  page: number,
  slot: number,
  waiter: number,
): void {
  const flags = ((pager.pageWord[page] as number) & FLAGS & ~(BUSY | DIRTY)) | HAS_COPY;
  if (waiter < 0) {
    setWord(pager, page, flags);
    leaveFrame(kernel, pager, memberOfPage(pager, page) as Member, page, slot);
    return;
  }
  setWord(pager, page, slot * 256 + (flags | RESIDENT));
  tellAdmitted(kernel, code, pager, page);
  const member = pager.members[waiter] as Member;
  member.how = SOFT;
  settle(kernel, code, pager, member);
}

/**
 * Swap has lost the page that was to be read, or does not take the one that was to be written: it is
 * lost, and its frame free [SWAP25]; even one that its program has come back for, for nothing would
 * tell later that what is in the frame is nowhere else.
 */
function lostOnSwap(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  page: number,
  slot: number,
  purpose: number,
  waiter: number,
): void {
  const word = pager.pageWord[page] as number;
  const owner = memberOfPage(pager, page) as Member;
  if (purpose !== EVICT) {
    tellRemoved(kernel, code, pager, page);
    const { superpages } = pager;
    if (superpages !== null) leaveSuperpage(kernel, pager, superpages, owner, page);
  }
  if (purpose === CLEAN) unmap(kernel, pager.id, owner.task, page - owner.base);
  setWord(pager, page, (word & (SCRATCH | TOUCHED)) | LOST);
  freeFrame(kernel, pager, owner, slot);
  if (waiter < 0) return;
  (pager.members[waiter] as Member).waits = WANTS_FRAME;
  pager.waiters.push(waiter);
}

/** The frame of a transfer was taken, or its task died, before the transfer was over. */
function orphaned(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  page: number,
  isOnSwap: boolean,
  waiter: number,
): void {
  const word = pager.pageWord[page] as number;
  const kept = word & (SCRATCH | TOUCHED);
  if ((word & RESIDENT) !== 0) tellRemoved(kernel, code, pager, page);
  setWord(pager, page, isOnSwap ? kept | HAS_COPY : kept | LOST);
  if (waiter < 0) return;
  (pager.members[waiter] as Member).waits = WANTS_FRAME;
  pager.waiters.push(waiter);
}

/** The page is gone, and its frame is free. */
export function dropPage(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  member: Member,
  page: number,
): void {
  const slot = slotOf(pager.pageWord[page] as number);
  tellRemoved(kernel, code, pager, page);
  setWord(pager, page, 0);
  freeFrame(kernel, pager, member, slot);
}
