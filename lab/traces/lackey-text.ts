/**
 * Lackey text: what `valgrind --tool=lackey --trace-mem=yes` writes.
 *
 *   I  04001234,3        fetch; also ` I 04001234,3`
 *    L 1ffefffd60,8      load
 *    S 1ffefffd58,8      store
 *    M 0421d8b0,4        modify: a load and a store in one, here one WRITE
 *   ==1234== Lackey ...  valgrind's own words (also -- and **), skipped, as are blank lines
 *
 * Addresses are hexadecimal, sizes decimal. An access that crosses a page counts once on each page.
 * The loop works on bytes: no string, no object per line. Threads, mmap and time are not in the
 * format, so not here.
 */

import { FETCH, PAGE_BYTES, READ, RUN_LENGTH_MAX, WRITE } from '../../sim-hw/references.ts';
import { hashOfPage } from './page-index.ts';
import { addReference, type ReferenceLog, requireId, reserveRuns } from './reference-log.ts';
import { LINE_BYTES_MAX, quoteLine } from './text-lines.ts';
import { traceError } from './trace.ts';

const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const COMMA = 44;
const NONE = 255;
const ADDRESS_DIGITS_MAX = 16;
const SIZE_MAX = 65536;
/** An access of SIZE_MAX bytes touches 17 pages and takes 11 bytes of text. */
const REFERENCES_PER_BYTE_MAX = 2;
/** No usual line is longer, so the hot loop never looks beyond the end. */
const LOOK_AHEAD = 64;
/** ' L 01234567,8' and its newline. */
const USUAL_LINE_BYTES_MIN = 14;
const OFFSET_MASK = PAGE_BYTES - 1;

const HEX = tableOf('0123456789abcdef', 'ABCDEF');
const DECIMAL = tableOf('0123456789', '');
const KIND = new Uint8Array(256).fill(NONE);
KIND['L'.charCodeAt(0)] = READ;
KIND['S'.charCodeAt(0)] = WRITE;
KIND['M'.charCodeAt(0)] = WRITE;
KIND['I'.charCodeAt(0)] = FETCH;

/**
 * Reads the whole lines in bytes[from..to) into the log; bytes[to - 1] must be a newline, which
 * ends every scan. Stops early when the log has all it wants. Throws TraceError at a bad line.
 */
export function parseLackey(log: ReferenceLog, bytes: Uint8Array, from: number, to: number): void {
  const whole = log.skipLeft === 0 && log.limitLeft > REFERENCES_PER_BYTE_MAX * (to - from);
  let at = from;
  while (at < to && log.limitLeft > 0) {
    if (whole && at < to - LOOK_AHEAD) at = parseUsual(log, bytes, at, to - LOOK_AHEAD);
    if (at < to) at = parseLine(log, bytes, at);
  }
}

/**
 * The hot loop: lines of the usual shape (three characters, 8 or 10 digits, a size of one or two)
 * inside one page, the window of the log being open at both ends. Stops at `to` or before the first
 * other line.
 *
 * Every second line begins a run and no branch predictor knows which, so a run is begun or made
 * longer without a branch; and hexadecimal digits are read four at a time. Each is worth a fifth to a
 * third of the speed.
 */
function parseUsual(log: ReferenceLog, bytes: Uint8Array, from: number, to: number): number {
  reserveRuns(log, Math.ceil((to - from) / USUAL_LINE_BYTES_MIN) + 1);
  const { runs, index } = log;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let { low: pageLows, high: pageHighs, slots, shift } = index;
  let last = log.runCount - 1;
  let openWord = log.openWord;
  let openLength = log.openLength;
  let lines = 0;
  let at = from;
  while (at < to) {
    const kind = KIND[bytes[at] === SPACE ? bytes[at + 1] : bytes[at]];
    const spaced = bytes[at] === SPACE || bytes[at + 1] === SPACE;
    let comma = at + 11;
    let high = 0;
    let wrong = kind;
    if (bytes[comma] !== COMMA) {
      comma = at + 13;
      const h0 = HEX[bytes[at + 3]];
      const h1 = HEX[bytes[at + 4]];
      wrong |= h0 | h1;
      high = (h0 << 4) | h1;
    }
    const upper = view.getUint32(comma - 8) | 0;
    const lower = view.getUint32(comma - 4) | 0;
    const upperDigits = hexDigits(upper);
    const lowerDigits = hexDigits(lower);
    const noHex = notHex(upper, upperDigits) | notHex(lower, lowerDigits);
    let size = DECIMAL[bytes[comma + 1]];
    wrong |= size;
    let newline = comma + 2;
    if (bytes[newline] !== NEWLINE) {
      const digit = DECIMAL[bytes[newline++]];
      wrong |= digit;
      size = size * 10 + digit;
    }
    if (wrong > 15 || noHex !== 0 || bytes[newline] !== NEWLINE || bytes[comma] !== COMMA) break;
    const address = joined(lowerDigits);
    const end = (address & OFFSET_MASK) + size;
    if (!spaced || bytes[at + 2] !== SPACE || size === 0 || end > PAGE_BYTES) break;
    at = newline + 1;
    lines++;

    const page = (high << 20) | (joined(upperDigits) << 4) | (address >>> 12);
    let id = slots[hashOfPage(page, 0) >>> shift];
    if (id < 0 || pageLows[id] !== page || pageHighs[id] !== 0) {
      id = requireId(log, page, 0);
      ({ low: pageLows, high: pageHighs, slots, shift } = index);
    }
    const word = (id << 8) | (kind << 6);
    const difference = word ^ openWord;
    const begins = (difference | -difference) >>> 31;
    last += begins;
    openLength = (openLength & (begins - 1)) + 1;
    openWord = word;
    if (openLength > RUN_LENGTH_MAX) {
      last++;
      openLength = 1;
    }
    runs[last] = word | (openLength - 1);
  }
  log.runCount = last + 1;
  log.openWord = openWord;
  log.openLength = openLength;
  log.references += lines;
  log.limitLeft -= lines;
  log.lines += lines;
  return at;
}

