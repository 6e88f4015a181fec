/**
 * Tiered: a small fast store above a large slow one (NVMe above disk). What is stored goes up; the
 * page that was used longest ago moves down, ahead of need.
 *
 *   store --> upper --(coldest, few places free)--> moving --> lower --(stored again)--> upper
 *       `--(no place free)------------------------------------> lower
 *
 * A move is a request of the layer's own in the line of its id, so nobody sees a page half way. What
 * was flushed is flushed below before it leaves above. Left out: moving up what is fetched often.
 */

import { DONE } from '../../../contracts/refusals.ts';
import type { Layer } from '../stack/layer.ts';
import { DISCARD, FETCH, FLUSH, NONE, OWN, STORE } from '../stack/requests.ts';
import { beginChild, belowOf, finish, recordOf, type Stack, stateOf } from '../stack/stack.ts';
import { askBelow, dropBelow, flushBelow, isFilled } from './below.ts';
import { addHottest, removePage } from './coldness.ts';
import { NOWHERE, type TieredState } from './tiered-state.ts';

/** Kind of a move down. Its steps: reading above, writing below, flushing below. */
const MOVE = OWN + 1;
const READING = 0;
const WRITING = 1;
const FLUSHING = 2;

const UPPER = 0;
const LOWER = 1;

export const tieredLayer: Layer = {
  name: 'tiered',
  begin(stack, node, number) {
    const state = stateOf<TieredState>(stack, node);
    const { kind } = recordOf(stack, number);
    if (kind === STORE) beginStore(stack, node, state, number);
    else if (kind === FETCH) beginFetch(stack, node, state, number);
    else if (kind === DISCARD) discard(stack, node, state, number);
    else if (kind === FLUSH) flush(stack, node, state, number);
    else beginMove(stack, node, state, number);
  },
  ended(stack, node, number, child) {
    const state = stateOf<TieredState>(stack, node);
    const { kind } = recordOf(stack, number);
    const { reason, node: at } = recordOf(stack, child);
    if (kind === STORE) stored(stack, node, state, number, at, reason);
    else if (kind === FLUSH) flushed(stack, number, reason);
    else if (kind === MOVE) moved(stack, node, state, number, reason);
    else finish(stack, number, reason);
  },
  woken() {},
  reset(stack, node) {
    stateOf<TieredState>(stack, node).resets++;
  },
  stat(stack, node) {
    const { counts, pages, free } = stateOf<TieredState>(stack, node);
    return { name: 'tiered', counts: { ...counts, pages, free: free.length } };
  },
};

/** Word a: the place above that it is written to, or NOWHERE when it is written below. */
function beginStore(stack: Stack, node: number, state: TieredState, number: number): void {
  if (!isFilled(stack, number)) return;
  const request = recordOf(stack, number);
  const own = state.place[request.id] as number;
  const place = own !== NOWHERE ? own : (state.free.pop() ?? NOWHERE);
  write(stack, node, number, place);
  pump(stack, node, state);
}

function write(stack: Stack, node: number, number: number, place: number): void {
  const request = recordOf(stack, number);
  request.a = place;
  if (place === NOWHERE) askBelow(stack, node, number, STORE, request.id, LOWER);
  else askBelow(stack, node, number, STORE, place, UPPER);
}

function stored(
  stack: Stack,
  node: number,
  state: TieredState,
  number: number,
  at: number,
  reason: number,
): void {
  const { id, client, a: place } = recordOf(stack, number);
  const isUp = at === belowOf(stack, node, UPPER);
  if (reason !== DONE) {
    state.counts.errors++;
    if (!isUp || state.place[id] === place) return finish(stack, number, reason);
    // What cannot be stored above may go below.
    state.free.push(place);
    return write(stack, node, number, NOWHERE);
  }
  state.serial[id] = ++state.serials;
  state.client[id] = client;
  if (isUp) {
    state.counts.storesUp++;
    if (state.place[id] === NOWHERE) addHottest(state.order, id);
    else touch(state, id);
    state.place[id] = place;
    if (state.isBelow[id] === 1) dropBelow(stack, node, id, client, LOWER);
    state.isBelow[id] = 0;
  } else {
    state.counts.storesDown++;
    state.isBelow[id] = 1;
  }
  finish(stack, number, DONE);
}

