/**
 * LRU curve: the stack distance of every reference, counted (twin: lab/bounds/lru-curve.ts).
 *
 *   front   the 16 pages used last (front.ts)
 *   behind  the others, in the order in which they left the front (page-order.ts)
 *
 * Counts of ages in the front are bytes of a vector, put by every 255 runs. Where most references miss the
 * front, it does not pay: pages then stand behind an empty one, until most are found near again.
 */

import {
  ageOf,
  distance,
  FRONT,
  layOutFront,
  leaveFront,
  seatNumbers,
  seatsAt,
  takeSeat,
  used,
} from './front';
import { moreRoom, room, WINDOW } from './memory';
import { come, FIRST_SLOT, fetchSlot, go, growOrder, layOut, NOWHERE, slotOf } from './page-order';

/** Runs after which a count of a byte may be full. */
const BLOCK: u32 = 255;
/** Runs whose pages are looked up ahead of time where they are many, so that misses of caches overlap. */
const AHEAD: u32 = 64;

let pagesAll: u32 = 0;
let ages: v128 = seatNumbers();
/**
 * Runs whose page was at distance d, 0: at none; those at 1..16 of the front in `near`. A byte each in `hits`, so that
 * most of them stay in a cache, and what has left it in `more`, 4 bytes each.
 */
let hits: usize = 0;
let more: usize = 0;
let near: usize = 0;
let curve: usize = 0;
let references: u64 = 0;
/** Those counted as hits at 0 apart. */
let coldMisses: u64 = 0;
/** Pages used so far; in the order of their first use they stand at `curve`, until `result`. */
let firstUses: u32 = 0;
let frontOn = true;
let lastPage: u32 = NOWHERE;
/** In this window: runs that missed the front; while it is off, runs that it would not have missed. */
let missed: u32 = 0;
/** Distances of up to AHEAD runs. */
let places: usize = 0;

export function start(pages: u32): void {
  pagesAll = pages;
  layOut(pages);
  layOutFront();
  near = room(FRONT << 3);
  places = room(AHEAD << 2);
  hits = room(pages + FRONT + 2);
  more = room((pages + FRONT + 2) << 2);
  curve = room((pages + 1) << 3);
}

/** Room for more pages than it was started with. */
export function grow(pages: u32): void {
  growOrder(pages);
  const entries = pagesAll + FRONT + 2;
  const wanted = pages + FRONT + 2;
  hits = moreRoom(hits, entries, wanted, 0);
  more = moreRoom(more, entries << 2, wanted << 2, 0);
  const before = curve;
  curve = room((pages + 1) << 3);
  memory.copy(curve, before, firstUses << 2);
  pagesAll = pages;
}

/** Executes the first `count` runs of the window. */
export function advance(count: u32): void {
  missed = 0;
  references += lengthsOf(count);
  if (frontOn) {
    for (let from: u32 = 0; from < count; from += BLOCK)
      throughFront(from, min(count, from + BLOCK));
    if (missed > count >> 1) {
      frontOn = false;
      lastPage = leaveFront(ages);
    }
  } else {
    for (let from: u32 = 0; from < count; from += AHEAD)
      behindFront(from, min(count, from + AHEAD));
    if (missed > count >> 1) frontOn = true;
  }
}

/** References of the first `count` runs. */
function lengthsOf(count: u32): u32 {
  const fours = WINDOW + ((count & ~3) << 2);
  const end = WINDOW + (count << 2);
  let sums = i32x4.splat(0);
  for (let at = WINDOW; at < fours; at += 16)
    sums = i32x4.add(sums, v128.and(v128.load(at), i32x4.splat(63)));
  let lengths = count;
  for (let at = fours; at < end; at += 4) lengths += load<u32>(at) & 63;
  const pairs = i32x4.add(
    sums,
    i8x16.shuffle(sums, sums, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7),
  );
  return lengths + i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1);
}

