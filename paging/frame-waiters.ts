/**
 * Frame waiters: faults that wait for a frame, oldest first. A frame comes from the free ones, from
 * the memory server while the contract allows it, or by eviction; what it then needs is contents.
 */

import { OP } from '../contracts/messages.ts';
import { termNow, timerAt } from '../nucleus/clock.ts';
import { waitForDevice } from '../nucleus/faults.ts';
import { send } from '../nucleus/ipc.ts';
import type { Kernel } from '../nucleus/kernel.ts';
import { zero } from '../nucleus/memory-map.ts';
import { regenerate } from '../nucleus/regenerate.ts';
import { LOST as LOST_FAULT, REGENERATED, SOFT } from '../nucleus/tasks.ts';
import { mayTakeFree } from './central.ts';
import { hasUnreserved, runDaemon } from './daemon.ts';
import { canBeMade, type DiscardState, faultWithoutContents, HAS_CONTENTS } from './discard.ts';
import { type Evicted, evictOne, payOwed } from './eviction.ts';
import { bindSlot, countResident, isCentral, popFree, pushFree } from './frames-in-hand.ts';
import { HAS_COPY, LOST, RESIDENT, SCRATCH, setWord, TOUCHED } from './page-word.ts';
import { type PagerCode, tellAdmitted } from './policy-call.ts';
import { needsReading, readIn } from './read-in.ts';
import { ASKED, reservedSlot } from './reservations.ts';
import { bindRevived, revives } from './revival.ts';
import { settle } from './settlement.ts';
import { revivedPage, type SoftPagesState } from './soft-pages.ts';
import { type Member, NO_PAGE, nextRetry, type PagerState } from './state.ts';
import type { SuperpagesState } from './superpages.ts';
import { giveIfLacking, holdBound, isBound, lacksTables, takeSpareTable } from './tables.ts';
import { askBack, dropMarked } from './unused-frames.ts';

/** Faults to let pass before extras that were refused are asked for again. */
const REFUSAL_PAUSE = 64;
/** Timer word of a pager that asks again. */
export const RETRY = 1;

/** Gives free frames to waiting faults, oldest first; gets more while any wait. */
export function serveWaiters(kernel: Kernel, code: PagerCode, pager: PagerState): void {
  const { waiters, transfers } = pager;
  // A fault that may have no free frame may have the one that was freed for it.
  let isFreed = false;
  let passed = 0;
  while (waiters.length > 0) {
    const member = pager.members[waiters[0] as number] as Member;
    if (needsReading(pager, member) && transfers.active >= transfers.records.length) return;
    if (pager.soft !== null && revives(kernel, code, pager, pager.soft, member)) return;
    if (kernel.state.tables !== null && settleBound(kernel, code, pager, member)) continue;
    if (pager.superpages !== null) {
      const kept = reservedSlot(kernel, pager, pager.superpages, member);
      if (kept === ASKED) return;
      if (kept >= 0) {
        dropFirst(waiters);
        fill(kernel, code, pager, member, kept, isZeroed(pager.superpages, member));
        continue;
      }
    }
    const isOpen = pager.central === null || isFreed || mayTakeFree(kernel, code, pager, member);
    isFreed = false;
    const slot = isOpen && hasUnreserved(pager) ? popFree(pager) : -1;
    if (slot < 0 && pager.unused !== null && askBack(kernel, pager, pager.unused, false)) return;
    if (slot >= 0) {
      if (giveIfLacking(kernel, pager, member, slot)) continue;
      dropFirst(waiters);
      fill(kernel, code, pager, member, slot, false);
    } else {
      const obtained = obtainFrame(kernel, code, pager, member);
      isFreed = obtained === 'freed';
      if (obtained !== 'nothing') continue;
      // Who waits for a page of its own is in nobody's way while frames are free.
      if (isOpen || ++passed >= waiters.length) return;
      const index = waiters[0] as number;
      dropFirst(waiters);
      waiters.push(index);
    }
  }
}

/** The first waiter, if its page has a frame and tables now: all that it waited for. */
function settleBound(kernel: Kernel, code: PagerCode, pager: PagerState, member: Member): boolean {
  if (!isBound(pager, member) || lacksTables(kernel, member)) return false;
  dropFirst(pager.waiters);
  settle(kernel, code, pager, member);
  return true;
}

/** Gets a frame for the first waiter on its way; 'freed': one is free now. */
function obtainFrame(kernel: Kernel, code: PagerCode, pager: PagerState, member: Member): Evicted {
  if (takeSpareTable(kernel, pager, member)) return 'freed';
  if (pager.grantPending) return 'nothing';
  const count = 1 << member.order;
  const within = pager.held + count <= pager.guaranteed;
  const asExtra = pager.held + count <= pager.guaranteed + pager.extra && pager.owed === 0;
  if ((within || asExtra) && pager.refusedFor === 0) {
    pager.grantPending = true;
    const word = pager.pageWord[member.base + member.faultPage] as number;
    const isLost = (word & LOST) !== 0;
    const isMade = isLost && canBeMade(pager, member.base + member.faultPage);
    const needsZero = (word & HAS_COPY) === 0 && !isMade && (member.zeroFill || isLost);
    send(kernel, pager.id, pager.memoryPort, OP.allocate, member.order, needsZero ? 1 : 0, 0, 0, 0);
    return 'nothing';
  }
  const { daemon } = pager;
  if (daemon !== null) {
    waitForDevice(kernel, pager.id, member.task);
    runDaemon(kernel, code, pager, daemon);
    return pager.freeSlots > 0 && hasUnreserved(pager) ? 'freed' : 'nothing';
  }
  while (pager.transfers.evictions < pager.waiters.length) {
    const evicted = evictFor(kernel, code, pager, member);
    if (evicted === 'exchanged') dropFirst(pager.waiters);
    if (evicted === 'freed' || evicted === 'exchanged') return evicted;
    if (evicted === 'nothing') break;
    // Garbage went with it.
    if (pager.discard !== null && pager.freeSlots > 0) return 'freed';
    waitForDevice(kernel, pager.id, member.task);
  }
  // Nothing held, nothing coming: only asking again can help.
  if (pager.transfers.active === 0 && pager.idle === 0 && !pager.retryPending) {
    pager.retryPending = true;
    timerAt(kernel, termNow(kernel) + nextRetry(pager), pager.id, RETRY);
  }
  return 'nothing';
}

