/**
 * Adapting: a client that borrows as much as the policy server says there is for it [PS12], and no
 * more: it grows and shrinks of its own accord, before anybody calls anything back [POL13].
 *
 *   START -> subscribe -> advice(available, damping), every period
 *     more is there: borrow up to 2^damping more
 *     less is there: give up to 2^damping back, never below the guarantee
 *
 * After Viengoos (Walfield 2009), whose patched collector sizes its heap by the same two numbers.
 * Left out: subscribing anew to a policy server that takes over.
 */

import { OP } from '../../contracts/messages.ts';
import { send } from '../../nucleus/ipc.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import { payOwed } from '../../paging/eviction.ts';
import type { PagerCode } from '../../paging/policy-call.ts';
import type { PagerState } from '../../paging/state.ts';

export interface AdviceWish {
  /** Port to the policy server, and its task: nobody else is believed. */
  readonly port: number;
  readonly server: number;
  /** Frames that it means to hold at most. */
  limit: number;
  /** Extras that the contract allows. */
  agreed: number;
}

export function createAdviceWish(port: number, server: number): AdviceWish {
  return { port, server, limit: Number.POSITIVE_INFINITY, agreed: 0 };
}

export function subscribeTo(kernel: Kernel, pager: PagerState, advice: AdviceWish): void {
  send(kernel, pager.id, advice.port, OP.subscribe, 1, 0, 0, 0, 0);
}

/** The contract allows `extra`: what of it the pager may use. */
export function extraWithin(pager: PagerState, advice: AdviceWish, extra: number): number {
  advice.agreed = extra;
  return Math.min(extra, Math.max(0, advice.limit - pager.guaranteed));
}

/** The policy server's advice: so many frames are there, go there by 2^damping at the most. */
export function takeAdvice(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  advice: AdviceWish,
  available: number,
  damping: number,
): void {
  const { held, guaranteed } = pager;
  const step = damping === 0 ? 0 : 1 << damping;
  advice.limit =
    available >= held ? Math.min(available, held + step) : Math.max(available, held - step);
  pager.extra = extraWithin(pager, advice, advice.agreed);
  const over = held - Math.max(advice.limit, guaranteed);
  if (over <= pager.owed) return;
  pager.owed = over;
  payOwed(kernel, code, pager);
}
