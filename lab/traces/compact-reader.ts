/** Compact reader: what a decoder (compact-decode.ts) has of a file so far, and the room for it. */

import { COMPACT_MAGIC, type CompactHeader, type CompactPort } from './compact-layout.ts';
import { type Found, nothingFound } from './compact-runs.ts';
import { type TraceError, traceError } from './trace.ts';

export interface CompactReader extends CompactSource {
  seed: number;
  header: CompactHeader | undefined;
  pageNumbers: Float64Array;
  pagesRead: number;
  runs: Uint32Array;
  /** Runs kept, runs in the sections so far, pages that the kept runs touch. */
  runCount: number;
  runsPassed: number;
  pagesSeen: number;
  references: number;
  readonly kinds: Float64Array;
  /** What the section of runs that is being read holds so far. */
  section: Found;
  ended: boolean;
}

/** What is known before the first section. */
export interface CompactSource {
  readonly file: string;
  /** Size of the file: what a header says is believed as far as a file of that size can hold it. */
  readonly fileBytes: number;
  readonly limit: number;
  readonly port: CompactPort;
  /** Whether the reader keeps the runs: else someone takes them as they pass by. */
  readonly kept: boolean;
  /** Whether it keeps them in shared memory. */
  readonly shared: boolean;
}

export function createCompactReader(source: CompactSource): CompactReader {
  return {
    ...source,
    seed: source.port.checksum(COMPACT_MAGIC, 0),
    header: undefined,
    pageNumbers: new Float64Array(0),
    pagesRead: 0,
    runs: new Uint32Array(0),
    runCount: 0,
    runsPassed: 0,
    pagesSeen: 0,
    references: 0,
    kinds: new Float64Array(3),
    section: nothingFound(0),
    ended: false,
  };
}

export function damaged(reader: CompactReader, problem: string): TraceError {
  const expected = 'expected a compact trace as it was written';
  return traceError(reader.file, 0, `${problem}, ${expected}; copy or record it again`);
}

/** Room for a section's page numbers, of a byte each at least, and for no more than the header counts. */
export function roomForPages(reader: CompactReader, bytes: number): Float64Array {
  const needed = Math.min(reader.pagesRead + bytes, reader.header?.pages ?? 0);
  if (needed > reader.pageNumbers.length) {
    const pageNumbers = new Float64Array(Math.max(needed, reader.pageNumbers.length * 2));
    pageNumbers.set(reader.pageNumbers);
    reader.pageNumbers = pageNumbers;
  }
  return reader.pageNumbers;
}

/** Keeps these runs. */
export function keepRuns(reader: CompactReader, runs: Uint32Array): void {
  roomFor(reader, runs.length).set(runs, reader.runCount);
  reader.runCount += runs.length;
}

/** Beyond what was made at first grown by need. */
function roomFor(reader: CompactReader, count: number): Uint32Array {
  const needed = Math.min(reader.runCount + count, reader.header?.runs ?? 0);
  if (needed > reader.runs.length) {
    const runs = newWords(reader, Math.max(needed, reader.runs.length * 2));
    runs.set(reader.runs);
    reader.runs = runs;
  }
  return reader.runs;
}

export function newWords({ shared }: CompactReader, count: number): Uint32Array {
  return new Uint32Array(shared ? new SharedArrayBuffer(4 * count) : new ArrayBuffer(4 * count));
}

export function exact(runs: Uint32Array, count: number): Uint32Array {
  return runs.length === count ? runs : runs.slice(0, count);
}

export function exactNumbers(numbers: Float64Array, count: number): Float64Array {
  return numbers.length === count ? numbers : numbers.slice(0, count);
}
