/**
 * Deduplicating: the same contents are stored once, however many ids have them: *bodies*, counted.
 * Logical copies that N tasks write out are written once.
 *
 *   store --> hash --(a body like it)--> one reference more, nothing written
 *                `--(none)--> a new body --> below
 *
 * Stamps are compared as they are; bytes by a hash of 64 bits under a secret of the run (two lanes of
 * multiply and rotate, after Appleby's MurmurHash): who does not know it cannot make two pages that
 * hash alike and read another's. Hashes are compared again when a body is read. Each id keeps its own
 * stamp. A body that was read wrong, or was there when a device lost power, gets no new references.
 */

import { DONE, LOST_PAGE, STORE_FULL } from '../../../contracts/refusals.ts';
import { createRandom, nextUint32 } from '../../../sim-hw/random.ts';
import { type Layer, NOTHING } from '../stack/layer.ts';
import { DISCARD, FETCH, NONE, STORE } from '../stack/requests.ts';
import {
  beginChild,
  belowOf,
  contentsOf,
  finish,
  recordOf,
  type Stack,
  stateOf,
} from '../stack/stack.ts';
import { dropBelow, isFilled } from './below.ts';
import {
  type Bodies,
  createBodies,
  findBody,
  freeBody,
  hashContents,
  hashed,
  takeBody,
  unlinkBody,
} from './bodies.ts';

const NO_BODY = -1;
/** Bodies are nobody's: who stored one first may die before who shares it. */
const NOBODY = 0;
const BODIES_MORE = 64;

export interface DeduplicatingState {
  readonly bodies: Bodies;
  /** By id: its body, and its own stamp. */
  readonly body: Int32Array;
  readonly low: Uint32Array;
  readonly high: Uint32Array;
  readonly counts: {
    stored: number;
    stores: number;
    shared: number;
    written: number;
    bodies: number;
    lost: number;
  };
}

/** Ids that it needs below: a body for each id, and some for pages that change theirs. */
export function idsBelowDeduplicating(ids: number): number {
  return ids + Math.min(ids, BODIES_MORE);
}

export function createDeduplicating(ids: number, seed: number): DeduplicatingState {
  const random = createRandom(seed);
  return {
    bodies: createBodies(idsBelowDeduplicating(ids), nextUint32(random), nextUint32(random)),
    body: new Int32Array(ids).fill(NO_BODY),
    low: new Uint32Array(ids),
    high: new Uint32Array(ids),
    counts: { stored: 0, stores: 0, shared: 0, written: 0, bodies: 0, lost: 0 },
  };
}

export const deduplicatingLayer: Layer = {
  name: 'deduplicating',
  begin(stack, node, number) {
    const state = stateOf<DeduplicatingState>(stack, node);
    const { kind, id, client, slot } = recordOf(stack, number);
    if (kind === STORE) return store(stack, node, state, number);
    if (kind === FETCH) {
      const body = state.body[id] as number;
      if (body === NO_BODY) return finish(stack, number, NOTHING);
      beginChild(stack, belowOf(stack, node), FETCH, body, NOBODY, number, slot);
    } else if (kind === DISCARD) {
      leaveBody(stack, node, state, id);
      finish(stack, number, DONE);
    } else beginChild(stack, belowOf(stack, node), kind, id, client, number, NONE);
  },
  ended(stack, node, number, child) {
    const state = stateOf<DeduplicatingState>(stack, node);
    const { kind } = recordOf(stack, number);
    const { reason } = recordOf(stack, child);
    if (kind === STORE) written(stack, node, state, number, reason);
    else if (kind === FETCH) fetched(stack, state, number, reason);
    else finish(stack, number, reason);
  },
  woken() {},
  reset(stack, node) {
    const { bodies } = stateOf<DeduplicatingState>(stack, node);
    for (let body = 0; body < bodies.refs.length; body++) unlinkBody(bodies, body);
  },
  stat(stack, node) {
    const { counts } = stateOf<DeduplicatingState>(stack, node);
    return { name: 'deduplicating', counts: { ...counts } };
  },
};

