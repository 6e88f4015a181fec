/**
 * Aging (clients/policies/aging.ts): the page with the least history leaves, of equal ones that which came
 * first.
 *
 * Whoever comes or is found in use has bit 7 set in its history, and later samples only shift it: so a
 * history is written down as it was then, behind the number of shifts before it, and nobody is touched
 * by a sample but those in use.
 *
 *   key = shifts before it * 256 + history then       history now = history then >> shifts since
 *
 * Who has the less key has no more history: less, or the same where what tells them apart has been shifted out.
 */

import { NONE, OWN } from '../lane';
import { room } from '../memory';
import {
  ARRIVALS_RECORD,
  arrive,
  layOutArrivals,
  makeRoom,
  markedOf,
  pageIn,
  slotsFor,
  vacate,
} from './arrivals';
import { firstBelow, KEYS_RECORD, keyOf, layOutKeys, leastKey, NEVER, setKey } from './keys';
import { clearReferenced } from './pages';
import { add, drop, firstFrom } from './slot-set';
import { now } from './time';

const BITS: u32 = 8;
const USED_LAST: u32 = 1 << (BITS - 1);
const HISTORIES: f64 = 256;

/** Fields of a lane. */
const ARRIVALS: usize = OWN;
const KEYS: usize = OWN + 4;
/** References of the last sample; shifts so far. */
const SAMPLED_AT: usize = OWN + 8;
const SHIFTS: usize = OWN + 16;

/** References between samples. */
let period: f64 = 0;

export function setAgingPeriod(wanted: f64): void {
  period = wanted;
}

export function layOutAging(record: usize, capacity: u32): void {
  const arrivals = room(ARRIVALS_RECORD);
  const keys = room(KEYS_RECORD);
  layOutArrivals(arrivals, capacity);
  layOutKeys(keys, slotsFor(capacity));
  store<usize>(record + ARRIVALS, arrivals);
  store<usize>(record + KEYS, keys);
}

/** `page` has come, and is in use. */
export function admitToAging(record: usize, lane: u32, page: u32): void {
  const arrivals = load<usize>(record + ARRIVALS);
  const keys = load<usize>(record + KEYS);
  makeRoom(arrivals, lane, 1, keys);
  const slot = arrive(arrivals, lane, page);
  setKey(keys, slot, load<f64>(record + SHIFTS) * HISTORIES + <f64>USED_LAST);
  add(markedOf(arrivals), slot);
}

/** The page in `slot` is used for the first time since the last sample. */
export function useInAging(record: usize, slot: u32): void {
  add(markedOf(load<usize>(record + ARRIVALS)), slot);
}

export function takeFromAging(record: usize, lane: u32): u32 {
  sampleIfDue(record, lane);
  const arrivals = load<usize>(record + ARRIVALS);
  const keys = load<usize>(record + KEYS);
  const slot = firstBelow(keys, 0, aboveLeast(leastKey(keys), load<f64>(record + SHIFTS)));
  const page = pageIn(arrivals, slot);
  setKey(keys, slot, NEVER);
  vacate(arrivals, slot);
  return page;
}

/** Keys below it tell the same history as the least one. */
function aboveLeast(least: f64, shifts: f64): f64 {
  const before = floor(least / HISTORIES);
  const since = shifts - before;
  if (since >= <f64>BITS) return (shifts - <f64>BITS + 1) * HISTORIES;
  const history = <u32>(least - before * HISTORIES);
  const lost = <u32>since;
  return before * HISTORIES + <f64>(((history >>> lost) + 1) << lost);
}

function sampleIfDue(record: usize, lane: u32): void {
  const sampledAt = load<f64>(record + SAMPLED_AT);
  const periods = floor((now() - sampledAt) / period);
  if (periods < 1) return;
  store<f64>(record + SAMPLED_AT, sampledAt + periods * period);
  const shifts = load<f64>(record + SHIFTS) + min(periods, <f64>BITS);
  store<f64>(record + SHIFTS, shifts);
  const arrivals = load<usize>(record + ARRIVALS);
  const keys = load<usize>(record + KEYS);
  const marked = markedOf(arrivals);
  for (let slot = firstFrom(marked, 0); slot !== NONE; slot = firstFrom(marked, slot + 1)) {
    drop(marked, slot);
    clearReferenced(pageIn(arrivals, slot), lane);
    setKey(
      keys,
      slot,
      shifts * HISTORIES + <f64>(USED_LAST | historyAt(keyOf(keys, slot), shifts)),
    );
  }
}

function historyAt(key: f64, shifts: f64): u32 {
  const before = floor(key / HISTORIES);
  const since = shifts - before;
  return since >= <f64>BITS ? 0 : <u32>(key - before * HISTORIES) >>> <u32>since;
}
