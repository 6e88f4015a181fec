/**
 * Points: where early eviction pays (clients/policies/eelru.ts). The order is cut into bins of so many pages; hits are
 * counted by bin, at each lane by its own, and halved as they age.
 */

import { NONE, OWN } from '../lane';
import { room } from '../memory';
import { nextYounger, placeBehind } from './order';

/** Fields of a lane. Pages of a bin; bins of memory; the last bin, which is for all that is beyond. */
const WIDTH: usize = OWN;
const MEMORY_BINS: usize = OWN + 4;
const LAST: usize = OWN + 8;
/** Hits by bin. */
const HITS: usize = OWN + 12;
/** Hits beyond the first bin until they are halved, and since points were chosen. */
const UNTIL_AGED: usize = OWN + 16;
const SINCE_CHOSEN: usize = OWN + 20;
/** The points that pay most, in bins; early 0: none pays. */
const EARLY: usize = OWN + 24;
const LATE: usize = OWN + 28;
/** One over the pages of a bin. */
const INVERSE: usize = OWN + 32;
/** Places of the points in the order, as far as they are known. */
const EARLY_PLACE: usize = OWN + 40;
const LATE_PLACE: usize = OWN + 44;

/** Before all places. */
const UNKNOWN: i32 = i32.MIN_VALUE;

export function layOutPoints(record: usize, width: u32, memoryBins: u32, last: u32): void {
  store<u32>(record + WIDTH, width);
  store<u32>(record + MEMORY_BINS, memoryBins);
  store<u32>(record + LAST, last);
  store<u32>(record + UNTIL_AGED, width * memoryBins);
  forgetPlaces(record);
  store<f64>(record + INVERSE, 1 / <f64>width);
  store<usize>(record + HITS, room((<usize>(last + 1)) << 3));
}

export function widthOf(record: usize): u32 {
  return load<u32>(record + WIDTH);
}

/** The place of the early point, from which on to older ones pages go early; NONE: nobody does. */
export function earlyPlace(record: usize): u32 {
  return placeFor(record, EARLY, EARLY_PLACE);
}

/** The place of the late point: who is there or older goes first; NONE: nobody is. */
export function latePlace(record: usize): u32 {
  return placeFor(record, LATE, LATE_PLACE);
}

function placeFor(record: usize, bin: usize, field: usize): u32 {
  const known = load<i32>(record + field);
  if (known !== UNKNOWN) return <u32>known;
  const bins = load<u32>(record + bin);
  const place = bins === 0 ? NONE : placeBehind(bins * widthOf(record));
  if (place !== NONE) store<u32>(record + field, place);
  return place;
}

/** Places have changed. */
export function forgetPlaces(record: usize): void {
  store<i32>(record + EARLY_PLACE, UNKNOWN);
  store<i32>(record + LATE_PLACE, UNKNOWN);
}

/** The page at a place, -1 if it is new, has become the youngest: points behind it have a younger page now. */
export function followPlaces(record: usize, place: i32): void {
  const early = load<i32>(record + EARLY_PLACE);
  if (place <= early) store<u32>(record + EARLY_PLACE, nextYounger(early));
  const late = load<i32>(record + LATE_PLACE);
  if (place <= late) store<u32>(record + LATE_PLACE, nextYounger(late));
}

/** A reference to a page that so many are younger than, WIDTH or more. `isHeld`: it is in memory. */
export function countHit(record: usize, younger: u32, isHeld: bool): void {
  const last = load<u32>(record + LAST);
  // Halves keep clear of borders, so that a product is as good as a quotient.
  const bin = min(<u32>((<f64>younger + 0.5) * load<f64>(record + INVERSE)), last);
  // Beyond the order there are only pages in memory.
  if (!isHeld && bin === last) return;
  const hits = load<usize>(record + HITS);
  const hit = hits + ((<usize>bin) << 3);
  store<f64>(hit, load<f64>(hit) + 1);
  // No further than is asked for, however long no page leaves.
  const sinceChosen = load<u32>(record + SINCE_CHOSEN);
  if (sinceChosen < widthOf(record)) store<u32>(record + SINCE_CHOSEN, sinceChosen + 1);
  const untilAged = load<u32>(record + UNTIL_AGED) - 1;
  store<u32>(record + UNTIL_AGED, untilAged);
  if (untilAged === 0) age(record);
}

function age(record: usize): void {
  store<u32>(record + UNTIL_AGED, widthOf(record) * load<u32>(record + MEMORY_BINS));
  const hits = load<usize>(record + HITS);
  const end = hits + ((<usize>(load<u32>(record + LAST) + 1)) << 3);
  for (let at = hits; at < end; at += 8) store<f64>(at, load<f64>(at) / 2);
}

/** Points are chosen anew once there have been as many hits as a bin has pages. */
export function choosePointsIfDue(record: usize): void {
  if (load<u32>(record + SINCE_CHOSEN) < widthOf(record)) return;
  store<u32>(record + SINCE_CHOSEN, 0);
  store<u32>(record + EARLY, 0);
  store<u32>(record + LATE, 0);
  forgetPlaces(record);
  const hits = load<usize>(record + HITS);
  const memoryBins = load<u32>(record + MEMORY_BINS);
  const last = load<u32>(record + LAST);
  let best: f64 = 0;
  let served: f64 = 0;
  for (let early = memoryBins - 1; early > 0; early--) {
    served += load<f64>(hits + ((<usize>early) << 3));
    let total = served;
    for (let late = memoryBins + 1; late <= last; late++) {
      total += load<f64>(hits + ((<usize>(late - 1)) << 3));
      const gain = (total * <f64>(memoryBins - early)) / <f64>(late - early) - served;
      if (gain <= best) continue;
      best = gain;
      store<u32>(record + EARLY, early);
      store<u32>(record + LATE, late);
    }
  }
}
