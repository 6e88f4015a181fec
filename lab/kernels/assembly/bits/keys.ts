/**
 * Keys by slot, with the least of each 8 above them: a tree, so that the first slot with a key below a limit
 * is found in a few looks, and a new key mostly changes nothing above it. Keys are doubles; NEVER where a
 * slot has none.
 */

import { NONE } from '../lane';
import { room } from '../memory';

export const NEVER: f64 = Infinity;

/** Fields of the keys: their levels, and where each stands, slots first. */
const LEVELS: usize = 0;
const FIRST_LEVEL: usize = 4;
export const KEYS_RECORD: usize = 48;

/** Of slots below `capacity`, which have no keys yet. */
export function layOutKeys(keys: usize, capacity: u32): void {
  let levels: usize = 0;
  let count = max<u32>(capacity, 1);
  do {
    const blocks = (count + 7) >>> 3;
    // One more that is empty: searches go beyond the end.
    const entries = (blocks + 1) << 3;
    const level = room((<usize>entries) << 3);
    for (let at: u32 = 0; at < entries; at++) store<f64>(level + ((<usize>at) << 3), NEVER);
    store<usize>(keys + FIRST_LEVEL + (levels << 2), level);
    levels++;
    count = blocks;
  } while (count > 1);
  store<usize>(keys + LEVELS, levels);
}

export function keyOf(keys: usize, slot: u32): f64 {
  return load<f64>(entryAt(keys, 0, slot));
}

export function setKey(keys: usize, slot: u32, key: f64): void {
  const last = load<usize>(keys + LEVELS) - 1;
  let index = slot;
  let least = key;
  for (let level: usize = 0; ; level++) {
    const entry = entryAt(keys, level, index);
    if (load<f64>(entry) === least) return;
    store<f64>(entry, least);
    if (level === last) return;
    index >>>= 3;
    least = leastOfBlock(entryAt(keys, level, index << 3));
  }
}

/** NEVER: there is no key. */
export function leastKey(keys: usize): f64 {
  return leastOfBlock(entryAt(keys, load<usize>(keys + LEVELS) - 1, 0));
}

/** The first slot from `from` on, at most the capacity, with a key below `limit`; NONE: there is none. */
export function firstBelow(keys: usize, from: u32, limit: f64): u32 {
  const levels = load<usize>(keys + LEVELS);
  let index = from;
  for (let level: usize = 0; level < levels; level++) {
    const end = (index | 7) + 1;
    for (; index < end; index++)
      if (load<f64>(entryAt(keys, level, index)) < limit)
        return firstUnder(keys, level, index, limit);
    index >>>= 3;
  }
  return NONE;
}

/** The first slot with a key below `limit` under an entry that tells of one. */
function firstUnder(keys: usize, from: usize, entry: u32, limit: f64): u32 {
  let index = entry;
  for (let level = from; level > 0; level--) {
    index <<= 3;
    while (load<f64>(entryAt(keys, level - 1, index)) >= limit) index++;
  }
  return index;
}

function leastOfBlock(block: usize): f64 {
  const least = f64x2.pmin(
    f64x2.pmin(v128.load(block), v128.load(block, 16)),
    f64x2.pmin(v128.load(block, 32), v128.load(block, 48)),
  );
  return min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1));
}

function entryAt(keys: usize, level: usize, index: u32): usize {
  return load<usize>(keys + FIRST_LEVEL + (level << 2)) + ((<usize>index) << 3);
}
