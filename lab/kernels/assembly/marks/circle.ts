/**
 * Circle: frames in a ring with a hand. What the hand finds without uses leaves, and what comes takes its
 * place; a page with uses is passed and has one less. By how many uses are counted, and by what a page comes
 * with, this is fifo (none), clock and second-chance, and fifo-reinsertion. With WEIGHT it is gclock: the hand
 * makes a use a count of the frame's own (clients/policies/gclock.ts).
 */

import { framesOf, NONE, OWN } from '../lane';
import { room } from '../memory';
import { high, low, words } from './words';

export const HAND: usize = OWN;
/** Page by frame. */
export const RING: usize = OWN + 4;
/** By frame, gclock only: what it is spared still; FRESH: the hand has not come past. */
const COUNTS: usize = OWN + 8;
const WEIGHT: usize = OWN + 12;
const INITIAL: usize = OWN + 16;

const FRESH: u32 = 0xffff;

/** `weight` and `initial` of gclock; NONE: plain. */
export function layOutCircle(record: usize, capacity: u32, weight: u32, initial: u32): void {
  store<usize>(record + RING, room((<usize>capacity) << 2));
  store<u32>(record + WEIGHT, weight);
  store<u32>(record + INITIAL, initial);
  if (weight !== NONE) store<usize>(record + COUNTS, room((<usize>capacity) << 1));
}

/** Puts a page into the next frame that was never used: the hand goes along. */
export function fillCircle(record: usize, page: u32): void {
  place(record, load<u32>(record + HAND), page);
}

/** Frames that the hand has left behind it, and it again at the first once all are taken. */
function place(record: usize, hand: u32, page: u32): void {
  store<u32>(load<usize>(record + RING) + ((<usize>hand) << 2), page);
  if (load<u32>(record + WEIGHT) !== NONE)
    store<u16>(load<usize>(record + COUNTS) + ((<usize>hand) << 1), <u16>FRESH);
  const next = hand + 1;
  store<u32>(record + HAND, next === framesOf(record) ? 0 : next);
}

/** Names the page that leaves, and puts `page` where it stood. */
export function replaceInCircle<W>(record: usize, bit: W, page: u32): u32 {
  if (load<u32>(record + WEIGHT) !== NONE) return replaceCounted<W>(record, bit, page);
  const ring = load<usize>(record + RING);
  const frames = framesOf(record);
  let hand = load<u32>(record + HAND);
  while (true) {
    const found = load<u32>(ring + ((<usize>hand) << 2));
    const at = words + <usize>found * sizeof<W>();
    const word = load<W>(at);
    const one = bit << low<W>();
    const two = bit << high<W>();
    if ((word & (one | two)) === 0) {
      place(record, hand, page);
      return found;
    }
    // One use less: from 3 to 2, from 1 to 0, from 2 to 1.
    store<W>(at, (word & one) !== 0 ? word & ~one : (word & ~two) | one);
    if (++hand === frames) hand = 0;
  }
}

function replaceCounted<W>(record: usize, bit: W, page: u32): u32 {
  const ring = load<usize>(record + RING);
  const counts = load<usize>(record + COUNTS);
  const frames = framesOf(record);
  let hand = load<u32>(record + HAND);
  while (true) {
    const found = load<u32>(ring + ((<usize>hand) << 2));
    const at = words + <usize>found * sizeof<W>();
    const word = load<W>(at);
    const one = bit << low<W>();
    let count = <u32>load<u16>(counts + ((<usize>hand) << 1));
    const isFresh = count === FRESH;
    if (isFresh) count = 0;
    if ((word & one) !== 0) {
      store<W>(at, word & ~one);
      count = load<u32>(record + (isFresh ? INITIAL : WEIGHT));
    }
    if (count === 0) {
      place(record, hand, page);
      return found;
    }
    store<u16>(counts + ((<usize>hand) << 1), <u16>(count - 1));
    if (++hand === frames) hand = 0;
  }
}
