/**
 * Refusals of what a lender has asked for: it asks again later, or anew if its container is gone. So whoever
 * refuses on the spot is not asked on the spot.
 */

import { OP } from '../../contracts/messages.ts';
import { LOCKED_NOW, NO_SUCH_CONTAINER, NO_SUCH_SLOT } from '../../contracts/refusals.ts';
import { termNow, timerAt } from '../../nucleus/clock.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import type { PagerState } from '../../paging/state.ts';
import { nextServer } from './servers.ts';
import { open } from './setup.ts';
import { LENT_TAG, type Lending, NO_PART, NOBODY, NONE } from './state.ts';

/** Timer words; the number of the request it is about is added 256 times. */
export const NO_ANSWER = 10;
export const AGAIN = 11;
export const ASK_NEXT = 12;

/** True when the refusal was about what is lent. */
export function refused(
  kernel: Kernel,
  pager: PagerState,
  lending: Lending,
  tag: number,
  reason: number,
  op: number,
): boolean {
  if (op === OP.openFile) {
    nextServer(lending);
    return true;
  }
  const about = tag === LENT_TAG || tag === lending.own;
  if (!about) return false;
  switch (op) {
    case OP.mapPage:
    case OP.shareContainer:
      lending.asked = false;
      lending.part = NO_PART;
      // The container is gone, with what was in it.
      if (reason === NO_SUCH_CONTAINER) open(kernel, pager, lending);
      else timerAt(kernel, termNow(kernel) + lending.lockMax, pager.id, ASK_NEXT);
      return true;
    case OP.putRuns:
      if (reason === NO_SUCH_SLOT) lending.slot = NOBODY;
      if (reason === NO_SUCH_CONTAINER) open(kernel, pager, lending);
      else timerAt(kernel, termNow(kernel) + pager.retryAfter, pager.id, AGAIN);
      return true;
    case OP.openContainer:
    case OP.allocate:
      if (op === OP.allocate && tag !== LENT_TAG) return false;
      if (op === OP.openContainer) lending.phase = NONE;
      timerAt(kernel, termNow(kernel) + lending.lockMax, pager.id, AGAIN);
      return true;
    case OP.cancelContainer:
      // Still locked beyond the limit it was sealed with: look again later [CONT4].
      if (reason === LOCKED_NOW) lending.asked = true;
      return true;
    case OP.sealContainer:
      if (reason === NO_SUCH_CONTAINER) open(kernel, pager, lending);
      else if (lending.asked) lookLater(kernel, pager, lending);
      return true;
    default:
      return false;
  }
}

function lookLater(kernel: Kernel, pager: PagerState, lending: Lending): void {
  const { lockMax, request } = lending;
  timerAt(kernel, termNow(kernel) + lockMax, pager.id, NO_ANSWER + 256 * request);
}
