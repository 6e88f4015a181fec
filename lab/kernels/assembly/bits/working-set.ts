/**
 * WSClock (clients/policies/working-set.ts): a ring of frames with a hand. What comes takes the slot of what
 * leaves.
 *
 * The hand looks at all between it and the page that it chooses, which is known before: a slot whose page
 * has been used since it was looked at last is in USED, and has no key. All others have a key, the time of
 * their last use that a look has found, among those of clean or of modified pages.
 */

import { framesOf, NONE, OWN } from '../lane';
import { room } from '../memory';
import { firstBelow, KEYS_RECORD, layOutKeys, leastKey, NEVER, setKey } from './keys';
import { clearReferenced, isModified, setSlot } from './pages';
import { add, drop, firstFrom, layOutSet, SET_RECORD } from './slot-set';
import { now } from './time';

/** Fields of a lane. */
const HAND: usize = OWN;
/** By slot. */
const RING: usize = OWN + 4;
const CLEAN: usize = OWN + 8;
const DIRTY: usize = OWN + 12;
const USED: usize = OWN + 16;
const FILLED: usize = OWN + 20;

/** References that an unused page is kept for, a whole number, as times are. */
let tau: f64 = 0;

export function setTau(wanted: f64): void {
  tau = floor(wanted);
}

export function layOutWorkingSet(record: usize, capacity: u32): void {
  const state = room(2 * KEYS_RECORD + SET_RECORD);
  store<usize>(record + RING, room((<usize>capacity) << 2));
  store<usize>(record + CLEAN, state);
  store<usize>(record + DIRTY, state + KEYS_RECORD);
  store<usize>(record + USED, state + 2 * KEYS_RECORD);
  layOutKeys(state, capacity);
  layOutKeys(state + KEYS_RECORD, capacity);
  layOutSet(state + 2 * KEYS_RECORD, capacity);
}

/** `page` comes into the next slot that was never used. */
export function fillWorkingSet(record: usize, lane: u32, page: u32): void {
  const slot = load<u32>(record + FILLED);
  store<u32>(record + FILLED, slot + 1);
  enter(record, lane, page, slot);
}

/** The page in `slot` is used for the first time since it was looked at. */
export function useInWorkingSet(record: usize, slot: u32, wasModified: bool): void {
  setKey(load<usize>(record + (wasModified ? DIRTY : CLEAN)), slot, NEVER);
  add(load<usize>(record + USED), slot);
}

/** Names the page that leaves, and puts `page` where it stood. */
export function replaceInWorkingSet(record: usize, lane: u32, page: u32): u32 {
  const slot = choose(record, lane);
  store<u32>(record + HAND, slot + 1 === framesOf(record) ? 0 : slot + 1);
  const victim = load<u32>(load<usize>(record + RING) + ((<usize>slot) << 2));
  setKey(load<usize>(record + CLEAN), slot, NEVER);
  setKey(load<usize>(record + DIRTY), slot, NEVER);
  enter(record, lane, page, slot);
  return victim;
}

/** The first old clean page from the hand on; else the first old one; else the oldest. */
function choose(record: usize, lane: u32): u32 {
  const hand = load<u32>(record + HAND);
  const frames = framesOf(record);
  const clean = load<usize>(record + CLEAN);
  const dirty = load<usize>(record + DIRTY);
  const time = now();
  const old = firstInRing(clean, hand, time - tau);
  if (old !== NONE) {
    if (old >= hand) look(record, lane, hand, old, time);
    else {
      look(record, lane, hand, frames, time);
      look(record, lane, 0, old, time);
    }
    return old;
  }
  look(record, lane, 0, frames, time);
  const oldDirty = firstInRing(dirty, hand, time - tau);
  if (oldDirty !== NONE) return oldDirty;
  const above = min(leastKey(clean), leastKey(dirty)) + 1;
  const next = min(firstBelow(clean, hand, above), firstBelow(dirty, hand, above));
  return next !== NONE ? next : min(firstBelow(clean, 0, above), firstBelow(dirty, 0, above));
}

function firstInRing(keys: usize, hand: u32, limit: f64): u32 {
  const slot = firstBelow(keys, hand, limit);
  return slot === NONE ? firstBelow(keys, 0, limit) : slot;
}

/** What was used in slots [from, to) was used now, as far as one can see. */
function look(record: usize, lane: u32, from: u32, to: u32, time: f64): void {
  const used = load<usize>(record + USED);
  const ring = load<usize>(record + RING);
  for (let slot = firstFrom(used, from); slot < to; slot = firstFrom(used, slot + 1)) {
    const page = load<u32>(ring + ((<usize>slot) << 2));
    drop(used, slot);
    clearReferenced(page, lane);
    setKey(load<usize>(record + (isModified(page, lane) ? DIRTY : CLEAN)), slot, time);
  }
}

function enter(record: usize, lane: u32, page: u32, slot: u32): void {
  store<u32>(load<usize>(record + RING) + ((<usize>slot) << 2), page);
  setSlot(page, lane, slot);
  add(load<usize>(record + USED), slot);
}
