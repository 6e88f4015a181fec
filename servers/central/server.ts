/**
 * A central pager: one pager for all tasks, under one contract for all of memory. It is made of the
 * same parts as a client's own pager (paging/) and pays the same charges; what makes it Mach, VMS or
 * Linux is its management (management.ts), a plugin.
 */

import { type Kernel, NUCLEUS, TIMER } from '../../nucleus/kernel.ts';
import type { Message } from '../../nucleus/messages.ts';
import { backerMessage, OVERDUE, recallOverdue } from '../../paging/backers.ts';
import { afterCall, TICK, tick } from '../../paging/central.ts';
import { type DaemonState, endPause, PAUSE_OVER } from '../../paging/daemon.ts';
import { pushFree } from '../../paging/frames-in-hand.ts';
import { pagerMessage } from '../../paging/pager.ts';
import type { PagerCode } from '../../paging/policy-call.ts';
import type { PagerState } from '../../paging/state.ts';
import { lendingMessage } from './lending.ts';

/** Receiver step of a central pager. What it does not know it leaves unanswered. */
export function centralStep(
  code: PagerCode,
): (kernel: Kernel, state: object, message: Message) => void {
  return (kernel, state, message) => {
    const pager = state as PagerState;
    const { daemon, central } = pager;
    if (daemon !== null && daemonMessage(kernel, code, pager, daemon, message)) return;
    const { op, from, w0 } = message;
    if (central !== null && op === TIMER && from === NUCLEUS && w0 === TICK)
      tick(kernel, code, pager, central);
    else pagerMessage(kernel, code, pager, message);
    if (central !== null) afterCall(kernel, code, pager, central);
  };
}

/** What only a pager with a pageout daemon is told, or hears otherwise. */
function daemonMessage(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  daemon: DaemonState,
  message: Message,
): boolean {
  const { op, from, w0 } = message;
  if (op === TIMER && from === NUCLEUS) {
    if (w0 === PAUSE_OVER) endPause(kernel, code, pager, daemon);
    else if (w0 % 256 === OVERDUE) recallOverdue(kernel, pager, daemon, Math.floor(w0 / 256));
    else return false;
    return true;
  }
  if (lendingMessage(kernel, code, pager, daemon, message)) return true;
  return backerMessage(kernel, code, pager, daemon, message);
}

/** Gives the pager its stock of frames at boot: `slots` of its own table. */
export function stockCentral(pager: PagerState, slots: number): void {
  pager.guaranteed = slots;
  pager.held = slots;
  for (let slot = slots - 1; slot >= 0; slot--) pushFree(pager, slot);
}
