/**
 * Pager: the messages every pager understands, whoever it pages for. Its owner (a client's
 * memory-control thread, a central server) handles the rest: contracts, notices, timers.
 */

import { OP } from '../contracts/messages.ts';
import { DONE, MALFORMED } from '../contracts/refusals.ts';
import { DEATH, FAULT, type Kernel, NUCLEUS, TIMER } from '../nucleus/kernel.ts';
import type { Message } from '../nucleus/messages.ts';
import { SOFT, type TaskState } from '../nucleus/tasks.ts';
import { WRITE } from '../sim-hw/references.ts';
import { leavesNothing } from './discard.ts';
import { freeFrame, leaveFrame, payOwed } from './eviction.ts';
import { retryDirtying, takeFault } from './faults.ts';
import { markMessage } from './frame-marks.ts';
import { askAgain, RETRY, serveWaiters, takeGrant, takeRefusal } from './frame-waiters.ts';
import { dropFree } from './frames-in-hand.ts';
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
import { memberOfPage, type PagerCode, tellAdmitted, tellRemoved } from './policy-call.ts';
import { settle } from './settlement.ts';
import {
  EVICT,
  FETCH,
  type Member,
  NO_FAULT,
  NO_PAGE,
  type PagerState,
  WANTS_CLEAN,
  WANTS_FRAME,
  WANTS_LOSS,
} from './state.ts';
import { FOR_TABLES, takeSpareTables } from './tables.ts';
import { beginTransfer, endTransfer, handOver, transferOfSlot } from './transfers.ts';
import { dropMarked } from './unused-frames.ts';

/** Handles a message if it is one of those every pager understands; false when it is not. */
export function pagerMessage(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  message: Message,
): boolean {
  const { op, w0, w1, w2, w3 } = message;
  if (op === FAULT) takeFault(kernel, code, pager, message.from, w0, w1 === WRITE, w2 === 1);
  else if (op === OP.swapped) transferOver(kernel, code, pager, w0, w1, w2 === 1);
  else if (op === OP.containerIs) handOver(kernel, pager, w0, w1, w2);
  else if (op === OP.granted) takeGrant(kernel, code, pager, w1, w2, w3 === 1);
  else if (op === OP.loss) takeLoss(kernel, code, pager, w0, w1, w2 === 1);
  else if (op === OP.refused)
    return refusal(kernel, code, pager, w0, w2) || markMessage(kernel, code, pager, message);
  else if (op === DEATH && message.from === NUCLEUS) memberDied(kernel, code, pager, w0);
  else if (op === TIMER && message.from === NUCLEUS && w0 === RETRY) askAgain(kernel, code, pager);
  else return markMessage(kernel, code, pager, message);
  return true;
}

function refusal(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  tag: number,
  op: number,
): boolean {
  if (op === OP.allocate) takeRefusal(kernel, code, pager);
  else if (op === OP.createContainer) transferOver(kernel, code, pager, tag, MALFORMED, false);
  else return op === OP.cancelContainer || op === OP.returnFrames;
  return true;
}

/** A transfer has ended, well (DONE) or not; `stored`: what it had to write it has written. */
function transferOver(
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
  const isOut = out !== NO_PAGE && (stored || orphan);
  if (isOut) wasWritten(kernel, pager, out, stored);
  if (orphan) orphaned(kernel, code, pager, page, purpose, waiter);
  else if (reason !== DONE)
    beginTransfer(kernel, pager, purpose, page, isOut ? NO_PAGE : out, slot, waiter);
  else {
    const member = memberOfPage(pager, page) as Member;
    const task = kernel.state.tasks[member.task] as TaskState;
    if (purpose === FETCH) task.pageIns++;
    else task.pageOuts++;
    if (purpose === EVICT) pageIsOut(kernel, code, pager, page, slot, waiter);
    else pageIsIn(kernel, code, pager, page, purpose, waiter);
  }
  // What is owed is more than transfers could take at once: the next ones.
  if (pager.owed > 0) payOwed(kernel, code, pager);
  retryDirtying(kernel, code, pager);
  serveWaiters(kernel, code, pager);
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

/** The frame of a transfer was taken, or its task died, before the transfer was over. */
function orphaned(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  page: number,
  purpose: number,
  waiter: number,
): void {
  const word = pager.pageWord[page] as number;
  const kept = word & (SCRATCH | TOUCHED);
  if ((word & RESIDENT) !== 0) tellRemoved(kernel, code, pager, page);
  setWord(pager, page, purpose === FETCH ? kept | HAS_COPY : kept | LOST);
  if (waiter < 0) return;
  (pager.members[waiter] as Member).waits = WANTS_FRAME;
  pager.waiters.push(waiter);
}

/** The memory server took the frames in `slot`; `remaining` more losses are under way. */
function takeLoss(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  slot: number,
  remaining: number,
  modified: boolean,
): void {
  loseSlot(kernel, code, pager, slot, modified);
  // Not before: what seems to be free, or to be a victim, may be gone already.
  if (remaining === 0) serveWaiters(kernel, code, pager);
}

function loseSlot(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  slot: number,
  modified: boolean,
): void {
  const transfer = transferOfSlot(pager, slot);
  const wasFree = transfer === null && dropFree(pager, slot);
  const page = pager.slotPage[slot] as number;
  // A slot that was being returned: the two messages crossed.
  const isMarked = pager.unused !== null && dropMarked(pager.unused, slot);
  const isKnown = page >= 0 || page === FOR_TABLES || isMarked;
  if (transfer === null && !wasFree && !isKnown) return;
  const frames = 1 << (pager.members[0] as Member).order;
  pager.held -= frames;
  pager.owed = Math.max(0, pager.owed - frames);
  if (transfer !== null) {
    transfer.orphan = true;
    transfer.container = -1;
  }
  if (transfer !== null || wasFree || isMarked) return;
  pager.slotPage[slot] = -1;
  if (page === FOR_TABLES) return;
  const word = pager.pageWord[page] as number;
  const kept = word & (HAS_COPY | SCRATCH | TOUCHED | LOST);
  tellRemoved(kernel, code, pager, page);
  const isGone = (word & SCRATCH) === 0 ? modified : leavesNothing(pager, page, modified);
  setWord(pager, page, isGone ? (kept & ~HAS_COPY) | LOST : kept);
  for (const [index, member] of pager.members.entries()) {
    const wants = member.waits === WANTS_CLEAN || member.waits === WANTS_LOSS;
    if (!wants || member.base + member.faultPage !== page) continue;
    member.waits = WANTS_FRAME;
    pager.waiters.push(index);
  }
}

/** A member of a central pager is gone: its pages with it. */
function memberDied(kernel: Kernel, code: PagerCode, pager: PagerState, task: number): void {
  const index = pager.memberOf[task] ?? -1;
  if (index < 0) return;
  const member = pager.members[index] as Member;
  const place = pager.waiters.indexOf(index);
  if (place >= 0) pager.waiters.splice(place, 1);
  member.waits = NO_FAULT;
  for (const transfer of pager.transfers.records)
    if (transfer.waiter === index) transfer.waiter = -1;
  member.dead = true;
  for (let page = member.base; page < member.base + member.pages; page++)
    if (((pager.pageWord[page] as number) & (RESIDENT | BUSY)) === RESIDENT)
      dropPage(kernel, code, pager, member, page);
  takeSpareTables(kernel, pager);
  payOwed(kernel, code, pager);
  serveWaiters(kernel, code, pager);
}

function dropPage(
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
