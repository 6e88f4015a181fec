/**
 * Settlement: the end of a fault. The page's contents are in its frame; it is mapped as the fault
 * needs, and the program goes on.
 *
 * Where the contract has extras, a page is mapped writable only when it is written, and at most as
 * many pages are dirty as frames are guaranteed: the rest can be returned with no time for I/O
 * (Walfield: a frame is promoted to guaranteed when it becomes dirty).
 */

import { resume, waitForDevice } from '../nucleus/faults.ts';
import type { Kernel } from '../nucleus/kernel.ts';
import { allowWrite, map } from '../nucleus/memory-map.ts';
import { isAlive, type TaskState } from '../nucleus/tasks.ts';
import { assert } from '../sim-hw/assert.ts';
import { noteRescue, noteResumed } from './central.ts';
import { cleanOne, holdsSlot, keepSpare } from './eviction.ts';
import { giveUpOutside } from './outside.ts';
import { DIRTY, LOST, SCRATCH, setWord, slotOf } from './page-word.ts';
import type { PagerCode } from './policy-call.ts';
import {
  type Member,
  NO_FAULT,
  type PagerState,
  WANTS_CLEAN,
  WANTS_FRAME,
  WANTS_LOSS,
} from './state.ts';
import { demoteAt, promoteAround } from './superpages.ts';
import { lacksTables, tablesOf } from './tables.ts';

/** The page's contents are in its frame: map it as the fault needs, and let the program go on. */
export function settle(kernel: Kernel, code: PagerCode, pager: PagerState, member: Member): void {
  const page = member.base + member.faultPage;
  if (pager.central !== null) noteRescue(kernel, code, pager, pager.central, page);
  const word = pager.pageWord[page] as number;
  // Scratch needs no copy to be given up: it never counts as dirty.
  const tracked = pager.tracksDirty && (word & SCRATCH) === 0;
  // While no extras are held every page may be dirty: no second fault is spent on the write.
  const { superpages } = pager;
  const unasked = pager.held <= pager.guaranteed && superpages?.apart !== true;
  const writes = member.faultWrites || unasked;
  const becomesDirty = tracked && writes && (word & DIRTY) === 0;
  if (becomesDirty && !mayDirty(kernel, pager, page, member)) {
    member.waits = WANTS_CLEAN;
    waitForDevice(kernel, pager.id, member.task);
    return;
  }
  const { id } = pager;
  if (lacksTables(kernel, member)) {
    // Whoever called serves those that wait.
    member.isMapped = false;
    member.waits = WANTS_FRAME;
    pager.waiters.push(pager.memberOf[member.task] as number);
    return;
  }
  // A write to a superpage that may not be written: only this page of it becomes dirty.
  if (superpages !== null && member.isMapped) demoteAt(kernel, pager, superpages, member, page);
  if (!(member.isMapped && allowWrite(kernel, id, member.task, member.faultPage))) {
    const writable = !tracked || writes || (word & DIRTY) !== 0;
    if (!map(kernel, id, member.task, member.faultPage, slotOf(word), writable))
      return awaitLoss(kernel, pager, member);
  }
  // Only now has a loss been told.
  if (becomesDirty || (word & LOST) !== 0)
    setWord(pager, page, (word & ~LOST) | (becomesDirty ? DIRTY : 0));
  if (superpages !== null) promoteAround(kernel, pager, superpages, member, page);
  member.waits = NO_FAULT;
  resume(kernel, id, member.task, member.how, member.compulsory);
  if (pager.central !== null) noteResumed(kernel, pager, pager.central, member);
  if (code.policy.outside !== undefined) giveUpOutside(kernel, code, pager, page);
  keepSpare(kernel, code, pager, page);
}

/**
 * A page that cannot be mapped: its frame has been taken, or its task has died, and the word of it
 * is on its way.
 */
function awaitLoss(kernel: Kernel, pager: PagerState, member: Member): void {
  if (!isAlive(kernel.state.tasks[member.task] as TaskState)) return;
  const page = member.base + member.faultPage;
  const word = pager.pageWord[page] as number;
  const taken = !holdsSlot(kernel, pager, slotOf(word));
  assert(taken, 'settlement: a page whose contents are in its frame cannot be mapped');
  member.waits = WANTS_LOSS;
}

/** Whether one more page may become dirty; begins to clean others when not, or soon not. */
function mayDirty(kernel: Kernel, pager: PagerState, page: number, member: Member): boolean {
  if (pager.held <= Math.max(1, pager.guaranteed)) return true;
  const limit = Math.max(1, pager.guaranteed - tablesOf(kernel, member));
  while (pager.dirty + 1 > limit) {
    const cleaned = cleanOne(kernel, pager, page);
    if (cleaned !== 'at once') break;
  }
  return pager.dirty + 1 <= limit;
}
