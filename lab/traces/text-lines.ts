/**
 * Text lines: chunks of bytes in, whole lines out, a line cut by a chunk's end carried over.
 *
 * The lines inside a chunk are parsed where they lie; only the cut line is copied. No line of a
 * trace is longer than LINE_BYTES_MAX, so the carry is bounded and a binary file is found out soon.
 */

import type { TraceParser } from './formats/format.ts';
import type { ReferenceLog } from './reference-log.ts';
import { type TraceError, traceError } from './trace.ts';

export const LINE_BYTES_MAX = 4096;

const NEWLINE = 10;

export interface LineCarry {
  readonly bytes: Uint8Array;
  length: number;
}

export function createLineCarry(): LineCarry {
  return { bytes: new Uint8Array(LINE_BYTES_MAX + 1), length: 0 };
}

/** Gives `parse` every line that is whole by now. Throws TraceError for a line too long. */
export function pushChunk(
  carry: LineCarry,
  log: ReferenceLog,
  chunk: Uint8Array,
  parse: TraceParser,
): void {
  let from = 0;
  if (carry.length > 0) {
    const newline = chunk.indexOf(NEWLINE);
    from = newline < 0 ? chunk.length : newline + 1;
    append(carry, log, chunk.subarray(0, from));
    if (newline < 0) return;
    const length = carry.length;
    carry.length = 0;
    parse(log, carry.bytes, 0, length);
  }
  const to = chunk.lastIndexOf(NEWLINE) + 1;
  if (to > from) parse(log, chunk, from, to);
  append(carry, log, chunk.subarray(Math.max(from, to)));
}

/** The end of the file: a last line without a newline still counts. */
export function endLines(carry: LineCarry, log: ReferenceLog, parse: TraceParser): void {
  if (carry.length === 0) return;
  carry.bytes[carry.length] = NEWLINE;
  parse(log, carry.bytes, 0, carry.length + 1);
  carry.length = 0;
}

/**
 * Refuses the line counted last, from `start` to where the next one begins, if it is too long: wherever chunks are
 * cut, the same lines are refused.
 */
export function requireShort(log: ReferenceLog, start: number, next: number): void {
  if (next - start - 1 > LINE_BYTES_MAX) throw lineTooLong(log, log.lines);
}

function lineTooLong(log: ReferenceLog, line: number): TraceError {
  const problem = `a line of more than ${LINE_BYTES_MAX} bytes, expected a text trace`;
  return traceError(log.file, line, `${problem}; check that this is a trace`);
}

/** The line that starts at `start`, quoted for a message: printable, at most 40 characters. */
export function quoteLine(bytes: Uint8Array, start: number): string {
  let text = '';
  let at = start;
  for (; at < bytes.length && at < start + 40 && bytes[at] !== NEWLINE; at++) {
    const byte = bytes[at];
    text += byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '?';
  }
  const cut = at === start + 40 && bytes[at] !== NEWLINE;
  return `'${text}${cut ? '...' : ''}'`;
}

function append(carry: LineCarry, log: ReferenceLog, part: Uint8Array): void {
  if (part.length === 0) return;
  const terminated = part[part.length - 1] === NEWLINE ? 1 : 0;
  if (carry.length + part.length - terminated > LINE_BYTES_MAX)
    throw lineTooLong(log, log.lines + 1);
  carry.bytes.set(part, carry.length);
  carry.length += part.length;
}