function throughFront(from: u32, to: u32): void {
  const slots = slotOf;
  let order = ages;
  let counts = i8x16.splat(0);
  const end = WINDOW + (to << 2);
  let at = WINDOW + (from << 2);
  for (; at < end; at += 4) {
    let seat: u32 = 0;
    // Nothing is called in here, so that all stays in registers.
    for (; at < end; at += 4) {
      seat = load<u32>(slots + ((load<u32>(at) >> 8) << 2));
      if (seat >= FRONT) break;
      const age = ageOf(order, seat);
      counts = i8x16.sub(counts, i8x16.eq(age, v128.load(seatsAt)));
      order = used(order, seat, age);
    }
    if (at === end) break;
    const page = load<u32>(at) >> 8;
    seat = takeSeat(page, seat, order);
    countMissed(page);
    order = used(order, seat, i8x16.splat(15));
  }
  ages = order;
  for (let age: u32 = 0; age < FRONT; age++) {
    const count = near + (age << 3);
    store<u64>(count, load<u64>(count) + (i8x16.extract_lane_u(counts, 0) as u64));
    counts = i8x16.shuffle(counts, counts, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0);
  }
}

/** A run that missed the front. */
function countMissed(page: u32): void {
  missed++;
  if (distance !== NOWHERE) return countHit(distance);
  coldMisses++;
  noteFirst(page);
}

function noteFirst(page: u32): void {
  store<u32>(curve + (firstUses << 2), page);
  firstUses++;
}

function countHit(distance: u32): void {
  const count = <u32>load<u8>(hits + distance) + 1;
  store<u8>(hits + distance, <u8>count);
  if (count === 256) store<u32>(more + (distance << 2), load<u32>(more + (distance << 2)) + 256);
}

function countOf(distance: u32): f64 {
  return <f64>(load<u32>(more + (distance << 2)) + load<u8>(hits + distance));
}

/** At most AHEAD runs, of which no page is in the front. */
function behindFront(from: u32, to: u32): void {
  fetchAhead(from, to);
  const slots = slotOf;
  const end = WINDOW + (to << 2);
  let near: u32 = 0;
  let last = lastPage;
  let place = places;
  for (let at = WINDOW + (from << 2); at < end; at += 4) {
    const page = load<u32>(at) >> 8;
    let found: u32 = 1;
    if (page !== last) {
      last = page;
      const entry = load<u32>(slots + (page << 2));
      // Of a page that has never been used the distance is written 0.
      if (entry === NOWHERE) {
        found = 0;
        noteFirst(page);
      } else {
        found = go(entry - FIRST_SLOT) + 1;
      }
      come(page);
    }
    near += <u32>(found - 1 < FRONT);
    store<u32>(place, found);
    place += 4;
  }
  lastPage = last;
  missed += near;
  // Apart from the others, since these too miss caches.
  for (let at = places; at < place; at += 4) countHit(load<u32>(at));
}

/** Looks at what these runs will look at, so that misses of caches overlap. */
function fetchAhead(from: u32, to: u32): void {
  const slots = slotOf;
  const end = WINDOW + (to << 2);
  let place = places;
  for (let at = WINDOW + (from << 2); at < end; at += 4, place += 4)
    store<u32>(place, load<u32>(slots + ((load<u32>(at) >> 8) << 2)));
  let seen: u32 = 0;
  for (let at = places; at < place; at += 4) {
    const entry = load<u32>(at);
    if (entry !== NOWHERE) seen |= fetchSlot(entry - FIRST_SLOT);
  }
  // Written, or looking would be left out.
  store<u32>(places, seen);
}

/** Pages used so far, and the address of their numbers in the order of first use, until `result`. */
export function firstCount(): u32 {
  return firstUses;
}

export function firsts(): usize {
  return curve;
}

/** Faults with f frames, for f = 0..pages: the address of as many doubles. */
export function result(): usize {
  let faults = <f64>coldMisses + countOf(0);
  for (let frames = pagesAll; frames >= 1; frames--) {
    faults += countOf(frames + 1);
    if (frames < FRONT) faults += <f64>load<u64>(near + (frames << 3));
    store<f64>(curve + (frames << 3), faults);
  }
  store<f64>(curve, <f64>references);
  return curve;
}
