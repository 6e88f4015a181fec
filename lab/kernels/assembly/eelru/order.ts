/**
 * Order: all pages by recency, as places of a log of references in which each page has its last one alone, and
 * the lanes that hold it there.
 *
 *   places   | stale | page | stale | page | page |       |      youngest last; stale: its page was used again
 *                                            ^ youngest  ^ tail
 *
 * Places in use are bits, counted by 4,096 and by 262,144 of them, so that the place of a page in the order, and
 * the page at a place in it, are found in a few steps. Each lane has a hand: it holds nothing before it.
 * Stale places are closed up when the log has come to its end.
 */

import { lanes, NONE, pages } from '../lane';
import { room } from '../memory';

const SLACK: u32 = 1 << 12;
/** Places in a word, and counts or words under the next count, as powers of two. */
const STEP_BITS: u32 = 6;
const BLOCK_BITS: u32 = 2 * STEP_BITS;
const REGION_BITS: u32 = 3 * STEP_BITS;

let capacity: u32 = 0;
let tail: u32 = 0;
/** Pages that have been used. */
let used: u32 = 0;
/** By place: page, lanes. By page: its place plus one; 0: never used. By lane: its hand. */
let log: usize = 0;
let masks: usize = 0;
let lastPlaces: usize = 0;
let hands: usize = 0;
/** Places in use: bits, and their counts. */
let words: usize = 0;
let blocks: usize = 0;
let regions: usize = 0;

export function layOutOrder(): void {
  capacity = 2 * pages + SLACK;
  log = room((<usize>capacity) << 2);
  // Searches look at 8 masks at a time.
  masks = room(((<usize>capacity) << 1) + 16);
  lastPlaces = room((<usize>pages) << 2);
  hands = room((<usize>lanes) << 2);
  words = room((<usize>((capacity >>> STEP_BITS) + 1)) << 3);
  blocks = room((<usize>((capacity >>> BLOCK_BITS) + 1)) << 2);
  regions = room((<usize>((capacity >>> REGION_BITS) + 1)) << 2);
}

/** Where `page` was used last; NONE: never. */
export function placeOf(page: u32): u32 {
  return load<u32>(lastPlaces + ((<usize>page) << 2)) - 1;
}

export function pageAt(place: u32): u32 {
  return load<u32>(log + ((<usize>place) << 2));
}

/** Lanes that hold the page at a place. */
export function lanesAt(place: u32): u32 {
  return <u32>load<u16>(masks + ((<usize>place) << 1));
}

export function setLanes(place: u32, all: u32): void {
  store<u16>(masks + ((<usize>place) << 1), <u16>all);
}

/** `page` is the youngest, and all these lanes hold it. True: places were closed up before, so others changed. */
export function makeYoungest(page: u32, all: u32): bool {
  const isFull = tail === capacity;
  if (isFull) closeUp();
  const before = placeOf(page);
  if (before !== NONE) {
    setLanes(before, 0);
    count(before, -1);
  } else used++;
  store<u32>(log + ((<usize>tail) << 2), page);
  setLanes(tail, all);
  count(tail, 1);
  store<u32>(lastPlaces + ((<usize>page) << 2), ++tail);
  return isFull;
}

/** The place of the page that is next younger than the one that is, or was, at a place; there is one. */
export function nextYounger(place: u32): u32 {
  let word = place >>> STEP_BITS;
  let bits = load<u64>(wordAt(word)) & (~(<u64>1) << (<u64>(place & 63)));
  while (bits === 0) bits = load<u64>(wordAt(++word));
  return (word << STEP_BITS) + <u32>ctz<u64>(bits);
}

/** Pages younger than the one at that place. */
export function youngerThan(place: u32): u32 {
  const word = place >>> STEP_BITS;
  const block = place >>> BLOCK_BITS;
  const region = place >>> REGION_BITS;
  let younger = <u32>popcnt<u64>((load<u64>(wordAt(word)) >> <u64>(place & 63)) >> 1);
  const wordEnd = min((block + 1) << STEP_BITS, (tail >>> STEP_BITS) + 1);
  for (let at = word + 1; at < wordEnd; at++) younger += <u32>popcnt<u64>(load<u64>(wordAt(at)));
  const blockEnd = min((region + 1) << STEP_BITS, (tail >>> BLOCK_BITS) + 1);
  for (let at = block + 1; at < blockEnd; at++) younger += countAt(blocks, at);
  const regionEnd = (tail >>> REGION_BITS) + 1;
  for (let at = region + 1; at < regionEnd; at++) younger += countAt(regions, at);
  return younger;
}

