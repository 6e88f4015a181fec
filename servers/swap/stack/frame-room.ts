/**
 * Frame room: the frames that a layer keeps pages in, by slot. Each record of a page has one.
 *
 *   without a contract   as many as the plan names, from the start, and all its own
 *   under a contract     `own` of them are guaranteed: so many pages may be there that are nowhere
 *                        else. Whatever more there is holds pages that have been written below too,
 *                        so that it can be given back at once
 */

import { NONE, OWN, type Request } from './requests.ts';
import type { Stack } from './stack.ts';

/** No slot. */
export const NO_SLOT = -1;

export interface FrameRoom {
  /** Frames that its plan names. */
  readonly frames: number;
  /** Frames that pages may be in which are nowhere else. */
  own: number;
  /** Frames there are, and slots of those that hold nothing. */
  held: number;
  readonly free: number[];
  /** Frames that are of use to it. */
  most: number;
  /** Pages that have been written stay while there are frames. */
  keeps: boolean;
}

/** A room of so many frames that nobody calls back. */
export function createRoom(frames: number): FrameRoom {
  return {
    frames,
    own: frames,
    held: frames,
    free: Array.from({ length: frames }, (_, at) => frames - 1 - at),
    most: frames,
    keeps: false,
  };
}

/** From here on its frames are those that are granted to it; nothing may be in it. */
export function emptyRoom(room: FrameRoom): void {
  room.own = 0;
  room.held = 0;
  room.free.length = 0;
  room.keeps = true;
}

/**
 * The layer's own record whose page is in that frame (its word c), NO_SLOT: in any; or NONE. Rare: all
 * are looked at.
 */
export function recordIn({ state }: Stack, node: number, slot: number): number {
  const isIn = ({ kind, node: at, c }: Request) =>
    kind === OWN && at === node && (slot === NO_SLOT ? c !== NO_SLOT : c === slot);
  const number = state.pool.records.findIndex(isIn);
  return number < 0 ? NONE : number;
}
