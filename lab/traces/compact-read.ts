/**
 * Reading a compact file: its sections in order, the next one read and unpacked in another thread while
 * the runs of one are looked at. A host file.
 *
 *   this thread    head, checksum | head, checksum | look at runs | head, checksum | look at runs
 *   another                         unpack, or read  ............   unpack, or read  ............
 *
 * Plain runs (version 2) are read from the file into their place in the trace: one copy in all.
 */

import { readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { copyRuns, createCopyLog, traceOfCopy } from './compact-copy.ts';
import {
  acceptRuns,
  acceptSection,
  isPlainRuns,
  openSection,
  requireChecksum,
  traceOfReader,
} from './compact-decode.ts';
import {
  COMPACT_MAGIC,
  type CompactHeader,
  decodeHeader,
  decodeSectionHead,
  RUNS_PER_SECTION,
  SECTION_HEAD_BYTES,
  type SectionHead,
  SUMS_BYTES,
} from './compact-layout.ts';
import { compactPort, decompressAside } from './compact-port.ts';
import { type CompactReader, createCompactReader, damaged } from './compact-reader.ts';
import { toHostOrder, wordsIn } from './compact-runs.ts';
import { isCompact } from './detect-format.ts';
import { readFully } from './file-chunks.ts';
import type { RunSink } from './reference-log.ts';
import type { Sampler } from './sampler.ts';
import type { Trace } from './trace.ts';

export interface CompactOptions {
  readonly limit: number;
  readonly sink: RunSink | undefined;
  /** Which pages are kept; undefined: all. */
  readonly sampler: Sampler | undefined;
  /** Bytes in a page of the file, and of the trace: as many or more. */
  readonly granule: number;
  readonly pageBytes: number;
  /** Whether the runs are kept in shared memory. */
  readonly shared: boolean;
  /** Whether another thread may help. */
  readonly aside: boolean;
}

interface Source {
  readonly reader: CompactReader;
  readonly handle: FileHandle;
  readonly aside: boolean;
  /** The next byte of the file, and the number of the next run. */
  at: number;
  runsBegun: number;
  /** Sections begun, of which each second one may use the same room where a sink takes the runs. */
  begun: number;
  readonly rooms: [Uint32Array, Uint32Array];
  /** What another thread is at: the file must stay open. */
  under: Promise<unknown>;
}

/** A section whose head and checksum are right, and its content, on its way. */
interface Section {
  readonly head: SectionHead;
  readonly content: Promise<Uint8Array> | Uint8Array | null;
  /** Where plain runs are read to, and what they sum to. */
  readonly words: Uint32Array | null;
  readonly sums: Uint8Array | null;
}

/** More than the magic and the section HEAD take. */
const START_BYTES = 8192;

/** Pages that a compact file says it has, read and checked no further; null: it is none, or not to be read. */
export async function pagesToldBy(file: string): Promise<number | null> {
  const handle = await open(file).catch(() => null);
  if (handle === null) return null;
  try {
    return (await handle.stat()).isFile() ? ((await headerToldBy(handle))?.pages ?? null) : null;
  } catch {
    return null;
  } finally {
    await handle.close();
  }
}

/** The header of a compact file, read and checked no further; null: there is none. */
export async function headerToldBy(handle: FileHandle): Promise<CompactHeader | null> {
  const start = new Uint8Array(START_BYTES);
  const size = await readFully(handle, start, 0);
  const from = COMPACT_MAGIC.length + SECTION_HEAD_BYTES;
  if (size < from || !isCompact(start)) return null;
  const { storedSize } = decodeSectionHead(start.subarray(COMPACT_MAGIC.length));
  const header = decodeHeader(start.subarray(from, Math.min(size, from + storedSize)));
  return typeof header === 'string' ? null : header;
}

/** The trace in the file; refuses as compact-decode.ts does. */
export async function readCompact(
  file: string,
  handle: FileHandle,
  options: CompactOptions,
): Promise<Trace> {
  const { limit, shared, aside } = options;
  const copy = createCopyLog(file, options);
  const sink = copy ? (runs: Uint32Array) => copyRuns(copy, runs, reader) : options.sink;
  const { size: fileBytes } = await handle.stat();
  const reader = createCompactReader({ file, fileBytes, limit, port: compactPort, sink, shared });
  const room = (): Uint32Array => new Uint32Array(sink ? RUNS_PER_SECTION : 0);
  const source: Source = {
    reader,
    handle,
    aside,
    at: COMPACT_MAGIC.length,
    runsBegun: 0,
    begun: 0,
    rooms: [room(), room()],
    under: Promise.resolve(),
  };
  try {
    await readSections(source);
  } finally {
    await source.under.catch(() => 0);
  }
  if (readBytes(source, new Uint8Array(1)) > 0) {
    throw damaged(reader, `there are bytes after the end at ${source.at - 1}`);
  }
  const trace = traceOfReader(reader);
  return copy ? traceOfCopy(copy, trace) : trace;
}

async function readSections(source: Source): Promise<void> {
  const { reader, aside } = source;
  let next: Section | null = null;
  while (!reader.ended) {
    const section: Section = next ?? begin(source);
    const content = await contentOf(reader, section);
    next = aside && section.head.type === 'RUNS' ? begin(source) : null;
    accept(reader, section, content);
  }
}

function accept(reader: CompactReader, section: Section, content: Uint8Array | null): void {
  const { head, words, sums } = section;
  if (words !== null) toHostOrder(words, 0, words.length);
  if (head.type === 'RUNS') acceptRuns(reader, head, words ?? (content && wordsIn(content)), sums);
  else acceptSection(reader, head, content as Uint8Array);
}

/** Waits for the content. null: beyond the limit, or read into its place. */
async function contentOf(reader: CompactReader, section: Section): Promise<Uint8Array | null> {
  const { content, head, words } = section;
  if (content === null || (words !== null && content instanceof Uint8Array)) return null;
  if (content instanceof Uint8Array) return content;
  try {
    return await content;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall !== undefined || words !== null) throw error;
    throw damaged(reader, `section ${head.type.trim()} does not decompress`);
  }
}

