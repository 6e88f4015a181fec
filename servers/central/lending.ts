/**
 * Lending: frames for external pagers under a central pager, which has all of memory. They ask it as
 * they would ask the memory server. They are not privileged: below the reserve they get nothing and
 * ask again [LAST5]. A frame that is lent stays the central pager's, holds no page and is counted
 * for who has it.
 */

import { OP } from '../../contracts/messages.ts';
import { NO_FREE_FRAMES, NO_SUCH_SLOT } from '../../contracts/refusals.ts';
import { reply } from '../../nucleus/ipc.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import type { Message } from '../../nucleus/messages.ts';
import { changeFramesHeld, type TaskState } from '../../nucleus/tasks.ts';
import { type DaemonState, FOR_MESSAGES, hasUnreserved } from '../../paging/daemon.ts';
import { serveWaiters } from '../../paging/frame-waiters.ts';
import { bindSlot, popFree, pushFree } from '../../paging/frames-in-hand.ts';
import type { PagerCode } from '../../paging/policy-call.ts';
import type { PagerState } from '../../paging/state.ts';

/** Handles what a borrower asks for; false: the message is none of these. */
export function lendingMessage(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  { borrowers }: DaemonState,
  { op, from, w0, w2 }: Message,
): boolean {
  const place = borrowers.indexOf(from);
  if (place < 0) return false;
  if (op === OP.allocate) lend(kernel, pager, from, place, w2);
  else if (op === OP.returnFrames) takeBack(kernel, code, pager, from, place, w0);
  else return false;
  return true;
}

function lend(kernel: Kernel, pager: PagerState, to: number, place: number, tag: number): void {
  const slot = hasUnreserved(pager) ? popFree(pager) : -1;
  if (slot < 0) {
    reply(kernel, pager.id, to, OP.refused, tag, NO_FREE_FRAMES, OP.allocate, 0, 0);
    return;
  }
  bindSlot(pager, slot, lentTo(place));
  count(kernel, to, 1);
  reply(kernel, pager.id, to, OP.granted, tag, slot, 0, 0, 0);
}

function takeBack(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  from: number,
  place: number,
  slot: number,
): void {
  if (pager.slotPage[slot] !== lentTo(place)) {
    reply(kernel, pager.id, from, OP.refused, 0, NO_SUCH_SLOT, OP.returnFrames, 0, 0);
    return;
  }
  count(kernel, from, -1);
  pushFree(pager, slot);
  serveWaiters(kernel, code, pager);
}

/** What stands in place of a page of a slot that is lent. */
function lentTo(place: number): number {
  return FOR_MESSAGES - 1 - place;
}

function count({ state }: Kernel, task: number, frames: number): void {
  changeFramesHeld(state.tasks[task] as TaskState, frames, state.nowNs);
}
