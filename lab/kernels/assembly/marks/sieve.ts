/**
 * SIEVE (clients/policies/sieve.ts): a queue in order of arrival, and a hand over it.
 *
 *   QUEUE   [ page | page | hole | hole | page ... page |   ]
 *             oldest                ^HAND           ^newest  ^TAIL
 *
 * Who leaves makes a hole. Holes are closed when the hand begins again with the oldest, so before it there
 * are none, and when the queue has come to the end of its room.
 */

import { NONE, OWN } from '../lane';
import { room } from '../memory';
import { low, words } from './words';

export const HAND: usize = OWN;
export const QUEUE: usize = OWN + 4;
export const TAIL: usize = OWN + 8;
export const CAPACITY: usize = OWN + 12;

/** So that small queues are not closed up at each fault. */
const SLACK: u32 = 256;

export function layOutSieve(record: usize, capacity: u32): void {
  const places = 2 * capacity + SLACK;
  store<usize>(record + QUEUE, room((<usize>places) << 2));
  store<u32>(record + CAPACITY, places);
  store<u32>(record + HAND, NONE);
}

/** `page` is the newest. */
export function appendToSieve(record: usize, page: u32): void {
  if (load<u32>(record + TAIL) === load<u32>(record + CAPACITY)) closeHoles(record);
  const tail = load<u32>(record + TAIL);
  store<u32>(load<usize>(record + QUEUE) + ((<usize>tail) << 2), page);
  store<u32>(record + TAIL, tail + 1);
}

/** Takes the page that leaves out of the queue. */
export function takeFromSieve<W>(record: usize, bit: W): u32 {
  const queue = load<usize>(record + QUEUE);
  const mark = bit << low<W>();
  let hand = load<u32>(record + HAND);
  while (true) {
    if (hand === NONE) {
      closeHoles(record);
      hand = 0;
    }
    const place = queue + ((<usize>hand) << 2);
    const page = load<u32>(place);
    hand++;
    // Past the newest it begins anew, whoever comes meanwhile.
    if (hand === load<u32>(record + TAIL)) hand = NONE;
    const at = words + <usize>page * sizeof<W>();
    const word = load<W>(at);
    if ((word & mark) === 0) {
      store<u32>(place, NONE);
      store<u32>(record + HAND, hand);
      return page;
    }
    store<W>(at, word & ~mark);
  }
}

/** Pages move down to where holes were. */
export function closeHoles(record: usize): void {
  const queue = load<usize>(record + QUEUE);
  const tail = load<u32>(record + TAIL);
  const hand = load<u32>(record + HAND);
  let to: u32 = 0;
  for (let at: u32 = 0; at < tail; at++) {
    if (at === hand) store<u32>(record + HAND, to);
    const page = load<u32>(queue + ((<usize>at) << 2));
    if (page === NONE) continue;
    store<u32>(queue + ((<usize>to) << 2), page);
    to++;
  }
  store<u32>(record + TAIL, to);
}
