/**
 * Detection of a trace's format from its first bytes, never from its name.
 *
 * Text: the first line that some format knows as its own decides; lines that no format knows may
 * stand before it only if they are blank, comments or valgrind's own words. Binary: the first
 * records decide. Formats are asked in the order of formats/index.ts.
 */

import { COMPACT_MAGIC } from './compact-layout.ts';
import { type TraceFormat, traceFormats } from './formats/index.ts';
import { lackey } from './formats/lackey.ts';
import { latin1 } from './text-fields.ts';
import { LINE_BYTES_MAX, quoteLine } from './text-lines.ts';
import { traceError } from './trace.ts';

const NEWLINE = 10;
const SKIPPED_LINE = /^\s*$|^==|^--|^\*\*|^\s*#/;
/** Bytes that no text has: control characters but tab, line ends, form feed. */
const CONTROL = new Uint8Array(256);
for (let byte = 0; byte < 32; byte++) CONTROL[byte] = byte < 9 || byte > 13 ? 1 : 0;

export const COMPACT = 'compact';
/** What `--format` may name. */
export const formatNames: readonly string[] = [COMPACT, ...traceFormats.map(({ name }) => name)];

export function isCompact(head: Uint8Array): boolean {
  return COMPACT_MAGIC.every((byte, i) => head[i] === byte);
}

/**
 * The format of a file that begins with `head`; `whole` says that head is all of it. Refuses an
 * empty file and one whose first line that is not a comment, or first records, fit no format.
 */
export function detectFormat(file: string, head: Uint8Array, whole: boolean): TraceFormat {
  if (head.length === 0) {
    throw traceError(file, 0, 'is empty, expected a trace; record it again');
  }
  if (isCompact(head)) {
    const expected = 'expected it as it was written';
    throw traceError(file, 0, `is a compact trace, compressed once more, ${expected}; unpack it`);
  }
  return isText(head) ? detectText(file, head, whole) : detectRecords(file, head);
}

function isText(head: Uint8Array): boolean {
  let controls = 0;
  for (let at = 0; at < head.length; at++) controls += CONTROL[head[at]];
  return controls === 0;
}

/** The format of that name, the compact one apart. Refuses a name that does not exist. */
export function requireFormat(file: string, name: string): TraceFormat {
  const format = traceFormats.find((known) => known.name === name);
  if (format) return format;
  const known = formatNames.join(', ');
  throw traceError(file, 0, `unknown trace format '${name}', expected one of ${known}; correct it`);
}

function detectRecords(file: string, head: Uint8Array): TraceFormat {
  for (const format of traceFormats) {
    if (format.kind !== 'records') continue;
    const size = head.length - (head.length % format.recordBytes);
    if (size > 0 && format.isHead(head.subarray(0, size))) return format;
  }
  throw unknown(file, 0, 'is binary, of no format whose records are known here');
}

function detectText(file: string, head: Uint8Array, whole: boolean): TraceFormat {
  let line = 0;
  for (let at = 0; at < head.length; ) {
    line++;
    const newline = head.indexOf(NEWLINE, at);
    if (newline < 0 && !whole) break;
    const end = newline < 0 ? head.length : newline;
    const text = latin1(head, at, Math.min(end, at + LINE_BYTES_MAX));
    for (const format of traceFormats)
      if (format.kind === 'text' && format.isLine(text)) return format;
    if (!SKIPPED_LINE.test(text)) throw unknown(file, line, quoteLine(head, at));
    at = end + 1;
  }
  if (!whole && line > 1) return lackey;
  throw unknown(file, 0, 'has no references at its start');
}

function unknown(file: string, line: number, found: string) {
  const expected = `expected a trace of one of the formats ${formatNames.join(', ')}`;
  return traceError(file, line, `${found}, ${expected}; see docs/traces.md, or name its format`);
}
