/**
 * LRU traffic: the misses of LRU by kind of access, and the pages that it writes back, at every number of
 * frames, from one pass (twin: lab/bounds/lru-traffic.ts, which tells how).
 */

import {
  ageOf,
  distance,
  FRONT,
  layOutFront,
  leaveFront,
  seatNumbers,
  takeSeat,
  used,
} from './front';
import { room, WINDOW } from './memory';
import { FIRST_SLOT, layOut, NOWHERE, newer, slotOf } from './page-order';

const KINDS: u32 = 3;
const WRITE: u32 = 1;

let pagesAll: u32 = 0;
let ages: v128 = seatNumbers();
/** Runs by kind and distance, 4 bytes each; by kind, those that use their page for the first time. */
let hits: usize = 0;
let stride: u32 = 0;
let cold: usize = 0;
/** By page: the frames from which on it is modified and held; NOWHERE: it is modified nowhere. */
let modifiedFrom: usize = 0;
/** What the number of pages written back grows by from one number of frames to the next. */
let growth: usize = 0;
let figures: usize = 0;

export function start(pages: u32): void {
  pagesAll = pages;
  layOut(pages);
  layOutFront();
  modifiedFrom = room(pages << 2);
  memory.fill(modifiedFrom, 0xff, pages << 2);
  stride = (pages + FRONT + 2) << 2;
  hits = room(KINDS * stride);
  cold = room(KINDS << 2);
  growth = room((pages + 2) << 2);
  figures = room((pages + 1) << 3);
}

/** Executes the first `count` runs of the window. */
export function advance(count: u32): void {
  let order = ages;
  const end = WINDOW + (count << 2);
  for (let at = WINDOW; at < end; at += 4) {
    const run = load<u32>(at);
    const page = run >> 8;
    const kind = (run >> 6) & 3;
    let seat = load<u32>(slotOf + (page << 2));
    let place: u32;
    let age = i8x16.splat(15);
    if (seat < FRONT) {
      age = ageOf(order, seat);
      place = <u32>i8x16.extract_lane_u(age, 0) + 1;
    } else {
      seat = takeSeat(page, seat, order);
      place = distance;
    }
    order = used(order, seat, age);
    const hit = place === NOWHERE ? cold + (kind << 2) : hits + kind * stride + (place << 2);
    store<u32>(hit, load<u32>(hit) + 1);
    const from = modifiedFrom + (page << 2);
    if (load<u32>(from) < place && place !== NOWHERE) leave(from, place);
    if (kind === WRITE) store<u32>(from, 0);
  }
  ages = order;
}

/** With fewer frames than `place` the page has been given up, and was written back where it was modified. */
function leave(from: usize, place: u32): void {
  const least = growth + (load<u32>(from) << 2);
  store<u32>(least, load<u32>(least) + 1);
  const beyond = growth + (place << 2);
  store<u32>(beyond, load<u32>(beyond) - 1);
  store<u32>(from, place);
}

/** The run is over: what has been given up since its last use. No `advance` after it. */
export function settle(): void {
  leaveFront(ages);
  for (let page: u32 = 0; page < pagesAll; page++) {
    const entry = load<u32>(slotOf + (page << 2));
    const from = modifiedFrom + (page << 2);
    if (entry === NOWHERE || load<u32>(from) === NOWHERE) continue;
    const place = newer(entry - FIRST_SLOT) + 1;
    if (load<u32>(from) < place) leave(from, place);
  }
}

/** Misses of that kind with f frames, for f = 0..pages; with none, each run. The address of as many doubles. */
export function missesOf(kind: u32): usize {
  let misses = <f64>load<u32>(cold + (kind << 2));
  for (let frames = pagesAll + 1; frames-- > 0; ) {
    misses += <f64>load<u32>(hits + kind * stride + ((frames + 1) << 2));
    store<f64>(figures + (frames << 3), misses);
  }
  return figures;
}

/** Pages written back with f frames, for f = 0..pages: the address of as many doubles. */
export function writeBacks(): usize {
  let pages = load<u32>(growth);
  // With no frames nothing is held.
  store<f64>(figures, 0);
  for (let frames: u32 = 1; frames <= pagesAll; frames++) {
    pages += load<u32>(growth + (frames << 2));
    store<f64>(figures + (frames << 3), <f64>pages);
  }
  return figures;
}
