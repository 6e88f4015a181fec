/**
 * Faults: from the message that a program stopped to the word that it may go on.
 *
 *   fault --> frame? --no--> ask the memory server, or evict --+
 *               |                                             |
 *               +<--------------- a frame is free ------------+
 *               |-- copy on swap --> transfer in --> map --> resume (hard)
 *               |-- lost ----------> zeros -------> map --> resume (lost)
 *               +-- first touch ---> zeros? ------> map --> resume (soft)
 *   write to a page mapped read-only --> may one more page be dirty? --> writable --> resume (soft)
 *
 * Getting the frame is in frame-waiters.ts, the end of every line in settlement.ts.
 */

import { waitForDevice } from '../nucleus/faults.ts';
import type { Kernel } from '../nucleus/kernel.ts';
import { SOFT } from '../nucleus/tasks.ts';
import { RUNS, STOPPED_IN_FAULT } from './central-state.ts';
import { serveWaiters } from './frame-waiters.ts';
import { BUSY, RESIDENT, TOUCHED } from './page-word.ts';
import type { PagerCode } from './policy-call.ts';
import { settle } from './settlement.ts';
import {
  type Member,
  type PagerState,
  WANTS_CLEAN,
  WANTS_FRAME,
  WANTS_RESUME,
  WANTS_TRANSFER,
} from './state.ts';
import { transferOf } from './transfers.ts';

/** A member's program stopped at `page`. */
export function takeFault(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  task: number,
  page: number,
  writes: boolean,
  isMapped: boolean,
): void {
  const index = pager.memberOf[task] as number;
  const member = pager.members[index] as Member;
  member.faultPage = page;
  member.faultWrites = writes;
  member.isMapped = isMapped;
  if (pager.refusedFor > 0) pager.refusedFor--;
  const word = pager.pageWord[member.base + page] as number;
  member.compulsory = (word & TOUCHED) === 0;
  if (pager.central !== null && pager.central.suspended[index] !== RUNS) {
    pager.central.suspended[index] = STOPPED_IN_FAULT;
    member.waits = WANTS_RESUME;
    return;
  }
  pursueFault(kernel, code, pager, member, index, SOFT);
}

/** What the page that `member` faulted on lacks; `how` if it lacks nothing. */
export function pursueFault(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  member: Member,
  index: number,
  how: number,
): void {
  const page = member.base + member.faultPage;
  const word = pager.pageWord[page] as number;
  if ((word & BUSY) !== 0) {
    // On its way out, or being made clean: the frame still holds it.
    const transfer = transferOf(pager, page);
    if (transfer !== null) transfer.waiter = index;
    member.waits = WANTS_TRANSFER;
    waitForDevice(kernel, pager.id, member.task);
  } else if ((word & RESIDENT) !== 0) {
    member.how = how;
    settle(kernel, code, pager, member);
    if (kernel.state.tables !== null) serveWaiters(kernel, code, pager);
  } else {
    member.waits = WANTS_FRAME;
    pager.waiters.push(index);
    serveWaiters(kernel, code, pager);
  }
}

/** Pages have become clean: faults that waited for that try again. */
export function retryDirtying(kernel: Kernel, code: PagerCode, pager: PagerState): void {
  if (!pager.tracksDirty) return;
  for (let index = 0; index < pager.members.length; index++) {
    const member = pager.members[index] as Member;
    if (member.waits !== WANTS_CLEAN) continue;
    const word = pager.pageWord[member.base + member.faultPage] as number;
    // While it waited the page may have been given up: it needs a frame once more.
    if ((word & (RESIDENT | BUSY)) !== RESIDENT) member.isMapped = false;
    pursueFault(kernel, code, pager, member, index, member.how);
  }
}
