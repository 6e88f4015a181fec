/**
 * The page daemon of UVM, its pageout side: anonymous pages that are dirty go out together, wherever
 * they are used and wherever on swap they were before. Their slots are reassigned, neighbours in one
 * run, so that they make one transfer (Cranor 1998, chapter 6). A chain of shadow objects has a place
 * on swap for each page of each object, and pages go out one by one.
 *
 * Frames are looked at in the order in which they were taken; what is on loan stays. Who is looked at
 * when, by use, is the policy's matter (uvm.ts). Left out: waiting for the device; clusters of file
 * pages, which go out one by one.
 */

import { assert } from '../../../sim-hw/assert.ts';
import { leaveFrame } from './anons.ts';
import { freeFrame, removeMappings } from './frames.ts';
import { ANON, FREE, NONE, OBJECT, type UvmState } from './state.ts';

/** Frees some frames: a cluster of them, if there are as many that can go. */
export function pageOut(state: UvmState): void {
  const { frames, anons, cluster } = state;
  const dirty: number[] = [];
  let freed = 0;
  for (const frame of [...frames.queue]) {
    if (freed + dirty.length >= cluster) break;
    if (frames.loans[frame] > 0) continue;
    if (frames.holds[frame] === OBJECT) {
      cleanObject(state, frame);
      freed++;
    } else if (frames.holds[frame] === ANON) {
      const anon = frames.owner[frame];
      if (frames.dirty[frame] === 1 || anons[anon].slot === NONE) dirty.push(frame);
      else {
        leaveFrame(state, anon);
        freed++;
      }
    }
  }
  writeCluster(state, dirty);
}

/** Writes anonymous pages to runs of slots, as long as they are to be had, and frees their frames. */
function writeCluster(state: UvmState, dirty: readonly number[]): void {
  const { frames, anons, swap, counters } = state;
  // What they had before is out of date. If no slot is left then, they stay without.
  for (const frame of dirty) {
    const record = anons[frames.owner[frame]];
    if (record.slot === NONE) continue;
    freeSlot(state, record.slot);
    record.slot = NONE;
    counters.slotsReassigned++;
  }
  for (let done = 0; done < dirty.length; ) {
    const { from, count } = takeSlots(state, dirty.length - done);
    if (count === 0) return;
    counters.pageOuts++;
    for (let at = 0; at < count; at++, done++) {
      const frame = dirty[done];
      const anon = frames.owner[frame];
      removeMappings(state, frame);
      swap.content[from + at] = frames.content[frame];
      anons[anon].slot = from + at;
      counters.pagesOut++;
      leaveFrame(state, anon);
    }
  }
}

/** A run of free slots: `wanted` of them, else as many as the longest run has. */
function takeSlots({ swap }: UvmState, wanted: number): { from: number; count: number } {
  const { used } = swap;
  let best = 0;
  let from = 0;
  for (let slot = 0; slot < used.length && best < wanted; slot++) {
    let end = slot;
    while (end < used.length && used[end] === 0 && end - slot < wanted) end++;
    if (end - slot > best) {
      best = end - slot;
      from = slot;
    }
    slot = end;
  }
  used.fill(1, from, from + best);
  swap.free -= best;
  return { from, count: best };
}

export function freeSlot({ swap }: UvmState, slot: number): void {
  assert(swap.used[slot] === 1, 'uvm freeSlot: it is free');
  swap.used[slot] = 0;
  swap.free++;
}

/** A page of a file leaves its frame; written back first, if it must be. */
function cleanObject(state: UvmState, frame: number): void {
  const { frames, objects, counters } = state;
  assert(frames.holds[frame] !== FREE, 'uvm cleanObject: it is free');
  const object = objects[frames.owner[frame]];
  const page = frames.page[frame];
  removeMappings(state, frame);
  if (frames.dirty[frame] === 1) {
    object.backing[page] = frames.content[frame];
    counters.pageOuts++;
    counters.pagesOut++;
  }
  object.frames[page] = NONE;
  freeFrame(state, frame);
}