function touch({ order }: TieredState, id: number): void {
  removePage(order, id);
  addHottest(order, id);
}

function beginFetch(stack: Stack, node: number, state: TieredState, number: number): void {
  const { id } = recordOf(stack, number);
  const place = state.place[id] as number;
  if (place !== NOWHERE) {
    state.counts.fetchesUp++;
    touch(state, id);
    askBelow(stack, node, number, FETCH, place, UPPER);
  } else {
    state.counts.fetchesDown++;
    askBelow(stack, node, number, FETCH, id, LOWER);
  }
}

function discard(stack: Stack, node: number, state: TieredState, number: number): void {
  const { id, client } = recordOf(stack, number);
  const place = state.place[id] as number;
  if (place !== NOWHERE) leaveAbove(stack, node, state, id, client);
  state.isBelow[id] = 0;
  askBelow(stack, node, number, DISCARD, id, LOWER);
}

function leaveAbove(
  stack: Stack,
  node: number,
  state: TieredState,
  id: number,
  client: number,
): void {
  const place = state.place[id] as number;
  removePage(state.order, id);
  state.place[id] = NOWHERE;
  dropBelow(stack, node, place, client, UPPER);
  state.free.push(place);
}

/** Word a: how many tiers have not been flushed; b: why one could not be. */
function flush(stack: Stack, node: number, state: TieredState, number: number): void {
  state.flushedTo = state.serials;
  recordOf(stack, number).a = 2;
  for (const tier of [UPPER, LOWER]) flushBelow(stack, node, number, tier);
}

function flushed(stack: Stack, number: number, reason: number): void {
  const request = recordOf(stack, number);
  if (reason !== DONE) request.b = reason;
  request.a--;
  if (request.a === 0) finish(stack, number, request.b);
}

/** Moves the coldest pages down while too few places are free. */
function pump(stack: Stack, node: number, state: TieredState): void {
  while (state.free.length + state.moving < state.low && state.order.first !== NOWHERE) {
    const id = state.order.first;
    // It is the hottest if it cannot be moved.
    touch(state, id);
    state.moving++;
    beginChild(stack, node, MOVE, id, state.client[id] as number, NONE, NONE);
    if (state.order.first === id) return;
  }
}

function beginMove(stack: Stack, node: number, state: TieredState, number: number): void {
  const request = recordOf(stack, number);
  const place = state.place[request.id] as number;
  if (place === NOWHERE) return endMove(stack, state, number);
  request.step = READING;
  request.b = state.resets;
  askBelow(stack, node, number, FETCH, place, UPPER);
}

function moved(
  stack: Stack,
  node: number,
  state: TieredState,
  number: number,
  reason: number,
): void {
  const request = recordOf(stack, number);
  const { id, client } = request;
  // What was written below before the power failed may be gone: the page stays above.
  if (reason !== DONE || request.b !== state.resets) {
    state.counts.errors++;
    return endMove(stack, state, number);
  }
  if (request.step === READING) {
    request.step = WRITING;
    askBelow(stack, node, number, STORE, id, LOWER);
  } else if (request.step === WRITING && (state.serial[id] as number) <= state.flushedTo) {
    request.step = FLUSHING;
    flushBelow(stack, node, number, LOWER);
  } else {
    state.isBelow[id] = 1;
    leaveAbove(stack, node, state, id, client);
    state.counts.moved++;
    endMove(stack, state, number);
  }
}

function endMove(stack: Stack, state: TieredState, number: number): void {
  state.moving--;
  finish(stack, number, DONE);
}
