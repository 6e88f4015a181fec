/**
 * Pager: the messages every pager understands, whoever it pages for. Its owner (a client's
 * memory-control thread, a central server) handles the rest: contracts, notices, timers.
 */

import { OP } from '../contracts/messages.ts';
import { MALFORMED } from '../contracts/refusals.ts';
import { ADVICE } from '../nucleus/advice.ts';
import { DEATH, FAULT, type Kernel, NUCLEUS, TIMER } from '../nucleus/kernel.ts';
import type { Message } from '../nucleus/messages.ts';
import { WRITE } from '../sim-hw/references.ts';
import { tellEnded } from './central.ts';
import { droppedWord } from './discard.ts';
import { payOwed } from './eviction.ts';
import { takeFault } from './faults.ts';
import { markMessage } from './frame-marks.ts';
import { askAgain, RETRY, serveWaiters, takeGrant, takeRefusal } from './frame-waiters.ts';
import { dropFree } from './frames-in-hand.ts';
import { takeAdvice } from './garbage.ts';
import { BUSY, HAS_COPY, LOST, RESIDENT, SCRATCH, setWord, TOUCHED } from './page-word.ts';
import { type PagerCode, tellRemoved } from './policy-call.ts';
import { loseKept } from './reservations.ts';
import {
  type Member,
  NO_FAULT,
  type PagerState,
  WANTS_CLEAN,
  WANTS_FRAME,
  WANTS_LOSS,
} from './state.ts';
import { loseFromSuperpage } from './superpages.ts';
import { FOR_TABLES, takeSpareTables } from './tables.ts';
import { containerMade, dropPage, resumeTransfer, transferOver } from './transfer-ends.ts';
import { RETRY_TRANSFER, transferOfSlot } from './transfers.ts';
import { dropMarked } from './unused-frames.ts';

/** Handles a message if it is one of those every pager understands; false when it is not. */
export function pagerMessage(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  message: Message,
): boolean {
  const { op, w0, w1, w2, w3 } = message;
  if (op === FAULT) takeFault(kernel, code, pager, message.from, w0, w1 === WRITE, w2 === 1);
  else if (op === ADVICE) takeAdvice(kernel, code, pager, message.from, w0, w1, w2);
  else if (op === OP.swapped) transferOver(kernel, code, pager, w0, w1, w2 === 1);
  else if (op === OP.containerIs) containerMade(kernel, code, pager, w0, w1, w2);
  else if (op === OP.granted) takeGrant(kernel, code, pager, w1, w2, w3 === 1);
  else if (op === OP.loss) takeLoss(kernel, code, pager, w0, w1, w2 === 1);
  else if (op === OP.refused)
    return refusal(kernel, code, pager, w0, w2) || markMessage(kernel, code, pager, message);
  else if (op === DEATH && message.from === NUCLEUS) memberDied(kernel, code, pager, w0);
  else if (op === TIMER && message.from === NUCLEUS && w0 === RETRY) askAgain(kernel, code, pager);
  else if (op === TIMER && message.from === NUCLEUS && w0 % 256 === RETRY_TRANSFER)
    resumeTransfer(kernel, code, pager, Math.floor(w0 / 256));
  else return markMessage(kernel, code, pager, message);
  return true;
}

function refusal(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  tag: number,
  op: number,
): boolean {
  if (op === OP.allocate) takeRefusal(kernel, code, pager);
  else if (op === OP.createContainer) transferOver(kernel, code, pager, tag, MALFORMED, false);
  else return op === OP.cancelContainer || op === OP.returnFrames;
  return true;
}

/** The memory server took the frames in `slot`; `remaining` more losses are under way. */
function takeLoss(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  slot: number,
  remaining: number,
  modified: boolean,
): void {
  loseSlot(kernel, code, pager, slot, modified);
  // Not before: what seems to be free, or to be a victim, may be gone already.
  if (remaining === 0) serveWaiters(kernel, code, pager);
}

function loseSlot(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  slot: number,
  modified: boolean,
): void {
  const transfer = transferOfSlot(pager, slot);
  const wasFree = transfer === null && dropFree(pager, slot);
  const page = pager.slotPage[slot] as number;
  // A slot that was being returned: the two messages crossed.
  const isMarked = pager.unused !== null && dropMarked(pager.unused, slot);
  const isKept = pager.superpages !== null && loseKept(kernel, pager, pager.superpages, slot);
  const isKnown = page >= 0 || page === FOR_TABLES || isMarked || isKept;
  if (transfer === null && !wasFree && !isKnown) return;
  const frames = 1 << (pager.members[0] as Member).order;
  pager.held -= frames;
  pager.owed = Math.max(0, pager.owed - frames);
  if (transfer !== null) {
    transfer.orphan = true;
    transfer.container = -1;
  }
  if (wasFree || isMarked || isKept) return;
  if (pager.superpages !== null)
    loseFromSuperpage(kernel, pager, pager.superpages, transfer === null ? page : transfer.page);
  pager.slotPage[slot] = -1;
  if (transfer !== null) return;
  if (page === FOR_TABLES) return;
  const word = pager.pageWord[page] as number;
  const kept = word & (HAS_COPY | SCRATCH | TOUCHED | LOST);
  tellRemoved(kernel, code, pager, page);
  if ((word & SCRATCH) !== 0) setWord(pager, page, droppedWord(pager, page, kept, modified));
  else setWord(pager, page, modified ? (kept & ~HAS_COPY) | LOST : kept);
  for (const [index, member] of pager.members.entries()) {
    const wants = member.waits === WANTS_CLEAN || member.waits === WANTS_LOSS;
    if (!wants || member.base + member.faultPage !== page) continue;
    member.waits = WANTS_FRAME;
    pager.waiters.push(index);
  }
}

/** A member of a central pager is gone: its pages with it. */
function memberDied(kernel: Kernel, code: PagerCode, pager: PagerState, task: number): void {
  const index = pager.memberOf[task] ?? -1;
  if (index < 0) return;
  const member = pager.members[index] as Member;
  const place = pager.waiters.indexOf(index);
  if (place >= 0) pager.waiters.splice(place, 1);
  member.waits = NO_FAULT;
  for (const transfer of pager.transfers.records)
    if (transfer.waiter === index) transfer.waiter = -1;
  member.dead = true;
  for (let page = member.base; page < member.base + member.pages; page++)
    if (((pager.pageWord[page] as number) & (RESIDENT | BUSY)) === RESIDENT)
      dropPage(kernel, code, pager, member, page);
  if (pager.central !== null) tellEnded(kernel, code, pager, pager.central, index);
  takeSpareTables(kernel, pager);
  payOwed(kernel, code, pager);
  serveWaiters(kernel, code, pager);
}
