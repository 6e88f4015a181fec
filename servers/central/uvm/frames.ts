/**
 * Frames of UVM and the mappings to them. A mapping may go at any time: the next use of it faults.
 * Who takes a frame when none is free makes the page daemon run first (pageout.ts).
 */

import { assert } from '../../../sim-hw/assert.ts';
import { pageOut } from './pageout.ts';
import { FREE, NONE, type UvmState } from './state.ts';

/** A frame that holds nothing of anybody's; NONE: memory is full of what cannot go. */
export function takeFrame(state: UvmState, holds: number, owner: number, page: number): number {
  const { frames } = state;
  if (frames.free.length === 0) pageOut(state);
  const frame = frames.free.pop();
  if (frame === undefined) return NONE;
  frames.holds[frame] = holds;
  frames.owner[frame] = owner;
  frames.page[frame] = page;
  frames.dirty[frame] = 0;
  frames.queue.push(frame);
  return frame;
}

/** Nobody's any more. */
export function freeFrame({ frames }: UvmState, frame: number): void {
  assert(frames.mappings[frame].length === 0, 'uvm freeFrame: it is mapped');
  assert(frames.loans[frame] === 0, 'uvm freeFrame: it is on loan');
  frames.holds[frame] = FREE;
  frames.owner[frame] = NONE;
  frames.queue.splice(frames.queue.indexOf(frame), 1);
  frames.free.push(frame);
}

/** Maps `page` of a space to `frame`, in place of what it was mapped to. */
export function enter(
  state: UvmState,
  space: number,
  page: number,
  frame: number,
  writable: boolean,
): void {
  removeMapping(state, space, page);
  const { pmap } = state.spaces[space];
  pmap[page] = 2 * (frame + 1) + (writable ? 1 : 0);
  state.frames.mappings[frame].push(mappingOf(state, space, page));
}

/** Drops one mapping, if it is there. */
export function removeMapping(state: UvmState, space: number, page: number): void {
  const { pmap } = state.spaces[space];
  const frame = (pmap[page] >> 1) - 1;
  if (frame < 0) return;
  pmap[page] = 0;
  const mappings = state.frames.mappings[frame];
  mappings.splice(mappings.indexOf(mappingOf(state, space, page)), 1);
}

/** Drops all mappings to a frame. */
export function removeMappings(state: UvmState, frame: number): void {
  const mappings = state.frames.mappings[frame];
  for (const packed of mappings)
    state.spaces[packed % SPACES].pmap[Math.floor(packed / SPACES)] = 0;
  mappings.length = 0;
}

/** No mapping to a frame may write any more. */
export function protectMappings(state: UvmState, frame: number): void {
  for (const packed of state.frames.mappings[frame]) {
    const { pmap } = state.spaces[packed % SPACES];
    pmap[Math.floor(packed / SPACES)] &= ~1;
  }
}

/** No mapping of pages [from, to) of a space may write any more. */
export function protectRange(state: UvmState, space: number, from: number, to: number): void {
  const { pmap } = state.spaces[space];
  for (let page = from; page < to; page++) pmap[page] &= ~1;
}

/** So many spaces at most. */
const SPACES = 4096;

function mappingOf({ spaces }: UvmState, space: number, page: number): number {
  assert(spaces.length <= SPACES, 'uvm: too many spaces');
  return page * SPACES + space;
}
