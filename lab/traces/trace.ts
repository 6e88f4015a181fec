/**
 * Trace: the references of one real program, read from a file, and the error that says why not.
 *
 * A trace is a reference string (`sim-hw/references.ts`) plus where it came from. Formats:
 *
 *   lackey   text of `valgrind --tool=lackey --trace-mem=yes`
 *   pages    text, one page number a line, with an optional r, w or f
 *   compact  the project's own `.lht` (FORMAT.md)
 *
 * Left out, because no format here carries it: time, threads, mmap and brk, kernel references.
 */

import type { ReferenceString } from '../../sim-hw/references.ts';

export const TRACE_FORMATS = ['lackey', 'pages', 'compact'] as const;
export type TraceFormat = (typeof TRACE_FORMATS)[number];

/** A reference string and its provenance. */
export interface Trace extends ReferenceString {
  /** References of each kind; they sum to `references`. */
  readonly kinds: readonly [reads: number, writes: number, fetches: number];
  /** The command that was recorded, or the name of the text file it was read from. */
  readonly origin: string;
  /** One of TRACE_FORMATS. */
  readonly format: string;
  /** Text lines read, 0 for a compact file. */
  readonly lines: number;
}

/** What is wrong with a trace, in one line: `file[:line]: what, expected what; what to do`. */
export class TraceError extends Error {
  override readonly name = 'TraceError';
}

/** Builds a TraceError; `line` 0 means the fault is not in one line. */
export function traceError(file: string, line: number, problem: string): TraceError {
  const place = line > 0 ? `${file}:${line}` : file;
  return new TraceError(`${place}: ${problem}`.replaceAll(/[\r\n]+/g, ' '));
}
