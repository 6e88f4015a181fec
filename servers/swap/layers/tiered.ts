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
import { DISCARD, FETCH, FLUSH, NO_ID, NONE, OWN, STORE } from '../stack/requests.ts';
import {
  beginChild,
  belowOf,
  fillContents,
  finish,
  recordOf,
  type Stack,
  stateOf,
} from '../stack/stack.ts';
import { addHottest, type Coldness, createColdness, removePage } from './coldness.ts';

/** Kind of a move down. Its steps: reading above, writing below, flushing below. */
const MOVE = OWN + 1;
const READING = 0;
const WRITING = 1;
const FLUSHING = 2;

const UPPER = 0;
const LOWER = 1;
const NOWHERE = -1;

export interface TieredPlan {
  /** Places of the upper tier; moves begin while fewer than `low` are free. */
  readonly pages: number;
  readonly low: number;
}

export interface TieredState extends TieredPlan {
  /** By id: its place above, or NOWHERE; 1: it is below. */
  readonly place: Int32Array;
  readonly isBelow: Uint8Array;
  /** By id: who stored it. */
  readonly client: Int32Array;
  /** By id: number of its store; the last number that a flush has begun to cover. */
  readonly serial: Float64Array;
  serials: number;
  flushedTo: number;
  readonly free: number[];
  readonly order: Coldness;
  moving: number;
  /** Times a device has lost its power: a move that was under way then is void. */
  resets: number;
  readonly counts: {
    storesUp: number;
    storesDown: number;
    fetchesUp: number;
    fetchesDown: number;
    moved: number;
    errors: number;
  };
}

export function createTiered(plan: TieredPlan, ids: number): TieredState {
  return {
    ...plan,
    place: new Int32Array(ids).fill(NOWHERE),
    isBelow: new Uint8Array(ids),
    client: new Int32Array(ids),
    serial: new Float64Array(ids),
    serials: 0,
    flushedTo: 0,
    free: Array.from({ length: plan.pages }, (_, at) => plan.pages - 1 - at),
    order: createColdness(ids),
    moving: 0,
    resets: 0,
    counts: {
      storesUp: 0,
      storesDown: 0,
      fetchesUp: 0,
      fetchesDown: 0,
      moved: 0,
      errors: 0,
    },
  };
}

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
  const reason = fillContents(stack, number);
  if (reason !== DONE) return finish(stack, number, reason);
  const request = recordOf(stack, number);
  const own = state.place[request.id] as number;
  const place = own !== NOWHERE ? own : (state.free.pop() ?? NOWHERE);
  write(stack, node, number, place);
  pump(stack, node, state);
}

function write(stack: Stack, node: number, number: number, place: number): void {
  const request = recordOf(stack, number);
  const { id, client, slot } = request;
  request.a = place;
  if (place === NOWHERE)
    beginChild(stack, belowOf(stack, node, LOWER), STORE, id, client, number, slot);
  else beginChild(stack, belowOf(stack, node, UPPER), STORE, place, client, number, slot);
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
    if (state.isBelow[id] === 1)
      beginChild(stack, belowOf(stack, node, LOWER), DISCARD, id, client, NONE, NONE);
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
  const { id, client, slot } = recordOf(stack, number);
  const place = state.place[id] as number;
  if (place !== NOWHERE) {
    state.counts.fetchesUp++;
    touch(state, id);
    beginChild(stack, belowOf(stack, node, UPPER), FETCH, place, client, number, slot);
  } else {
    state.counts.fetchesDown++;
    beginChild(stack, belowOf(stack, node, LOWER), FETCH, id, client, number, slot);
  }
}

function discard(stack: Stack, node: number, state: TieredState, number: number): void {
  const { id, client } = recordOf(stack, number);
  const place = state.place[id] as number;
  if (place !== NOWHERE) leaveAbove(stack, node, state, id, client);
  state.isBelow[id] = 0;
  beginChild(stack, belowOf(stack, node, LOWER), DISCARD, id, client, number, NONE);
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
  beginChild(stack, belowOf(stack, node, UPPER), DISCARD, place, client, NONE, NONE);
  state.free.push(place);
}

/** Word a: how many tiers have not been flushed; b: why one could not be. */
function flush(stack: Stack, node: number, state: TieredState, number: number): void {
  state.flushedTo = state.serials;
  recordOf(stack, number).a = 2;
  for (const tier of [UPPER, LOWER])
    beginChild(stack, belowOf(stack, node, tier), FLUSH, NO_ID, 0, number, NONE);
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
  const { id, client, slot } = request;
  const place = state.place[id] as number;
  if (place === NOWHERE) return endMove(stack, state, number);
  request.step = READING;
  request.b = state.resets;
  beginChild(stack, belowOf(stack, node, UPPER), FETCH, place, client, number, slot);
}

function moved(
  stack: Stack,
  node: number,
  state: TieredState,
  number: number,
  reason: number,
): void {
  const request = recordOf(stack, number);
  const { id, client, slot } = request;
  // What was written below before the power failed may be gone: the page stays above.
  if (reason !== DONE || request.b !== state.resets) {
    state.counts.errors++;
    return endMove(stack, state, number);
  }
  const lower = belowOf(stack, node, LOWER);
  if (request.step === READING) {
    request.step = WRITING;
    beginChild(stack, lower, STORE, id, client, number, slot);
  } else if (request.step === WRITING && (state.serial[id] as number) <= state.flushedTo) {
    request.step = FLUSHING;
    beginChild(stack, lower, FLUSH, NO_ID, 0, number, NONE);
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
