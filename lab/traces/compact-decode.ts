/**
 * Compact decoder: the sections of an `.lht` file -> a trace (compact-layout.ts).
 *
 * The host reads a section head, asks `expectedSection`, reads the stored bytes and hands both to
 * `acceptSection`. Everything is checked: order, sizes, checksum, every run, and all counts of the
 * header at the end. A damaged file gives an error, never a part of a trace. References beyond a
 * limit are not unpacked; their checksums are.
 */

import { lengthOfRun, PAGES_MAX, RUN_LENGTH_MAX } from '../../sim-hw/references.ts';
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
const BLOCK_RUNS = 1 << 13;
/** Both bits of a kind: 3 is none. */
const WRONG_KIND = 64;
const SIGN = 0x80000000;
const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
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

/** Little-endian words: a block copy where the machine and the place allow it. */
function copyWords(bytes: Uint8Array, runs: Uint32Array, from: number): void {
  const count = bytes.length / 4;
  if (LITTLE_ENDIAN && bytes.byteOffset % 4 === 0) {
    runs.set(new Uint32Array(bytes.buffer, bytes.byteOffset, count), from);
    return;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = 0; i < count; i++) runs[from + i] = view.getUint32(4 * i, true);
}

/** Where the runs end that hold `wanted` references; the last of them is made to fit. */
function cutAt(runs: Uint32Array, from: number, count: number, wanted: number): number {
  let left = wanted;
  for (let i = from; i < from + count; i++) {
    const length = lengthOfRun(runs[i]);
    if (length >= left) {
      runs[i] = (runs[i] & ~63) | (left - 1);
      return i + 1;
    }
    left -= length;
  }
  return from + count;
}

/** Each run's page has been seen or is the next, its kind is one of three; counts what there is. */
function checkRuns(reader: CompactReader, from: number, to: number): void {
  const { runs, kinds } = reader;
  const found: Found = { seen: reader.pagesSeen, bad: 0, references: 0, writes: 0, fetches: 0 };
  for (let at = from; at < to; at += BLOCK_RUNS) {
    checkBlock(runs, at, Math.min(at + BLOCK_RUNS, to), found);
  }
  const { seen, bad, references, writes, fetches } = found;
  if (bad < 0 || seen > reader.pageNumbers.length) {
    throw damaged(reader, 'a run has an impossible page');
  }
  if ((bad & WRONG_KIND) !== 0) throw damaged(reader, 'a run has an impossible kind');
  kinds[0] += references - writes - fetches;
  kinds[1] += writes;
  kinds[2] += fetches;
  reader.pagesSeen = seen;
  reader.references += references;
}

/** What the runs of a section hold; `bad` is negative for a wrong page, WRONG_KIND for a wrong kind. */
interface Found {
  seen: number;
  bad: number;
  references: number;
  writes: number;
  fetches: number;
}

/**
 * The hot loop, a block at a time so that the compiler meets it often: faults are gathered and kinds
 * counted without a branch. Small integers: a section holds at most 2^26 references.
 */
function checkBlock(runs: Uint32Array, from: number, to: number, found: Found): void {
  let seen = found.seen | 0;
  let early = 0;
  let kinds = 0;
  let references = (to - from) | 0;
  let writes = 0;
  let fetches = 0;
  for (let i = from | 0; i < to; i = (i + 1) | 0) {
    const run = runs[i] | 0;
    const page = run >>> 8;
    const more = run & 63;
    if (page === seen) seen = (seen + 1) | 0;
    early |= (seen - 1 - page) | 0;
    kinds |= run & (run >> 1);
    references = (references + more) | 0;
    writes = (writes + ((more + 1) & -((run >> 6) & 1))) | 0;
    fetches = (fetches + ((more + 1) & -((run >> 7) & 1))) | 0;
  }
  found.seen = seen;
  found.bad |= (early & SIGN) | (kinds & WRONG_KIND);
  found.references += references;
  found.writes += writes;
  found.fetches += fetches;
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
