/**
 * Uses: what all sizes know of a page. When and how often it was used does not depend on who holds it, so it
 * is noted once for all sizes.
 *
 *   | modified (16) | resident (16) | unused (32) | time of the last use | ... more times, or the uses |
 *
 * Sizes have a bit each. Times are counted in references, from 1; 0: never. Doubles, exact up to 2^53.
 */

import { pages } from '../lane';
import { room } from '../memory';

/** Bits from one that tells residence to the one that tells modification. */
export const MODIFIED: u32 = 16;

const TIME: usize = 8;
/** Times kept a page at most: what a record of 128 bytes has room for. */
const TIMES_MAX: u32 = 15;

let records: usize = 0;
/** Size of a record, as a power of two. */
let recordBits: usize = 0;
/** Where a record has what pages are judged by first. */
let keyAt: usize = 0;
/** References executed. */
let now: f64 = 0;

/** Of each page the times of its last `times` uses; or, for 0, the last one and how many there were. */
export function layOutUses(times: u32): void {
  if (times > TIMES_MAX) unreachable();
  const fields = 1 + max<u32>(times, 2);
  recordBits = 32 - clz<u32>(8 * fields - 1);
  records = room((<usize>pages) << recordBits);
  keyAt = (<usize>(times === 0 ? 2 : times)) << 3;
}

export function useOf(page: u32): usize {
  return records + ((<usize>page) << recordBits);
}

export function timeOf(use: usize): f64 {
  return load<f64>(use + TIME);
}

/** The uses of a page, or the earliest of the times that are kept of it. */
export function keyOf(use: usize): f64 {
  return load<f64>(use + keyAt);
}

/** So many references to the page, one after the other, are its last ones. */
export function countUses(use: usize, length: u32): void {
  now += length;
  store<f64>(use + TIME, now);
  store<f64>(use + keyAt, load<f64>(use + keyAt) + length);
}

/** The same where times are kept. */
export function noteTimes(use: usize, length: u32): void {
  now += length;
  // The times before go back by as many places.
  const shift = (<usize>length) << 3;
  for (let at = keyAt; at >= TIME; at -= 8) {
    const isNew = at < TIME + shift;
    store<f64>(use + at, isNew ? now - <f64>((at - TIME) >> 3) : load<f64>(use + at - shift));
  }
}
