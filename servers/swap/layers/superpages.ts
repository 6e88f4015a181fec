/**
 * Superpages: a page of 2^order base pages goes through the layers below as that many pages of 4096
 * bytes, which they pack, compare and place one by one. It is the top of a stack that has such pages.
 *
 *   store --> 2^order stores --(all done)--> done
 *                             `--(one refused)--> its reason; the page is torn: lost until stored anew
 *   fetch --> 2^order fetches --(all as they were stored together)--> done, else LOST_PAGE or a reason
 *
 * A frame run's contents stand in its first frame (frames.ts): those of the n-th base page are the
 * n-th's of that stamp, so that no two are alike but zeros. Left out: one request to a device for
 * neighbouring base pages; each is a block of its own, with an interrupt.
 */

import { DONE, LOST_PAGE } from '../../../contracts/refusals.ts';
import { type Contents, copyContents, stamped } from '../../../sim-hw/contents.ts';
import { type Layer, NOTHING } from '../stack/layer.ts';
import { DISCARD, FETCH, NO_ID, NONE, STORE } from '../stack/requests.ts';
import {
  beginChild,
  belowOf,
  contentsOf,
  finish,
  recordOf,
  type Stack,
  startChild,
  stateOf,
  takeChild,
} from '../stack/stack.ts';
import { flushBelow, isFilled } from './below.ts';

/** Stamps of a superpage's base pages are so far apart: above all pages there can be. */
const APART = 2 ** 23;

export interface SuperpagesState {
  /** By id: base-2 log of its base pages, and the first of them below. */
  readonly order: Uint8Array;
  readonly first: Int32Array;
  /** By id: 1 while some of its base pages have been stored anew and others have not. */
  readonly torn: Uint8Array;
  readonly counts: { stores: number; fetches: number; torn: number; lost: number };
}

export function createSuperpages(order: Uint8Array): SuperpagesState {
  const first = new Int32Array(order.length);
  for (let id = 1; id < order.length; id++)
    first[id] = (first[id - 1] as number) + (1 << (order[id - 1] as number));
  const counts = { stores: 0, fetches: 0, torn: 0, lost: 0 };
  return { order, first, torn: new Uint8Array(order.length), counts };
}

/** Ids that it needs below: one for each base page. */
export function idsBelowSuperpages(order: Uint8Array): number {
  return order.reduce((sum, one) => sum + (1 << one), 0);
}

export const superpagesLayer: Layer = {
  name: 'superpages',
  begin(stack, node, number) {
    const state = stateOf<SuperpagesState>(stack, node);
    const request = recordOf(stack, number);
    const { kind, id } = request;
    request.a = 1;
    if (id === NO_ID) return flushBelow(stack, node, number);
    if (kind === STORE && !isFilled(stack, number)) return;
    if (kind === FETCH && state.torn[id] === 1) {
      state.counts.lost++;
      return finish(stack, number, LOST_PAGE);
    }
    if (kind === STORE) state.counts.stores++;
    if (kind === FETCH) state.counts.fetches++;
    const first = state.first[id] as number;
    request.a = 1 << (state.order[id] as number);
    for (let part = 0; part < request.a; part++) beginPart(stack, node, number, first + part, part);
  },
  ended(stack, node, number, child) {
    const state = stateOf<SuperpagesState>(stack, node);
    const request = recordOf(stack, number);
    const { kind, id } = request;
    const { reason, id: page } = recordOf(stack, child);
    request.a--;
    if (kind === FETCH && reason === DONE)
      noteFetched(stack, number, child, page - (state.first[id] as number));
    else if (reason === NOTHING || (kind === STORE && reason === DONE)) request.c++;
    else if (reason !== DONE && request.b === 0) request.b = reason;
    if (request.a === 0) end(stack, state, number);
  },
  woken() {},
  stat(stack, node) {
    return { name: 'superpages', counts: { ...stateOf<SuperpagesState>(stack, node).counts } };
  },
};

function beginPart(stack: Stack, node: number, number: number, page: number, part: number): void {
  const { kind, client } = recordOf(stack, number);
  const below = belowOf(stack, node);
  if (kind !== STORE) {
    beginChild(stack, below, kind, page, client, number, NONE);
    return;
  }
  const child = takeChild(stack, below, STORE, page, client, number, NONE);
  const whole = contentsOf(stack, number);
  copyContents(contentsOf(stack, child), part === 0 ? whole : partOf(whole, part));
  startChild(stack, child);
}

/** What the base page `part` of a page with this stamp holds. */
function partOf({ low, high }: Contents, part: number): Contents {
  const isZeros = low === 0 && high === 0;
  return stamped(low, isZeros ? 0 : (high + part * APART) >>> 0);
}

/** Parts come in any order: the first one brings the stamp that all must be of. Word step: 1 since. */
function noteFetched(stack: Stack, number: number, child: number, part: number): void {
  const request = recordOf(stack, number);
  const whole = contentsOf(stack, number);
  const { low, high, bytes } = contentsOf(stack, child);
  const isZeros = low === 0 && high === 0;
  const own = isZeros ? 0 : (high - part * APART) >>> 0;
  if (request.step === 1 && (whole.low !== low || whole.high !== own)) request.b = LOST_PAGE;
  request.step = 1;
  whole.low = low;
  whole.high = own;
  if (part === 0) whole.bytes.set(bytes);
}

function end(stack: Stack, state: SuperpagesState, number: number): void {
  const { kind, id, b, c } = recordOf(stack, number);
  const parts = id === NO_ID ? 1 : 1 << (state.order[id] as number);
  if (kind === FETCH && b === DONE && c > 0) {
    if (c < parts) state.counts.lost++;
    return finish(stack, number, c === parts ? NOTHING : LOST_PAGE);
  }
  if (kind === DISCARD) state.torn[id] = 0;
  if (kind === STORE) {
    // Where none has been stored all is as it was.
    const isTorn = b !== DONE && c > 0;
    if (isTorn) state.counts.torn++;
    if (isTorn || b === DONE) state.torn[id] = isTorn ? 1 : 0;
  }
  finish(stack, number, b);
}
