/**
 * Backers: which pager moves a page, where some members have one of their own (Mach's external memory
 * managers) and a default pager stands behind them all. A page that an external pager does not
 * get out in time, or is not trusted with, goes to the default pager: double paging [LAST6].
 *
 *   decided --store--> external pager --swapped--> out
 *      |                     | doubleAfter, and nothing has locked it
 *      |                     v
 *      |              recalled: cancelContainer, createContainer
 *      |                     | containerIs                 | refused: it is being written
 *      +---------------> default pager --swapped--> out    +--> wait on
 *
 * Where a page has been stored last, there it is read: `doubled` says so, page by page. Each time that
 * a transfer is handed over it gets another tag, so an answer that comes too late is told from the
 * one that is waited for.
 */

import { OP } from '../contracts/messages.ts';
import { DONE } from '../contracts/refusals.ts';
import { termNow, timerAt } from '../nucleus/clock.ts';
import { send } from '../nucleus/ipc.ts';
import type { Kernel } from '../nucleus/kernel.ts';
import type { Message } from '../nucleus/messages.ts';
import { type DaemonState, DEFAULT, EXTERNAL, holdMessages, NO_PORT, UNDECIDED } from './daemon.ts';
import { serveWaiters } from './frame-waiters.ts';
import type { PagerCode } from './policy-call.ts';
import { memberOfPage } from './policy-view.ts';
import type { Member, PagerState } from './state.ts';
import { transferOver } from './transfer-ends.ts';
import { EVICT, FETCH, IDLE, type Transfer } from './transfer-records.ts';
import { askForContainer } from './transfers.ts';

/** Timer word: the time of an external pager for a page is over; 256 times its tag is added. */
export const OVERDUE = 17;
const NS_PER_MS = 1_000_000;
/** A tag is the number of a transfer, and this often how often it has been handed over. */
const SPAN = 256;
const SERIALS = 2 ** 16;
/** How far a transfer has been recalled: not; asked for; its answer came meanwhile. */
const NOT = 0;
const ASKED = 1;
const ANSWERED = 2;
/** Of `doubled`: the default pager has the page; it is to have it next time. */
const THERE = 1;
const NEXT = 2;

/** Decides who gets transfer `number`; its port. */
export function routeTransfer(
  kernel: Kernel,
  pager: PagerState,
  daemon: DaemonState,
  number: number,
): number {
  const { page, purpose } = pager.transfers.records[number] as Transfer;
  const index = pager.members.indexOf(memberOfPage(pager, page) as Member);
  const own = daemon.ports[index] as number;
  const doubled = daemon.doubled[page] as number;
  const isTight = pager.freeSlots < daemon.internal;
  const away = purpose === FETCH ? (doubled & THERE) !== 0 : isTight || (doubled & NEXT) !== 0;
  const to = own === NO_PORT || away ? DEFAULT : EXTERNAL;
  daemon.to[number] = to;
  daemon.doubled[page] = doubled & THERE;
  daemon.serial[number] = ((daemon.serial[number] as number) + 1) % SERIALS;
  if (to === DEFAULT) return pager.swapPort;
  if (purpose === EVICT && daemon.doubleAfter > 0) {
    const word = OVERDUE + 256 * tagOf(daemon, number);
    timerAt(kernel, termNow(kernel) + daemon.doubleAfter * NS_PER_MS, pager.id, word);
  }
  return own;
}

/** The tag of transfer `number` as it was handed over last. */
export function tagOf({ serial }: DaemonState, number: number): number {
  return number + SPAN * (serial[number] as number);
}

/** Handles a message about a transfer that goes one of several ways; false: it is none, or to be seen on. */
export function backerMessage(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  daemon: DaemonState,
  { op, w0, w1, w2 }: Message,
): boolean {
  if (op === OP.swapped) {
    const number = w0 % SPAN;
    // Of one that was recalled meanwhile: it is with the default pager now, or over.
    if (number >= daemon.to.length || w0 !== tagOf(daemon, number)) return true;
    if (daemon.recall[number] === ASKED) {
      daemon.recall[number] = ANSWERED;
      daemon.ending[number] = 2 * w1 + w2;
    } else end(kernel, code, pager, daemon, number, w1, w2 === 1);
    return true;
  }
  if (op === OP.containerIs && isRecalled(daemon, w0)) {
    if (daemon.recall[w0] === ASKED) {
      daemon.recall[w0] = NOT;
      distrust(daemon, pager.transfers.records[w0] as Transfer);
      return false;
    }
    send(kernel, pager.id, pager.memoryPort, OP.cancelContainer, w1, 0, 0, 0, 0);
    endRecalled(kernel, code, pager, daemon, w0);
    return true;
  }
  if (op !== OP.refused || w2 !== OP.createContainer || !isRecalled(daemon, w0)) return false;
  if (daemon.recall[w0] === ANSWERED) endRecalled(kernel, code, pager, daemon, w0);
  else {
    daemon.recall[w0] = NOT;
    (pager.transfers.records[w0] as Transfer).container = daemon.kept[w0] as number;
  }
  return true;
}

/** The next time the page goes to the default pager: who does not take it is as good as late. */
function distrust({ doubled }: DaemonState, { page }: Transfer): void {
  doubled[page] = (doubled[page] as number) | NEXT;
}

function isRecalled({ recall }: DaemonState, number: number): boolean {
  return recall[number] === ASKED || recall[number] === ANSWERED;
}

/** The time that an external pager had for a page is over: back with it, if nobody writes it now. */
export function recallOverdue(
  kernel: Kernel,
  pager: PagerState,
  daemon: DaemonState,
  tag: number,
): void {
  const number = tag % SPAN;
  const transfer = pager.transfers.records[number];
  const isOut = transfer?.purpose === EVICT && daemon.to[number] === EXTERNAL;
  if (transfer === undefined || !isOut || tag !== tagOf(daemon, number)) return;
  if (daemon.recall[number] !== NOT || transfer.container < 0) return;
  daemon.recall[number] = ASKED;
  daemon.kept[number] = transfer.container;
  const { container } = transfer;
  send(kernel, pager.id, pager.memoryPort, OP.cancelContainer, container, 0, 0, 0, 0);
  askForContainer(kernel, pager, number);
}

/** The answer that came while its transfer was being recalled. */
function endRecalled(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  daemon: DaemonState,
  number: number,
): void {
  const ending = daemon.ending[number] as number;
  daemon.recall[number] = NOT;
  end(kernel, code, pager, daemon, number, Math.floor(ending / 2), ending % 2 === 1);
}

function end(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  daemon: DaemonState,
  number: number,
  reason: number,
  stored: boolean,
): void {
  const transfer = pager.transfers.records[number] as Transfer;
  if (transfer.purpose === IDLE) return;
  if (transfer.purpose === EVICT) {
    const isExternal = daemon.to[number] === EXTERNAL;
    if (reason === DONE || stored) daemon.doubled[transfer.page] = isExternal ? 0 : THERE;
    else if (isExternal && daemon.doubleAfter > 0) distrust(daemon, transfer);
  }
  daemon.to[number] = UNDECIDED;
  transferOver(kernel, code, pager, number, reason, stored);
  // Its message is answered: the frame that held it may be all that somebody waits for.
  holdMessages(pager, daemon, 0);
  serveWaiters(kernel, code, pager);
}
