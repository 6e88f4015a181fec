/**
 * Compact decoder: the sections of an `.lht` file -> a trace (compact-layout.ts).
 *
 * The host reads a section head, asks `expectedSection`, reads the stored bytes and hands both to
 * `acceptSection`. Everything is checked: order, sizes, checksum, every run, and all counts of the
 * header at the end. A damaged file gives an error, never a part of a trace. References beyond a
 * limit are not unpacked; their checksums are.
 */

import { PAGES_MAX, RUN_LENGTH_MAX } from '../../sim-hw/references.ts';
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
import { copyWords, cutAt, lookAtRuns } from './compact-runs.ts';
import type { RunSink } from './reference-log.ts';
import { type Trace, type TraceError, traceError } from './trace.ts';

const PAGE_NUMBER_END = 2 ** 52;
/** zstd takes at least 4 bytes for 128 KiB, so a byte of the file holds at most so many runs. */
const RUNS_A_BYTE = 8192;
const RUNS_FIRST = 1 << 26;
const PAGES_FIRST = 1 << 16;
/** zstd may store what it cannot compress a little larger. */
const STORED_SLACK = 65536;

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
  ended: boolean;
}

/** What is known before the first section. */
export interface CompactSource {
  readonly file: string;
  /** Size of the file: what a header says is believed as far as a file of that size can hold it. */
  readonly fileBytes: number;
  readonly limit: number;
  readonly port: CompactPort;
  /** Who takes the runs, section by section; undefined: the reader keeps them. */
  readonly sink: RunSink | undefined;
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
  if (header.runs > reader.fileBytes * RUNS_A_BYTE) {
    throw damaged(reader, 'the header counts more runs than the file can hold');
  }
  reader.header = header;
  reader.pageNumbers = new Float64Array(Math.min(header.pages, PAGES_FIRST));
  const first = reader.sink ? RUNS_PER_SECTION : RUNS_FIRST;
  reader.runs = new Uint32Array(Math.min(header.runs, reader.limit, first));
}

function unpack(reader: CompactReader, head: SectionHead, stored: Uint8Array): Uint8Array {
  try {
    return reader.port.decompress(stored, head.plainSize);
  } catch {
    throw damaged(reader, `section ${head.type.trim()} does not decompress`);
  }
}

function acceptPageNumbers(reader: CompactReader, bytes: Uint8Array): void {
  const pageNumbers = roomForPages(reader, bytes.length);
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
    if (!possible || id >= (reader.header?.pages ?? 0))
      throw damaged(reader, 'a page number is impossible');
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

/** The runs of a section, copied, checked and counted; of the last one only what is wanted. */
function acceptRuns(reader: CompactReader, bytes: Uint8Array): void {
  const count = bytes.length / 4;
  const runs = roomFor(reader, count);
  const from = reader.runCount;
  copyWords(bytes, runs, from);
  const wanted = reader.limit - reader.references;
  const to = RUN_LENGTH_MAX * count <= wanted ? from + count : cutAt(runs, from, count, wanted);
  checkRuns(reader, from, to);
  reader.runCount = to;
  if (!reader.sink) return;
  if (to > 0) reader.sink(runs.subarray(0, to), reader.pagesSeen);
  reader.runCount = 0;
}

/** Takes what runs [from, to) hold into the counts. Refuses an impossible page or kind. */
function checkRuns(reader: CompactReader, from: number, to: number): void {
  const { runs, kinds } = reader;
  const { seen, bad, references, writes, fetches } = lookAtRuns(runs, from, to, reader.pagesSeen);
  if (bad < 0 || seen > reader.pagesRead) throw damaged(reader, 'a run has an impossible page');
  if (bad > 0) throw damaged(reader, 'a run has an impossible kind');
  kinds[0] += references - writes - fetches;
  kinds[1] += writes;
  kinds[2] += fetches;
  reader.pagesSeen = seen;
  reader.references += references;
}

/** Room for a section's page numbers, of a byte each at least, and for no more than the header counts. */
function roomForPages(reader: CompactReader, bytes: number): Float64Array {
  const needed = Math.min(reader.pagesRead + bytes, reader.header?.pages ?? 0);
  if (needed > reader.pageNumbers.length) {
    const pageNumbers = new Float64Array(Math.max(needed, reader.pageNumbers.length * 2));
    pageNumbers.set(reader.pageNumbers);
    reader.pageNumbers = pageNumbers;
  }
  return reader.pageNumbers;
}

/** Beyond what was made at first grown by need. */
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
