/**
 * Page fault frequency (clients/policies/pff.ts): a set whose pages stand in the order in which they were found
 * in use. At a fault those in use go to its end; the others leave it, and memory, where faults are rare.
 */

import { giveFree, heldBy, NONE, OWN } from '../lane';
import { room } from '../memory';
import {
  ARRIVALS_RECORD,
  arrive,
  headOf,
  layOutArrivals,
  makeRoom,
  markedOf,
  oldestSlot,
  pageIn,
  setHead,
  tailOf,
  vacate,
} from './arrivals';
import { clearReferenced, leave } from './pages';
import { add, firstFrom, isIn } from './slot-set';
import { now } from './time';

/** Fields of a lane. */
const SET: usize = OWN;
const LAST_FAULT: usize = OWN + 8;

/** References between faults from which the set shrinks. */
let threshold: f64 = 0;

export function setThreshold(wanted: f64): void {
  threshold = wanted;
}

export function layOutPff(record: usize, capacity: u32): void {
  const set = room(ARRIVALS_RECORD);
  layOutArrivals(set, capacity);
  store<usize>(record + SET, set);
  // Long ago, as the twin has it.
  store<f64>(record + LAST_FAULT, -4503599627370496);
}

/** The page in `slot` is used for the first time since the last fault. */
export function useInPff(record: usize, slot: u32): void {
  add(markedOf(load<usize>(record + SET)), slot);
}

export function takeFromPff(record: usize): u32 {
  const set = load<usize>(record + SET);
  const slot = oldestSlot(set);
  const page = pageIn(set, slot);
  vacate(set, slot);
  return page;
}

/** `page` has come; pages may leave. */
export function admitToPff(record: usize, lane: u32, page: u32): void {
  const set = load<usize>(record + SET);
  const marked = markedOf(set);
  makeRoom(set, lane, heldBy(record), 0);
  const end = tailOf(set);
  const time = now();
  const shrinks = time - load<f64>(record + LAST_FAULT) >= threshold;
  if (shrinks) shrink(record, lane, end);
  store<f64>(record + LAST_FAULT, time);
  for (let slot = firstFrom(marked, 0); slot < end; slot = firstFrom(marked, slot + 1)) {
    const used = pageIn(set, slot);
    vacate(set, slot);
    clearReferenced(used, lane);
    arrive(set, lane, used);
  }
  if (shrinks) setHead(set, end);
  add(marked, arrive(set, lane, page));
}

/** What is not in use leaves. */
function shrink(record: usize, lane: u32, end: u32): void {
  const set = load<usize>(record + SET);
  const marked = markedOf(set);
  for (let slot = headOf(set); slot < end; slot++) {
    const page = pageIn(set, slot);
    if (page === NONE || isIn(marked, slot)) continue;
    vacate(set, slot);
    leave(page, lane);
    giveFree(record);
  }
}
