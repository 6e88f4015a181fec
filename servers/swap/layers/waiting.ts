/**
 * Waiting: the inactive list before what is below (Mach's and Linux's idea). A store is answered as
 * soon as the page is in a frame of the server's own; it is written later.
 *
 *   store --> waiting --(frames run short, or a flush)--> being written --> below, its frame free
 *               |  fetch: no device works (rescued)            `--failed--> waiting
 *               `--(stored again: in its place; discarded: never written)
 *
 * Where the frames are under a contract a page that has been written stays in its own while that is
 * not needed or called back (frames.ts).
 *
 * Oldest first; `writers` pages at a time. When all frames are taken a store waits until one is
 * written. What was answered is never given up: a page that cannot be written keeps its frame, and
 * stores that find no frame are refused with what is wrong below. A flush holds new stores back until
 * all that waits is written.
 */

import { DONE, LOST_PAGE } from '../../../contracts/refusals.ts';
import { copyContents } from '../../../sim-hw/contents.ts';
import { NO_SLOT } from '../stack/frame-room.ts';
import type { Layer } from '../stack/layer.ts';
import { DISCARD, FETCH, FLUSH, OWN, STORE } from '../stack/requests.ts';
import { contentsOf, finish, recordOf, type Stack, stateOf, takeOwn } from '../stack/stack.ts';
import { askBelow, isFilled } from './below.ts';
import { isAwaited, passFlushes, refuseParked } from './parking.ts';
import { waitingFrames } from './waiting-frames.ts';
import {
  append,
  dropKept,
  KEPT,
  LOST,
  OUTDATED,
  release,
  takeFrame,
  unlink,
  WAITING,
  type WaitingState,
  WRITING,
} from './waiting-state.ts';

export const waitingLayer: Layer = {
  name: 'waiting',
  begin(stack, node, number) {
    const list = stateOf<WaitingState>(stack, node);
    const { kind } = recordOf(stack, number);
    if (kind === STORE) beginStore(stack, node, list, number);
    else if (kind === FETCH) fetch(stack, node, list, number);
    else if (kind === DISCARD) discard(stack, node, list, number);
    else if (kind === FLUSH) {
      list.parking.flushes.push(number);
      pump(stack, node, list);
      drained(stack, node, list);
    }
  },
  ended(stack, node, number, child) {
    const list = stateOf<WaitingState>(stack, node);
    const { reason } = recordOf(stack, child);
    if (recordOf(stack, number).kind === OWN) written(stack, node, list, number, reason);
    else finish(stack, number, reason);
  },
  woken() {},
  stat(stack, node) {
    const { counts, used, frames, kept, room } = stateOf<WaitingState>(stack, node);
    const leased = room.keeps ? { kept: kept.count, inHand: room.held } : {};
    return { name: 'waiting', counts: { ...counts, used, frames, ...leased } };
  },
  frames: {
    ...waitingFrames,
    adjust(stack, node) {
      const list = stateOf<WaitingState>(stack, node);
      serveParked(stack, node, list);
      drained(stack, node, list);
    },
  },
};

function beginStore(stack: Stack, node: number, list: WaitingState, number: number): void {
  if (!isFilled(stack, number)) return;
  list.counts.stores++;
  if (list.parking.flushes.length > 0 || !put(stack, node, list, number)) {
    list.counts.waits++;
    list.parking.stores.push(number);
  }
  pump(stack, node, list);
}

