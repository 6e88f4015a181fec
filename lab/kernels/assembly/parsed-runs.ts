/**
 * Parsed runs: what the kernels that read traces share. A piece of a file comes in, runs go out, of pages
 * whose ids the caller alone knows.
 *
 *   places   pages seen lately, each in the place of its key's hash: key (8 bytes), id (4)
 *   runs     words of runs; run 0 is the one that the piece may continue
 *   open     references whose page is in no place: page (8), key (8), run (4), entry of this call (4), id (4)
 *
 * The caller writes ids to what is open, and `settle` puts them into the runs and the places. What is in
 * no place is found the slower way, so places may be few.
 */

import { room } from './memory';

/** Key of an empty place: no page may have it. */
export const NO_KEY: u64 = ~0;
export const RUN_LENGTH_MAX: u32 = 64;

const PLACE_BITS_FIRST: u32 = 14;
const PLACE_SHIFT: usize = 4;
const PLACE_BYTES: usize = 1 << PLACE_SHIFT;
/** So many places there are at most, in bits, and a shift that leaves as many of a hash. */
const PLACE_BITS_MOST: u64 = 20;
const HASH_SHIFT: u64 = 64 - PLACE_BITS_MOST - PLACE_SHIFT;
const OPEN_BYTES: usize = 32;
/** 2^64 by the golden ratio, odd: Fibonacci hashing. */
const MIXER: u64 = (0x9e3779b9 << 32) | 0x7f4a7c15;

export let input: usize = 0;
export let runs: usize = 0;
export let open: usize = 0;
export let placeBits: u32 = 0;
export let places: usize = 0;
/** Of the distance of a place from the first one. */
export let placeMask: usize = 0;
/** What a call found: entries read, runs begun, entries left open, and how many were writes, fetches. */
let found: usize = 0;

/** Room for `bytes` of input, and `after` of them that may be looked at; entries: lines or records. */
export function layOut(bytes: u32, after: u32, entries: u32): void {
  input = room(bytes + after);
  runs = room((entries + 1) << 2);
  open = room(<usize>entries * OPEN_BYTES);
  found = room(20);
  layOutPlaces(PLACE_BITS_FIRST);
}

function layOutPlaces(bits: u32): void {
  placeBits = bits;
  placeMask = ((1 << bits) - 1) << PLACE_SHIFT;
  places = room(PLACE_BYTES << bits);
  memory.fill(places, 0xff, PLACE_BYTES << bits);
}

/** Eight times as many places, for those who are in one now. */
export function growPlaces(): void {
  const end = places + (PLACE_BYTES << placeBits);
  let old = places;
  layOutPlaces(placeBits + 3);
  for (; old < end; old += PLACE_BYTES) {
    const key = load<u64>(old);
    if (key !== NO_KEY) take(key, load<u32>(old, 8));
  }
}

export function placeOf(key: u64): usize {
  return placeIn(places, placeMask, key);
}

/** The same with what a loop has at hand: `places` and `placeMask`. The uppermost bits of a hash are the best. */
export function placeIn(first: usize, mask: usize, key: u64): usize {
  return first + (<usize>((key * MIXER) >> HASH_SHIFT) & mask);
}

function take(key: u64, id: u32): void {
  const place = placeOf(key);
  store<u64>(place, key);
  store<u32>(place, id, 8);
}

/** Leaves an entry open at `left`; gives where the next one goes. */
export function leaveOpen(left: usize, page: u64, key: u64, run: u32, entry: u32): usize {
  store<u64>(left, page);
  store<u64>(left, key, 8);
  store<u32>(left, run, 16);
  store<u32>(left, entry, 20);
  return left + OPEN_BYTES;
}

/** Puts down what a call found: `run` and `left` are where it stands with runs and what is open. */
export function report(entries: u32, run: usize, left: usize, writes: u32, fetches: u32): void {
  store<u32>(found, entries);
  store<u32>(found, <u32>(run - runs) >> 2, 4);
  store<u32>(found, <u32>((left - open) / OPEN_BYTES), 8);
  store<u32>(found, writes, 12);
  store<u32>(found, fetches, 16);
}

/** The first `count` open entries have got their ids. */
export function settle(count: u32): void {
  const end = open + <usize>count * OPEN_BYTES;
  for (let left = open; left < end; left += OPEN_BYTES) {
    const run = runs + (load<u32>(left, 16) << 2);
    const id = load<u32>(left, 24);
    store<u32>(run, (load<u32>(run) & 0xff) | (id << 8));
    take(load<u64>(left, 8), id);
  }
}

/** Where input, runs, open entries, and what was found stand: `which` 0 to 3. */
export function addressOf(which: u32): usize {
  if (which === 0) return input;
  if (which === 1) return runs;
  return which === 2 ? open : found;
}
