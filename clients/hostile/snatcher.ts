/**
 * A snatcher: a lender (clients/lender) that wants its container back while the server's device is
 * at work on it. As soon as the lock must be there it asks for everything that would take frames from
 * under the device: unmap, take out, deallocate, orphan, cancel, drop (lineage, F2 c). It does so at
 * every other request, so that its program goes on even where it gets its way.
 */

import { OP } from '../../contracts/messages.ts';
import { termNow, timerAt } from '../../nucleus/clock.ts';
import { send } from '../../nucleus/ipc.ts';
import { type Kernel, NUCLEUS, TIMER } from '../../nucleus/kernel.ts';
import type { PagerCode } from '../../paging/policy-call.ts';
import type { PagerState } from '../../paging/state.ts';
import { type LenderWish, lenderStep } from '../lender/lender.ts';
import type { ClientStep } from '../pager/memory-control.ts';

const SNATCH = 13;
/** So long after it has handed its container on; a device takes longer. On the clock of terms. */
const AFTER = 10;

/** Receiver step of a snatcher. */
export function snatcherStep(code: PagerCode): ClientStep {
  const lender = lenderStep(code);
  return (kernel, state, message) => {
    const pager = state as PagerState;
    const { lending } = pager.owner as LenderWish;
    const { op, from, w0 } = message;
    if (from === NUCLEUS && op === TIMER && w0 === SNATCH)
      return snatch(kernel, pager, lending.own, lending.window);
    const before = lending.request;
    lender(kernel, state, message);
    const isOther = Math.floor(lending.request / 2) % 2 === 0;
    if (lending.asked && isOther && lending.request !== before)
      timerAt(kernel, termNow(kernel) + AFTER, pager.id, SNATCH);
  };
}

function snatch(kernel: Kernel, pager: PagerState, own: number, pages: number): void {
  const ask = (op: number, w1: number, w2: number) =>
    send(kernel, pager.id, pager.memoryPort, op, own, w1, w2, 0, 0);
  ask(OP.unmapPages, 0, 0);
  ask(OP.takeOut, 0, 0);
  ask(OP.deallocatePages, 0, pages);
  ask(OP.orphanData, 0, pages);
  ask(OP.cancelContainer, 0, 0);
  ask(OP.dropContainer, 0, 0);
}
