/**
 * Kernel `eelru`: early eviction LRU at up to 16 sizes side by side.
 *
 *   run -> its page is the youngest already? -> next run
 *            `-- else: its place in the order of all pages, the same for all sizes, is counted by each ...
 *                `-- ... and each size that does not hold it takes a fault
 *
 * The order holds all pages (eelru/order.ts); of those beyond what a size keeps of it, it forgets who has left
 * memory (eelru/points.ts). The twin is lab/curves/simulation.ts with clients/policies/eelru.ts.
 */

import {
  lanesAt,
  layOutOrder,
  makeYoungest,
  oldestHeld,
  pageAt,
  placeOf,
  setLanes,
  youngerThan,
  youngestHeld,
} from './eelru/order';
import {
  choosePointsIfDue,
  countHit,
  earlyPlace,
  followPlaces,
  forgetPlaces,
  latePlace,
  layOutPoints,
  widthOf,
} from './eelru/points';
import {
  countFault,
  countsOf,
  countWriteBack,
  lanes,
  layOut,
  NONE,
  pages,
  recordOf,
  setFrames,
  takeFree,
  WRITE,
} from './lane';
import { room, WINDOW } from './memory';

/** By page: lanes that hold it with something written to it. */
let modified: usize = 0;
/** Page of the run before. */
let youngest: u32 = NONE;
/** The least width of a bin in any lane: who is younger is of no matter to any. */
let widthLeast: u32 = NONE;

export function start(pageCount: u32, laneCount: u32): void {
  layOut(pageCount, laneCount);
  layOutOrder();
  modified = room((<usize>pages) << 1);
}

/** Gives a lane its size, and its bins: `bins` in the order, the last left out. Each lane once, before any run. */
export function lane(index: u32, frames: u32, width: u32, memoryBins: u32, bins: u32): void {
  const record = recordOf(index);
  setFrames(record, frames);
  layOutPoints(record, width, memoryBins, bins);
  widthLeast = min(widthLeast, width);
}

/** Address of four doubles: faults on a read, a write, a fetch, and write-backs. */
export function counts(index: u32): usize {
  return countsOf(index);
}

/** 1: that page has a frame in that lane. For tests. */
export function holds(index: u32, page: u32): u32 {
  const place = placeOf(page);
  return place === NONE ? 0 : (lanesAt(place) >>> index) & 1;
}

/** Executes the runs in the window. */
export function advance(count: u32): void {
  const all: u32 = (1 << lanes) - 1;
  const end = WINDOW + ((<usize>count) << 2);
  for (let at = WINDOW; at < end; at += 4) {
    const run = load<u32>(at);
    const page = run >>> 8;
    if (page !== youngest) {
      touch(page, (run >>> 6) & 3, all);
      youngest = page;
    }
    if (((run >>> 6) & 3) === WRITE) store<u16>(modifiedOf(page), <u16>all);
  }
}

/** A reference to another page than the one before. */
function touch(page: u32, kind: u32, all: u32): void {
  const place = placeOf(page);
  const held = place === NONE ? 0 : lanesAt(place);
  for (let absent = all & ~held; absent !== 0; absent &= absent - 1) fault(ctz<u32>(absent), kind);
  const younger = place === NONE ? NONE : youngerThan(place);
  const areClosedUp = makeYoungest(page, all);
  if (younger < widthLeast && !areClosedUp) return;
  for (let index: u32 = 0; index < lanes; index++) {
    const record = recordOf(index);
    if (areClosedUp) forgetPlaces(record);
    else followPlaces(record, place);
    if (place !== NONE && younger >= widthOf(record))
      countHit(record, younger, ((held >>> index) & 1) !== 0);
  }
}

/** The page of a run gets a frame in that lane. */
function fault(index: u32, kind: u32): void {
  const record = recordOf(index);
  countFault(record, kind);
  if (takeFree(record)) return;
  const place = choose(record, index);
  const bit: u32 = 1 << index;
  setLanes(place, lanesAt(place) & ~bit);
  const written = modifiedOf(pageAt(place));
  if ((load<u16>(written) & bit) === 0) return;
  countWriteBack(record);
  store<u16>(written, load<u16>(written) & ~(<u16>bit));
}

/** The place of the page that leaves: the oldest one, or the first one behind the early point. */
function choose(record: usize, index: u32): u32 {
  choosePointsIfDue(record);
  const oldest = oldestHeld(index);
  const early = earlyPlace(record);
  // Nobody that it holds may be so old as the early point.
  if (early === NONE || early < oldest) return oldest;
  const late = latePlace(record);
  return late !== NONE && oldest <= late ? oldest : youngestHeld(index, early);
}

function modifiedOf(page: u32): usize {
  return modified + ((<usize>page) << 1);
}
