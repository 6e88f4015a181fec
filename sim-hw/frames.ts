/**
 * Frames: the physical memory of the machine, 4 KiB each.
 *
 * Each frame knows its owner, how often it changed hands, the one page that maps it, and its
 * contents as a 64-bit *stamp* (two u32): which page it holds and which version of it.
 *
 *   high 0,         low 0        zeros
 *   high page + 1,  low version  what that page held after its program's version-th write epoch
 *   high JUNK,      low any      nothing anybody wrote: fresh memory
 *
 * Fresh frames hold junk and freed ones what they held, so a stale use shows the moment it is mapped.
 * `page` is a global page id: the base of an address space plus the page's dense id in it.
 *
 * A column per fact, 21 bytes a frame in all, besides the buddy allocator's 2-3 bits. In bytes fidelity
 * (contents.ts) a frame has its 4096 bytes as well. The loop that runs programs writes stamps alone;
 * bytes are rendered from them when somebody reads the frame.
 */

import { assert } from './assert.ts';
import {
  allocateFrame,
  allocateRun,
  type BuddyState,
  createBuddy,
  createEmptyBuddy,
  isRunFree,
  lowestRun,
  releaseRun,
} from './buddy.ts';
import { type Contents, PAGE_BYTES, renderBytes } from './contents.ts';

/** Owner of a frame that nobody holds. Tasks are numbered from 1. */
export const NOBODY = 0;
/** `stampHigh` of memory that holds nothing anybody wrote. */
export const JUNK = 0xffffffff;
/** What fresh memory holds in each byte. */
const JUNK_BYTE = 0xa5;
/** `mappedBy` of a frame that no page maps. */
export const UNMAPPED = 0;

export interface FramesState {
  readonly count: number;
  /** Owner of frames that are free here: NOBODY, or whoever keeps them to lend (`createPool`). */
  readonly keeper: number;
  readonly buddy: BuddyState;
  /** Task that holds the frame, or NOBODY. */
  readonly owner: Uint32Array;
  /** Task that held it last: a frame may go back to it unzeroed (SPEC [MEM4]). */
  readonly lastOwner: Uint32Array;
  /** Times the frame changed hands, modulo 2^8. */
  readonly generation: Uint8Array;
  readonly stampLow: Uint32Array;
  readonly stampHigh: Uint32Array;
  /** Global id of the page that maps the frame, plus 1, or UNMAPPED. */
  readonly mappedBy: Uint32Array;
  /** Bytes fidelity: all memory, and of each frame the stamp that its bytes are of. Else empty. */
  readonly bytes: Uint8Array;
  readonly bytesLow: Uint32Array;
  readonly bytesHigh: Uint32Array;
}

/** `orderMax`: base-2 log of the largest run, in frames; `keepsBytes`: bytes fidelity. */
export function createFrames(count: number, orderMax: number, keepsBytes = false): FramesState {
  const withBytes = keepsBytes ? count : 0;
  return {
    count,
    keeper: NOBODY,
    buddy: createBuddy(count, orderMax),
    owner: new Uint32Array(count),
    lastOwner: new Uint32Array(count),
    generation: new Uint8Array(count),
    stampLow: new Uint32Array(count),
    stampHigh: new Uint32Array(count).fill(JUNK),
    mappedBy: new Uint32Array(count),
    bytes: new Uint8Array(withBytes * PAGE_BYTES).fill(JUNK_BYTE),
    bytesLow: new Uint32Array(withBytes),
    bytesHigh: new Uint32Array(withBytes).fill(JUNK),
  };
}

/**
 * A pool of `keeper`'s own within the same frames, with nothing in it yet: what is known of a frame
 * is known once, and who lends it next is up to the pool that it is free in.
 */
export function createPool(frames: FramesState, keeper: number): FramesState {
  return { ...frames, keeper, buddy: createEmptyBuddy(frames.count, frames.buddy.orderMax) };
}

/** Takes a run of 2^order frames for `owner`; returns its first frame, or -1. Contents stay. */
export function takeRun(frames: FramesState, order: number, owner: number): number {
  const first = allocateRun(frames.buddy, order);
  if (first < 0) return -1;
  own(frames, first, order, owner);
  return first;
}

function own(frames: FramesState, first: number, order: number, owner: number): void {
  const end = first + (1 << order);
  for (let frame = first; frame < end; frame++) {
    frames.owner[frame] = owner;
    frames.generation[frame] += 1;
  }
}

