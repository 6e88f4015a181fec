/**
 * Lackey text, the lines of the usual shape: three characters, 8 or 10 digits, a size of one or two,
 * all inside one page. Nearly every line is one.
 *
 *   I  04008123,4         a page is known by the text of its digits: those of pages seen lately are
 *      \___/\_/          found as they stand there, and neither decoded nor looked up again
 *      page  place
 */

import { FETCH, PAGE_BYTES, READ, RUN_LENGTH_MAX, WRITE } from '../../../sim-hw/references.ts';
import { type ReferenceLog, requireId, reserveRuns } from '../reference-log.ts';

export const NEWLINE = 10;
export const SPACE = 32;
export const COMMA = 44;
/** In the tables: no such character. */
export const NONE = 255;
const DIGIT_MAX = 15;
/** ' L 01234567,8' and its newline. */
const USUAL_LINE_BYTES_MIN = 14;

/** The value of a digit. */
export const HEX = tableOf('0123456789abcdef', 'ABCDEF');
export const DECIMAL = tableOf('0123456789', '');
export const KIND = new Uint8Array(256).fill(NONE);
KIND['L'.charCodeAt(0)] = READ;
KIND['S'.charCodeAt(0)] = WRITE;
KIND['M'.charCodeAt(0)] = WRITE;
KIND['I'.charCodeAt(0)] = FETCH;

/** By two characters, the first in the low byte: the kind, one of them being a space. */
const KINDS = new Uint8Array(65536).fill(NONE);
/** The value of two hexadecimal digits; more than PAGE_BYTES for anything else. */
const PAIRS = new Uint16Array(65536).fill(65535);
/** A size of one digit and its newline, or of two digits with TWO_DIGITS; 0 for anything else. */
const SIZES = new Uint8Array(65536);
const TWO_DIGITS = 128;
/** Above the characters of two more digits. */
const TEN_DIGITS = 1 << 16;
for (let one = SPACE + 1; one < 256; one++)
  KINDS[SPACE | (one << 8)] = KINDS[one | (SPACE << 8)] = KIND[one];
// Of digits alone: every command that reads a trace comes by here.
const digits = [...HEX.keys()].filter((one) => HEX[one] !== NONE);
for (const first of digits) {
  if (DECIMAL[first] !== NONE) SIZES[first | (NEWLINE << 8)] = DECIMAL[first];
  for (const second of digits) {
    const pair = first | (second << 8);
    PAIRS[pair] = (HEX[first] << 4) | HEX[second];
    if ((DECIMAL[first] | DECIMAL[second]) <= DIGIT_MAX)
      SIZES[pair] = (10 * DECIMAL[first] + DECIMAL[second]) | TWO_DIGITS;
  }
}

const TEXTS_BITS = 9;

/** Pages by the text of their digits, a slot for each hash of one: the one seen last. */
export interface PageTexts {
  /** Of the five digits that always are there the first four, and the fifth beside the other two. */
  readonly first: Int32Array;
  readonly rest: Int32Array;
  /** Dense ids. */
  readonly ids: Int32Array;
}

export function createPageTexts(): PageTexts {
  const slots = (): Int32Array => new Int32Array(1 << TEXTS_BITS).fill(-1);
  return { first: slots(), rest: slots(), ids: slots() };
}

/**
 * The hot loop, the window of the log being open at both ends. Reads lines from `from` on; stops at
 * `to`, or before the first other line, and gives where that is. Looks up to 20 bytes beyond `to`.
 *
 * Every second line begins a run and no branch predictor knows which, so a run is begun or made
 * longer without a branch. `| 0` spares the check for overflow: nothing here reaches 2^31.
 */
export function parseUsual(
  log: ReferenceLog,
  bytes: Uint8Array,
  from: number,
  to: number,
  texts: PageTexts,
): number {
  reserveRuns(log, Math.ceil((to - from) / USUAL_LINE_BYTES_MIN) + 1);
  const { runs } = log;
  const { first, rest, ids } = texts;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const stop = to | 0;
  let last = (log.runCount - 1) | 0;
  let openWord = log.openWord | 0;
  let openLength = log.openLength | 0;
  let lines = 0;
  let writes = 0;
  let fetches = 0;
  let at = from | 0;
  while (at < stop) {
    const head = view.getInt32(at, true) | 0;
    const kind = KINDS[head & 0xffff];
    let comma = (at + 11) | 0;
    let more = 0;
    if (bytes[comma] !== COMMA) {
      comma = (at + 13) | 0;
      more = TEN_DIGITS | (head >>> 24) | (bytes[(at + 4) | 0] << 8);
    }
    const upper = view.getInt32((comma - 8) | 0, true) | 0;
    const lower = view.getInt32((comma - 4) | 0, true) | 0;
    const tail = view.getInt32(comma, true) | 0;
    const sized = SIZES[(tail >>> 8) & 0xffff];
    const size = sized & (TWO_DIGITS - 1);
    const longer = sized >>> 7;
    const digit = HEX[lower >>> 24];
    const end = (((PAIRS[(lower >>> 8) & 0xffff] << 4) | digit) + size) | 0;
    if ((kind | digit) > DIGIT_MAX || (head & 0xff0000) !== SPACE << 16) break;
    if (size === 0 || end > PAGE_BYTES || (tail & 0xff) !== COMMA) break;
    if (longer !== 0 && tail >>> 24 !== NEWLINE) break;

    const key = (lower & 0xff) | (more << 8);
    const slot = slotOf(upper, key);
    let id = ids[slot];
    if (first[slot] !== upper || rest[slot] !== key) {
      id = idOfText(log, bytes, comma, more);
      if (id < 0) break;
      first[slot] = upper;
      rest[slot] = key;
      ids[slot] = id;
    }
    at = (comma + 3 + longer) | 0;
    lines = (lines + 1) | 0;
    writes = (writes + (kind & WRITE)) | 0;
    fetches = (fetches + (kind >>> 1)) | 0;
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
  log.kinds[READ] += lines - writes - fetches;
  log.kinds[WRITE] += writes;
  log.kinds[FETCH] += fetches;
  log.limitLeft -= lines;
  log.lines += lines;
  return at;
}

function slotOf(upper: number, key: number): number {
  return Math.imul(upper ^ Math.imul(key, 0x85ebca6b), 0x9e3779b1) >>> (32 - TEXTS_BITS);
}

/** The dense id of the page whose digits stand before `comma`; -1 where they are none. */
function idOfText(log: ReferenceLog, bytes: Uint8Array, comma: number, more: number): number {
  let wrong = 0;
  let page = 0;
  if (more !== 0) {
    const sixth = HEX[more & 0xff];
    const seventh = HEX[(more >>> 8) & 0xff];
    wrong = sixth | seventh;
    page = (sixth << 4) | seventh;
  }
  for (let at = comma - 8; at < comma - 3; at++) {
    const digit = HEX[bytes[at]];
    wrong |= digit;
    page = (page << 4) | digit;
  }
  return wrong > DIGIT_MAX ? -1 : requireId(log, page, 0);
}

function tableOf(digits: string, upper: string): Uint8Array {
  const table = new Uint8Array(256).fill(NONE);
  for (let i = 0; i < digits.length; i++) table[digits.charCodeAt(i)] = i;
  for (let i = 0; i < upper.length; i++) table[upper.charCodeAt(i)] = 10 + i;
  return table;
}
