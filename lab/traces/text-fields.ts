/**
 * Text fields: numbers and words out of a line of bytes, for the formats whose lines are few enough
 * to be read field by field (30 million lines a second; lackey's has a loop of its own).
 *
 * A cursor stands in the bytes of whole lines, so a newline ends every scan.
 */

import type { TraceParser } from './formats/format.ts';
import type { ReferenceLog } from './reference-log.ts';
import { LINE_BYTES_MAX, quoteLine, requireShort } from './text-lines.ts';
import { traceError } from './trace.ts';

const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const HASH = 35;
const ZERO = 48;
const LETTER_X = 120;
const NUMBER_END = 2 ** 53;
const HEX_DIGITS_MAX = 16;
/** Digits of which the number is below 2^31. */
const SMALL_DIGITS = 9;
/** The value of a hexadecimal digit, with CAPITAL beside a large one; NO_DIGIT for any other byte. */
const HEX = new Uint8Array(256).fill(255);
const NO_DIGIT = 255;
const CAPITAL = 16;
for (let value = 0; value < 16; value++) {
  const small = value.toString(16).charCodeAt(0);
  HEX[small] = value;
  if (value > 9) HEX[small - 32] = value | CAPITAL;
}
/** One character for each byte. */
const CHARACTERS = new TextDecoder('latin1');

/** There is no number, or one too large. */
export const NO_NUMBER = -1;

export interface Cursor {
  bytes: Uint8Array;
  at: number;
  /** The address that `takeAddress` read, as two words (unsigned). */
  low: number;
  high: number;
  /** Whether it has capitals among its digits. */
  hasCapitals: boolean;
}

/** Reads one line: through its newline, and true; or false for a line that is not of the format. */
export type TakeLine = (log: ReferenceLog, cursor: Cursor) => boolean;

/**
 * A parser that takes line by line. Blank lines and those that begin with # are skipped; a line that
 * `take` does not take is refused: the line, `expected`, what to do.
 */
export function lineParser(take: TakeLine, expected: string): TraceParser {
  const cursor: Cursor = { bytes: new Uint8Array(0), at: 0, low: 0, high: 0, hasCapitals: false };
  return (log, bytes, from, to) => {
    cursor.bytes = bytes;
    for (let at = from; at < to && log.limitLeft > 0; at = cursor.at) {
      log.lines++;
      cursor.at = at;
      skipBlanks(cursor);
      if (bytes[cursor.at] === NEWLINE || bytes[cursor.at] === HASH) {
        skipLine(cursor);
        requireShort(log, at, cursor.at);
        continue;
      }
      cursor.at = at;
      if (!take(log, cursor)) throw badLine(log, bytes, at, expected);
      requireShort(log, at, cursor.at);
    }
    cursor.bytes = new Uint8Array(0);
  };
}

/** Reads the usual line that ends before the newline at `end`; false, with nothing done, for any other. */
export type TakeUsual = (log: ReferenceLog, cursor: Cursor, end: number) => boolean;

/**
 * The same for formats whose grammar is a pattern over a text. Nearly every line has a usual shape, which
 * `takeUsual` reads from its bytes; any other is a text for `takeText`.
 */
export function textLineParser(
  takeUsual: TakeUsual,
  takeText: (log: ReferenceLog, line: string) => boolean,
  expected: string,
): TraceParser {
  return lineParser((log, cursor) => {
    const { bytes, at: from } = cursor;
    const end = bytes.indexOf(NEWLINE, from);
    const taken = end - from <= LINE_BYTES_MAX && takeUsual(log, cursor, end);
    cursor.at = end + 1;
    if (taken) return true;
    const to = Math.min(end, from + LINE_BYTES_MAX);
    return takeText(log, withoutReturn(CHARACTERS.decode(bytes.subarray(from, to))));
  }, expected);
}

/** Few bytes as characters: any byte is one, so that a binary file fits no pattern. */
export function latin1(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let at = from; at < to; at++) text += String.fromCharCode(bytes[at]);
  return withoutReturn(text);
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