/** The page of a store gets a frame, or the one it has; false: there is none. */
function put(stack: Stack, node: number, list: WaitingState, number: number): boolean {
  const { id, client } = recordOf(stack, number);
  let own = (list.held[id] as number) - 1;
  const step = own < 0 ? OUTDATED : recordOf(stack, own).step;
  if (step === WAITING) {
    list.counts.again++;
    unlink(stack, list.waiting, own);
  } else {
    if (list.used >= list.room.own) return false;
    if (step === KEPT) unlink(stack, list.kept, own);
    else {
      const slot = takeFrame(stack, list);
      if (slot === NO_SLOT) return false;
      if (step === WRITING) recordOf(stack, own).step = OUTDATED;
      own = takeOwn(stack, node, id, client);
      recordOf(stack, own).c = slot;
      list.held[id] = own + 1;
    }
    list.used++;
  }
  copyContents(contentsOf(stack, own), contentsOf(stack, number));
  stack.port.charge(stack.state.work.copyNs);
  wait(stack, list, own);
  finish(stack, number, DONE);
  return true;
}

/** The page is the last in line. */
function wait(stack: Stack, list: WaitingState, own: number): void {
  recordOf(stack, own).step = WAITING;
  append(stack, list.waiting, own);
}

function fetch(stack: Stack, node: number, list: WaitingState, number: number): void {
  list.counts.fetches++;
  const own = (list.held[recordOf(stack, number).id] as number) - 1;
  if (own === LOST - 1) return finish(stack, number, LOST_PAGE);
  if (own < 0) return askBelow(stack, node, number, FETCH);
  list.counts.rescues++;
  copyContents(contentsOf(stack, number), contentsOf(stack, own));
  stack.port.charge(stack.state.work.copyNs);
  finish(stack, number, DONE);
}

function discard(stack: Stack, node: number, list: WaitingState, number: number): void {
  const { id } = recordOf(stack, number);
  const own = (list.held[id] as number) - 1;
  list.held[id] = 0;
  const step = own < 0 ? OUTDATED : recordOf(stack, own).step;
  if (step === WAITING) {
    list.counts.saved++;
    unlink(stack, list.waiting, own);
    list.used--;
    release(stack, list, own);
  } else if (step === WRITING) recordOf(stack, own).step = OUTDATED;
  else if (step === KEPT) dropKept(stack, list, own);
  // What is on its way there is before it in line.
  askBelow(stack, node, number, DISCARD);
  serveParked(stack, node, list);
  drained(stack, node, list);
}

/** Writes the oldest pages while there is need. */
function pump(stack: Stack, node: number, list: WaitingState): void {
  const { room, low, writers, waiting } = list;
  while (waiting.count > 0 && list.writing < writers) {
    const isShort = room.own - list.used + list.writing < low;
    if (!isShort && !isAwaited(list.parking)) return;
    const own = waiting.first;
    unlink(stack, waiting, own);
    recordOf(stack, own).step = WRITING;
    list.writing++;
    list.counts.writes++;
    askBelow(stack, node, own, STORE);
  }
}

/** The writing of a page has ended. */
function written(
  stack: Stack,
  node: number,
  list: WaitingState,
  own: number,
  reason: number,
): void {
  const page = recordOf(stack, own);
  list.writing--;
  if (reason === DONE || page.step === OUTDATED) {
    list.used--;
    if (page.step !== OUTDATED && list.room.keeps) {
      page.step = KEPT;
      append(stack, list.kept, own);
    } else {
      if (page.step !== OUTDATED) list.held[page.id] = 0;
      release(stack, list, own);
    }
    serveParked(stack, node, list);
    return drained(stack, node, list);
  }
  // It keeps its frame. Who waits for one, or for all to be written, hears why; and it is only
  // tried again when somebody comes again.
  list.counts.errors++;
  wait(stack, list, own);
  refuseParked(stack, list.parking, reason);
}

function serveParked(stack: Stack, node: number, list: WaitingState): void {
  const { stores, flushes } = list.parking;
  while (stores.length > 0 && flushes.length === 0 && put(stack, node, list, stores[0] as number))
    stores.shift();
  pump(stack, node, list);
}

/** When nothing waits any more, what is below is flushed, and stores go on. */
function drained(stack: Stack, node: number, list: WaitingState): void {
  if (list.used === 0 && passFlushes(stack, node, list.parking)) serveParked(stack, node, list);
}
