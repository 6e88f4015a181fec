/**
 * CAR (clients/policies/car.ts): two clocks, each a queue whose oldest page is where the hand stands, ghosts
 * of either, and a target for the first. In the word of a page that has left, LOW and HIGH say whose ghost
 * it is, so that one look at a fault tells it at all sizes.
 */

import { framesOf } from '../lane';
import { room } from '../memory';
import { append, countOf, FIFO_RECORD, layOutFifo, takeOldest } from './fifo';
import {
  addGhost,
  forgetOldestGhost,
  GHOSTS_RECORD,
  ghostCount,
  layOutGhosts,
  placesOfGhosts,
  removeGhost,
} from './ghosts';
import { layOutNewest, OWN_AFTER_NEWEST } from './newest';
import { high, low, words } from './words';

/** T1 and T2 and the ghosts of both, one behind the other. */
const QUEUES: usize = OWN_AFTER_NEWEST;
/** A double: pages that T1 should hold. */
const TARGET: usize = OWN_AFTER_NEWEST + 8;

const T2: usize = FIFO_RECORD;
const B1: usize = 2 * FIFO_RECORD;
const B2: usize = B1 + GHOSTS_RECORD;

export function layOutCar(record: usize, capacity: u32, countsFault: u32): void {
  layOutNewest(record, countsFault);
  const queues = room(B2 + GHOSTS_RECORD);
  store<usize>(record + QUEUES, queues);
  layOutFifo(queues, capacity);
  layOutFifo(queues + T2, capacity);
  // As many ghosts as frames, and the one more that makes another one go.
  const places = placesOfGhosts();
  layOutGhosts(queues + B1, places, capacity + 1);
  layOutGhosts(queues + B2, places, capacity + 1);
}

/** Names the page that leaves and makes it a ghost. */
export function takeFromCar<W>(record: usize, bit: W): u32 {
  const t1 = load<usize>(record + QUEUES);
  const target = max<f64>(1, load<f64>(record + TARGET));
  while (true) {
    // Where T2 is empty T1 is not.
    const isFirst = <f64>countOf(t1) >= target || countOf(t1 + T2) === 0;
    const page = takeOldest(isFirst ? t1 : t1 + T2);
    const at = words + <usize>page * sizeof<W>();
    const word = load<W>(at);
    if ((word & (bit << low<W>())) === 0) {
      store<W>(at, word | (bit << (isFirst ? low<W>() : high<W>())));
      addGhost(t1 + (isFirst ? B1 : B2), page);
      return page;
    }
    store<W>(at, word & ~(bit << low<W>()));
    append(t1 + T2, page);
  }
}

/** `page` has come; its word is as it was before. */
export function admitToCar<W>(record: usize, bit: W, page: u32): void {
  const t1 = load<usize>(record + QUEUES);
  const word = load<W>(words + <usize>page * sizeof<W>());
  const isOfB1 = (word & (bit << low<W>())) !== 0;
  if (!isOfB1 && (word & (bit << high<W>())) === 0) {
    append(t1, page);
    forget<W>(t1, bit, framesOf(record));
    return;
  }
  const b1 = <f64>ghostCount(t1 + B1);
  const b2 = <f64>ghostCount(t1 + B2);
  const target = load<f64>(record + TARGET);
  if (isOfB1)
    store<f64>(record + TARGET, min(target + max<f64>(1, b2 / b1), <f64>framesOf(record)));
  else store<f64>(record + TARGET, max<f64>(target - max<f64>(1, b1 / b2), 0));
  removeGhost(t1 + (isOfB1 ? B1 : B2), page);
  append(t1 + T2, page);
}

/** Drops the oldest ghosts beyond what the paper remembers. */
function forget<W>(t1: usize, bit: W, frames: u32): void {
  while (countOf(t1) + ghostCount(t1 + B1) > frames && ghostCount(t1 + B1) > 0)
    drop<W>(t1 + B1, bit);
  while (total(t1) > <u64>frames * 2 && ghostCount(t1 + B2) > 0) drop<W>(t1 + B2, bit);
}

function total(t1: usize): u64 {
  const once = <u64>countOf(t1) + ghostCount(t1 + B1);
  return once + countOf(t1 + T2) + ghostCount(t1 + B2);
}

function drop<W>(ghosts: usize, bit: W): void {
  const at = words + <usize>forgetOldestGhost(ghosts) * sizeof<W>();
  store<W>(at, load<W>(at) & ~((bit << low<W>()) | (bit << high<W>())));
}