/** Reads the next head and what its checksum covers, and sets the rest going. */
function begin(source: Source): Section {
  const { reader } = source;
  const headBytes = readExactly(source, SECTION_HEAD_BYTES);
  const head = openSection(reader, headBytes);
  if (isPlainRuns(reader, head)) return beginPlain(source, headBytes, head);
  const stored = readExactly(source, head.storedSize);
  requireChecksum(reader, headBytes, head, stored);
  const packed = head.type === 'PAGE' || head.type === 'RUNS';
  const content = packed ? unpack(source, head, stored) : stored;
  return { head, content, words: null, sums: null };
}

function unpack(
  source: Source,
  head: SectionHead,
  stored: Uint8Array,
): Promise<Uint8Array> | Uint8Array | null {
  const { reader, aside } = source;
  if (head.type === 'RUNS' && reader.references >= reader.limit) return null;
  if (!aside || head.type === 'PAGE') {
    try {
      return compactPort.decompress(stored, head.plainSize);
    } catch {
      throw damaged(reader, `section ${head.type.trim()} does not decompress`);
    }
  }
  return goingOn(source, decompressAside(stored, head.plainSize));
}

function beginPlain(source: Source, headBytes: Uint8Array, head: SectionHead): Section {
  const { reader } = source;
  const count = head.plainSize / 4;
  const from = source.runsBegun;
  const start = source.at;
  source.at += head.plainSize;
  const sums = readExactly(source, SUMS_BYTES);
  requireChecksum(reader, headBytes, head, sums);
  const room = reader.sink ? source.rooms[source.begun++ & 1] : reader.runs.subarray(from);
  source.runsBegun += count;
  const beyond = from >= reader.limit || reader.references >= reader.limit;
  // A section that is too long for the header is refused when its turn comes.
  if (beyond || !(count <= room.length)) return { head, content: null, words: null, sums };
  const words = room.subarray(0, count);
  const bytes = new Uint8Array(words.buffer, words.byteOffset, head.plainSize);
  if (!source.aside) readAt(source, bytes, start);
  const content = source.aside ? goingOn(source, readAside(source, bytes, start)) : bytes;
  return { head, content, words, sums };
}

function goingOn<Result>(source: Source, work: Promise<Result>): Promise<Result> {
  source.under = work;
  // It is waited for in its turn, if there is one.
  work.catch(() => 0);
  return work;
}

async function readAside(source: Source, bytes: Uint8Array, at: number): Promise<Uint8Array> {
  if ((await readFully(source.handle, bytes, at)) < bytes.length) throw cutShort(source, at);
  return bytes;
}

function readExactly(source: Source, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  if (readBytes(source, bytes) < size) throw cutShort(source, source.at);
  return bytes;
}

function readBytes(source: Source, bytes: Uint8Array): number {
  const got = readAt(source, bytes, source.at);
  source.at += got;
  return got;
}

function readAt({ handle }: Source, bytes: Uint8Array, at: number): number {
  let got = 0;
  while (got < bytes.length) {
    const more = readSync(handle.fd, bytes, got, bytes.length - got, at + got);
    if (more === 0) break;
    got += more;
  }
  return got;
}

function cutShort({ reader }: Source, at: number) {
  return damaged(reader, `the file is cut short at byte ${at}`);
}