/** Takes a certain run of 2^order frames, all free, for `owner`. Contents stay. */
export function takeRunAt(frames: FramesState, first: number, order: number, owner: number): void {
  const taken = allocateFrame(frames.buddy, first, order);
  assert(taken, 'frames: a certain run is taken that is not free');
  own(frames, first, order, owner);
}

/** Where a run may lie: colour = first frame modulo colours; below 0: anywhere. */
export interface Placement {
  readonly colour: number;
  readonly colours: number;
  /** The run ends at or before this frame, as devices that reach only so far ask. */
  readonly below: number;
}

/**
 * The lowest free run of 2^order frames, aligned to its size, that starts at `from` or later and
 * lies where `place` says; -1 when there is none. Changes nothing: a search before a promise.
 */
export function findFreeRun(
  frames: FramesState,
  order: number,
  from: number,
  place: Placement,
): number {
  if (order > frames.buddy.orderMax) return -1;
  const size = 1 << order;
  const end = place.below === 0 ? frames.count : Math.min(place.below, frames.count);
  const lowest = lowestRun(frames.buddy, order);
  if (lowest < 0) return -1;
  const start = Math.max(from, lowest);
  for (let first = (start + size - 1) & -size; first + size <= end; first += size)
    if (first % place.colours === place.colour && isRunFree(frames.buddy, first, order))
      return first;
  return -1;
}

/** Takes one frame that is known to be free for `owner`. Contents stay. */
export function takeFrame(frames: FramesState, frame: number, owner: number): void {
  allocateFrame(frames.buddy, frame);
  frames.owner[frame] = owner;
  frames.generation[frame] += 1;
}

/** Gives a run back. Contents stay. */
export function giveBackRun(frames: FramesState, first: number, order: number): void {
  const end = first + (1 << order);
  for (let frame = first; frame < end; frame++) {
    frames.lastOwner[frame] = frames.owner[frame];
    frames.owner[frame] = frames.keeper;
    frames.mappedBy[frame] = UNMAPPED;
  }
  releaseRun(frames.buddy, first, order);
}

export function zeroFrame(frames: FramesState, frame: number): void {
  setStamp(frames, frame, 0, 0);
}

export function copyFrame(frames: FramesState, from: number, into: number): void {
  setStamp(frames, into, frames.stampLow[from] as number, frames.stampHigh[from] as number);
  if (frames.bytes.length === 0) return;
  frames.bytes.set(bytesOf(frames, from), into * PAGE_BYTES);
  bytesAreOfStamp(frames, into);
}

/** Reads what the frame holds into `contents`. */
export function readFrame(frames: FramesState, frame: number, contents: Contents): void {
  contents.low = frames.stampLow[frame] as number;
  contents.high = frames.stampHigh[frame] as number;
  if (contents.bytes.length === 0) return;
  if (frames.bytes.length === 0) renderBytes(contents.bytes, 0, contents.low, contents.high);
  else contents.bytes.set(bytesOf(frames, frame));
}

/** Makes the frame hold `contents`. */
export function writeFrame(frames: FramesState, frame: number, contents: Contents): void {
  setStamp(frames, frame, contents.low, contents.high);
  if (frames.bytes.length === 0 || contents.bytes.length === 0) return;
  frames.bytes.set(contents.bytes, frame * PAGE_BYTES);
  bytesAreOfStamp(frames, frame);
}

function setStamp(frames: FramesState, frame: number, low: number, high: number): void {
  frames.stampLow[frame] = low;
  frames.stampHigh[frame] = high;
}

/** The frame's bytes, rendered now if its stamp has changed since they were. */
function bytesOf(frames: FramesState, frame: number): Uint8Array {
  const { bytes, stampLow, stampHigh, bytesLow, bytesHigh } = frames;
  const at = frame * PAGE_BYTES;
  const low = stampLow[frame] as number;
  const high = stampHigh[frame] as number;
  if (bytesLow[frame] !== low || bytesHigh[frame] !== high) {
    renderBytes(bytes, at, low, high);
    bytesAreOfStamp(frames, frame);
  }
  return bytes.subarray(at, at + PAGE_BYTES);
}

function bytesAreOfStamp({ stampLow, stampHigh, bytesLow, bytesHigh }: FramesState, frame: number) {
  bytesLow[frame] = stampLow[frame] as number;
  bytesHigh[frame] = stampHigh[frame] as number;
}
