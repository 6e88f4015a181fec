/**
 * Set of slots, as bits, with a bit above each 64 that says whether there is any: a tree, so that the next
 * slot of the set is found in a few looks, however far it is.
 */

import { NONE } from '../lane';
import { room } from '../memory';

/** Fields of a set: its levels, and where each stands, slots first. */
const LEVELS: usize = 0;
const FIRST_LEVEL: usize = 4;
export const SET_RECORD: usize = 32;

/** Of slots below `capacity`. */
export function layOutSet(set: usize, capacity: u32): void {
  let levels: usize = 0;
  let bits = max<u32>(capacity, 1);
  do {
    const count = (bits + 63) >>> 6;
    // One more that is empty: searches go beyond the end.
    store<usize>(set + FIRST_LEVEL + (levels << 2), room((<usize>(count + 1)) << 3));
    levels++;
    bits = count;
  } while (bits > 1);
  store<usize>(set + LEVELS, levels);
}

export function isIn(set: usize, slot: u32): bool {
  return ((load<u64>(wordAt(set, 0, slot >>> 6)) >> <u64>(slot & 63)) & 1) !== 0;
}

/** `slot` may be in it already. */
export function add(set: usize, slot: u32): void {
  const levels = load<usize>(set + LEVELS);
  let index = slot;
  for (let level: usize = 0; level < levels; level++) {
    const word = wordAt(set, level, index >>> 6);
    const before = load<u64>(word);
    store<u64>(word, before | ((<u64>1) << (<u64>(index & 63))));
    if (before !== 0) return;
    index >>>= 6;
  }
}

/** `slot` is in it. */
export function drop(set: usize, slot: u32): void {
  const levels = load<usize>(set + LEVELS);
  let index = slot;
  for (let level: usize = 0; level < levels; level++) {
    const word = wordAt(set, level, index >>> 6);
    const left = load<u64>(word) & ~((<u64>1) << (<u64>(index & 63)));
    store<u64>(word, left);
    if (left !== 0) return;
    index >>>= 6;
  }
}

/** The first slot of the set from `from` on, which is at most the capacity; NONE: there is none. */
export function firstFrom(set: usize, from: u32): u32 {
  const levels = load<usize>(set + LEVELS);
  let index = from;
  for (let level: usize = 0; level < levels; level++) {
    const at = index >>> 6;
    const word = load<u64>(wordAt(set, level, at)) & (~(<u64>0) << (<u64>(index & 63)));
    if (word !== 0) return lowestUnder(set, level, (at << 6) | <u32>ctz<u64>(word));
    index = at + 1;
  }
  return NONE;
}

/** The lowest slot under a bit of a level. */
function lowestUnder(set: usize, from: usize, bit: u32): u32 {
  let index = bit;
  for (let level = from; level > 0; level--)
    index = (index << 6) | <u32>ctz<u64>(load<u64>(wordAt(set, level - 1, index)));
  return index;
}

function wordAt(set: usize, level: usize, index: u32): usize {
  return load<usize>(set + FIRST_LEVEL + (level << 2)) + ((<usize>index) << 3);
}
