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

import { FETCH, PAGE_BYTES, READ, RUN_LENGTH_MAX, WRITE } from '../../../sim-hw/references.ts';
import { hashOfPage } from '../page-index.ts';
import { addAccess, type ReferenceLog, requireId, reserveRuns } from '../reference-log.ts';
import { LINE_BYTES_MAX, quoteLine } from '../text-lines.ts';
import { traceError } from '../trace.ts';
import type { TextFormat } from './format.ts';

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
const PAGE_BITS = 12;

const HEX = tableOf('0123456789abcdef', 'ABCDEF');
const DECIMAL = tableOf('0123456789', '');
const KIND = new Uint8Array(256).fill(NONE);
KIND['L'.charCodeAt(0)] = READ;
KIND['S'.charCodeAt(0)] = WRITE;
KIND['M'.charCodeAt(0)] = WRITE;
KIND['I'.charCodeAt(0)] = FETCH;
/** By the first two characters of a line, of which one is a space. */
const KINDS = new Uint8Array(65536).fill(NONE);
for (let letter = SPACE + 1; letter < 256; letter++) {
  KINDS[(SPACE << 8) | letter] = KIND[letter];
  KINDS[(letter << 8) | SPACE] = KIND[letter];
}

export const lackey: TextFormat = {
  kind: 'text',
  name: 'lackey',
  about: 'valgrind --tool=lackey --trace-mem=yes',
  lost: 'access sizes and places within pages; nobody told time, threads, mmap and brk',
  pageBytes: PAGE_BYTES,
  isLine: (line) => /^ ?[ILSM] +[0-9a-f]+,[0-9]+$/i.test(line),
  createParser: () => parseLackey,
};

/**
 * Reads the whole lines in bytes[from..to) into the log; bytes[to - 1] must be a newline, which
 * ends every scan. Stops early when the log has all it wants. Throws TraceError at a bad line.
 */
export function parseLackey(log: ReferenceLog, bytes: Uint8Array, from: number, to: number): void {
  const usual = log.pageBits === PAGE_BITS && log.skipLeft === 0;
  const whole = usual && log.limitLeft > REFERENCES_PER_BYTE_MAX * (to - from);
  let at = from;
  while (at < to && log.limitLeft > 0) {
    if (whole && at < to - LOOK_AHEAD) at = parseUsual(log, bytes, at, to - LOOK_AHEAD);
    if (at < to) at = parseLine(log, bytes, at);
  }
}

/**
 * The hot loop: lines of the usual shape (three characters, 8 or 10 digits, a size of one or two)
 * inside one page, the window of the log being open at both ends. Stops at `to`, before the first
 * other line, or where the page index has grown.
 *
 * Every second line begins a run and no branch predictor knows which, so a run is begun or made
 * longer without a branch; and text is read and checked four bytes at a time. `| 0` spares the
 * check for overflow: nothing here reaches 2^31.
 */
function parseUsual(log: ReferenceLog, bytes: Uint8Array, from: number, to: number): number {
  reserveRuns(log, Math.ceil((to - from) / USUAL_LINE_BYTES_MIN) + 1);
  const { runs, index } = log;
  const { low: pageLows, high: pageHighs, slots, shift } = index;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const stop = to | 0;
  let last = (log.runCount - 1) | 0;
  let openWord = log.openWord | 0;
  let openLength = log.openLength | 0;
  let lines = 0;
  let at = from | 0;
  while (at < stop && index.slots === slots) {
    const head = view.getUint32(at) | 0;
    const kind = KINDS[head >>> 16];
    let wrong: number = kind;
    let comma = (at + 11) | 0;
    let high = 0;
    if (bytes[comma] !== COMMA) {
      comma = (at + 13) | 0;
      const h0 = HEX[head & 0xff];
      const h1 = HEX[bytes[(at + 4) | 0]];
      wrong |= h0 | h1;
      high = (h0 << 4) | h1;
    }
    const upper = view.getUint32((comma - 8) | 0) | 0;
    const lower = view.getUint32((comma - 4) | 0) | 0;
    const upperDigits = hexDigits(upper);
    const lowerDigits = hexDigits(lower);
    const tail = view.getUint32(comma) | 0;
    let size: number = DECIMAL[(tail >>> 16) & 0xff];
    wrong |= size;
    let newline = (comma + 2) | 0;
    let ending = tail >> 8;
    if ((tail & 0xff00) !== NEWLINE << 8) {
      const digit = DECIMAL[(tail >>> 8) & 0xff];
      wrong |= digit;
      size = (Math.imul(size, 10) + digit) | 0;
      newline = (comma + 3) | 0;
      ending = tail;
    }
    const noHex = notHex(upper, upperDigits, lower, lowerDigits);
    if (wrong > 15 || noHex !== 0 || (ending & 0xff) !== NEWLINE || tail >>> 24 !== COMMA) break;
    const address = joined(lowerDigits);
    const end = ((address & OFFSET_MASK) + size) | 0;
    if ((head & 0xff00) !== SPACE << 8 || size === 0 || end > PAGE_BYTES) break;
    at = (newline + 1) | 0;
    lines = (lines + 1) | 0;

    const page = (high << 20) | (joined(upperDigits) << 4) | (address >>> 12);
    let id: number = slots[hashOfPage(page, 0) >>> shift];
    if (id < 0 || pageLows[id] !== page || pageHighs[id] !== 0) id = requireId(log, page, 0);
    const word = (id << 8) | (kind << 6);
    const begins = ((word ^ openWord) | -(word ^ openWord)) >>> 31;
    last = (last + begins) | 0;
    openLength = ((openLength & (begins - 1)) + 1) | 0;
    openWord = word;
    if (openLength > RUN_LENGTH_MAX) {
      last = (last + 1) | 0;
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
  return ((text & 0x0f0f0f0f) + (letters << 3) + letters) | 0;
}

/**
 * Not 0 if one of twice four characters is no digit: its high half must be 3, or 6 for a small
 * letter, and its value below 10 or, for a letter, from 10 to 15. (Capitals are for parseLine.)
 */
function notHex(a: number, aDigits: number, b: number, bDigits: number): number {
  const aLetters = (a >>> 2) & 0x10101010;
  const bLetters = (b >>> 2) & 0x10101010;
  const aHalves = a ^ (0x30303030 + aLetters + (aLetters << 1));
  const bHalves = b ^ (0x30303030 + bLetters + (bLetters << 1));
  const aValues = ((aDigits + 0x06060606) ^ aLetters) | aDigits;
  const bValues = ((bDigits + 0x06060606) ^ bLetters) | bDigits;
  return ((aHalves | bHalves) & 0xf0f0f0f0) | ((aValues | bValues) & 0x10101010);
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
  addAccess(log, low, high, kind, size);
  return at + 1;
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
