/**
 * Compact decoder: the sections of an `.lht` file -> a trace (compact-layout.ts).
 *
 * The host reads a section head, asks `expectedSection`, reads the stored bytes and hands both to
 * `acceptSection`. Everything is checked: order, sizes, checksum, every run, and all counts of the
 * header at the end. A damaged file gives an error, never a part of a trace. References beyond a
 * limit are not unpacked; their checksums are.
 */

import { kindOfRun, lengthOfRun, PAGES_MAX, RUN_LENGTH_MAX } from '../../sim-hw/references.ts';
import {
  COMPACT_MAGIC,
  type CompactHeader,
  type CompactPort,
  decodeHeader,
  RUNS_PER_SECTION,
  SECTION_BYTES_MAX,
  SECTION_HEAD_BYTES,
  type SectionHead,
} from './compact-layout.ts';
import type { RunSink } from './reference-log.ts';
import { type Trace, type TraceError, traceError } from './trace.ts';

const PAGE_NUMBER_END = 2 ** 52;
/** Room made on the header's word alone: 256 MiB, untouched until it is used. */
const RUNS_FIRST = 1 << 26;
/** zstd may store what it cannot compress a little larger. */
const STORED_SLACK = 65536;

export interface CompactReader {
  readonly file: string;
  readonly limit: number;
  readonly port: CompactPort;
  /** Who takes the runs, section by section; default: the reader keeps them. */
  readonly sink: RunSink | undefined;
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
  ended: boolean;
}

export function createCompactReader(
  file: string,
  limit: number,
  port: CompactPort,
  sink?: RunSink,
): CompactReader {
  return {
    file,
    limit,
    port,
    sink,
    seed: port.checksum(COMPACT_MAGIC, 0),
    header: undefined,
    pageNumbers: new Float64Array(0),
    pagesRead: 0,
    runs: new Uint32Array(0),
    runCount: 0,
    runsPassed: 0,
    pagesSeen: 0,
    references: 0,
    kinds: new Float64Array(3),
    ended: false,
  };
}

/** Takes the next section in. Throws TraceError for anything that is not as it was written. */
export function acceptSection(
  reader: CompactReader,
  headBytes: Uint8Array,
  head: SectionHead,
  stored: Uint8Array,
): void {
  const { port } = reader;
  const fixed = port.checksum(headBytes.subarray(0, SECTION_HEAD_BYTES - 4), reader.seed);
  if (port.checksum(stored, fixed) !== head.checksum) {
    throw damaged(reader, `section ${head.type.trim()} has the wrong checksum`);
  }
  reader.seed = head.checksum;
  if (head.type === 'HEAD') acceptHeader(reader, stored);
  else if (head.type === 'PAGE') acceptPageNumbers(reader, unpack(reader, head, stored));
  else if (head.type === 'RUNS') acceptRunSection(reader, head, stored);
  else reader.ended = true;
}

/** Refuses a section head that cannot stand here, before its size is believed. */
export function requireSection(reader: CompactReader, head: SectionHead): void {
  const expected = expectedSection(reader);
  if (head.type !== expected) {
    throw damaged(reader, `section ${expected.trim()} is not where it should be`);
  }
  const { plainSize, storedSize } = head;
  if (plainSize > SECTION_BYTES_MAX || storedSize > SECTION_BYTES_MAX + STORED_SLACK) {
    throw damaged(reader, `section ${expected.trim()} has an impossible size`);
  }
}

/** The trace, after the END section. */
export function traceOfReader(reader: CompactReader): Trace {
  const { header, kinds } = reader;
  if (!header || !reader.ended) throw damaged(reader, 'the file is cut short');
  if (reader.references < Math.min(header.references, reader.limit)) throw miscounted(reader);
  const whole = reader.references === header.references;
  const counted =
    reader.pagesSeen === header.pages && header.kinds.every((count, i) => count === kinds[i]);
  if (whole && !counted) throw miscounted(reader);
  return {
    references: reader.references,
    runs: exact(reader.runs, reader.runCount),
    pageNumbers: reader.pageNumbers.slice(0, reader.pagesSeen),
    kinds: [kinds[0], kinds[1], kinds[2]],
    origin: header.origin,
    format: 'compact',
    lines: 0,
  };
}

export function damaged(reader: CompactReader, problem: string): TraceError {
  const expected = 'expected a compact trace as it was written';
  return traceError(reader.file, 0, `${problem}, ${expected}; copy or record it again`);
}

