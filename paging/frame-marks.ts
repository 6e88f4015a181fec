/**
 * Frame marks: what the memory server says of frames that its client has given back softly
 * (soft-pages.ts), marked as unused (unused-frames.ts), or reserved (reservations.ts).
 */

import { OP } from '../contracts/messages.ts';
import type { Kernel } from '../nucleus/kernel.ts';
import type { Message } from '../nucleus/messages.ts';
import { payOwed } from './eviction.ts';
import { serveWaiters } from './frame-waiters.ts';
import { pushFree } from './frames-in-hand.ts';
import type { PagerCode } from './policy-call.ts';
import { refuseReserved, takeReserved } from './reservations.ts';
import { endRevival, forgetSlot } from './soft-pages.ts';
import type { PagerState } from './state.ts';
import { takeAnswer } from './unused-frames.ts';

/** Handles a message if it is about such frames; false when it is not. */
export function markMessage(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  { op, w0, w1, w2, w3 }: Message,
): boolean {
  const { soft, unused, superpages } = pager;
  const refused = op === OP.refused ? w2 : 0;
  if (soft !== null && refused === OP.revive) {
    pager.grantPending = false;
    endRevival(soft);
    serveWaiters(kernel, code, pager);
  } else if (soft !== null && (op === OP.softGone || refused === OP.releaseSoft))
    forgetSlot(soft, w0);
  else if (unused !== null && (op === OP.kept || refused === OP.markUnused)) {
    // A mark that is refused: of the loss it is told.
    if (!takeAnswer(unused, w0)) return true;
    if (op === OP.kept) pushFree(pager, w0);
    else pager.held--;
    payOwed(kernel, code, pager);
    serveWaiters(kernel, code, pager);
  } else if (superpages !== null && (op === OP.reserved || refused === OP.reserveRun)) {
    if (op === OP.reserved) takeReserved(pager, superpages, w1, w2, w3 === 1);
    else refuseReserved(pager, superpages);
    serveWaiters(kernel, code, pager);
  } else return refused === OP.returnRange;
  return true;
}
