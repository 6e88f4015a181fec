/**
 * Lackey text: lines of the usual shape to runs (twin: lab/traces/formats/lackey-usual.ts).
 *
 *   I  04008123,4       8 or 10 digits, a size of one digit or two, all in one page
 *      \___/\_/
 *      page  place      a page is known by the text of its digits, as it stands there
 *
 * Each page has one text here (small letters, no more zeros in front than make 8 digits), so that equal
 * pages are equal texts; any other is not usual.
 *
 * A block of text at a time: where its lines end (lackey/line-ends.ts), then their characters in fixed
 * places (lackey/shapes.ts), then runs. What differs from line to line is not branched on: no predictor
 * knows it.
 */

import {
  DIGIT_MAX,
  digits,
  kinds,
  lasts,
  layOutCharacters,
  pairs,
  sizes,
  WRONG,
} from './lackey/characters';
import { findLineEnds, STEP } from './lackey/line-ends';
import { layOutShapes, shapeLines } from './lackey/shapes';
import { room } from './memory';
import {
  addressOf,
  growPlaces,
  input,
  layOut,
  leaveOpen,
  open,
  placeIn,
  placeMask,
  places,
  RUN_LENGTH_MAX,
  report,
  runs,
  settle,
} from './parsed-runs';

export { addressOf, growPlaces, settle };

/** Bytes of text at a time, at most, and what may be looked at behind it. */
const TEXT_BYTES: u32 = 1 << 18;
const AFTER: u32 = 64;
/** ' L 12345678,1' and its newline: no usual line is shorter. */
const LINE_BYTES_MIN: u32 = 14;
const BLOCK_BYTES: usize = 2048;

const SPACE: u64 = 32;
const ZERO: u64 = 48;
const LETTERS: u64 = 0x57;
const PAGE_BYTES: u32 = 4096;
const NO_TEXT: u64 = ~0;
/** Above the digits of a page: the space before them. */
const BEFORE: u64 = SPACE << 56;
/** What a kind, as a run has it, is shifted by to go beside a text. */
const KIND_SHIFT: u64 = 52;

/** What a kind, as a run has it, adds to `tally`. */
const weights: usize = memory.data(136, 64);

/** Of the lines of a block: where the one before the first ends, where each of them ends; their vectors. */
let ends: usize = 0;
let vectors: usize = 0;
/** The last run: its page's text and kind, its length. */
let lastKey: u64 = 0;
let lastLength: u32 = 0;
/** Where the next open entry goes. */
let left: usize = 0;
/** Lines read by this call, and by readLines; how many were writes, and 2^32 times the fetches. */
let lines: u32 = 0;
let read: i32 = 0;
let tally: u64 = 0;

export function start(): void {
  layOut(TEXT_BYTES, AFTER, TEXT_BYTES / LINE_BYTES_MIN + 1);
  ends = room((BLOCK_BYTES + STEP) << 2);
  vectors = room(BLOCK_BYTES << 4);
  store<u64>(weights, 1, 1 << 6);
  store<u64>(weights, (<u64>1) << 32, 2 << 6);
  layOutCharacters();
  layOutShapes();
}

/**
 * Reads lines in input[from..to), which is whole lines, up to the first that is not usual; gives where that
 * is. `low`, `high`, `kind`, `length`: the run that the first line may continue, as run 0.
 */
export function advance(from: u32, to: u32, low: u32, high: u32, kind: u32, length: u32): u32 {
  const end = input + to;
  lastKey = textOf(((<u64>high) << 32) | low) ^ ((<u64>(kind << 6)) << KIND_SHIFT);
  lastLength = length;
  left = open;
  lines = 0;
  tally = 0;
  let run = runs;
  store<u32>(ends, <u32>input + from - 1);
  for (let at = input + from; at < end; at += BLOCK_BYTES) {
    const count = findLineEnds(at, min(end, at + BLOCK_BYTES), ends + 4);
    if (count < 0) break;
    shapeLines(ends, count, vectors);
    run = readLines(count, run);
    lines += read;
    store<u32>(ends, load<u32>(ends + ((<usize>read) << 2)));
    if (read < count) break;
  }
  report(lines, run, left, <u32>tally, <u32>(tally >> 32));
  return load<u32>(ends) + 1 - <u32>input;
}

/** Reads the lines of a block, of which the first may continue `from`; gives the last run. */
function readLines(count: i32, from: usize): usize {
  const end = vectors + ((<usize>count) << 4);
  const first = places;
  const mask = placeMask;
  let key = lastKey;
  let more = lastLength - 1;
  let seen = tally;
  let run = from;
  let line = vectors;
  for (; line < end; line += 16) {
    const text = load<u64>(line);
    const mark = <u32>load<u16>(kinds + ((<usize>load<u16>(line, 8)) << 1));
    const placeEnd =
      <u32>load<u16>(pairs + ((<usize>load<u16>(line, 10)) << 1)) +
      <u32>load<u16>(lasts + ((<usize>load<u16>(line, 12)) << 1)) +
      <u32>load<u16>(sizes + ((<usize>load<u16>(line, 14)) << 1));
    if (placeEnd > PAGE_BYTES || mark === WRONG) break;

    const nextKey = text ^ ((<u64>mark) << KIND_SHIFT);
    // References of the run before this one: none after a full run, or one of another key.
    more = (more + 1) & (RUN_LENGTH_MAX - 1) & (0 - <u32>(nextKey === key));
    const begins = <u32>(more === 0);
    const place = placeIn(first, mask, text);
    if (load<u64>(place) !== text) {
      const number = pageOf(text);
      if (number === NO_TEXT) break;
      const entry = lines + (<u32>(line - vectors) >> 4);
      left = leaveOpen(left, number, text, (<u32>(run - runs) >> 2) + begins, entry);
    }
    key = nextKey;
    seen += load<u64>(weights + mark);
    run += begins << 2;
    store<u32>(run, ((load<u32>(place, 8) << 8) | mark) + more);
  }
  lastKey = key;
  lastLength = more + 1;
  tally = seen;
  read = <i32>(line - vectors) >> 4;
  return run;
}

/** The page whose text this is; NO_TEXT where it is not the text of one. */
function pageOf(text: u64): u64 {
  if (text >> 56 !== SPACE) return NO_TEXT;
  let number: u64 = 0;
  for (let rest = text ^ BEFORE; rest !== 0; rest >>= 8) {
    const digit = <u32>load<u8>(digits + <usize>(rest & 0xff));
    number = (number << 4) | digit;
    if (digit > DIGIT_MAX) return NO_TEXT;
  }
  return textOf(number) === text ? number : NO_TEXT;
}

/** The text of a page; NO_TEXT for one that usual lines do not have. */
function textOf(page: u64): u64 {
  let count = page >> 20 === 0 ? 5 : 7;
  if (count === 7 && (page >> 24 === 0 || page >> 28 !== 0)) return NO_TEXT;
  let characters: u64 = 0;
  for (let rest = page; count > 0; count--, rest >>= 4) {
    const digit = rest & DIGIT_MAX;
    characters = (characters << 8) | (digit + (digit < 10 ? ZERO : LETTERS));
  }
  return characters | BEFORE;
}
