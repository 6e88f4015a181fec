/**
 * LRU curve: the stack distance of every reference, counted (twin: lab/bounds/lru-curve.ts).
 *
 *   front   the 16 pages used last: each has a seat, and 16 bytes of one vector hold the seats' ages
 *   behind  the others, in the order in which they left the front (page-order.ts)
 *
 * A page at age a is at distance a + 1. To bring it to the front, ages below its own grow by one and its own
 * becomes 0: four vector operations, no branch, nothing in memory but the seat of the page. Counts of ages
 * are bytes of a vector too, put by every 255 runs. Where most references miss the front, it does not pay:
 * pages then stand behind an empty one, until most are found near again.
 */

import { room, WINDOW } from './memory';
import { come, FIRST_SLOT, go, layOut, NOWHERE, slotOf } from './page-order';

const FRONT: u32 = 16;
/** Runs after which a count of a byte may be full. */
const BLOCK: u32 = 255;
/** Runs whose pages are looked up ahead of time where they are many, so that misses of caches overlap. */
const AHEAD: u32 = 128;

let pagesAll: u32 = 0;
let ages: v128 = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
/** Page in each seat. */
let pageIn: usize = 0;
/** hits[d]: runs whose page was at distance d, 4 bytes each; those at 1..16 of the front in `near`. */
let hits: usize = 0;
let near: usize = 0;
let curve: usize = 0;
let references: u64 = 0;
let coldMisses: u64 = 0;
let frontOn = true;
/** Pages in the front: it fills anew when it is turned on. */
let seated: u32 = 0;
let lastPage: u32 = NOWHERE;
/** In this window: runs that missed the front; while it is off, runs that it would not have missed. */
let missed: u32 = 0;

export function start(pages: u32): void {
  pagesAll = pages;
  layOut(pages);
  pageIn = room(FRONT << 2);
  memory.fill(pageIn, 0xff, FRONT << 2);
  near = room(FRONT << 3);
  hits = room((pages + FRONT + 2) << 2);
  curve = room((pages + 1) << 3);
}

/** Executes the first `count` runs of the window. */
export function advance(count: u32): void {
  missed = 0;
  let lengths: u32 = 0;
  const end = WINDOW + (count << 2);
  for (let at = WINDOW; at < end; at += 4) lengths += load<u32>(at) & 63;
  references += lengths + count;
  if (frontOn) {
    for (let from: u32 = 0; from < count; from += BLOCK)
      throughFront(from, min(count, from + BLOCK));
    if (missed > count >> 1) leaveFront();
  } else {
    for (let from: u32 = 0; from < count; from += AHEAD)
      behindFront(from, min(count, from + AHEAD));
    if (missed > count >> 1) frontOn = true;
  }
}

function throughFront(from: u32, to: u32): void {
  const seats = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const slots = slotOf;
  let order = ages;
  let counts = i8x16.splat(0);
  const end = WINDOW + (to << 2);
  for (let at = WINDOW + (from << 2); at < end; at += 4) {
    const page = load<u32>(at) >> 8;
    let seat = load<u32>(slots + (page << 2));
    if (seat >= FRONT) seat = takeSeat(page, seat, order);
    const own = i8x16.splat(<i8>seat);
    const age = i8x16.swizzle(order, own);
    counts = i8x16.sub(counts, i8x16.eq(age, seats));
    order = v128.andnot(i8x16.sub(order, i8x16.gt_s(age, order)), i8x16.eq(own, seats));
  }
  ages = order;
  for (let age: u32 = 0; age < FRONT; age++) {
    const count = near + (age << 3);
    store<u64>(count, load<u64>(count) + (i8x16.extract_lane_u(counts, 0) as u64));
    counts = i8x16.shuffle(counts, counts, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0);
  }
}

/** The seat of a page from behind: the oldest one's, who goes behind. Its age is counted as if it were hit. */
function takeSeat(page: u32, entry: u32, order: v128): u32 {
  const seat = <u32>ctz(i8x16.bitmask(i8x16.eq(order, i8x16.splat(15))));
  const dropped = load<u32>(pageIn + (seat << 2));
  missed++;
  store<u64>(near, load<u64>(near, 15 << 3) - 1, 15 << 3);
  if (entry === NOWHERE) coldMisses++;
  else countHit(seated + 1 + go(entry - FIRST_SLOT));
  if (dropped !== NOWHERE) come(dropped);
  else seated++;
  store<u32>(pageIn + (seat << 2), page);
  store<u32>(slotOf + (page << 2), seat);
  return seat;
}

function countHit(distance: u32): void {
  const count = hits + (distance << 2);
  store<u32>(count, load<u32>(count) + 1);
}

/** The pages of the front go behind, the oldest first. */
function leaveFront(): void {
  frontOn = false;
  seated = 0;
  for (let age: i32 = 15; age >= 0; age--) {
    const seat = <u32>ctz(i8x16.bitmask(i8x16.eq(ages, i8x16.splat(<i8>age))));
    const page = load<u32>(pageIn + (seat << 2));
    lastPage = page;
    if (page !== NOWHERE) come(page);
    store<u32>(pageIn + (seat << 2), NOWHERE);
  }
}

function behindFront(from: u32, to: u32): void {
  const slots = slotOf;
  const end = WINDOW + (to << 2);
  let seen: u32 = 0;
  for (let at = WINDOW + (from << 2); at < end; at += 4)
    seen |= load<u32>(slots + ((load<u32>(at) >> 8) << 2));
  // Never so: it keeps the look-ups ahead of time from being left out.
  if (seen === 0) return;
  for (let at = WINDOW + (from << 2); at < end; at += 4) {
    const page = load<u32>(at) >> 8;
    if (page === lastPage) {
      missed++;
      countHit(1);
      continue;
    }
    lastPage = page;
    const entry = load<u32>(slots + (page << 2));
    if (entry === NOWHERE) coldMisses++;
    else {
      const distance = go(entry - FIRST_SLOT) + 1;
      if (distance <= FRONT) missed++;
      countHit(distance);
    }
    come(page);
  }
}

/** Faults with f frames, for f = 0..pages: the address of as many doubles. */
export function result(): usize {
  let faults = <f64>coldMisses;
  for (let frames = pagesAll; frames >= 1; frames--) {
    faults += <f64>load<u32>(hits + ((frames + 1) << 2));
    if (frames < FRONT) faults += <f64>load<u64>(near + (frames << 3));
    store<f64>(curve + (frames << 3), faults);
  }
  store<f64>(curve, <f64>references);
  return curve;
}
