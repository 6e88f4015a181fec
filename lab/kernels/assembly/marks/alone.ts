/**
 * Alone: sieve, and the circle without counts, at one size and where many runs fault. What else goes from
 * function to function by way of the record stands in variables of one loop. Record and words are those of
 * sieve.ts and circle.ts, so that a window may be taken either way.
 */

import { countFaults, countWriteBacks, framesOf, heldBy, NONE, takeFreeOnes } from '../lane';
import { RING, HAND as RING_HAND } from './circle';
import { CAPACITY, closeHoles, HAND, QUEUE, TAIL } from './sieve';
import { words } from './words';

/** Of a word of 8 bits, those of its first lane (words.ts). */
const RESIDENT: u32 = 1;
const USED: u32 = 1 << 2;
const MODIFIED: u32 = 1 << 6;

/** Bits of a count of faults of one kind: no window has as many runs. */
const COUNT_BITS: u32 = 20;
const COUNT_MASK: u32 = (1 << COUNT_BITS) - 1;

/** Runs [from, to) of a sieve. Returns how many faulted. */
export function sieveAlone(record: usize, from: usize, to: usize): u32 {
  const base = words;
  const queue = load<usize>(record + QUEUE);
  const capacity = load<u32>(record + CAPACITY);
  let free = framesOf(record) - heldBy(record);
  let hand = load<u32>(record + HAND);
  let tail = load<u32>(record + TAIL);
  let counts: u64 = 0;
  let writeBacks: u32 = 0;
  for (let at = from; at < to; at += 4) {
    const run = load<u32>(at);
    const place = base + <usize>(run >>> 8);
    const word = <u32>load<u8>(place);
    if ((word & RESIDENT) !== 0) {
      store<u8>(place, word | USED | (run & MODIFIED));
      continue;
    }
    counts += (<u64>1) << (<u64>(((run >>> 6) & 3) * COUNT_BITS));
    if (free !== 0) free--;
    else
      while (true) {
        if (hand === NONE) {
          store<u32>(record + TAIL, tail);
          closeHoles(record);
          tail = load<u32>(record + TAIL);
          hand = 0;
        }
        const entry = queue + ((<usize>hand) << 2);
        const found = base + <usize>load<u32>(entry);
        const mark = <u32>load<u8>(found);
        if (++hand === tail) hand = NONE;
        store<u8>(found, (mark & USED) === 0 ? 0 : mark & ~USED);
        if ((mark & USED) !== 0) continue;
        writeBacks += (mark & MODIFIED) >>> 6;
        store<u32>(entry, NONE);
        break;
      }
    if (tail === capacity) {
      store<u32>(record + TAIL, tail);
      store<u32>(record + HAND, hand);
      closeHoles(record);
      tail = load<u32>(record + TAIL);
      hand = load<u32>(record + HAND);
    }
    store<u32>(queue + ((<usize>tail) << 2), run >>> 8);
    tail++;
    store<u8>(place, RESIDENT | ((run & 63) === 0 ? 0 : USED) | (run & MODIFIED));
  }
  store<u32>(record + HAND, hand);
  store<u32>(record + TAIL, tail);
  return settle(record, counts, writeBacks);
}

/** Runs [from, to) of a circle. `ofHit`: USED or 0, what a hit leaves; `ofFault`: what a page comes with. */
export function circleAlone(record: usize, from: usize, to: usize, ofHit: u32, ofFault: u32): u32 {
  const base = words;
  const ring = load<usize>(record + RING);
  const frames = framesOf(record);
  let free = frames - heldBy(record);
  let hand = load<u32>(record + RING_HAND);
  let counts: u64 = 0;
  let writeBacks: u32 = 0;
  for (let at = from; at < to; at += 4) {
    const run = load<u32>(at);
    const place = base + <usize>(run >>> 8);
    const word = <u32>load<u8>(place);
    if ((word & RESIDENT) !== 0) {
      store<u8>(place, word | ofHit | (run & MODIFIED));
      continue;
    }
    counts += (<u64>1) << (<u64>(((run >>> 6) & 3) * COUNT_BITS));
    if (free !== 0) free--;
    else
      while (true) {
        const found = base + <usize>load<u32>(ring + ((<usize>hand) << 2));
        const mark = <u32>load<u8>(found);
        store<u8>(found, (mark & USED) === 0 ? 0 : mark & ~USED);
        if ((mark & USED) === 0) {
          writeBacks += (mark & MODIFIED) >>> 6;
          break;
        }
        if (++hand === frames) hand = 0;
      }
    store<u32>(ring + ((<usize>hand) << 2), run >>> 8);
    if (++hand === frames) hand = 0;
    store<u8>(place, RESIDENT | ofFault | ((run & 63) === 0 ? 0 : ofHit) | (run & MODIFIED));
  }
  store<u32>(record + RING_HAND, hand);
  return settle(record, counts, writeBacks);
}

/** What a lane comes with and what hits leave it, of policies that tell apart so many uses, 0 or 1. */
export function usedOf(uses: u32): u32 {
  return uses === 0 ? 0 : USED;
}

function settle(record: usize, counts: u64, writeBacks: u32): u32 {
  const writes = <u32>(counts >>> <u64>COUNT_BITS) & COUNT_MASK;
  const fetches = <u32>(counts >>> <u64>(2 * COUNT_BITS)) & COUNT_MASK;
  const all = (<u32>counts & COUNT_MASK) + writes + fetches;
  takeFreeOnes(record, all);
  countFaults(record, all, writes, fetches);
  countWriteBacks(record, writeBacks);
  return all;
}
