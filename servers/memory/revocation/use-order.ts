/**
 * Order of use: all frames in a ring with a hand, as in a clock; the one that the hand comes to and
 * that nobody has used since it came by last is the one whose turn it is.
 *
 *   behind the hand: seen last   ->   before the hand: seen longest ago
 *
 * A place in the ring is a place in the order, so two frames that swap places swap turns
 * (arbiters/lru-sp.ts). Each look is a charged scan step, on the account of who asked.
 */

import { lookAtUse } from '../../../nucleus/frame-use.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { UNMAPPED } from '../../../sim-hw/frames.ts';
import { revocable } from '../ledger.ts';
import type { Client, MemoryServerState } from '../state.ts';

export interface UseOrder {
  hand: number;
  /** By place, the frame that stands there; and by frame its place. */
  readonly frameAt: Int32Array;
  readonly placeOf: Int32Array;
  /** By frame: 1 while a placeholder is on it, and it has not been used since. */
  readonly kept: Uint8Array;
}

export function createUseOrder(frames: number): UseOrder {
  const inOrder = Int32Array.from({ length: frames }, (_, frame) => frame);
  return { hand: 0, frameAt: inOrder, placeOf: inOrder.slice(), kept: new Uint8Array(frames) };
}

/**
 * The frame whose turn it is, or -1. Frames that nothing maps (in transfer, or spare) and those of
 * clients that have nothing to give are passed by. After one round there is none: all have been
 * used since the last one, and who asks again will see which were used again.
 */
export function nextInOrder(kernel: Kernel, server: MemoryServerState, order: UseOrder): number {
  const { frames } = kernel.state;
  const { length } = order.frameAt;
  for (let step = 0; step < length; step++) {
    const frame = order.frameAt[order.hand] as number;
    order.hand = order.hand + 1 === length ? 0 : order.hand + 1;
    const client = server.clients[frames.owner[frame] as number] ?? null;
    if (client === null || !mayBeAsked(client)) continue;
    if (frames.mappedBy[frame] === UNMAPPED) continue;
    if (!lookAtUse(kernel, frame)) return frame;
    order.kept[frame] = 0;
  }
  return -1;
}

/** Two frames change places. */
export function swapPlaces({ frameAt, placeOf }: UseOrder, one: number, other: number): void {
  const place = placeOf[one] as number;
  const otherPlace = placeOf[other] as number;
  frameAt[place] = other;
  frameAt[otherPlace] = one;
  placeOf[one] = otherPlace;
  placeOf[other] = place;
}

/** Whether the client has something to give, as for `rankOf` in victims.ts. */
function mayBeAsked(client: Client): boolean {
  return revocable(client) > 0 && !client.inDefault && client.waitingOrder < 0;
}
