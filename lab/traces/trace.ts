/**
 * Trace: the references of one real program, read from a file, and the error that says why not.
 *
 * A trace is a reference string (`sim-hw/references.ts`) plus where it came from. Formats are in
 * formats/, the project's own, `compact`, is in FORMAT.md.
 *
 * Left out, because hardly any format carries it: time, threads, mmap and brk, kernel references.
 */

import type { ReferenceString } from '../../sim-hw/references.ts';

/** A reference string and its provenance. */
export interface Trace extends ReferenceString {
  /** References of each kind; they sum to `references`. */
  readonly kinds: readonly [reads: number, writes: number, fetches: number];
  /** The command that was recorded, or the name of the text file it was read from. */
  readonly origin: string;
  /** `compact`, or the name of one of formats/. */
  readonly format: string;
  /** Lines of text or binary records read, 0 for a compact file. */
  readonly lines: number;
  /** Bytes in a page. */
  readonly pageBytes: number;
  /** Of a sample that keeps time, by run: references of the whole before it. */
  readonly times?: Float64Array;
}

/** Bytes that a page of a trace may have: the powers of two from this to that. */
export const PAGE_BYTES_MIN = 512;
export const PAGE_BYTES_MAX = 2 ** 21;

export function isPageSize(bytes: number): boolean {
  return bytes >= PAGE_BYTES_MIN && bytes <= PAGE_BYTES_MAX && Number.isInteger(Math.log2(bytes));
}

/** What is wrong with a trace, in one line: `file[:line]: what, expected what; what to do`. */
export class TraceError extends Error {
  override readonly name = 'TraceError';
}

/** Refuses a page of a size that no trace may have. */
export function requirePageSize(file: string, pageBytes: number): void {
  if (isPageSize(pageBytes)) return;
  const expected = `expected a power of two from ${PAGE_BYTES_MIN} to ${PAGE_BYTES_MAX}`;
  throw traceError(file, 0, `pages of ${pageBytes} bytes, ${expected}; correct it`);
}

/** Builds a TraceError; `line` 0 means the fault is not in one line. */
export function traceError(file: string, line: number, problem: string): TraceError {
  const place = line > 0 ? `${file}:${line}` : file;
  return new TraceError(`${place}: ${problem}`.replaceAll(/[\r\n]+/g, ' '));
}
