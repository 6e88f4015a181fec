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
import { addReference, closeRun, openRun, type ReferenceLog } from './reference-log.ts';
import { LINE_BYTES_MAX, quoteLine } from './text-lines.ts';
import { traceError } from './trace.ts';

const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const COMMA = 44;
const ZERO = 48;
const NONE = 255;
const ADDRESS_DIGITS_MAX = 16;
const SIZE_MAX = 65536;
/** An access of SIZE_MAX bytes touches 17 pages and takes 11 bytes of text. */
const REFERENCES_PER_BYTE_MAX = 2;
const OFFSET_MASK = PAGE_BYTES - 1;

const HEX = tableOf('0123456789abcdef', 'ABCDEF');
const KIND = new Uint8Array(256).fill(NONE);
KIND['L'.charCodeAt(0)] = READ;
KIND['S'.charCodeAt(0)] = WRITE;
KIND['M'.charCodeAt(0)] = WRITE;
KIND['I'.charCodeAt(0)] = FETCH;

/**
 * Reads the whole lines in bytes[from..to) into the log; bytes[to - 1] must be a newline, which ends
 * every scan below. Stops early when the log has all it wants. Throws TraceError at a bad line.
 *
 * The open run lives in locals while no window can begin or end within these bytes (`fast`).
 */
export function parseLackey(log: ReferenceLog, bytes: Uint8Array, from: number, to: number): void {
  const fast = log.skipLeft === 0 && log.limitLeft > REFERENCES_PER_BYTE_MAX * (to - from);
  let { openLow, openHigh, openKind, openLength } = log;
  let added = 0;
  let at = from;
  while (at < to && (fast || log.limitLeft > 0)) {
    const start = at;
    log.lines = (log.lines + 1) | 0;
    let letter = bytes[at];
    if (letter === SPACE) letter = bytes[++at];
    const kind = KIND[letter];
    if (kind === NONE) {
      at = skipMessage(log, bytes, start);
      continue;
    }
    if (bytes[++at] !== SPACE) throw badLine(log, bytes, start);
    do at++;
    while (bytes[at] === SPACE);

    const first = at;
    let low = 0;
    for (let digit = HEX[bytes[at]]; digit !== NONE; digit = HEX[bytes[++at]]) {
      low = (low << 4) | digit;
    }
    const digits = at - first;
    if (bytes[at] !== COMMA || digits === 0 || digits > ADDRESS_DIGITS_MAX) {
      throw badLine(log, bytes, start);
    }
    // Above 32 bits: the digits before the last eight. Stack and mmap addresses have a few.
    let high = 0;
    for (let i = first; i < at - 8; i++) high = (high << 4) | HEX[bytes[i]];

    let size = bytes[++at] - ZERO;
    if (size < 0 || size > 9) throw badLine(log, bytes, start);
    for (let digit = bytes[++at] - ZERO; digit >= 0 && digit <= 9; digit = bytes[++at] - ZERO) {
      size = size * 10 + digit;
      if (size > SIZE_MAX) throw badLine(log, bytes, start);
    }
    if (bytes[at] === RETURN) at++;
    if (bytes[at] !== NEWLINE || size === 0) throw badLine(log, bytes, start);
    at++;

    const end = (low & OFFSET_MASK) + size;
    const pageLow = (high << 20) | (low >>> 12);
    const pageHigh = high >>> 12;
    if (fast && end <= PAGE_BYTES) {
      added++;
      const same = pageLow === openLow && kind === openKind && pageHigh === openHigh;
      if (same && openLength > 0 && openLength < RUN_LENGTH_MAX) {
        openLength++;
        continue;
      }
      log.openLength = openLength;
      closeRun(log);
      openRun(log, pageLow, pageHigh, kind);
    } else {
      log.openLength = openLength;
      addSpan(log, pageLow, pageHigh, kind, end);
    }
    ({ openLow, openHigh, openKind, openLength } = log);
  }
  log.openLength = openLength;
  log.limitLeft -= added;
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

/** Passes over a blank line or one of valgrind's own; anything else is refused. */
function skipMessage(log: ReferenceLog, bytes: Uint8Array, start: number): number {
  const first = bytes[start];
  const end = bytes.indexOf(NEWLINE, start);
  const blank = end === start || (first === RETURN && end === start + 1);
  const message = (first === 61 || first === 45 || first === 42) && bytes[start + 1] === first;
  if (!blank && !message) throw badLine(log, bytes, start);
  if (end - start > LINE_BYTES_MAX) throw badLine(log, bytes, start);
  return end + 1;
}

function badLine(log: ReferenceLog, bytes: Uint8Array, start: number) {
  const expected = "expected a lackey line such as 'I  04001234,3' or ' L 1ffe0010,8'";
  const remedy = 'record it again, or name the format if it is another one';
  return traceError(log.file, log.lines, `${quoteLine(bytes, start)}, ${expected}; ${remedy}`);
}

function tableOf(digits: string, upper: string): Uint8Array {
  const table = new Uint8Array(256).fill(NONE);
  for (let i = 0; i < digits.length; i++) table[digits.charCodeAt(i)] = i;
  for (let i = 0; i < upper.length; i++) table[upper.charCodeAt(i)] = 10 + i;
  return table;
}
