/**
 * A central pager: one pager for all tasks, under one contract for all of memory. It is made of the
 * same parts as a client's own pager (paging/) and pays the same charges; what makes it Mach, a
 * global clock or a global LRU is its policy, its thresholds and who stands before its swap.
 */

import type { Kernel } from '../../nucleus/kernel.ts';
import type { Message } from '../../nucleus/messages.ts';
import { pushFree } from '../../paging/frames-in-hand.ts';
import { pagerMessage } from '../../paging/pager.ts';
import type { PagerCode } from '../../paging/policy-call.ts';
import type { PagerState } from '../../paging/state.ts';

/** Receiver step of a central pager. What it does not know it leaves unanswered. */
export function centralStep(
  code: PagerCode,
): (kernel: Kernel, state: object, message: Message) => void {
  return (kernel, state, message) => {
    pagerMessage(kernel, code, state as PagerState, message);
  };
}

/** Gives the pager its stock of frames at boot: `slots` of its own table. */
export function stockCentral(pager: PagerState, slots: number): void {
  pager.guaranteed = slots;
  pager.held = slots;
  for (let slot = slots - 1; slot >= 0; slot--) pushFree(pager, slot);
}
