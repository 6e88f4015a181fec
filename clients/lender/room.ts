/**
 * Room: what of the contract a lender leaves to its pager, which knows of as many frames fewer as are
 * lent (SPEC [CONT41]). What it lends it may have within its guarantee alone [CONT21], and a page of it
 * may lie on a frame that another pays for: then the frame that it needs in its place is one more.
 */

import { CAUSE_EXTRA, OP } from '../../contracts/messages.ts';
import { EMPTY_PURSE, NO_FREE_FRAMES, OVER_CONTRACT } from '../../contracts/refusals.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import { createMessage, type Message } from '../../nucleus/messages.ts';
import type { PagerCode } from '../../paging/policy-call.ts';
import type { PagerState } from '../../paging/state.ts';
import { obeyNotice } from '../pager/memory-control.ts';
import { LENT_TAG, type Lending } from './state.ts';

/** The contract as the pager is to see it: without the frames that are lent. */
export function lessened({ window }: Lending, { from, w0, w1, w2, time }: Message): Message {
  const own = Math.max(0, w1 - window);
  return Object.assign(createMessage(), { op: OP.contractIs, from, w0, w1: own, w2, time });
}

const FULL: readonly number[] = [OVER_CONTRACT, EMPTY_PURSE, NO_FREE_FRAMES];

/** What is lent did not get a frame, since all that is guaranteed is in hand, and no more to be had. */
export function isFull({ op, w0, w1, w2 }: Message): boolean {
  const isAsked =
    op === OP.refused && (w2 === OP.putRuns || (w2 === OP.allocate && w0 === LENT_TAG));
  return (op === OP.fileDone || isAsked) && FULL.includes(w1);
}

/** Then the pager gives back what it has borrowed, as after a notice. */
export function returnBorrowed(kernel: Kernel, code: PagerCode, pager: PagerState): void {
  const borrowed = pager.held - pager.owed - pager.guaranteed;
  if (borrowed > 0) obeyNotice(kernel, code, pager, borrowed, CAUSE_EXTRA);
}
