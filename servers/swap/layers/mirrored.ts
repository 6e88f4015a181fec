/**
 * Mirrored: two stores below, and each page in both (RAID level 1).
 *
 *   store --> both --> done when one of them has it; the other, if it failed, is *stale* for that id
 *   fetch --> one side --(an error)--> the other --> repaired on the first
 *
 * Even ids are read from the first side, odd ones from the second. A side that is stale for an id is
 * never asked for it, and is put right when the id is fetched from the other. A flush is done when
 * both sides have done it.
 */

import { DONE } from '../../../contracts/refusals.ts';
import type { Layer } from '../stack/layer.ts';
import { FETCH, type Request, STORE } from '../stack/requests.ts';
import { belowOf, finish, recordOf, type Stack, stateOf } from '../stack/stack.ts';
import { askBelow, isFilled } from './below.ts';

/** Steps of a fetch: asking the side in `a`; putting the other one right. */
const READING = 0;
const REPAIRING = 1;
const BOTH = 3;

export interface MirroredState {
  /** By id: sum of 1 and 2 for the sides that do not have what was stored last. */
  readonly stale: Uint8Array;
  readonly counts: {
    stores: number;
    degraded: number;
    otherSide: number;
    repairs: number;
    lost: number;
  };
}

export function createMirrored(ids: number): MirroredState {
  return {
    stale: new Uint8Array(ids),
    counts: { stores: 0, degraded: 0, otherSide: 0, repairs: 0, lost: 0 },
  };
}

export const mirroredLayer: Layer = {
  name: 'mirrored',
  begin(stack, node, number) {
    const mirror = stateOf<MirroredState>(stack, node);
    const request = recordOf(stack, number);
    const { kind, id } = request;
    if (kind === FETCH) {
      const wanted = id & 1;
      const isStale = (((mirror.stale[id] as number) >> wanted) & 1) === 1;
      return ask(stack, node, number, isStale ? 1 - wanted : wanted);
    }
    if (kind === STORE) {
      if (!isFilled(stack, number)) return;
      mirror.counts.stores++;
    }
    request.step = BOTH;
    for (const side of [0, 1]) askBelow(stack, node, number, kind, id, side);
  },
  ended(stack, node, number, child) {
    const mirror = stateOf<MirroredState>(stack, node);
    const request = recordOf(stack, number);
    const { node: at, reason } = recordOf(stack, child);
    const side = at === belowOf(stack, node, 0) ? 0 : 1;
    if (request.kind === FETCH) fetched(stack, node, mirror, number, side, reason);
    else sideEnded(stack, mirror, number, request, side, reason);
  },
  woken() {},
  stat(stack, node) {
    return { name: 'mirrored', counts: { ...stateOf<MirroredState>(stack, node).counts } };
  },
};

/** One of two has ended; words a and b keep how. */
function sideEnded(
  stack: Stack,
  mirror: MirroredState,
  number: number,
  request: Request,
  side: number,
  reason: number,
): void {
  if (side === 0) request.a = reason;
  else request.b = reason;
  request.step &= ~(1 << side);
  if (request.step !== 0) return;
  const { kind, id, a, b } = request;
  if (kind !== STORE) {
    if (id >= 0) mirror.stale[id] = 0;
    return finish(stack, number, a === DONE ? b : a);
  }
  if (a !== DONE && b !== DONE) return finish(stack, number, a);
  mirror.stale[id] = (a === DONE ? 0 : 1) + (b === DONE ? 0 : 2);
  if (a !== DONE || b !== DONE) mirror.counts.degraded++;
  finish(stack, number, DONE);
}

/** Word a of a fetch: the side that is asked; b: sides that have been. */
function ask(stack: Stack, node: number, number: number, side: number): void {
  const request = recordOf(stack, number);
  request.step = READING;
  request.a = side;
  request.b |= 1 << side;
  askBelow(stack, node, number, FETCH, request.id, side);
}

function fetched(
  stack: Stack,
  node: number,
  mirror: MirroredState,
  number: number,
  side: number,
  reason: number,
): void {
  const request = recordOf(stack, number);
  const { id } = request;
  const other = 1 - side;
  const bit = 1 << side;
  if (request.step === REPAIRING) {
    // The page has been read, whether the other side is right again or not.
    const stale = (mirror.stale[id] as number) & ~bit;
    mirror.stale[id] = reason === DONE ? stale : stale | bit;
    if (reason === DONE) mirror.counts.repairs++;
    return finish(stack, number, DONE);
  }
  const isOtherAsked = (request.b & (1 << other)) !== 0;
  const isOtherStale = ((mirror.stale[id] as number) & (1 << other)) !== 0;
  if (reason === DONE && (isOtherAsked || isOtherStale)) {
    if (isOtherAsked) mirror.counts.otherSide++;
    request.step = REPAIRING;
    return askBelow(stack, node, number, STORE, id, other);
  }
  if (reason > DONE && !isOtherAsked && !isOtherStale) return ask(stack, node, number, other);
  if (reason > DONE) mirror.counts.lost++;
  finish(stack, number, reason);
}
