/**
 * Lanes: one memory size each, side by side in one kernel. What is a lane's own stands in its record, and in
 * rooms that the record points to.
 */

import { room } from './memory';

export const LANES_MAX: u32 = 16;

/** Of a record; what a field means beyond these a rule says. */
const RECORD: usize = 128;
const FRAMES: usize = 0;
const HELD: usize = 4;
/** Faults on a read, a write, a fetch; modified pages that left: doubles, as the host reads them. */
const COUNTS: usize = 64;
const WRITE_BACKS: usize = COUNTS + 24;

/** Fields of rules are numbered from here. */
export const OWN: usize = 8;

/** Kind of a run (sim-hw/references.ts). */
export const WRITE: u32 = 1;

/** In place of a page. */
export const NONE: u32 = 0xffffffff;

export let pages: u32 = 0;
export let lanes: u32 = 0;
let records: usize = 0;

export function layOut(pageCount: u32, laneCount: u32): void {
  if (laneCount > LANES_MAX) unreachable();
  pages = pageCount;
  lanes = laneCount;
  records = room(<usize>laneCount * RECORD);
}

export function recordOf(lane: u32): usize {
  return records + <usize>lane * RECORD;
}

export function framesOf(record: usize): u32 {
  return load<u32>(record + FRAMES);
}

export function setFrames(record: usize, frames: u32): void {
  store<u32>(record + FRAMES, frames);
}

/** Takes a frame that nobody has; false: there is none. */
export function takeFree(record: usize): bool {
  const held = load<u32>(record + HELD);
  if (held === framesOf(record)) return false;
  store<u32>(record + HELD, held + 1);
  return true;
}

/** Takes as many of `wanted` frames as nobody has. */
export function takeFreeOnes(record: usize, wanted: u32): u32 {
  const held = load<u32>(record + HELD);
  const taken = min(wanted, framesOf(record) - held);
  store<u32>(record + HELD, held + taken);
  return taken;
}

/** A frame is nobody's again. */
export function giveFree(record: usize): void {
  store<u32>(record + HELD, load<u32>(record + HELD) - 1);
}

/** Frames that are taken. */
export function heldBy(record: usize): u32 {
  return load<u32>(record + HELD);
}

export function countFault(record: usize, kind: u32): void {
  const place = record + COUNTS + ((<usize>kind) << 3);
  store<f64>(place, load<f64>(place) + 1);
}

/** So many faults, of which some are on writes and some on fetches. */
export function countFaults(record: usize, all: u32, writes: u32, fetches: u32): void {
  const place = record + COUNTS;
  store<f64>(place, load<f64>(place) + <f64>(all - writes - fetches));
  store<f64>(place, load<f64>(place, 8) + <f64>writes, 8);
  store<f64>(place, load<f64>(place, 16) + <f64>fetches, 16);
}

export function countWriteBack(record: usize): void {
  countWriteBacks(record, 1);
}

export function countWriteBacks(record: usize, more: u32): void {
  store<f64>(record + WRITE_BACKS, load<f64>(record + WRITE_BACKS) + <f64>more);
}

/** Where the host finds the four counts of a lane. */
export function countsOf(lane: u32): usize {
  return recordOf(lane) + COUNTS;
}
