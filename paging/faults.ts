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
 * Where the contract has extras, a page is mapped writable only when it is written, and at most as
 * many pages are dirty as frames are guaranteed: the rest can be returned with no time for I/O
 * (Walfield: a frame is promoted to guaranteed when it becomes dirty).
 */

import { OP } from '../contracts/messages.ts';
import { send } from '../nucleus/ipc.ts';
import { type Kernel, termNow, timerAt } from '../nucleus/kernel.ts';
import { resume, waitForDevice } from '../nucleus/life.ts';
import { allowWrite, map, zero } from '../nucleus/memory-map.ts';
import {
  changeFramesHeld,
  HARD,
  isAlive,
  LOST as LOST_FAULT,
  SOFT,
  type TaskState,
} from '../nucleus/tasks.ts';
import { assert } from '../sim-hw/assert.ts';
import { cleanOne, evictOne, holdsSlot, keepSpare } from './eviction.ts';
import { type PagerCode, tellAdmitted } from './policy-call.ts';
import {
  BUSY,
  bindSlot,
  DIRTY,
  FETCH,
  HAS_COPY,
  LOST,
  type Member,
  NO_FAULT,
  nextRetry,
  type PagerState,
  popFree,
  pushFree,
  RESIDENT,
  SCRATCH,
  setWord,
  slotOf,
  TOUCHED,
  WANTS_CLEAN,
  WANTS_FRAME,
  WANTS_LOSS,
  WANTS_TRANSFER,
} from './state.ts';
import { beginTransfer, transferOf } from './transfers.ts';

/** Faults to let pass before extras that were refused are asked for again. */
const REFUSAL_PAUSE = 64;
/** Timer word of a pager that asks again. */
export const RETRY = 1;

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
  pursueFault(kernel, code, pager, member, index, SOFT);
}

/** What the page that `member` faulted on lacks; `how` if it lacks nothing. */
function pursueFault(
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
    const number = transferOf(pager, page);
    pager.transfers.waiter[number] = index;
    member.waits = WANTS_TRANSFER;
    waitForDevice(kernel, pager.id, member.task);
  } else if ((word & RESIDENT) !== 0) {
    member.how = how;
    settle(kernel, code, pager, member);
  } else {
    member.waits = WANTS_FRAME;
    pager.waiters.push(index);
    serveWaiters(kernel, code, pager);
  }
}

/** Gives free frames to waiting faults, oldest first; gets more while any wait. */
export function serveWaiters(kernel: Kernel, code: PagerCode, pager: PagerState): void {
  const { waiters, transfers } = pager;
  while (waiters.length > 0) {
    const member = pager.members[waiters[0] as number] as Member;
    const page = member.base + member.faultPage;
    const reads = ((pager.pageWord[page] as number) & HAS_COPY) !== 0;
    if (reads && transfers.active >= transfers.purpose.length) return;
    const slot = popFree(pager);
    if (slot >= 0) {
      waiters.shift();
      fill(kernel, code, pager, member, slot, false);
    } else if (!obtainFrame(kernel, code, pager, member)) return;
  }
}

/** Gets a frame on its way; true when one is free now. */
function obtainFrame(kernel: Kernel, code: PagerCode, pager: PagerState, member: Member): boolean {
  if (pager.grantPending) return false;
  const count = 1 << member.order;
  const within = pager.held + count <= pager.guaranteed;
  const asExtra = pager.held + count <= pager.guaranteed + pager.extra && pager.owed === 0;
  if ((within || asExtra) && pager.refusedFor === 0) {
    pager.grantPending = true;
    const word = pager.pageWord[member.base + member.faultPage] as number;
    const needsZero = (word & HAS_COPY) === 0 && (member.zeroFill || (word & LOST) !== 0);
    send(kernel, pager.id, pager.memoryPort, OP.allocate, member.order, needsZero ? 1 : 0, 0, 0, 0);
    return false;
  }
  while (pager.transfers.evictions < pager.waiters.length) {
    const evicted = evictOne(kernel, code, pager);
    if (evicted === 'freed') return true;
    if (evicted === 'nothing') break;
    waitForDevice(kernel, pager.id, member.task);
  }
  // Nothing held, nothing coming: only asking again can help.
  if (pager.transfers.active === 0 && pager.idle === 0 && !pager.retryPending) {
    pager.retryPending = true;
    timerAt(kernel, termNow(kernel) + nextRetry(pager), pager.id, RETRY);
  }
  return false;
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
  pager.grantPending = false;
  pager.retries = 0;
  pager.held += 1 << order;
  const index = pager.waiters[0];
  if (index === undefined) {
    pushFree(pager, slot);
    return;
  }
  const member = pager.members[index] as Member;
  const word = pager.pageWord[member.base + member.faultPage] as number;
  const { transfers } = pager;
  if ((word & HAS_COPY) !== 0 && transfers.active >= transfers.purpose.length)
    pushFree(pager, slot);
  else {
    pager.waiters.shift();
    fill(kernel, code, pager, member, slot, zeroed);
    serveWaiters(kernel, code, pager);
  }
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
  const page = member.base + member.faultPage;
  const word = pager.pageWord[page] as number;
  bindSlot(pager, slot, page);
  if (isCentral(pager, member)) countResident(kernel, member, 1 << member.order);
  member.isMapped = false;
  const kept = word & (HAS_COPY | SCRATCH);
  const bound = slot * 256 + (kept | TOUCHED | RESIDENT);
  if ((word & LOST) !== 0 || (word & HAS_COPY) === 0) {
    member.how = (word & LOST) !== 0 ? LOST_FAULT : SOFT;
    // Until the fault is settled the page stays lost: its frame may be taken before.
    setWord(pager, page, (bound & ~HAS_COPY) | (word & LOST));
    tellAdmitted(kernel, code, pager, page);
    if (!zeroed && (member.zeroFill || member.how === LOST_FAULT)) zero(kernel, pager.id, slot);
    settle(kernel, code, pager, member);
    return;
  }
  member.how = HARD;
  setWord(pager, page, bound | BUSY);
  tellAdmitted(kernel, code, pager, page);
  member.waits = WANTS_TRANSFER;
  const index = pager.memberOf[member.task] as number;
  beginTransfer(kernel, pager, FETCH, page, slot, index);
  waitForDevice(kernel, pager.id, member.task);
}

