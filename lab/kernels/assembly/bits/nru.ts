/**
 * Not recently used (clients/policies/nru.ts): a ring of frames with a hand, a set of its slots for each
 * class. What comes takes the slot of what leaves.
 */

import { framesOf, NONE, OWN } from '../lane';
import { room } from '../memory';
import { clearReferenced, setSlot } from './pages';
import { add, drop, firstFrom, layOutSet, SET_RECORD } from './slot-set';
import { now } from './time';

const CLASSES: u32 = 4;

/** Fields of a lane. */
const HAND: usize = OWN;
/** By slot. */
const RING: usize = OWN + 4;
const SETS: usize = OWN + 8;
const FILLED: usize = OWN + 12;
const CLEARED_AT: usize = OWN + 16;

/** References after which bits are cleared; 0: when all are set. */
let period: f64 = 0;

export function setNruPeriod(wanted: f64): void {
  period = wanted;
}

export function layOutNru(record: usize, capacity: u32): void {
  const sets = room(<usize>CLASSES * SET_RECORD);
  store<usize>(record + RING, room((<usize>capacity) << 2));
  store<usize>(record + SETS, sets);
  for (let each: u32 = 0; each < CLASSES; each++) layOutSet(setOf(sets, each), capacity);
}

/** `page` comes with this class into the next slot that was never used. */
export function fillNru(record: usize, lane: u32, page: u32, itsClass: u32): void {
  const slot = load<u32>(record + FILLED);
  store<u32>(record + FILLED, slot + 1);
  enter(record, lane, page, itsClass, slot);
}

/** The page in `slot` has another class. */
export function classifyNru(record: usize, slot: u32, before: u32, after: u32): void {
  const sets = load<usize>(record + SETS);
  drop(setOf(sets, before), slot);
  add(setOf(sets, after), slot);
}

/** Names the page that leaves, and puts `page` where it stood. */
export function replaceByNru(record: usize, lane: u32, page: u32, itsClass: u32): u32 {
  const sets = load<usize>(record + SETS);
  const hand = load<u32>(record + HAND);
  let lowest: u32 = 0;
  let slot = firstInRing(setOf(sets, 0), hand);
  while (slot === NONE) slot = firstInRing(setOf(sets, ++lowest), hand);
  drop(setOf(sets, lowest), slot);
  clearIfDue(record, lane, lowest >= 2);
  store<u32>(record + HAND, slot + 1 === framesOf(record) ? 0 : slot + 1);
  const victim = load<u32>(load<usize>(record + RING) + ((<usize>slot) << 2));
  enter(record, lane, page, itsClass, slot);
  return victim;
}

function firstInRing(set: usize, hand: u32): u32 {
  const slot = firstFrom(set, hand);
  return slot === NONE ? firstFrom(set, 0) : slot;
}

function clearIfDue(record: usize, lane: u32, areAllSet: bool): void {
  if (period === 0) {
    if (!areAllSet) return;
  } else {
    const time = now();
    if (time - load<f64>(record + CLEARED_AT) < period) return;
    store<f64>(record + CLEARED_AT, time);
  }
  const sets = load<usize>(record + SETS);
  const ring = load<usize>(record + RING);
  for (let used: u32 = 2; used < CLASSES; used++) {
    const set = setOf(sets, used);
    for (let slot = firstFrom(set, 0); slot !== NONE; slot = firstFrom(set, slot + 1)) {
      clearReferenced(load<u32>(ring + ((<usize>slot) << 2)), lane);
      drop(set, slot);
      add(setOf(sets, used - 2), slot);
    }
  }
}

function enter(record: usize, lane: u32, page: u32, itsClass: u32, slot: u32): void {
  store<u32>(load<usize>(record + RING) + ((<usize>slot) << 2), page);
  setSlot(page, lane, slot);
  add(setOf(load<usize>(record + SETS), itsClass), slot);
}

function setOf(sets: usize, itsClass: u32): usize {
  return sets + <usize>itsClass * SET_RECORD;
}