/** A decimal number below 2^53, or NO_NUMBER. */
export function takeDecimal(cursor: Cursor): number {
  const { bytes } = cursor;
  let { at } = cursor;
  const first = at;
  let small = 0;
  let digit = bytes[at] - ZERO;
  for (; digit >= 0 && digit <= 9 && at - first < SMALL_DIGITS; digit = bytes[++at] - ZERO)
    small = (small * 10 + digit) | 0;
  let number = small;
  for (; digit >= 0 && digit <= 9 && number < NUMBER_END; digit = bytes[++at] - ZERO)
    number = number * 10 + digit;
  cursor.at = at;
  return at === first || number >= NUMBER_END ? NO_NUMBER : number;
}

/** A number below 2^53, decimal or 0x-hexadecimal, or NO_NUMBER. */
export function takeNumber(cursor: Cursor): number {
  const { bytes, at } = cursor;
  if (bytes[at] !== ZERO || (bytes[at + 1] | 32) !== LETTER_X) return takeDecimal(cursor);
  cursor.at += 2;
  if (!takeAddress(cursor)) return NO_NUMBER;
  const number = cursor.high * 4294967296 + cursor.low;
  return number < NUMBER_END ? number : NO_NUMBER;
}

/** One to sixteen hexadecimal digits into `low` and `high`; false when there are none, or more. */
export function takeAddress(cursor: Cursor): boolean {
  const { bytes } = cursor;
  const first = cursor.at;
  const last = first + HEX_DIGITS_MAX;
  let at = first;
  let low = 0;
  let high = 0;
  let all = 0;
  // By look-up: whether the next digit is a letter no predictor knows.
  for (let digit = HEX[bytes[at]]; digit !== NO_DIGIT && at <= last; digit = HEX[bytes[++at]]) {
    high = (high << 4) | (low >>> 28);
    low = (low << 4) | (digit & 15);
    all |= digit;
  }
  cursor.at = at;
  cursor.hasCapitals = (all & CAPITAL) !== 0;
  cursor.low = low >>> 0;
  cursor.high = high >>> 0;
  return at > first && at <= last;
}

/** Passes over one byte if it is there. */
export function take(cursor: Cursor, byte: number): boolean {
  if (cursor.bytes[cursor.at] !== byte) return false;
  cursor.at++;
  return true;
}

/** Passes over the characters of `word` if they are there. */
export function takeWord(cursor: Cursor, word: string): boolean {
  for (let i = 0; i < word.length; i++)
    if (cursor.bytes[cursor.at + i] !== word.charCodeAt(i)) return false;
  cursor.at += word.length;
  return true;
}

export function skipBlanks(cursor: Cursor): void {
  const { bytes } = cursor;
  let { at } = cursor;
  while (isBlank(bytes[at])) at++;
  cursor.at = at;
}

/** To the next `byte` of this line, or to its newline. */
export function skipTo(cursor: Cursor, byte: number): void {
  const { bytes } = cursor;
  let { at } = cursor;
  while (bytes[at] !== byte && bytes[at] !== NEWLINE) at++;
  cursor.at = at;
}

/** Beyond its newline. By a loop: what is left is mostly short, and a search that is called for costs more. */
export function skipLine(cursor: Cursor): void {
  const { bytes } = cursor;
  let { at } = cursor;
  while (bytes[at] !== NEWLINE) at++;
  cursor.at = at + 1;
}

/** Blanks and the newline: whether nothing else was left of the line. */
export function takeLineEnd(cursor: Cursor): boolean {
  skipBlanks(cursor);
  return take(cursor, NEWLINE);
}

/** A space, a tab or a carriage return. */
export function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === RETURN;
}

function badLine(log: ReferenceLog, bytes: Uint8Array, start: number, expected: string) {
  requireShort(log, start, bytes.indexOf(NEWLINE, start) + 1);
  const remedy = 'correct the line, or name the format if it is another one';
  const problem = `${quoteLine(bytes, start)}, expected ${expected}; ${remedy}`;
  return traceError(log.file, log.lines, problem);
}