/** The page's contents are in its frame: map it as the fault needs, and let the program go on. */
export function settle(kernel: Kernel, code: PagerCode, pager: PagerState, member: Member): void {
  const page = member.base + member.faultPage;
  const word = pager.pageWord[page] as number;
  // Scratch needs no copy to be given up: it never counts as dirty.
  const tracked = pager.tracksDirty && (word & SCRATCH) === 0;
  // While no extras are held every page may be dirty: a second fault to learn of the write is saved.
  const writes = member.faultWrites || pager.held <= pager.guaranteed;
  const becomesDirty = tracked && writes && (word & DIRTY) === 0;
  if (becomesDirty && !mayDirty(kernel, pager, page)) {
    member.waits = WANTS_CLEAN;
    waitForDevice(kernel, pager.id, member.task);
    return;
  }
  const { id } = pager;
  if (!(member.isMapped && allowWrite(kernel, id, member.task, member.faultPage))) {
    const writable = !tracked || writes || (word & DIRTY) !== 0;
    if (!map(kernel, id, member.task, member.faultPage, slotOf(word), writable))
      return awaitLoss(kernel, pager, member);
  }
  // Only now has a loss been told.
  if (becomesDirty || (word & LOST) !== 0)
    setWord(pager, page, (word & ~LOST) | (becomesDirty ? DIRTY : 0));
  member.waits = NO_FAULT;
  resume(kernel, id, member.task, member.how, member.compulsory);
  // The program has not touched the page yet: taking it now would make it fault for ever.
  const settled = pager.pageWord[page] as number;
  setWord(pager, page, settled | BUSY);
  keepSpare(kernel, code, pager);
  setWord(pager, page, settled);
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
  assert(taken, 'faults: a page whose contents are in its frame cannot be mapped');
  member.waits = WANTS_LOSS;
}

/** Whether one more page may become dirty; begins to clean others when not, or soon not. */
function mayDirty(kernel: Kernel, pager: PagerState, page: number): boolean {
  const limit = Math.max(1, pager.guaranteed);
  if (pager.held <= limit) return true;
  while (pager.dirty + 1 > limit) {
    const cleaned = cleanOne(kernel, pager, page);
    if (cleaned !== 'at once') break;
  }
  return pager.dirty + 1 <= limit;
}

/** Pages have become clean: faults that waited for that try again. */
export function retryDirtying(kernel: Kernel, code: PagerCode, pager: PagerState): void {
  for (let index = 0; index < pager.members.length; index++) {
    const member = pager.members[index] as Member;
    if (member.waits !== WANTS_CLEAN) continue;
    const word = pager.pageWord[member.base + member.faultPage] as number;
    // While it waited the page may have been given up: it needs a frame once more.
    if ((word & (RESIDENT | BUSY)) !== RESIDENT) member.isMapped = false;
    pursueFault(kernel, code, pager, member, index, member.how);
  }
}

/** A central pager's frames are its own by contract; a client's are counted where they are granted. */
export function isCentral(pager: PagerState, member: Member): boolean {
  return member.task !== pager.id;
}

/** Frames of a central pager count for the task whose page they hold. */
export function countResident(kernel: Kernel, member: Member, frames: number): void {
  changeFramesHeld(kernel.state.tasks[member.task] as TaskState, frames, kernel.state.nowNs);
}