/** Evicts a page for `member`; not the one that lacks tables alone, and not into its frame then. */
function evictFor(kernel: Kernel, code: PagerCode, pager: PagerState, member: Member): Evicted {
  if (!lacksTables(kernel, member)) return evictOne(kernel, code, pager, member);
  const bound = isBound(pager, member);
  if (bound) holdBound(pager, member, true);
  const evicted = evictOne(kernel, code, pager, null);
  if (bound) holdBound(pager, member, false);
  return evicted;
}

/** The time to ask again has come. */
export function askAgain(kernel: Kernel, code: PagerCode, pager: PagerState): void {
  pager.retryPending = false;
  pager.refusedFor = 0;
  serveWaiters(kernel, code, pager);
}

/** The memory server granted what was asked for. */
export function takeGrant(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  slot: number,
  order: number,
  zeroed: boolean,
): void {
  // Unasked: called back from another for what was refused; there may be more to be had.
  if (!pager.grantPending) pager.refusedFor = 0;
  pager.grantPending = false;
  pager.retries = 0;
  // A marked frame in this slot went in silence: as many are held as before.
  if (pager.unused === null || !dropMarked(pager.unused, slot)) pager.held += 1 << order;
  if (pager.soft !== null && takeRevived(kernel, code, pager, pager.soft, slot)) return;
  const index = pager.waiters[0];
  if (index === undefined) {
    pushFree(pager, slot);
    if (pager.owed > 0) payOwed(kernel, code, pager);
    return;
  }
  const member = pager.members[index] as Member;
  const { transfers } = pager;
  const forTables = kernel.state.tables !== null && wantsTables(kernel, pager, member);
  if (forTables || (needsReading(pager, member) && transfers.active >= transfers.records.length)) {
    pushFree(pager, slot);
    if (forTables) serveWaiters(kernel, code, pager);
  } else {
    dropFirst(pager.waiters);
    fill(kernel, code, pager, member, slot, zeroed);
    serveWaiters(kernel, code, pager);
  }
}

/** The run in `slot` is one that was given back softly: it holds its page. False: it is not. */
function takeRevived(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  soft: SoftPagesState,
  slot: number,
): boolean {
  const page = revivedPage(soft, slot);
  if (page === NO_PAGE) return false;
  const member = pager.members[pager.waiters[0] ?? 0] as Member;
  if (pager.waiters.length === 0 || member.base + member.faultPage !== page) pushFree(pager, slot);
  else {
    dropFirst(pager.waiters);
    bindRevived(kernel, code, pager, member, slot, page);
  }
  serveWaiters(kernel, code, pager);
  return true;
}

/** Whether the first waiter would give a frame for tables, or has its frame already. */
function wantsTables(kernel: Kernel, pager: PagerState, member: Member): boolean {
  return lacksTables(kernel, member) || isBound(pager, member);
}

/** The memory server refused frames: use what is held, and ask again later. */
export function takeRefusal(kernel: Kernel, code: PagerCode, pager: PagerState): void {
  pager.grantPending = false;
  pager.refusedFor = REFUSAL_PAUSE;
  serveWaiters(kernel, code, pager);
}

/** Binds a free frame to the page that `member` waits for and gets its contents there. */
function fill(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  member: Member,
  slot: number,
  zeroed: boolean,
): void {
  if (isCentral(pager, member)) countResident(kernel, member, 1 << member.order);
  if (needsReading(pager, member)) return readIn(kernel, code, pager, member, slot, NO_PAGE);
  const page = member.base + member.faultPage;
  const word = pager.pageWord[page] as number;
  bindSlot(pager, slot, page);
  member.isMapped = false;
  member.how = (word & LOST) !== 0 ? faultWithoutContents(pager, page) : SOFT;
  // Until the fault is settled the page stays lost: its frame may be taken before.
  setWord(pager, page, slot * 256 + ((word & (SCRATCH | LOST)) | TOUCHED | RESIDENT));
  tellAdmitted(kernel, code, pager, page);
  if (member.how === REGENERATED) {
    const { regenerateNs, kinds } = pager.discard as DiscardState;
    // Swap may have lost what was there from the start.
    kinds[page] = HAS_CONTENTS;
    regenerate(kernel, pager.id, member.task, member.faultPage, slot, regenerateNs);
  } else if (!zeroed && (member.zeroFill || member.how === LOST_FAULT))
    zero(kernel, pager.id, slot);
  settle(kernel, code, pager, member);
}

/** Whether the frame kept for the page that `member` waits for came zeroed. */
function isZeroed({ reservationOf, reservations }: SuperpagesState, member: Member): boolean {
  return reservations[reservationOf[member.base + member.faultPage] as number]?.zeroed ?? false;
}

/** Removes the first of a short list. `shift` would trim the array, and the next push enlarge it. */
function dropFirst(list: number[]): void {
  for (let i = 1; i < list.length; i++) list[i - 1] = list[i] as number;
  list.pop();
}
