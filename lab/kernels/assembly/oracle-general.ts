/**
 * Records of libCacheSim to runs (twin and layout: lab/traces/formats/oracle-general.ts).
 *
 *   0      4            12      16         24
 *   time   object id    bytes   next use
 *
 * Objects are pages, uses are reads. A record whose next use cannot be stops the kernel: its caller
 * refuses it. So does the one object id that is no key.
 */

import {
  addressOf,
  growPlaces,
  input,
  layOut,
  leaveOpen,
  NO_KEY,
  open,
  placeBits,
  placeOf,
  RUN_LENGTH_MAX,
  report,
  runs,
  settle,
} from './parsed-runs';

export { addressOf, growPlaces, settle };

const RECORD_BYTES: u32 = 24;
const INPUT_BYTES: u32 = 1 << 18;
const NEXT_USE_END: i64 = 1 << 48;
const NEVER: i64 = -1;
const NEVER_TOO: i64 = i64.MAX_VALUE;
/** Records whose places are looked up ahead of time where they are many, so that misses of caches overlap. */
const AHEAD: usize = 64 * RECORD_BYTES;
const FEW_BITS: u32 = 14;

let uses: i64 = 0;

export function start(): void {
  layOut(INPUT_BYTES, 0, INPUT_BYTES / RECORD_BYTES);
}

/** How many records have been read before those to come. */
export function countFrom(before: f64): void {
  uses = <i64>before;
}

/**
 * Reads records in input[from..to) up to the first that is refused; gives where that is. `low`, `high`,
 * `kind`, `length`: the run that the first may continue, as run 0.
 */
export function advance(from: u32, to: u32, low: u32, high: u32, kind: u32, length: u32): u32 {
  const end = input + to;
  const before = uses;
  let last = ((<u64>high) << 32) | low;
  let at = input + from;
  let run = runs;
  let left = open;
  let use = before;
  let looked = placeBits > FEW_BITS ? at : end;
  for (; at < end; at += RECORD_BYTES) {
    if (at === looked) looked = lookAhead(at, min(end, at + AHEAD));
    const next = load<i64>(at, 16);
    use++;
    if (next <= use || next >= NEXT_USE_END) {
      if (next !== NEVER && next !== NEVER_TOO) break;
    }
    const page = load<u64>(at, 4);
    if (page === NO_KEY) break;
    const begins = <u32>(page !== last) | <u32>(length === RUN_LENGTH_MAX);
    const place = placeOf(page);
    last = page;
    length = (length & (begins - 1)) + 1;
    run += begins << 2;
    if (load<u64>(place) !== page) {
      left = leaveOpen(left, page, page, <u32>(run - runs) >> 2, <u32>(use - before) - 1);
    }
    store<u32>(run, ((load<u32>(place, 8) << 8) | (kind << 6)) + length - 1);
  }
  const records = <u32>(at - input - from) / RECORD_BYTES;
  uses = before + records;
  report(records, run, left, 0, 0);
  return <u32>(at - input);
}

/** Gives `to`. */
function lookAhead(from: usize, to: usize): usize {
  let seen: u64 = 0;
  for (let at = from; at < to; at += RECORD_BYTES) seen |= load<u64>(placeOf(load<u64>(at, 4)));
  // Never so: it keeps the look-ups ahead of time from being left out.
  return seen === 1 ? 0 : to;
}
