/**
 * Page text: one page number a line, the format that anyone can write.
 *
 *   # comment             skipped, as are blank lines
 *   1042                  a read of page 1042
 *   w 0x412               a write; the letter r, w or f (fetch) may stand before or after
 *   0x412 w
 *
 * Numbers are decimal or 0x-hexadecimal, below 2^52, at the 4 KiB granule.
 */

import { FETCH, PAGE_BYTES, READ, WRITE } from '../../../sim-hw/references.ts';
import { addReference, type ReferenceLog } from '../reference-log.ts';
import { quoteLine, requireShort } from '../text-lines.ts';
import { traceError } from '../trace.ts';
import type { TextFormat } from './format.ts';

const NEWLINE = 10;
const HASH = 35;
const ZERO = 48;
const LETTER_X = 120;
const TWO_TO_32 = 4294967296;
const PAGE_NUMBER_END = 2 ** 52;
const NO_KIND = -1;

export const pages: TextFormat = {
  kind: 'text',
  name: 'pages',
  about: 'page numbers, one a line',
  lost: 'nothing',
  pageBytes: PAGE_BYTES,
  hasAddresses: false,
  readsApart: true,
  isLine: (line) => /^\s*([rwf]\s*)?(0x[0-9a-f]+|[0-9]+)\s*([rwf]\s*)?$/i.test(line),
  createParser: () => parsePages,
};

/** Reads the whole lines in bytes[from..to); bytes[to - 1] must be a newline. */
export function parsePages(log: ReferenceLog, bytes: Uint8Array, from: number, to: number): void {
  let at = from;
  while (at < to && log.limitLeft > 0) {
    const start = at;
    log.lines++;
    at = skipBlanks(bytes, at);
    if (bytes[at] === NEWLINE || bytes[at] === HASH) {
      at = bytes.indexOf(NEWLINE, at) + 1;
      requireShort(log, start, at);
      continue;
    }
    let kind = kindOf(bytes[at]);
    if (kind !== NO_KIND) at = skipBlanks(bytes, at + 1);

    const hexadecimal = bytes[at] === ZERO && (bytes[at + 1] | 32) === LETTER_X;
    const base = hexadecimal ? 16 : 10;
    if (hexadecimal) at += 2;
    const first = at;
    let number = 0;
    for (let digit = digitOf(bytes[at]); digit < base; digit = digitOf(bytes[++at])) {
      number = number * base + digit;
      if (number >= PAGE_NUMBER_END) throw badLine(log, bytes, start);
    }
    if (at === first) throw badLine(log, bytes, start);

    at = skipBlanks(bytes, at);
    if (kind === NO_KIND && kindOf(bytes[at]) !== NO_KIND) {
      kind = kindOf(bytes[at]);
      at = skipBlanks(bytes, at + 1);
    }
    if (bytes[at] !== NEWLINE) throw badLine(log, bytes, start);
    at++;
    requireShort(log, start, at);
    const high = Math.floor(number / TWO_TO_32);
    addReference(log, number | 0, high, kind === NO_KIND ? READ : kind);
  }
}

function skipBlanks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === 32 || bytes[at] === 9 || bytes[at] === 13) at++;
  return at;
}

function kindOf(byte: number): number {
  const letter = byte | 32;
  if (letter === 114) return READ;
  if (letter === 119) return WRITE;
  if (letter === 102) return FETCH;
  return NO_KIND;
}

/** 0..15, or 255 for what is no digit. */
function digitOf(byte: number): number {
  if (byte >= ZERO && byte <= 57) return byte - ZERO;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : 255;
}

function badLine(log: ReferenceLog, bytes: Uint8Array, start: number) {
  requireShort(log, start, bytes.indexOf(NEWLINE, start) + 1);
  const expected = "expected a page number below 2^52 such as '1042', 'w 0x412' or '0x412 w'";
  const remedy = 'correct the line or name the format if it is another one';
  return traceError(log.file, log.lines, `${quoteLine(bytes, start)}, ${expected}; ${remedy}`);
}
