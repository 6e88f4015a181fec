/**
 * Reading in: a frame is bound to the page that a fault waits for, and the page is fetched. The
 * frame may still hold another page of the same task that must be written first; then one transfer
 * does both [FAULT8]. Nobody can come back for that page meanwhile: its program is the one that
 * waits.
 */

import { waitForDevice } from '../nucleus/faults.ts';
import type { Kernel } from '../nucleus/kernel.ts';
import { HARD } from '../nucleus/tasks.ts';
import { bindSlot } from './frames-in-hand.ts';
import { BUSY, HAS_COPY, LOST, RESIDENT, SCRATCH, setWord, TOUCHED } from './page-word.ts';
import { type PagerCode, tellAdmitted } from './policy-call.ts';
import { forgetSoftPage } from './soft-pages.ts';
import { type Member, type PagerState, WANTS_TRANSFER } from './state.ts';
import { FETCH } from './transfer-records.ts';
import { beginTransfer } from './transfers.ts';

/** Whether the page that `member` faulted on is read from swap once it has a frame. */
export function needsReading(pager: PagerState, member: Member): boolean {
  const word = pager.pageWord[member.base + member.faultPage] as number;
  return (word & (HAS_COPY | LOST)) === HAS_COPY;
}

/** Fetches the page that `member` waits for into `slot`, once `out` (or NO_PAGE) is written. */
export function readIn(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  member: Member,
  slot: number,
  out: number,
): void {
  const page = member.base + member.faultPage;
  const word = pager.pageWord[page] as number;
  if (pager.soft !== null) forgetSoftPage(pager.soft, page);
  bindSlot(pager, slot, page);
  setWord(pager, page, slot * 256 + ((word & (HAS_COPY | SCRATCH)) | TOUCHED | RESIDENT | BUSY));
  tellAdmitted(kernel, code, pager, page);
  member.isMapped = false;
  member.how = HARD;
  member.waits = WANTS_TRANSFER;
  const index = pager.memberOf[member.task] as number;
  beginTransfer(kernel, pager, FETCH, page, out, slot, index);
  waitForDevice(kernel, pager.id, member.task);
}