function store(stack: Stack, node: number, state: DeduplicatingState, number: number): void {
  if (!isFilled(stack, number)) return;
  const { bodies, counts } = state;
  const request = recordOf(stack, number);
  counts.stores++;
  stack.port.charge(stack.state.work.hashNs);
  hashContents(bodies, contentsOf(stack, number));
  let body = findBody(bodies, hashed.first, hashed.second);
  if (body !== NO_BODY) {
    counts.shared++;
    bodies.refs[body] = (bodies.refs[body] as number) + 1;
    request.a = body;
    if (bodies.writing[body] === 0) return enterBody(stack, node, state, number);
    // Who else waits for it to be written is linked by word c.
    request.c = bodies.waiting[body] as number;
    bodies.waiting[body] = number + 1;
    return;
  }
  body = takeBody(bodies, hashed.first, hashed.second);
  if (body === NO_BODY) return finish(stack, number, STORE_FULL);
  counts.written++;
  counts.bodies++;
  request.a = body;
  beginChild(stack, belowOf(stack, node), STORE, body, NOBODY, number, request.slot);
}

/** A body has been written, or has not: for who began it and for all who waited. */
function written(
  stack: Stack,
  node: number,
  state: DeduplicatingState,
  number: number,
  reason: number,
): void {
  const { bodies } = state;
  const body = recordOf(stack, number).a;
  bodies.writing[body] = 0;
  if (reason !== DONE) unlinkBody(bodies, body);
  let one = number;
  let next = (bodies.waiting[body] as number) - 1;
  bodies.waiting[body] = 0;
  for (;;) {
    if (reason === DONE) enterBody(stack, node, state, one);
    else {
      letGo(stack, node, state, body);
      finish(stack, one, reason);
    }
    if (next < 0) return;
    one = next;
    next = recordOf(stack, one).c - 1;
  }
}

/** A request's page has this body from now on, which has been counted already. */
function enterBody(stack: Stack, node: number, state: DeduplicatingState, number: number): void {
  const { id, a: body } = recordOf(stack, number);
  const { low, high } = contentsOf(stack, number);
  leaveBody(stack, node, state, id);
  state.body[id] = body;
  state.low[id] = low;
  state.high[id] = high;
  state.counts.stored++;
  finish(stack, number, DONE);
}

function leaveBody(stack: Stack, node: number, state: DeduplicatingState, id: number): void {
  const body = state.body[id] as number;
  if (body === NO_BODY) return;
  state.body[id] = NO_BODY;
  state.counts.stored--;
  letGo(stack, node, state, body);
}

function letGo(stack: Stack, node: number, state: DeduplicatingState, body: number): void {
  const { bodies } = state;
  const left = (bodies.refs[body] as number) - 1;
  bodies.refs[body] = left;
  if (left > 0) return;
  unlinkBody(bodies, body);
  freeBody(bodies, body);
  state.counts.bodies--;
  dropBelow(stack, node, body, NOBODY);
}

function fetched(stack: Stack, state: DeduplicatingState, number: number, reason: number): void {
  const { id } = recordOf(stack, number);
  const body = state.body[id] as number;
  const { bodies, counts } = state;
  const contents = contentsOf(stack, number);
  let how = reason === NOTHING ? LOST_PAGE : reason;
  if (how === DONE) {
    stack.port.charge(stack.state.work.hashNs);
    hashContents(bodies, contents);
    const isSame = hashed.first === bodies.first[body] && hashed.second === bodies.second[body];
    if (!isSame) how = LOST_PAGE;
    contents.low = state.low[id] as number;
    contents.high = state.high[id] as number;
  }
  if (how !== DONE) {
    counts.lost++;
    unlinkBody(bodies, body);
  }
  finish(stack, number, how);
}
