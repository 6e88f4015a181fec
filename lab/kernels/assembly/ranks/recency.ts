/**
 * Recency: a log of references, one for all sizes, in which each page knows its last entry; the others are stale.
 * A size has a hand on it: of what it holds, nobody was used last before that. So the hand only goes forward, and
 * a hit costs nothing at any size. Stale entries are closed up when the log has come to the end of its room.
 */

import { lanes, pages, recordOf } from '../lane';
import { room } from '../memory';
import { useOf } from './uses';

/** Of a lane: its hand; and where it stands when the log has been closed up. */
export const HAND: usize = 24;
const HAND_AFTER: usize = 28;

/** Of the uses of a page: its last entry plus one; 0: never used. */
const LAST: usize = 4;

const SLACK: u32 = 1 << 12;

let log: usize = 0;
let capacity: u32 = 0;
let tail: u32 = 0;

export function layOutRecency(): void {
  capacity = 2 * pages + SLACK;
  log = room((<usize>capacity) << 2);
}

/** `page` is used. */
export function noteUse(use: usize, page: u32): void {
  if (tail !== 0 && load<u32>(use, LAST) === tail) return;
  if (tail === capacity) closeUp();
  store<u32>(log + ((<usize>tail) << 2), page);
  store<u32>(use, ++tail, LAST);
}

/** The page that the lane of `bit` holds and that was used last before all others; it holds one. */
export function leastRecent(record: usize, bit: u32): u32 {
  let hand = load<u32>(record, HAND);
  while (true) {
    const page = load<u32>(log + ((<usize>hand) << 2));
    const use = useOf(page);
    if (load<u32>(use, LAST) === hand + 1 && (load<u32>(use) & bit) !== 0) {
      store<u32>(record, hand, HAND);
      return page;
    }
    hand++;
  }
}

function closeUp(): void {
  let at: u32 = 0;
  let to: u32 = 0;
  while (true) {
    const stop = settleHands(at, to);
    if (at === tail) break;
    for (; at < stop; at++) {
      const page = load<u32>(log + ((<usize>at) << 2));
      const use = useOf(page);
      if (load<u32>(use, LAST) !== at + 1) continue;
      store<u32>(log + ((<usize>to) << 2), page);
      store<u32>(use, ++to, LAST);
    }
  }
  tail = to;
  for (let lane: u32 = 0; lane < lanes; lane++)
    store<u32>(recordOf(lane), load<u32>(recordOf(lane), HAND_AFTER), HAND);
}

/** Hands at `at` will stand at `to`; where the next one stands, or the tail. */
function settleHands(at: u32, to: u32): u32 {
  let stop = tail;
  for (let lane: u32 = 0; lane < lanes; lane++) {
    const record = recordOf(lane);
    const hand = load<u32>(record, HAND);
    if (hand === at) store<u32>(record, to, HAND_AFTER);
    else if (hand > at && hand < stop) stop = hand;
  }
  return stop;
}
