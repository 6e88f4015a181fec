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
