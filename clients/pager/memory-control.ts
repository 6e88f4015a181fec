/**
 * A client's memory-control thread: it keeps the task's contract and is the task's own pager.
 *
 *   START -> propose -> contractIs -> page; renew before the term is over
 *   notice(count) -> return frames of its own choice: free ones, clean ones, then dirty ones
 *   notice(count, clean) -> the same without dirty ones; what it lacks then it says: cleanSpent
 *   a smaller guarantee of its own wish -> write out and return within the grace
 *   expired -> everything held is due back when asked for; propose anew
 */

import { CAUSE_SHRINK, OP } from '../../contracts/messages.ts';
import { termNow, timerAt } from '../../nucleus/clock.ts';
import { send } from '../../nucleus/ipc.ts';
import { type Kernel, NUCLEUS, TIMER } from '../../nucleus/kernel.ts';
import { START } from '../../nucleus/life.ts';
import type { Message } from '../../nucleus/messages.ts';
import { payClean, payOwed } from '../../paging/eviction.ts';
import { retryDirtying } from '../../paging/faults.ts';
import { serveWaiters } from '../../paging/frame-waiters.ts';
import { pagerMessage } from '../../paging/pager.ts';
import type { PagerCode } from '../../paging/policy-call.ts';
import type { PagerState } from '../../paging/state.ts';
import { askBack } from '../../paging/unused-frames.ts';
import { type AdviceWish, extraWithin, subscribeTo, takeAdvice } from './adapting.ts';
import {
  forgetParts,
  type Kinship,
  kinshipMessage,
  PROPOSE,
  SPLIT,
  splitParts,
} from './child-contracts.ts';
import {
  followChanges,
  livesOnPart,
  propose,
  proposeLater,
  RENEW,
  renew,
  splitAgain,
  TAG,
} from './proposals.ts';
import {
  takeUnwired,
  takeWired,
  takeWireRefusal,
  trimWiring,
  type WiringWish,
  wireSettled,
} from './wiring.ts';

/** What a client wants of its contract. Plain data, `owner` of the pager's state. */
export interface ContractWish {
  guaranteed: number;
  extra: number;
  readonly term: number;
  readonly renews: boolean;
  /** Changes it will ask for, by its own time; `next` is the first not asked for yet. */
  readonly changes: readonly { at: number; guaranteed: number; extra: number }[];
  next: number;
  /** Pages it will have wired, or null. */
  readonly wiring: WiringWish | null;
  /** Parts of its contract for others, or whose part its own is; null: neither. */
  kin: Kinship | null;
  /** The longest that a frame may be wired at a time. */
  readonly wireTime: number;
  /** A smaller contract that was decided on, and the moment it takes force; until then it is kept to. */
  cap: { guaranteed: number; extra: number; at: number } | null;
  /** Follows the policy server's advice, or null. */
  advice: AdviceWish | null;
  /** It has set the timer that renews the contract it has. */
  renewing: boolean;
  /** It will propose again by itself: it was refused, or has a contract for nothing. */
  asksAgain: boolean;
}

export type ClientStep = (kernel: Kernel, state: object, message: Message) => void;

/** Receiver step of an honest client. */
export function clientStep(code: PagerCode): ClientStep {
  return (kernel, state, message) => {
    const pager = state as PagerState;
    const { wiring } = pager.owner as ContractWish;
    if (!pagerMessage(kernel, code, pager, message)) controlMessage(kernel, code, pager, message);
    else if (wiring !== null) wireSettled(kernel, pager, wiring);
    followChanges(kernel, pager);
  };
}

/** Messages about the contract. */
export function controlMessage(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  message: Message,
): void {
  const { op, from, w0, w1, w2, time } = message;
  if (from === NUCLEUS) {
    const { advice } = pager.owner as ContractWish;
    if (op === START && advice !== null) subscribeTo(kernel, pager, advice);
    if (op === START) propose(kernel, pager);
    else if (op === TIMER && w0 === PROPOSE) {
      (pager.owner as ContractWish).asksAgain = false;
      if (!livesOnPart(pager)) propose(kernel, pager);
    } else if (op === TIMER && w0 === RENEW) renew(kernel, pager);
    else if (op === TIMER && w0 === SPLIT) splitAgain(kernel, pager);
    return;
  }
  const { kin } = pager.owner as ContractWish;
  if (kin !== null && kinshipMessage(kernel, pager, kin, message)) return;
  switch (op) {
    case OP.contractIs:
      return contractIs(kernel, code, pager, w1, w2, time);
    case OP.shrinkIs:
      return shrinkIs(kernel, code, pager, w0, w1, time);
    case OP.notice:
      return obeyNotice(kernel, code, pager, w0, w1, w2 === 1);
    case OP.advice: {
      const { advice } = pager.owner as ContractWish;
      if (from === advice?.server) takeAdvice(kernel, code, pager, advice, w0, w1);
      return;
    }
    case OP.expired:
      pager.guaranteed = 0;
      pager.extra = 0;
      (pager.owner as ContractWish).renewing = false;
      if (kin !== null) forgetParts(kernel, pager, kin);
      return propose(kernel, pager);
    case OP.refused:
      if (w2 === OP.contract) proposeLater(kernel, pager);
      else wiringMessage(kernel, code, pager, message);
      return;
    default:
      return wiringMessage(kernel, code, pager, message);
  }
}

