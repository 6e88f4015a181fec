/**
 * Characters: what two of them say at their place in a usual line of lackey, by look-up. A table has two
 * bytes for each two characters, the first in the low byte of the index.
 */

const SPACE: u32 = 32;
const COMMA: u32 = 44;
const ZERO: u32 = 48;
const LETTERS: u32 = 0x57;
const CAPITALS: u32 = 0x37;
const LETTER_L: u32 = 76;
const LETTER_S: u32 = 83;
const LETTER_M: u32 = 77;
const LETTER_I: u32 = 73;
export const DIGIT_MAX: u32 = 15;
/** No digit. */
const NONE: u8 = 255;

const TABLE_BYTES: usize = 1 << 17;
/** No such characters. More than a place and a size within a page add up to. */
export const WRONG: u32 = 1 << 14;

/** The first two of a line, one of them a space: the kind, as a run has it. */
export const kinds: usize = memory.data(1 << 17, 64);
/** The upper digits of a place: 16 times their value. */
export const pairs: usize = memory.data(1 << 17, 64);
/** The last digit of a place, and a comma: its value. */
export const lasts: usize = memory.data(1 << 17, 64);
/** The digits of a size, the first perhaps nothing: the size. */
export const sizes: usize = memory.data(1 << 17, 64);
/** By one character, in a byte: its value as a digit, more than DIGIT_MAX for any other. */
export const digits: usize = memory.data(1 << 8, 64);

export function layOutCharacters(): void {
  for (let at: usize = 0; at < TABLE_BYTES; at += 2) {
    store<u16>(kinds + at, <u16>WRONG);
    store<u16>(pairs + at, <u16>WRONG);
    store<u16>(lasts + at, <u16>WRONG);
    store<u16>(sizes + at, <u16>WRONG);
  }
  setKind(LETTER_L, 0);
  setKind(LETTER_S, 1);
  setKind(LETTER_M, 1);
  setKind(LETTER_I, 2);
  layOutDigits();
  layOutSizes();
}

function set(table: usize, first: u32, second: u32, value: u32): void {
  store<u16>(table + ((<usize>((second << 8) | first)) << 1), <u16>value);
}

function setKind(letter: u32, kind: u32): void {
  set(kinds, SPACE, letter, kind << 6);
  set(kinds, letter, SPACE, kind << 6);
}

function layOutDigits(): void {
  memory.fill(digits, NONE, 1 << 8);
  for (let value: u32 = 0; value <= DIGIT_MAX; value++) {
    store<u8>(digits + (value < 10 ? ZERO : LETTERS) + value, <u8>value);
    if (value > 9) store<u8>(digits + CAPITALS + value, <u8>value);
  }
  for (let second: u32 = 0; second < 256; second++) {
    const lower = <u32>load<u8>(digits + second);
    if (lower > DIGIT_MAX) continue;
    set(lasts, second, COMMA, lower);
    for (let first: u32 = 0; first < 256; first++) {
      const upper = <u32>load<u8>(digits + first);
      if (upper <= DIGIT_MAX) set(pairs, first, second, (upper << 8) | (lower << 4));
    }
  }
}

/** No access has a size of 0. */
function layOutSizes(): void {
  for (let last: u32 = 0; last < 10; last++) {
    if (last > 0) set(sizes, 0, ZERO + last, last);
    for (let first: u32 = 0; first < 10; first++) {
      const size = 10 * first + last;
      if (size > 0) set(sizes, ZERO + first, ZERO + last, size);
    }
  }
}
