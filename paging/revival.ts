/**
 * Revival: a page that was given back softly comes back as it was, if nobody has used its frame
 * meanwhile [SOFT5]. Its fault waits for the memory server's answer, and reads nothing from swap.
 */

import type { Kernel } from '../nucleus/kernel.ts';
import { SOFT } from '../nucleus/tasks.ts';
import { evictOne, freeFrame } from './eviction.ts';
import { bindSlot, popFree } from './frames-in-hand.ts';
import { FLAGS, RESIDENT, setWord } from './page-word.ts';
import { type PagerCode, tellAdmitted } from './policy-call.ts';
import { settle } from './settlement.ts';
import { askRevival, canRevive, NO_SLOT, type SoftPagesState } from './soft-pages.ts';
import type { Member, PagerState } from './state.ts';

/** Whether the page that `member` waits for is on its way back from a soft reference [SOFT5]. */
export function revives(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  soft: SoftPagesState,
  member: Member,
): boolean {
  if (soft.asked !== NO_SLOT) return true;
  if (!canRevive(pager, soft, member)) return false;
  const hasRoom = pager.held < pager.guaranteed + pager.extra;
  if (!hasRoom && !giveOneUp(kernel, code, pager, member)) return false;
  askRevival(kernel, pager, soft, member);
  return true;
}

/** Returns a frame that is free, or that a clean page is in; false: there is none. */
function giveOneUp(kernel: Kernel, code: PagerCode, pager: PagerState, member: Member): boolean {
  pager.owed++;
  const slot = popFree(pager);
  if (slot >= 0) freeFrame(kernel, pager, member, slot);
  else {
    pager.cleanOnly = true;
    evictOne(kernel, code, pager, null, member.base + member.faultPage);
    pager.cleanOnly = false;
  }
  if (pager.owed === 0) return true;
  pager.owed--;
  return false;
}

/** The run in `slot` holds the page that `member` waited for, and settles its fault. */
export function bindRevived(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  member: Member,
  slot: number,
  page: number,
): void {
  bindSlot(pager, slot, page);
  setWord(pager, page, slot * 256 + ((pager.pageWord[page] as number) & FLAGS) + RESIDENT);
  tellAdmitted(kernel, code, pager, page);
  member.isMapped = false;
  member.how = SOFT;
  settle(kernel, code, pager, member);
}
