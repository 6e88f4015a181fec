/**
 * Waiting: the inactive list before what is below (Mach's and Linux's idea). A store is answered as
 * soon as the page is in a frame of the server's own; it is written later.
 *
 *   store --> waiting --(frames run short, or a flush)--> being written --> below, its frame free
 *               |  fetch: no device works (rescued)            `--failed--> waiting
 *               `--(stored again: in its place; discarded: never written)
 *
 * Oldest first; `writers` pages at a time. When all frames are taken a store waits until one is
 * written. What was answered is never given up: a page that cannot be written keeps its frame, and
 * stores that find no frame are refused with what is wrong below. A flush holds new stores back until
 * all that waits is written.
 */

import { DONE } from '../../../contracts/refusals.ts';
import { copyContents } from '../../../sim-hw/contents.ts';
import type { Layer } from '../stack/layer.ts';
import { DISCARD, FETCH, FLUSH, NONE, OWN, STORE } from '../stack/requests.ts';
import {
  contentsOf,
  finish,
  freeOwn,
  recordOf,
  type Stack,
  stateOf,
  takeOwn,
} from '../stack/stack.ts';
import { askBelow, isFilled } from './below.ts';
import { createParking, isAwaited, type Parking, passFlushes, refuseParked } from './parking.ts';

/** Steps of a page: in the list; being written; the same, and its contents are of no use any more. */
const WAITING = 0;
const WRITING = 1;
const OUTDATED = 2;

export interface WaitingPlan {
  /** Frames for pages that wait. */
  readonly frames: number;
  /** Writing goes on while fewer frames than this are free. */
  readonly low: number;
  /** Pages that are written at a time. */
  readonly writers: number;
}

export interface WaitingState extends WaitingPlan {
  /** By id: the record that holds it, plus 1; 0: none. A record's words a and b link the list. */
  readonly held: Int32Array;
  first: number;
  last: number;
  used: number;
  waiting: number;
  writing: number;
  readonly parking: Parking;
  readonly counts: {
    stores: number;
    fetches: number;
    rescues: number;
    again: number;
    saved: number;
    writes: number;
    errors: number;
    waits: number;
  };
}

export function createWaiting(plan: WaitingPlan, ids: number): WaitingState {
  return {
    ...plan,
    held: new Int32Array(ids),
    first: NONE,
    last: NONE,
    used: 0,
    waiting: 0,
    writing: 0,
    parking: createParking(),
    counts: {
      stores: 0,
      fetches: 0,
      rescues: 0,
      again: 0,
      saved: 0,
      writes: 0,
      errors: 0,
      waits: 0,
    },
  };
}

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
    const { counts, used, frames } = stateOf<WaitingState>(stack, node);
    return { name: 'waiting', counts: { ...counts, used, frames } };
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
  if (own >= 0 && recordOf(stack, own).step === WAITING) {
    list.counts.again++;
    unlink(stack, list, own);
  } else {
    if (list.used === list.frames) return false;
    if (own >= 0) recordOf(stack, own).step = OUTDATED;
    own = takeOwn(stack, node, id, client);
    list.used++;
    list.held[id] = own + 1;
  }
  copyContents(contentsOf(stack, own), contentsOf(stack, number));
  stack.port.charge(stack.state.work.copyNs);
  append(stack, list, own);
  finish(stack, number, DONE);
  return true;
}

function fetch(stack: Stack, node: number, list: WaitingState, number: number): void {
  list.counts.fetches++;
  const own = (list.held[recordOf(stack, number).id] as number) - 1;
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
  if (own >= 0 && recordOf(stack, own).step === WAITING) {
    list.counts.saved++;
    unlink(stack, list, own);
    release(stack, list, own);
  } else if (own >= 0) recordOf(stack, own).step = OUTDATED;
  // What is on its way there is before it in line.
  askBelow(stack, node, number, DISCARD);
  serveParked(stack, node, list);
  drained(stack, node, list);
}

/** Writes the oldest pages while there is need. */
function pump(stack: Stack, node: number, list: WaitingState): void {
  const { frames, low, writers } = list;
  while (list.waiting > 0 && list.writing < writers) {
    const isShort = frames - list.used + list.writing < low;
    if (!isShort && !isAwaited(list.parking)) return;
    const own = list.first;
    unlink(stack, list, own);
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
    if (page.step !== OUTDATED) list.held[page.id] = 0;
    release(stack, list, own);
    serveParked(stack, node, list);
    return drained(stack, node, list);
  }
  // It keeps its frame. Who waits for one, or for all to be written, hears why; and it is only
  // tried again when somebody comes again.
  list.counts.errors++;
  page.step = WAITING;
  append(stack, list, own);
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

function release(stack: Stack, list: WaitingState, own: number): void {
  freeOwn(stack, own);
  list.used--;
}

function append(stack: Stack, list: WaitingState, own: number): void {
  const page = recordOf(stack, own);
  page.step = WAITING;
  page.a = list.last;
  page.b = NONE;
  if (list.last === NONE) list.first = own;
  else recordOf(stack, list.last).b = own;
  list.last = own;
  list.waiting++;
}

function unlink(stack: Stack, list: WaitingState, own: number): void {
  const { a, b } = recordOf(stack, own);
  if (a === NONE) list.first = b;
  else recordOf(stack, a).b = b;
  if (b === NONE) list.last = a;
  else recordOf(stack, b).a = a;
  list.waiting--;
}
