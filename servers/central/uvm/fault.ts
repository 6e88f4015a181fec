/**
 * Faults of UVM: two places to look, the amap and then the object, however often things were copied.
 *
 *   anon in the amap   read, or written by its only owner     the frame itself             (1A)
 *                      written, and others refer to it        a new anon with a copy       (1B)
 *   page of the object read, or not copy-on-write             the frame itself             (2A)
 *                      written, copy-on-write                 a new anon with a copy       (2B)
 *   neither                                                   a new anon, zero-filled      (2B)
 *
 * A frame that is on loan is left to who has it on loan when it is written: its owner takes another.
 * A page is mapped writable when it is written and not before, so a mapping tells what is dirty.
 */

import { assert } from '../../../sim-hw/assert.ts';
import { amapOf, anonAt, copyAmap, setAnon } from './amaps.ts';
import { createAnon, frameOfAnon, isOwn, leaveFrame } from './anons.ts';
import { enter, removeMappings, takeFrame } from './frames.ts';
import { entryAt } from './map.ts';
import { ANON, type Entry, LOANED, NONE, OBJECT, type Refusal, type UvmState } from './state.ts';

/** What a space reads at `page`, by its mapping or by a fault. */
export function readPage(state: UvmState, space: number, page: number): number | Refusal {
  const refused = touch(state, space, page, false);
  return refused ?? state.frames.content[(state.spaces[space].pmap[page] >> 1) - 1];
}

/** A space writes `content` to `page`. */
export function writePage(
  state: UvmState,
  space: number,
  page: number,
  content: number,
): Refusal | null {
  const refused = touch(state, space, page, true);
  if (refused !== null) return refused;
  state.frames.content[(state.spaces[space].pmap[page] >> 1) - 1] = content;
  return null;
}

function touch(state: UvmState, space: number, page: number, writes: boolean): Refusal | null {
  const { pmap } = state.spaces[space];
  if (!(page >= 0 && page < pmap.length)) return 'out of range';
  if (pmap[page] === 0 || (writes && (pmap[page] & 1) === 0))
    return fault(state, space, page, writes);
  return null;
}

/** Resolves a fault: `page` is then mapped, writable if it is written. */
export function fault(
  state: UvmState,
  space: number,
  page: number,
  writes: boolean,
): Refusal | null {
  const entry = entryAt(state.spaces[space], page);
  if (entry === null) return 'no entry';
  if (writes && !entry.writable) return 'not writable';
  state.counters.faults++;
  if (entry.needsCopy && (writes || entry.object === NONE)) copyAmap(state, entry);
  const anon = anonAt(state, entry, page);
  const frame =
    anon === NONE
      ? pageOfObject(state, entry, page, writes)
      : pageOfAnon(state, entry, page, anon, writes);
  if (frame === NONE) return 'no memory';
  if (writes) state.frames.dirty[frame] = 1;
  enter(state, space, page, frame, writes);
  return null;
}

function pageOfAnon(
  state: UvmState,
  entry: Entry,
  page: number,
  anon: number,
  writes: boolean,
): number {
  const frame = frameOfAnon(state, anon);
  if (frame === NONE || !writes) return frame;
  if (state.anons[anon].refs > 1) return replace(state, entry, page, frame);
  const isLoaned = state.frames.loans[frame] > 0 || !isOwn(state, anon, frame);
  return isLoaned ? breakAnonLoan(state, anon, frame) : frame;
}

function pageOfObject(state: UvmState, entry: Entry, page: number, writes: boolean): number {
  if (entry.object === NONE) {
    state.counters.pagesZeroed++;
    return addAnon(state, entry, page, 0);
  }
  const at = entry.objectFrom + page - entry.start;
  const frame = frameOfObject(state, entry.object, at);
  if (frame === NONE || !writes) return frame;
  if (entry.copyOnWrite) return replace(state, entry, page, frame);
  return state.frames.loans[frame] > 0 ? breakObjectLoan(state, entry.object, at, frame) : frame;
}

/** A new anon with a copy of `frame` stands at `page` from now on. */
function replace(state: UvmState, entry: Entry, page: number, frame: number): number {
  // To get a frame may cost the one that is copied: its contents are read first, and where it is
  // still there, those who share the amap must not see it any more.
  const content = state.frames.content[frame];
  if (amapOf(state, entry.amap).shared) removeMappings(state, frame);
  const copy = addAnon(state, entry, page, content);
  if (copy !== NONE) state.counters.pagesCopied++;
  return copy;
}

function addAnon(state: UvmState, entry: Entry, page: number, content: number): number {
  const anon = createAnon(state, content);
  if (anon === NONE) return NONE;
  setAnon(state, entry, page, anon);
  return state.anons[anon].frame;
}

/** The frame of a page of an object, read in if it must be. */
export function frameOfObject(state: UvmState, object: number, page: number): number {
  const { frames, backing } = state.objects[object];
  if (frames[page] !== NONE) return frames[page];
  const frame = takeFrame(state, OBJECT, object, page);
  if (frame === NONE) return NONE;
  state.counters.pageIns++;
  state.frames.content[frame] = backing[page];
  frames[page] = frame;
  return frame;
}

/** An anon that is written leaves its frame to who has it on loan, or is what is left of who had. */
function breakAnonLoan(state: UvmState, anon: number, frame: number): number {
  const { frames, anons, counters } = state;
  if (frames.holds[frame] === LOANED && frames.loans[frame] === 1) {
    frames.loans[frame] = 0;
    frames.holds[frame] = ANON;
    frames.owner[frame] = anon;
    return frame;
  }
  const content = frames.content[frame];
  const fresh = takeFrame(state, ANON, anon, 0);
  if (fresh === NONE) return NONE;
  counters.loanBreaks++;
  frames.content[fresh] = content;
  removeMappings(state, frame);
  leaveFrame(state, anon);
  anons[anon].frame = fresh;
  return fresh;
}

/** The same of a page of an object. */
function breakObjectLoan(state: UvmState, object: number, page: number, frame: number): number {
  const { frames, counters } = state;
  const fresh = takeFrame(state, OBJECT, object, page);
  if (fresh === NONE) return NONE;
  assert(frames.loans[frame] > 0, 'uvm breakObjectLoan: it is not on loan');
  counters.loanBreaks++;
  frames.content[fresh] = frames.content[frame];
  removeMappings(state, frame);
  frames.holds[frame] = LOANED;
  frames.owner[frame] = NONE;
  state.objects[object].frames[page] = fresh;
  return fresh;
}
