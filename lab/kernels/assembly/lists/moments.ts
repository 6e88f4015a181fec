/**
 * Moments: a queue of pages by time, without a list. Who joins takes the queue's next moment, and a bit a moment says
 * who still stands there.
 *
 *   moment   1 . . 1 1 . 1 . | . 1 1 . 1 . . 1 1 . . 1        1: someone stands here, .: no longer
 *            ^LOW             ^HAND                    ^TAIL
 *              ghosts           resident pages
 *
 * Its oldest resident page becomes its youngest ghost: the hand goes past a bit, and nobody need know whose it is.
 * Bits of moments to come are set, a word at a time: nobody looks beyond the youngest page.
 */

import { pages } from '../lane';
import { room } from '../memory';

export const BITS: usize = 0;
export const LOW: usize = 4;
export const HAND: usize = 8;
export const TAIL: usize = 12;
export const END: usize = 16;
export const GHOSTS: usize = 20;
export const RESIDENT: usize = 24;
/** By word of bits, while pages move down: how many are set before it. */
export const BEFORE: usize = 28;

export const FIRST: u32 = 64;
/** Room for several times those that stand in it makes moving down rare; it looks at all pages. */
const MOMENTS_LEAST: u32 = 1 << 13;
const MOMENTS_EACH: u32 = 8;
const MOMENTS_A_PAGE: u32 = 2;

/** Room for at most so many pages and ghosts, or for all pages. */
export function layOutQueue(queue: usize, most: u64): void {
  const wanted = max(MOMENTS_EACH * <u32>min<u64>(most, pages), MOMENTS_A_PAGE * pages);
  const moments = max(MOMENTS_LEAST, wanted) & ~63;
  const words = (moments + FIRST) >> 6;
  store<usize>(queue + BITS, room((<usize>words) << 3));
  store<usize>(queue + BEFORE, room((<usize>words) << 2));
  store<u32>(queue + LOW, FIRST);
  store<u32>(queue + HAND, FIRST);
  store<u32>(queue + TAIL, FIRST);
  store<u32>(queue + END, FIRST + moments);
}

export function count(queue: usize, field: usize, change: u32): void {
  store<u32>(queue + field, load<u32>(queue + field) + change);
}

/** The moments of a word begin with this one. */
export function openWord(bits: usize, moment: u32): void {
  store<u64>(bits + ((<usize>(moment >>> 6)) << 3), -1);
}

export function clearBit(queue: usize, moment: u32): void {
  clearBitOf(load<usize>(queue + BITS), moment);
}

export function clearBitOf(bits: usize, moment: u32): void {
  const word = bits + ((<usize>(moment >>> 6)) << 3);
  store<u64>(word, load<u64>(word) & ~((<u64>1) << (<u64>(moment & 63))));
}

/** The moment after the first one from `moment` on at which someone stands. There is one. */
export function pastBit(queue: usize, moment: u32): u32 {
  let at = load<usize>(queue + BITS) + ((<usize>(moment >>> 6)) << 3);
  let first = moment & ~63;
  let word = load<u64>(at) & ((<u64>-1) << (<u64>(moment & 63)));
  while (word === 0) {
    at += 8;
    first += 64;
    word = load<u64>(at);
  }
  return first + <u32>ctz<u64>(word) + 1;
}