/** Of four hexadecimal digits in ASCII, a byte each, their values, a byte each. */
function hexDigits(text: number): number {
  const letters = (text >>> 6) & 0x01010101;
  return (text & 0x0f0f0f0f) + (letters << 3) + letters;
}

/** Not 0 if one of the four is no digit: its high half is neither 3 nor 4 nor 6, or its value off. */
function notHex(text: number, digits: number): number {
  const letters = (text >>> 6) & 0x01010101;
  const highHalves = (text & 0xf0f0f0f0) | (letters << 5);
  const expected = 0x30303030 + (letters << 5) + (letters << 4);
  const isTenOrMore = (digits + 0x06060606) & 0x10101010;
  return (highHalves ^ expected) | (digits & 0x10101010) | (isTenOrMore ^ (letters << 4));
}

/** Four digits, a byte each, as one number of 16 bits. */
function joined(digits: number): number {
  const pairs = digits | (digits >>> 4);
  return ((pairs >>> 8) & 0xff00) | (pairs & 0xff);
}

/** Any one line, by the whole grammar; gives where the next begins. */
function parseLine(log: ReferenceLog, bytes: Uint8Array, start: number): number {
  log.lines++;
  let at = bytes[start] === SPACE ? start + 1 : start;
  const kind = KIND[bytes[at]];
  if (kind === NONE) {
    const next = endOfMessage(bytes, start);
    if (next < 0) throw badLine(log, bytes, start);
    return next;
  }
  const blanks = ++at;
  while (bytes[at] === SPACE) at++;
  const first = at;
  let low = 0;
  for (; HEX[bytes[at]] !== NONE; at++) low = (low << 4) | HEX[bytes[at]];
  const digits = at - first;
  if (first === blanks || digits === 0 || digits > ADDRESS_DIGITS_MAX || bytes[at] !== COMMA) {
    throw badLine(log, bytes, start);
  }
  let high = 0;
  for (let i = first; i < at - 8; i++) high = (high << 4) | HEX[bytes[i]];
  let size = 0;
  for (at++; DECIMAL[bytes[at]] !== NONE && size <= SIZE_MAX; at++) {
    size = size * 10 + DECIMAL[bytes[at]];
  }
  if (bytes[at] === RETURN) at++;
  if (bytes[at] !== NEWLINE || size === 0 || size > SIZE_MAX) {
    throw badLine(log, bytes, start);
  }
  const end = (low & OFFSET_MASK) + size;
  addSpan(log, (high << 20) | (low >>> 12), high >>> 12, kind, end);
  return at + 1;
}

/** An access that ends `end` bytes after the start of its first page: one reference per page. */
function addSpan(log: ReferenceLog, low: number, high: number, kind: number, end: number): void {
  let pageLow = low;
  let pageHigh = high;
  for (let left = end; left > 0; left -= PAGE_BYTES) {
    addReference(log, pageLow, pageHigh, kind);
    pageLow = (pageLow + 1) | 0;
    // The address space wraps at 2^64: page numbers have 52 bits.
    if (pageLow === 0) pageHigh = (pageHigh + 1) & 0xfffff;
  }
}

/** Where the line after a blank one, or one of valgrind's own, begins; -1 for anything else. */
function endOfMessage(bytes: Uint8Array, start: number): number {
  const first = bytes[start];
  const end = bytes.indexOf(NEWLINE, start);
  const blank = end === start || (first === RETURN && end === start + 1);
  const message = (first === 61 || first === 45 || first === 42) && bytes[start + 1] === first;
  return (blank || message) && end - start <= LINE_BYTES_MAX ? end + 1 : -1;
}

function badLine(log: ReferenceLog, bytes: Uint8Array, start: number) {
  const expected = "expected a lackey line such as 'I  04001234,3' or ' L 1ffe0010,8'";
  const remedy = 'record it again, or name the format if it is another one';
  const problem = `${quoteLine(bytes, start)}, ${expected}; ${remedy}`;
  return traceError(log.file, log.lines, problem);
}

function tableOf(digits: string, upper: string): Uint8Array {
  const table = new Uint8Array(256).fill(NONE);
  for (let i = 0; i < digits.length; i++) table[digits.charCodeAt(i)] = i;
  for (let i = 0; i < upper.length; i++) table[upper.charCodeAt(i)] = 10 + i;
  return table;
}