/** Messages about wired frames. */
function wiringMessage(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  { op, w0, w1, w2 }: Message,
): void {
  const { wiring } = pager.owner as ContractWish;
  if (wiring === null) return;
  if (op === OP.wired) takeWired(kernel, pager, wiring, w0, w1);
  else if (op === OP.refused && w2 === OP.wire) takeWireRefusal(wiring, w0, w1);
  else if (op === OP.unwired) {
    takeUnwired(pager, wiring, w0);
    serveWaiters(kernel, code, pager);
  }
}

/**
 * Gives back `count` frames of its own choice. `clean`: none that must be written first; if these
 * are not enough it says so.
 */
export function obeyNotice(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  count: number,
  cause: number,
  clean = false,
): void {
  pager.owed = cause === CAUSE_SHRINK ? Math.max(pager.owed, count) : pager.owed + count;
  pager.owed = Math.min(pager.owed, pager.held);
  pager.refusedFor = 64;
  if (pager.unused !== null) askBack(kernel, pager, pager.unused, true);
  if (!clean) return payOwed(kernel, code, pager);
  payClean(kernel, code, pager);
  if (pager.owed > 0) send(kernel, pager.id, pager.memoryPort, OP.cleanSpent, TAG, 0, 0, 0, 0);
}

/** The contract as the server has it now. */
function contractIs(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  guaranteed: number,
  extra: number,
  expiresAt: number,
): void {
  const wish = pager.owner as ContractWish;
  // Once a contract, whatever it promises: where a policy decides that may be nothing.
  if (!wish.renewing && expiresAt > 0 && wish.renews) {
    wish.renewing = true;
    timerAt(kernel, expiresAt - Math.floor(wish.term / 4), pager.id, RENEW);
  }
  // While a guarantee shrinks the server still grants the old one; the client keeps to the new.
  if (wish.cap !== null && termNow(kernel) >= wish.cap.at) wish.cap = null;
  pager.guaranteed = Math.min(guaranteed, wish.guaranteed, wish.cap?.guaranteed ?? guaranteed);
  pager.extra = mayBorrow(pager, Math.min(extra, wish.extra, wish.cap?.extra ?? extra));
  pager.retries = 0;
  // Decided anew, perhaps, while it shrank: what holds when that would be over nobody else will tell.
  if (wish.cap !== null && guaranteed > wish.cap.guaranteed && !wish.asksAgain) {
    wish.asksAgain = true;
    timerAt(kernel, wish.cap.at, pager.id, PROPOSE);
  }
  // Decided by a policy that may be gone since: nobody else will tell when there is more to have.
  const isNothing = guaranteed + extra === 0 && wish.guaranteed + wish.extra > 0;
  if (isNothing && wish.kin === null && !wish.asksAgain) proposeLater(kernel, pager);
  if (wish.kin !== null) splitParts(kernel, pager, wish.kin);
  if (wish.wiring !== null) trimWiring(kernel, pager, wish.wiring);
  keepTo(kernel, code, pager);
  retryDirtying(kernel, code, pager);
  serveWaiters(kernel, code, pager);
}

/** A policy server has decided on a smaller contract: written out and returned within the grace. */
function shrinkIs(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  guaranteed: number,
  extra: number,
  at: number,
): void {
  const wish = pager.owner as ContractWish;
  wish.cap = { guaranteed, extra, at };
  pager.guaranteed = Math.min(pager.guaranteed, guaranteed);
  pager.extra = mayBorrow(pager, Math.min(wish.advice?.agreed ?? pager.extra, extra));
  keepTo(kernel, code, pager);
}

/** Of the extras of its contract those that it wants. */
function mayBorrow(pager: PagerState, extra: number): number {
  const { advice } = pager.owner as ContractWish;
  return advice === null ? extra : extraWithin(pager, advice, extra);
}

/** What is held beyond the contract is owed. */
function keepTo(kernel: Kernel, code: PagerCode, pager: PagerState): void {
  const over = pager.held - pager.guaranteed - pager.extra;
  if (over > pager.owed) {
    pager.owed = over;
    payOwed(kernel, code, pager);
  }
}
