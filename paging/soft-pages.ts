/**
 * Soft pages: a client's side of soft references. Called-back frames go softly where swap has the
 * page as well, and until somebody else has got the frame the next touch has the page back from it:
 * two messages in place of a read (VMS's free list; Walfield's physmem, 2003) [SOFT5]. A pager whose
 * contract has no room for it gives another clean page up for it, softly.
 *
 *   resident --owed, clean--> soft --fault--> revived: resident, no I/O
 *                              |--frame granted to anybody (softGone)--> on swap alone
 *                              `--read in otherwise--> forgotten
 *
 * Left out: pages whose contents are nowhere else (they would be lost with the frame), frames in
 * hand that are not owed, and giving a reference up: one that is forgotten stays in the client's
 * table until its frame is somebody's.
 */

import { OP } from '../contracts/messages.ts';
import { send } from '../nucleus/ipc.ts';
import type { Kernel } from '../nucleus/kernel.ts';
import type { PageKinds } from './page-kinds.ts';
import { type Member, NO_PAGE, type PagerState } from './state.ts';

export const NO_SLOT = -1;

export interface SoftPagesState {
  /** By page id: the slot of the reference to it, or NO_SLOT. */
  readonly slotOf: Int32Array;
  /** By slot: the page that its reference holds, or NO_PAGE. */
  pageAt: Int32Array;
  /** The slot whose run has been asked back, or NO_SLOT. */
  asked: number;
}

/** What is kept of a pager's soft references; null where its task wants none. */
export function createSoftPages(kinds: PageKinds, pages: number): SoftPagesState | null {
  if (!kinds.softReferences) return null;
  return {
    slotOf: new Int32Array(pages).fill(NO_SLOT),
    pageAt: new Int32Array(16).fill(NO_PAGE),
    asked: NO_SLOT,
  };
}

/** Returns the frame in `slot`, which is owed, and keeps a reference to it for `page`. */
export function returnSoftly(
  kernel: Kernel,
  pager: PagerState,
  soft: SoftPagesState,
  page: number,
  slot: number,
): void {
  pager.owed--;
  pager.held--;
  pager.slotPage[slot] = NO_PAGE;
  if (slot >= soft.pageAt.length) {
    const larger = new Int32Array(slot + 1 + (slot >>> 3)).fill(NO_PAGE);
    larger.set(soft.pageAt);
    soft.pageAt = larger;
  }
  soft.slotOf[page] = slot;
  soft.pageAt[slot] = page;
  send(kernel, pager.id, pager.memoryPort, OP.releaseSoft, slot, 0, 0, 0, 0);
}

/** Whether there is a reference to the page that `member` waits for, and it can be asked back. */
export function canRevive(pager: PagerState, soft: SoftPagesState, member: Member): boolean {
  if (pager.grantPending || pager.owed > 0) return false;
  return soft.slotOf[member.base + member.faultPage] !== NO_SLOT;
}

/** Asks for the page that `member` waits for. */
export function askRevival(
  kernel: Kernel,
  pager: PagerState,
  soft: SoftPagesState,
  member: Member,
): void {
  soft.asked = soft.slotOf[member.base + member.faultPage] as number;
  pager.grantPending = true;
  send(kernel, pager.id, pager.memoryPort, OP.revive, soft.asked, 0, 0, 0, 0);
}

/** The run in `slot` has been granted: the page it holds if it was asked back, else NO_PAGE. */
export function revivedPage(soft: SoftPagesState, slot: number): number {
  if (soft.asked !== slot) return NO_PAGE;
  const page = soft.pageAt[slot] as number;
  endRevival(soft);
  return page;
}

/** What was asked back is not to be had; its page is read in. */
export function endRevival(soft: SoftPagesState): void {
  forgetSlot(soft, soft.asked);
  soft.asked = NO_SLOT;
}

/** `page` has a frame by other means: what the reference holds may grow old from here on. */
export function forgetSoftPage({ slotOf, pageAt }: SoftPagesState, page: number): void {
  const slot = slotOf[page] as number;
  if (slot === NO_SLOT) return;
  pageAt[slot] = NO_PAGE;
  slotOf[page] = NO_SLOT;
}

/** The reference in `slot` is dead, or never came to be. A revival under way is refused apart. */
export function forgetSlot(soft: SoftPagesState, slot: number): void {
  const page = soft.pageAt[slot] ?? NO_PAGE;
  if (page !== NO_PAGE) forgetSoftPage(soft, page);
}
