/**
 * Detection of a trace's format from its first bytes, never from its name.
 */

import { COMPACT_MAGIC } from './compact-layout.ts';
import { LINE_BYTES_MAX, quoteLine } from './text-lines.ts';
import { TRACE_FORMATS, type TraceFormat, traceError } from './trace.ts';

const NEWLINE = 10;
const ZSTD_MAGIC = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd);
const LACKEY_LINE = /^ ?[ILSM] +[0-9a-f]+,[0-9]+\r?$/i;
const PAGE_LINE = /^\s*([rwf]\s*)?(0x[0-9a-f]+|[0-9]+)\s*([rwf]\s*)?$/i;
const SKIPPED_LINE = /^\s*$|^==|^--|^\*\*|^\s*#/;

export function isZstd(head: Uint8Array): boolean {
  return startsWith(head, ZSTD_MAGIC);
}

export function isCompact(head: Uint8Array): boolean {
  return startsWith(head, COMPACT_MAGIC);
}

/**
 * The format of a file that begins with `head`; `whole` says that head is all of it. Refuses an
 * empty file and one whose first line that is not a comment fits no format.
 */
export function detectFormat(file: string, head: Uint8Array, whole: boolean): TraceFormat {
  if (head.length === 0) {
    throw traceError(file, 0, 'is empty, expected a trace; record it again');
  }
  if (isCompact(head)) return 'compact';
  let line = 0;
  for (let at = 0; at < head.length; ) {
    line++;
    const newline = head.indexOf(NEWLINE, at);
    if (newline < 0 && !whole) break;
    const end = newline < 0 ? head.length : newline;
    // Latin-1: any byte is a character, so that a binary file fits no pattern.
    const text = String.fromCharCode(...head.subarray(at, Math.min(end, at + LINE_BYTES_MAX)));
    if (LACKEY_LINE.test(text)) return 'lackey';
    if (PAGE_LINE.test(text)) return 'pages';
    if (!SKIPPED_LINE.test(text)) throw unknown(file, line, head, at);
    at = end + 1;
  }
  if (!whole && line > 1) return 'lackey';
  throw unknown(file, 0, head, 0);
}

/** Refuses the name of a format that does not exist. */
export function requireFormat(file: string, name: string): TraceFormat {
  const format = TRACE_FORMATS.find((known) => known === name);
  if (format) return format;
  const known = TRACE_FORMATS.join(', ');
  throw traceError(file, 0, `unknown trace format '${name}', expected one of ${known}; correct it`);
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}

function unknown(file: string, line: number, head: Uint8Array, at: number) {
  const found = line > 0 ? quoteLine(head, at) : 'has no references at its start';
  const expected = 'expected lackey text, page numbers or a compact .lht trace (plain or zstd)';
  return traceError(file, line, `${found}, ${expected}; see docs/traces.md for the formats`);
}
