/**
 * Belady's bound: the fewest faults that any replacement could take in one memory shared by all
 * tasks, on their lockstep interleaving (Belady, IBM Systems Journal 5(2), 1966).
 *
 * It knows the future, moves frames between tasks at no cost and counts faults only (a dirty page
 * costs what a clean one does). No pager can fault less at the same interleaving; whether one
 * that pages in a different order of time could is not asked.
 *
 * Works on episodes (`interleaving.ts`, with the proof). A page that may be evicted is a bit at the
 * number of its next episode; the victim is the highest bit, found through a tree of 32-bit words:
 *
 *   level 2   word 0          bit j: word j of level 1 is not zero
 *   level 1   words 0..31     bit j: word j of level 0 is not zero
 *   level 0   words 0..1023   bit j: some page's next episode is this one
 *
 * A page without a next episode leaves at once, which is the same as being first to be evicted.
 */

import type { ReferenceString } from '../../sim-hw/references.ts';
import { type Interleaving, interleave } from './interleaving.ts';

/** Faults counted from empty memory. */
export interface TaskFaults {
  readonly faults: number;
  /** First uses of a page: no memory, however large, avoids them. */
  readonly compulsory: number;
}

export interface BeladyFaults extends TaskFaults {
  /** Frames of the shared memory. */
  readonly frames: number;
  /** In the order of the strings. */
  readonly perTask: readonly TaskFaults[];
}

/**
 * The offline optimum of one shared memory of `frames` frames. Exact. For several sizes call
 * `interleave` once, then `beladyFaults`.
 *
 * Throws RangeError for fewer than 1 frame or 2^32 references or more.
 */
export function globalBelady(strings: readonly ReferenceString[], frames: number): BeladyFaults {
  return beladyFaults(interleave(strings, frames), [frames])[0];
}

/**
 * The offline optimum at each of several memory sizes.
 *
 * Throws RangeError for a size below the interleaving's `front`.
 */
export function beladyFaults(
  interleaving: Interleaving,
  framesList: readonly number[],
): BeladyFaults[] {
  const compulsory = compulsoryFaults(interleaving);
  return framesList.map((frames) => {
    if (!(frames >= interleaving.front))
      throw new RangeError(`beladyFaults: ${frames} frames, interleaved for ${interleaving.front}`);
    const faults = replay(interleaving, frames);
    const perTask = Array.from(faults, (count, task) => ({
      faults: count,
      compulsory: compulsory[task],
    }));
    return { frames, faults: sumOf(faults), compulsory: sumOf(compulsory), perTask };
  });
}

/** Faults of each task with `frames` frames. */
function replay(interleaving: Interleaving, frames: number): Float64Array {
  const { taskOf, pageOf, nextOf, byEnd, endedBefore } = interleaving;
  const faults = new Float64Array(interleaving.tasks);
  const resident = new Uint8Array(taskOf.length);
  const levels = emptyLevels(pageOf.length);
  let free = frames;
  let ended = 0;
  for (let episode = 0; episode < pageOf.length; episode++) {
    for (; ended < endedBefore[episode]; ended++) {
      const next = nextOf[byEnd[ended]];
      if (next !== 0) {
        setBit(levels, next);
      } else {
        resident[pageOf[byEnd[ended]]] = 0;
        free++;
      }
    }
    const page = pageOf[episode];
    if (resident[page] === 1) {
      clearBit(levels, episode);
      continue;
    }
    faults[taskOf[page]]++;
    resident[page] = 1;
    if (free > 0) {
      free--;
      continue;
    }
    const farthest = highestBit(levels);
    clearBit(levels, farthest);
    resident[pageOf[farthest]] = 0;
  }
  return faults;
}

function compulsoryFaults({ tasks, taskOf, pageOf }: Interleaving): Float64Array {
  const counts = new Float64Array(tasks);
  const seen = new Uint8Array(taskOf.length);
  for (let episode = 0; episode < pageOf.length; episode++) {
    const page = pageOf[episode];
    if (seen[page] === 0) counts[taskOf[page]]++;
    seen[page] = 1;
  }
  return counts;
}

/** Empty tree of words, the widest level first, the last of one word. */
function emptyLevels(bits: number): Uint32Array[] {
  const levels: Uint32Array[] = [];
  for (let words = bits; words > 1 || levels.length === 0; ) {
    words = Math.max(1, Math.ceil(words / 32));
    levels.push(new Uint32Array(words));
  }
  return levels;
}

function setBit(levels: readonly Uint32Array[], position: number): void {
  let index = position;
  for (let level = 0; level < levels.length; level++) {
    const words = levels[level];
    const before = words[index >>> 5];
    words[index >>> 5] = before | (1 << (index & 31));
    if (before !== 0) return;
    index >>>= 5;
  }
}

function clearBit(levels: readonly Uint32Array[], position: number): void {
  let index = position;
  for (let level = 0; level < levels.length; level++) {
    const words = levels[level];
    const rest = words[index >>> 5] & ~(1 << (index & 31));
    words[index >>> 5] = rest;
    if (rest !== 0) return;
    index >>>= 5;
  }
}

/** Position of the highest set bit. There is one: see the proof in `interleaving.ts`. */
function highestBit(levels: readonly Uint32Array[]): number {
  let index = 0;
  for (let level = levels.length - 1; level >= 0; level--) {
    index = ((index << 5) | (31 - Math.clz32(levels[level][index]))) >>> 0;
  }
  return index;
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
