/**
 * Front: the 16 pages used last, before a page order in which the others stand (page-order.ts).
 *
 *   seats   16; each page of the front has one, which is what `slotOf` says of it
 *   ages    16 bytes of one vector, by seat: how many pages were used since
 *
 * A page at age a is at distance a + 1. To bring it to the front, ages below its own grow by one and its own
 * becomes 0: four vector operations, no branch, nothing in memory but the seat of the page. Whoever uses
 * this keeps the ages in a variable of its loop; a page from behind takes the seat of the oldest.
 */

import { room } from './memory';
import { come, FIRST_SLOT, go, NOWHERE, slotOf } from './page-order';

/** Seats; slots are told from them by being FIRST_SLOT or more. */
export const FRONT: u32 = 16;

/** Ages of an empty front; and the seats' own numbers. */
export function seatNumbers(): v128 {
  return i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

/** By seat, a vector each: 16 times its number; all ones but for its own byte. Looked up sooner than made. */
const numberOf: usize = memory.data(256, 16);
const others: usize = memory.data(256, 16);
/** The seats' numbers, which a loop would make anew each time. */
export const seatsAt: usize = memory.data(16, 16);
/** Page in each seat. */
let pageIn: usize = 0;
/** Pages in the front: it may fill anew. */
let seated: u32 = 0;
/** Distance of the page that took a seat last; NOWHERE: it had never been used. */
export let distance: u32 = 0;

export function layOutFront(): void {
  pageIn = room(FRONT << 2);
  memory.fill(pageIn, 0xff, FRONT << 2);
  v128.store(seatsAt, seatNumbers());
  for (let seat: u32 = 0; seat < FRONT; seat++) {
    const own = i8x16.splat(<i8>seat);
    v128.store(numberOf + (seat << 4), own);
    v128.store(others + (seat << 4), i8x16.ne(own, seatNumbers()));
  }
}

/** The age of this seat, 16 times. */
export function ageOf(ages: v128, seat: u32): v128 {
  return i8x16.relaxed_swizzle(ages, v128.load(numberOf + (seat << 4)));
}

/** The ages after a use of the page in this seat, whose age is `age`. */
export function used(ages: v128, seat: u32, age: v128): v128 {
  const older = i8x16.sub(ages, i8x16.gt_s(age, ages));
  return v128.and(older, v128.load(others + (seat << 4)));
}

/** The seat of this age. */
export function seatOf(ages: v128, age: i8): u32 {
  return ctz(i8x16.bitmask(i8x16.eq(ages, i8x16.splat(age))));
}

/** The seat of a page from behind: the oldest one's, who goes behind. Leaves its `distance`. */
export function takeSeat(page: u32, entry: u32, ages: v128): u32 {
  const seat = seatOf(ages, 15);
  const at = pageIn + (seat << 2);
  const dropped = load<u32>(at);
  distance = entry === NOWHERE ? NOWHERE : seated + 1 + go(entry - FIRST_SLOT);
  if (dropped !== NOWHERE) come(dropped);
  else seated++;
  store<u32>(at, page);
  store<u32>(slotOf + (page << 2), seat);
  return seat;
}

/** All pages of the front go behind, the oldest first. Returns the youngest. */
export function leaveFront(ages: v128): u32 {
  let page = NOWHERE;
  for (let age: i8 = 15; age >= 0; age--) {
    const at = pageIn + (seatOf(ages, age) << 2);
    page = load<u32>(at);
    if (page !== NOWHERE) come(page);
    store<u32>(at, NOWHERE);
  }
  seated = 0;
  return page;
}
