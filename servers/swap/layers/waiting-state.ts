/** State of a waiting layer: its pages in the order in which they came, those that are written apart. */

import { createRoom, type FrameRoom, NO_SLOT } from '../stack/frame-room.ts';
import { NONE } from '../stack/requests.ts';
import { freeOwn, recordOf, type Stack } from '../stack/stack.ts';
import { createParking, type Parking } from './parking.ts';

/**
 * Steps of a page: in the list; being written; the same, and its contents are of no use any more; it
 * has been written, and is kept.
 */
export const WAITING = 0;
export const WRITING = 1;
export const OUTDATED = 2;
export const KEPT = 3;

/** In place of a record: its frame was taken with it, and nothing else has it. */
export const LOST = -1;

export interface WaitingPlan {
  /** Frames for pages that wait. */
  readonly frames: number;
  /** Writing goes on while fewer frames than this are free. */
  readonly low: number;
  /** Pages that are written at a time. */
  readonly writers: number;
}

/** Pages in order, by words a and b of their records. */
export interface PageList {
  first: number;
  last: number;
  count: number;
}

export interface WaitingState extends WaitingPlan {
  /** By id: the record that holds it, plus 1; 0: none; LOST. Word c of a record is its frame's slot. */
  readonly held: Int32Array;
  readonly room: FrameRoom;
  readonly waiting: PageList;
  readonly kept: PageList;
  /** Pages that wait or are being written; those that are being written. */
  used: number;
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
    lost: number;
  };
}

export function createWaiting(plan: WaitingPlan, ids: number): WaitingState {
  return {
    ...plan,
    held: new Int32Array(ids),
    room: createRoom(plan.frames),
    waiting: { first: NONE, last: NONE, count: 0 },
    kept: { first: NONE, last: NONE, count: 0 },
    used: 0,
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
      lost: 0,
    },
  };
}

/** A frame for a page, at the cost of the oldest one that is kept if need be; NO_SLOT: there is none. */
export function takeFrame(stack: Stack, list: WaitingState): number {
  const { room, kept } = list;
  if (room.free.length === 0 && kept.first !== NONE) dropKept(stack, list, kept.first);
  return room.free.pop() ?? NO_SLOT;
}

/** A page that has been written is in memory no more. */
export function dropKept(stack: Stack, list: WaitingState, own: number): void {
  unlink(stack, list.kept, own);
  list.held[recordOf(stack, own).id] = 0;
  release(stack, list, own);
}

/** A record is over, and its frame holds nothing. */
export function release(stack: Stack, { room }: WaitingState, own: number): void {
  const slot = recordOf(stack, own).c;
  if (slot !== NO_SLOT) room.free.push(slot);
  freeOwn(stack, own);
}

export function append(stack: Stack, list: PageList, own: number): void {
  const page = recordOf(stack, own);
  page.a = list.last;
  page.b = NONE;
  if (list.last === NONE) list.first = own;
  else recordOf(stack, list.last).b = own;
  list.last = own;
  list.count++;
}

export function unlink(stack: Stack, list: PageList, own: number): void {
  const { a, b } = recordOf(stack, own);
  if (a === NONE) list.first = b;
  else recordOf(stack, a).b = b;
  if (b === NONE) list.last = a;
  else recordOf(stack, b).a = a;
  list.count--;
}
