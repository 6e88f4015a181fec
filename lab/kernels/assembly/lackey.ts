/**
 * Lackey text: lines of the usual shape to runs (twin: lab/traces/formats/lackey-usual.ts).
 *
 *   I  04008123,4       8 or 10 digits, a size of one digit or two, all in one page
 *      \___/\_/
 *      page  place      a page is known by the text of its digits, as it stands there
 *
 * Each page has one text here (small letters, no more zeros in front than make 8 digits), so that equal
 * pages are equal texts; any other is not usual.
 */

import { room } from './memory';
import {
  addressOf,
  growPlaces,
  input,
  layOut,
  leaveOpen,
  open,
  placeOf,
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

const NEWLINE: u32 = 10;
const SPACE: u32 = 32;
const COMMA: u32 = 44;
const ZERO: u32 = 48;
const NONE: u32 = 255;
const DIGIT_MAX: u32 = 15;
const PAGE_BYTES: u32 = 4096;

/** Texts of five and of seven digits, the first one in the lowest byte. */
const FIVE: u64 = 0xffffffffff;
const SEVEN: u64 = (1 << 56) - 1;
const NO_TEXT: u64 = ~0;
/** Where the kind stands beside a text. */
const KIND_SHIFT: u64 = 56;

/** By the first two characters of a line, one of them a space: the kind. */
let kinds: usize = 0;
/** By two characters after the comma: a digit and newline: the size; two digits: 128 more; else 0. */
let sizes: usize = 0;
/** By a character: its value as a digit. By two: theirs (2 bytes), more than PAGE_BYTES for others. */
let digits: usize = 0;
let pairs: usize = 0;

export function start(): void {
  layOut(TEXT_BYTES, AFTER, TEXT_BYTES / LINE_BYTES_MIN + 1);
  layOutKinds();
  layOutDigits();
  layOutSizes();
}

function layOutKinds(): void {
  kinds = room(1 << 16);
  memory.fill(kinds, <u8>NONE, 1 << 16);
  setKind(0x4c, 0);
  setKind(0x53, 1);
  setKind(0x4d, 1);
  setKind(0x49, 2);
}

function setKind(letter: u32, kind: u8): void {
  store<u8>(kinds + (SPACE | (letter << 8)), kind);
  store<u8>(kinds + (letter | (SPACE << 8)), kind);
}

function layOutDigits(): void {
  digits = room(1 << 8);
  pairs = room(1 << 17);
  memory.fill(digits, <u8>NONE, 1 << 8);
  memory.fill(pairs, 0xff, 1 << 17);
  for (let value: u32 = 0; value <= DIGIT_MAX; value++) {
    store<u8>(digits + (value < 10 ? ZERO + value : 0x57 + value), <u8>value);
    if (value > 9) store<u8>(digits + 0x37 + value, <u8>value);
  }
  for (let pair: u32 = 0; pair < 1 << 16; pair++) {
    const first = <u32>load<u8>(digits + (pair & 255));
    const second = <u32>load<u8>(digits + (pair >> 8));
    if ((first | second) <= DIGIT_MAX)
      store<u16>(pairs + (pair << 1), <u16>((first << 4) | second));
  }
}

function layOutSizes(): void {
  sizes = room(1 << 16);
  for (let first: u32 = 0; first < 10; first++) {
    store<u8>(sizes + ((ZERO + first) | (NEWLINE << 8)), <u8>first);
    for (let second: u32 = 0; second < 10; second++) {
      const characters = (ZERO + first) | ((ZERO + second) << 8);
      const size = 10 * first + second;
      if (size > 0) store<u8>(sizes + characters, <u8>(size | 128));
    }
  }
}

/**
 * Reads lines in input[from..to), which is whole lines, up to the first that is not usual; gives where that
 * is. `low`, `high`, `kind`, `length`: the run that the first line may continue, as run 0.
 */
export function advance(from: u32, to: u32, low: u32, high: u32, kind: u32, length: u32): u32 {
  const end = input + to;
  let lastKey = textOf(((<u64>high) << 32) | low) | ((<u64>kind) << KIND_SHIFT);
  let at = input + from;
  let run = runs;
  let left = open;
  let lines: u32 = 0;
  while (at < end) {
    const head = load<u32>(at) & 0xffffff;
    const mark = <u32>load<u8>(kinds + (head & 0xffff));
    let page = load<u64>(at, 3);
    let tail = load<u32>(at, 8);
    let sized = <u32>load<u8>(sizes + load<u16>(at, 12));
    let next = at + 14;
    if (tail >> 24 === COMMA) page &= FIVE;
    else {
      page &= SEVEN;
      tail = load<u32>(at, 10);
      sized = <u32>load<u8>(sizes + load<u16>(at, 14));
      next = at + 16;
    }
    next += sized >> 7;
    const digit = <u32>load<u8>(digits + ((tail >> 16) & 0xff));
    const first = ((<u32>load<u16>(pairs + ((tail & 0xffff) << 1))) << 4) | digit;
    if ((mark | digit) > DIGIT_MAX || head >> 16 !== SPACE || tail >> 24 !== COMMA) break;
    if (sized === 0 || first + (sized & 127) > PAGE_BYTES) break;
    if (load<u8>(next - 1) !== NEWLINE) break;

    const key = page | ((<u64>mark) << KIND_SHIFT);
    const begins = <u32>(key !== lastKey) | <u32>(length === RUN_LENGTH_MAX);
    const place = placeOf(page);
    if (load<u64>(place) !== page) {
      const number = pageOf(page);
      if (number === NO_TEXT) break;
      left = leaveOpen(left, number, page, (<u32>(run - runs) >> 2) + begins, lines);
    }
    lastKey = key;
    length = (length & (begins - 1)) + 1;
    run += begins << 2;
    store<u32>(run, ((load<u32>(place, 8) << 8) | (mark << 6)) + length - 1);
    lines++;
    at = next;
  }
  report(lines, run, left);
  return <u32>(at - input);
}

/** The page whose text this is; NO_TEXT where it is not the text of one. */
function pageOf(page: u64): u64 {
  let number: u64 = 0;
  for (let rest = page; rest !== 0; rest >>= 8) {
    const digit = load<u8>(digits + <usize>(rest & 0xff));
    number = (number << 4) | digit;
    if (digit > DIGIT_MAX) return NO_TEXT;
  }
  return textOf(number) === page ? number : NO_TEXT;
}

/** The text of a page; NO_TEXT for one that usual lines do not have. */
function textOf(page: u64): u64 {
  let count = page >> 20 === 0 ? 5 : 7;
  if (count === 7 && (page >> 24 === 0 || page >> 28 !== 0)) return NO_TEXT;
  let characters: u64 = 0;
  for (let rest = page; count > 0; count--, rest >>= 4) {
    const digit = rest & DIGIT_MAX;
    characters = (characters << 8) | (digit + (digit < 10 ? ZERO : 0x57));
  }
  return characters;
}
