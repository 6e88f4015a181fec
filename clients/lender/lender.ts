/**
 * A lender: a client some of whose pages are a server's to read. It owns the memory for them, a
 * container of a few pages, and lends it to the server, which locks it, fills it and unlocks it; the
 * client maps what it finds there (SPEC [CONT41]). All other pages are its pager's, as ever.
 *
 *   set up   open -> allocate, put in, as many frames as the container has pages -> seal
 *   fault    another part of the pages --> share, hand on (fetch) -> swapped -> map -> resume, hard
 *            of the part that is there --> map -> resume, soft
 *   no answer within the longest lock, and a little more:
 *            cancel (every capability of the server is dead) -> seal -> the next server
 *
 * The frames in the container are guaranteed to the client as all others are, and its pager knows of
 * as many fewer. What is written there is the program's own copy, and gone with the next part; where it
 * `writesBack` the part goes back to its file before that, as a whole. Left out: containers that hold
 * extras; the part that is there at the program's end does not go back.
 */

import { FORCE_WRITE, OP, READ } from '../../contracts/messages.ts';
import { DONE, NO_SUCH_PAGE } from '../../contracts/refusals.ts';
import { termNow, timerAt } from '../../nucleus/clock.ts';
import { resume, waitForDevice } from '../../nucleus/faults.ts';
import { FAULT, type Kernel, NUCLEUS, TIMER } from '../../nucleus/kernel.ts';
import type { Message } from '../../nucleus/messages.ts';
import { HARD, SOFT } from '../../nucleus/tasks.ts';
import type { PagerCode } from '../../paging/policy-call.ts';
import type { PagerState } from '../../paging/state.ts';
import { WRITE } from '../../sim-hw/references.ts';
import { type ClientStep, type ContractWish, clientStep } from '../pager/memory-control.ts';
import { AGAIN, ASK_NEXT, NO_ANSWER, refused } from './refusals.ts';
import { isFull, lessened, returnBorrowed } from './room.ts';
import { fileIs, handOn, hintFile, isOpen, mapAhead, nextServer, openFile } from './servers.ts';
import { askFrame, goOn, open, putIn, refill, seal, tell } from './setup.ts';
import { LENT_TAG, type Lending, NO_PART, NOBODY, NONE, READY, SETTING_UP } from './state.ts';

export interface LenderWish extends ContractWish {
  readonly lending: Lending;
}

/** Receiver step of a lender. */
export function lenderStep(code: PagerCode): ClientStep {
  const inner = clientStep(code);
  return (kernel, state, message) => {
    const pager = state as PagerState;
    const { lending } = pager.owner as LenderWish;
    if (!takeMessage(kernel, pager, lending, message)) inner(kernel, pager, message);
    else if (message.op === OP.contractIs) inner(kernel, pager, lessened(lending, message));
    else if (isFull(message)) returnBorrowed(kernel, code, pager);
  };
}

/** Handles a message that is about what is lent; false: it is the pager's. */
function takeMessage(
  kernel: Kernel,
  pager: PagerState,
  lending: Lending,
  message: Message,
): boolean {
  const { op, from, w0, w1, w2 } = message;
  if (from === NUCLEUS && op === TIMER) return takeTimer(kernel, pager, lending, w0);
  switch (op) {
    case FAULT:
      return takeFault(kernel, pager, lending, w0, w1 === WRITE);
    case OP.contractIs:
      if (lending.phase === NONE && w1 > 0) open(kernel, pager, lending);
      return true;
    case OP.containerIs:
      if (w0 !== LENT_TAG) return false;
      containerIs(kernel, pager, lending, w1, w2);
      return true;
    case OP.granted:
      if (w0 !== LENT_TAG) return false;
      putIn(kernel, pager, lending, w1);
      return true;
    case OP.pagesDone:
      if (w0 === lending.own && w1 === OP.putRuns) goOn(kernel, pager, lending);
      return true;
    case OP.swapped:
      if (w0 < LENT_TAG) return false;
      if (w0 === LENT_TAG + lending.request) answered(kernel, pager, lending, w1);
      return true;
    case OP.fileDone:
      if (w0 === LENT_TAG + lending.request) answered(kernel, pager, lending, w1);
      return true;
    case OP.fileIs:
      if (!fileIs(lending, w0, w1)) return true;
      hintFile(kernel, pager, lending, w0);
      if (lending.phase === READY) serve(kernel, pager, lending);
      return true;
    case OP.pageMapped:
      if (w2 === lending.page) settle(kernel, pager, lending);
      return true;
    case OP.pageLost:
      if (w0 === lending.own) lending.part = NO_PART;
      return true;
    case OP.refused:
      return refused(kernel, pager, lending, w0, w1, w2);
    default:
      return false;
  }
}

