/**
 * Anons: one page of anonymous memory each, in a frame, on swap or both. An anon knows how many
 * amaps refer to it and nothing of who they are; with the last reference all of it is free.
 */

import { assert } from '../../../sim-hw/assert.ts';
import { freeFrame, removeMappings, takeFrame } from './frames.ts';
import { freeSlot } from './pageout.ts';
import { ANON, type Anon, LOANED, NONE, type UvmState } from './state.ts';

/** A new anon with a frame of contents `content`, not on swap; NONE: there is no memory. */
export function createAnon(state: UvmState, content: number): number {
  const anon = emptyAnon(state);
  const frame = takeFrame(state, ANON, anon, 0);
  if (frame === NONE) {
    state.anons[anon].refs = 0;
    state.freeAnons.push(anon);
    return NONE;
  }
  state.anons[anon].frame = frame;
  state.frames.content[frame] = content;
  state.frames.dirty[frame] = 1;
  return anon;
}

/** An anon with nothing yet, referred to once. */
export function emptyAnon(state: UvmState): number {
  const anon = state.freeAnons.pop() ?? state.anons.push({ refs: 0, frame: NONE, slot: NONE }) - 1;
  state.anons[anon].refs = 1;
  return anon;
}

/** One reference less; with the last one frame and slot are free. */
export function releaseAnon(state: UvmState, anon: number): void {
  const record = state.anons[anon];
  assert(record.refs > 0, 'uvm releaseAnon: it has no references');
  if (--record.refs > 0) return;
  dropSlot(state, record);
  leaveFrame(state, anon);
  state.freeAnons.push(anon);
}

/** The anon has its frame no more: it is free, or stays for whom it is on loan to. */
export function leaveFrame(state: UvmState, anon: number): void {
  const { frames } = state;
  const record = state.anons[anon];
  const { frame } = record;
  if (frame === NONE) return;
  record.frame = NONE;
  if (!isOwn(state, anon, frame)) return endLoan(state, frame);
  removeMappings(state, frame);
  if (frames.loans[frame] === 0) return freeFrame(state, frame);
  frames.holds[frame] = LOANED;
  frames.owner[frame] = NONE;
}

/** Whether `frame` is the anon's, not on loan from an object. */
export function isOwn({ frames }: UvmState, anon: number, frame: number): boolean {
  return frames.holds[frame] === ANON && frames.owner[frame] === anon;
}

/** One loan less; what is nobody's any more is free with the last one. */
export function endLoan(state: UvmState, frame: number): void {
  const { loans, holds } = state.frames;
  assert(loans[frame] > 0, 'uvm endLoan: it is not on loan');
  if (--loans[frame] > 0 || holds[frame] !== LOANED) return;
  removeMappings(state, frame);
  freeFrame(state, frame);
}

/** What it has on swap is out of date. */
export function dropSlot(state: UvmState, record: Anon): void {
  if (record.slot !== NONE) freeSlot(state, record.slot);
  record.slot = NONE;
}

/** The anon's frame, read in from swap if it must be; NONE: there is no memory. */
export function frameOfAnon(state: UvmState, anon: number): number {
  const record = state.anons[anon];
  if (record.frame !== NONE) return record.frame;
  assert(record.slot !== NONE, 'uvm frameOfAnon: contents are lost');
  const frame = takeFrame(state, ANON, anon, 0);
  if (frame === NONE) return NONE;
  state.counters.pageIns++;
  state.frames.content[frame] = state.swap.content[record.slot];
  record.frame = frame;
  return frame;
}