function expectedSection(reader: CompactReader): string {
  const { header } = reader;
  if (!header) return 'HEAD';
  if (reader.pagesRead < header.pages) return 'PAGE';
  return reader.runsPassed < header.runs ? 'RUNS' : 'END ';
}

function acceptHeader(reader: CompactReader, bytes: Uint8Array): void {
  const header = decodeHeader(bytes);
  if (typeof header === 'string') {
    const remedy = 'convert it again with this version of leasehold';
    throw traceError(reader.file, 0, `cannot be read, expected ${header}; ${remedy}`);
  }
  if (header.pages > PAGES_MAX) throw damaged(reader, 'the header counts too many pages');
  reader.header = header;
  reader.pageNumbers = new Float64Array(header.pages);
  reader.runs = new Uint32Array(Math.min(header.runs, reader.sink ? RUNS_PER_SECTION : RUNS_FIRST));
}

function unpack(reader: CompactReader, head: SectionHead, stored: Uint8Array): Uint8Array {
  try {
    return reader.port.decompress(stored, head.plainSize);
  } catch {
    throw damaged(reader, `section ${head.type.trim()} does not decompress`);
  }
}

function acceptPageNumbers(reader: CompactReader, bytes: Uint8Array): void {
  const { pageNumbers } = reader;
  let id = reader.pagesRead;
  let previous = id > 0 ? pageNumbers[id - 1] : 0;
  for (let at = 0; at < bytes.length; id++) {
    let word = 0;
    let scale = 1;
    for (; bytes[at] >= 128; scale *= 128) word += (bytes[at++] & 127) * scale;
    word += bytes[at++] * scale;
    const distance = Math.floor(word / 2);
    previous += word % 2 === 1 ? -distance : distance;
    const possible = previous >= 0 && previous < PAGE_NUMBER_END;
    if (!possible || id >= pageNumbers.length) throw damaged(reader, 'a page number is impossible');
    pageNumbers[id] = previous;
  }
  if (id === reader.pagesRead) throw damaged(reader, 'a section of page numbers is empty');
  reader.pagesRead = id;
}

function acceptRunSection(reader: CompactReader, head: SectionHead, stored: Uint8Array): void {
  const count = head.plainSize / 4;
  reader.runsPassed += count;
  const runsMax = reader.header?.runs ?? 0;
  if (count === 0 || !Number.isInteger(count) || reader.runsPassed > runsMax) {
    throw damaged(reader, 'a section of runs has the wrong size');
  }
  if (reader.references < reader.limit) acceptRuns(reader, unpack(reader, head, stored));
}

/** The hot loop: words out of the bytes, each checked, until the section or the limit ends. */
function acceptRuns(reader: CompactReader, bytes: Uint8Array): void {
  const pages = reader.pageNumbers.length;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = bytes.length / 4;
  const runs = roomFor(reader, count);
  const counts = new Int32Array(4);
  // Small integers: a section holds at most 2^26 references.
  const wanted = Math.min(reader.limit - reader.references, RUN_LENGTH_MAX * count);
  let left = wanted;
  let to = reader.runCount;
  let seen = reader.pagesSeen;
  for (let i = 0; i < count && left > 0; i++) {
    let run = view.getInt32(4 * i, true);
    const page = run >>> 8;
    if (page === seen && seen < pages) seen++;
    if (page >= seen) throw damaged(reader, 'a run has an impossible page');
    if (lengthOfRun(run) > left) run = (run & ~63) | (left - 1);
    const length = lengthOfRun(run);
    runs[to++] = run;
    counts[kindOfRun(run)] += length;
    left -= length;
  }
  if (counts[3] > 0) throw damaged(reader, 'a run has an impossible kind');
  for (let kind = 0; kind < 3; kind++) reader.kinds[kind] += counts[kind];
  reader.runCount = to;
  reader.pagesSeen = seen;
  reader.references += wanted - left;
  if (!reader.sink) return;
  if (to > 0) reader.sink(runs.subarray(0, to), seen);
  reader.runCount = 0;
}

/** Beyond RUNS_FIRST grown by need. */
function roomFor(reader: CompactReader, count: number): Uint32Array {
  const needed = Math.min(reader.runCount + count, reader.header?.runs ?? 0);
  if (needed > reader.runs.length) {
    const runs = new Uint32Array(Math.max(needed, reader.runs.length * 2));
    runs.set(reader.runs);
    reader.runs = runs;
  }
  return reader.runs;
}

function exact(runs: Uint32Array, count: number): Uint32Array {
  return runs.length === count ? runs : runs.slice(0, count);
}

function miscounted(reader: CompactReader): TraceError {
  return damaged(reader, 'the references differ from the counts in the header');
}