function takeFault(
  kernel: Kernel,
  pager: PagerState,
  lending: Lending,
  page: number,
  writes: boolean,
): boolean {
  if (page < lending.from || page >= lending.to) return false;
  lending.page = page;
  lending.writes = writes;
  lending.how = SOFT;
  if (lending.phase === READY) serve(kernel, pager, lending);
  return true;
}

/** Maps the page if its part is there, and has it read otherwise. */
function serve(kernel: Kernel, pager: PagerState, lending: Lending): void {
  const { page, from, window, part, own, writes } = lending;
  if (page === NOBODY || lending.asked) return;
  const wanted = Math.floor((page - from) / window);
  if (wanted === part) {
    const access = writes ? FORCE_WRITE : READ;
    return tell(kernel, pager, OP.mapPage, own, (page - from) % window, page, access);
  }
  if (!isOpen(lending)) {
    if (!openFile(kernel, pager, lending)) nextServer(lending);
    return timerAt(kernel, termNow(kernel) + lending.lockMax, pager.id, ASK_NEXT);
  }
  // What was written there goes back before another part takes its place.
  lending.returning = lending.dirty && part !== NO_PART;
  if (lending.returning) lending.wanted = part;
  else {
    lending.part = NO_PART;
    lending.dirty = false;
    lending.wanted = wanted;
  }
  lending.asked = true;
  waitForDevice(kernel, pager.id, pager.id);
  tell(kernel, pager, OP.shareContainer, own, LENT_TAG, 0, 0);
}

/** Opened, sealed, or shared: whatever was asked for last. */
function containerIs(
  kernel: Kernel,
  pager: PagerState,
  lending: Lending,
  own: number,
  weak: number,
): void {
  if (lending.own === NOBODY) {
    lending.own = own;
    return askFrame(kernel, pager, lending);
  }
  if (weak < 0) {
    lending.phase = READY;
    return serve(kernel, pager, lending);
  }
  lending.request = (lending.request + 1) % LENT_TAG;
  handOn(kernel, pager, lending, weak);
  const { request, lockMax } = lending;
  const patience = lockMax + Math.ceil(lockMax / 4) + 1;
  timerAt(kernel, termNow(kernel) + patience, pager.id, NO_ANSWER + 256 * request);
}

/** The server has answered: the part is there, or another server is asked. */
function answered(kernel: Kernel, pager: PagerState, lending: Lending, reason: number): void {
  lending.request = (lending.request + 1) % LENT_TAG;
  lending.asked = false;
  if (lending.returning && reason === DONE) {
    lending.dirty = false;
    return serve(kernel, pager, lending);
  }
  if (reason === DONE) {
    lending.part = lending.wanted;
    lending.how = HARD;
    serve(kernel, pager, lending);
    return mapAhead(kernel, pager, lending);
  }
  if (reason === NO_SUCH_PAGE) return refill(kernel, pager, lending);
  nextServer(lending);
  // Not at once: who refuses on the spot would be asked on the spot.
  timerAt(kernel, termNow(kernel) + lending.lockMax, pager.id, ASK_NEXT);
}

function takeTimer(kernel: Kernel, pager: PagerState, lending: Lending, word: number): boolean {
  const kind = word % 256;
  if (kind === ASK_NEXT) {
    if (lending.phase === READY) serve(kernel, pager, lending);
    return true;
  }
  if (kind === AGAIN) {
    if (lending.phase === NONE) open(kernel, pager, lending);
    else if (lending.filled < lending.window) askFrame(kernel, pager, lending);
    return true;
  }
  if (kind !== NO_ANSWER) return false;
  if (Math.floor(word / 256) !== lending.request || !lending.asked) return true;
  // It has had its time: the container is the client's alone again, and sealed for the next one.
  tell(kernel, pager, OP.cancelContainer, lending.own, 0, 0, 0);
  lending.phase = SETTING_UP;
  lending.asked = false;
  lending.request = (lending.request + 1) % LENT_TAG;
  nextServer(lending);
  seal(kernel, pager, lending);
  return true;
}

function settle(kernel: Kernel, pager: PagerState, lending: Lending): void {
  lending.page = NOBODY;
  if (lending.writes && lending.writesBack) lending.dirty = true;
  resume(kernel, pager.id, pager.id, lending.how, false);
}
