/**
 * What a client proposes: the contract it wishes for, at its start, when it was refused or ran out,
 * when its wish changes; the renewal of the one it has; and once more what it has split from it.
 */

import { OP } from '../../contracts/messages.ts';
import { termNow, timerAt } from '../../nucleus/clock.ts';
import { send } from '../../nucleus/ipc.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import type { TaskState } from '../../nucleus/tasks.ts';
import { nextRetry, type PagerState } from '../../paging/state.ts';
import { askForPart, PROPOSE, splitParts, unsplit } from './child-contracts.ts';
import type { ContractWish } from './memory-control.ts';

/** Timer word: the contract is to be renewed. */
export const RENEW = 2;
/** Tag of all that a client's memory control asks. */
export const TAG = 0;

/** Proposes what it wishes for and will split from it, or asks for its part of another contract. */
export function propose(kernel: Kernel, pager: PagerState): void {
  const { guaranteed, extra, term, kin } = pager.owner as ContractWish;
  if (kin !== null && askForPart(kernel, pager, kin)) {
    // A parent that dies before it has answered answers never: then its own contract it must be.
    const isUnanswered = kin.control < 0 && !(pager.owner as ContractWish).asksAgain;
    return isUnanswered ? proposeLater(kernel, pager) : undefined;
  }
  const parts = kin === null ? null : unsplit(kin);
  const wholeGuaranteed = guaranteed + (parts?.guaranteed ?? 0);
  const wholeExtra = extra + (parts?.extra ?? 0);
  send(kernel, pager.id, pager.memoryPort, OP.contract, wholeGuaranteed, wholeExtra, TAG, 0, term);
}

/** Its part of another's contract is in use: it has nothing to propose. */
export function livesOnPart({ owner, guaranteed, extra }: PagerState): boolean {
  const { kin } = owner as ContractWish;
  return kin !== null && kin.control >= 0 && guaranteed + extra > 0;
}

/** Splits what could not be split before, if it has a contract now. */
export function splitAgain(kernel: Kernel, pager: PagerState): void {
  const { kin } = pager.owner as ContractWish;
  if (kin !== null) kin.splitsAgain = false;
  if (kin !== null && pager.guaranteed > 0) splitParts(kernel, pager, kin);
}

/** Refused, or granted nothing: it proposes again after a while, longer each time. */
export function proposeLater(kernel: Kernel, pager: PagerState): void {
  (pager.owner as ContractWish).asksAgain = true;
  timerAt(kernel, termNow(kernel) + nextRetry(pager), pager.id, PROPOSE);
}

/** Renews, and so once a term from here on. */
export function renew(kernel: Kernel, pager: PagerState): void {
  const { term } = pager.owner as ContractWish;
  send(kernel, pager.id, pager.memoryPort, OP.renew, TAG, 0, 0, 0, 0);
  timerAt(kernel, termNow(kernel) + term, pager.id, RENEW);
}

/** Asks for the next change of contract once its time (the task's own) has come. */
export function followChanges(kernel: Kernel, pager: PagerState): void {
  const wish = pager.owner as ContractWish;
  if (wish.next === wish.changes.length) return;
  const change = wish.changes[wish.next] as ContractWish['changes'][number];
  const task = kernel.state.tasks[pager.id] as TaskState;
  if (task.references < change.at) return;
  wish.next++;
  wish.guaranteed = change.guaranteed;
  wish.extra = change.extra;
  propose(kernel, pager);
}