/** The place of the page that so many are younger than; NONE: there are no more pages than that. */
export function placeBehind(younger: u32): u32 {
  if (younger >= used) return NONE;
  let left = younger;
  let region = tail >>> REGION_BITS;
  for (; left >= countAt(regions, region); region--) left -= countAt(regions, region);
  let block = min(((region + 1) << STEP_BITS) - 1, tail >>> BLOCK_BITS);
  for (; left >= countAt(blocks, block); block--) left -= countAt(blocks, block);
  let word = min(((block + 1) << STEP_BITS) - 1, tail >>> STEP_BITS);
  let bits = load<u64>(wordAt(word));
  for (; left >= <u32>popcnt<u64>(bits); bits = load<u64>(wordAt(--word)))
    left -= <u32>popcnt<u64>(bits);
  for (; left > 0; left--) bits &= ~((<u64>1) << (63 - clz<u64>(bits)));
  return (word << STEP_BITS) + 63 - <u32>clz<u64>(bits);
}

/** The place of the oldest page that a lane holds; it holds one. */
export function oldestHeld(lane: u32): u32 {
  const hand = hands + ((<usize>lane) << 2);
  const bit: u32 = 1 << lane;
  const wanted = i16x8.splat(<i16>bit);
  let place = load<u32>(hand);
  while (!v128.any_true(v128.and(v128.load(masks + ((<usize>place) << 1)), wanted))) place += 8;
  while ((lanesAt(place) & bit) === 0) place++;
  store<u32>(hand, place);
  return place;
}

/** The place of the youngest page that a lane holds, at `from` or older; there is one. */
export function youngestHeld(lane: u32, from: u32): u32 {
  const bit: u32 = 1 << lane;
  const wanted = i16x8.splat(<i16>bit);
  let place = from;
  // The eight up to that place.
  while (
    place >= 7 &&
    !v128.any_true(v128.and(v128.load(masks + ((<usize>(place - 7)) << 1)), wanted))
  )
    place -= 8;
  while ((lanesAt(place) & bit) === 0) place--;
  return place;
}

function count(place: u32, more: i32): void {
  const word = wordAt(place >>> STEP_BITS);
  store<u64>(word, load<u64>(word) ^ ((<u64>1) << (<u64>(place & 63))));
  addTo(blocks + ((<usize>(place >>> BLOCK_BITS)) << 2), more);
  addTo(regions + ((<usize>(place >>> REGION_BITS)) << 2), more);
}

function addTo(field: usize, more: i32): void {
  store<u32>(field, load<u32>(field) + more);
}

/** Pages move down to where places were stale. */
function closeUp(): void {
  const end = tail;
  memory.fill(words, 0, (<usize>((capacity >>> STEP_BITS) + 1)) << 3);
  memory.fill(blocks, 0, (<usize>((capacity >>> BLOCK_BITS) + 1)) << 2);
  memory.fill(regions, 0, (<usize>((capacity >>> REGION_BITS) + 1)) << 2);
  memory.fill(hands, 0, (<usize>lanes) << 2);
  tail = 0;
  for (let at: u32 = 0; at < end; at++) {
    const page = pageAt(at);
    const all = lanesAt(at);
    setLanes(at, 0);
    if (placeOf(page) !== at) continue;
    store<u32>(log + ((<usize>tail) << 2), page);
    setLanes(tail, all);
    count(tail, 1);
    store<u32>(lastPlaces + ((<usize>page) << 2), ++tail);
  }
}

function wordAt(index: u32): usize {
  return words + ((<usize>index) << 3);
}

function countAt(counts: usize, index: u32): u32 {
  return load<u32>(counts + ((<usize>index) << 2));
}
