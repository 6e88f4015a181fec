/**
 * Reading a compact file: its sections in order, runs a chunk at a time through a window (run-window.ts),
 * in which they are looked at while they are in a cache. A host file.
 *
 *   packed   this thread    head, checksum | head, checksum | look at runs | head, checksum | ...
 *            another                         unpack ..........             unpack .........
 *   plain    head, sums | read, look | read, look | ... | head, sums | read, look | ...
 *
 * Plain runs (version 2) are read into the window as they stand in the file.
 */

import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { type RunWindow, windowFor } from '../kernels/run-window.ts';
import { copyRuns, createCopyLog, traceOfCopy } from './compact-copy.ts';
import {
  acceptSection,
  closeRuns,
  isPlainRuns,
  openRuns,
  openSection,
  requireChecksum,
  takeRuns,
  traceOfReader,
} from './compact-decode.ts';
import {
  COMPACT_MAGIC,
  SECTION_HEAD_BYTES,
  type SectionHead,
  SUMS_BYTES,
} from './compact-layout.ts';
import { compactPort, decompressAside } from './compact-port.ts';
import { type CompactReader, createCompactReader, damaged, keepRuns } from './compact-reader.ts';
import { toHostOrder, wordsIn } from './compact-runs.ts';
import type { RunSink } from './reference-log.ts';
import type { Sampler } from './sampler.ts';
import type { Trace } from './trace.ts';

export interface CompactOptions {
  readonly limit: number;
  /** Where the runs pass by; undefined: a window of its own, from which the sink has them. */
  readonly window: RunWindow | undefined;
  /** Who takes them; undefined, and no window: they are kept. */
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
  /** Told how many of the file's bytes have been read. */
  readonly progress: ((bytes: number, of: number) => void) | undefined;
}

interface Source {
  readonly reader: CompactReader;
  readonly handle: FileHandle;
  readonly aside: boolean;
  /** Made when the header is known, unless it is the caller's. */
  window: RunWindow | undefined;
  readonly sink: RunSink;
  readonly fileBytes: number;
  /** Told how many of its bytes have been read. */
  readonly progress: ((bytes: number, of: number) => void) | undefined;
  /** The next byte of the file. */
  at: number;
  /** What another thread is at: the file must stay open. */
  under: Promise<unknown>;
}

/** A section whose head and checksum are right. */
interface Section {
  readonly head: SectionHead;
  /** Its content, perhaps on its way; null: it stays in the file, if only since it is beyond the limit. */
  readonly content: Promise<Uint8Array> | Uint8Array | null;
  /** Of plain runs: where they stand in the file, and what they sum to. */
  readonly plainAt: number;
  readonly sums: Uint8Array | null;
}

/** The trace in the file; refuses as compact-decode.ts does. */
export async function readCompact(
  file: string,
  handle: FileHandle,
  options: CompactOptions,
): Promise<Trace> {
  const { limit, shared, aside } = options;
  const copy = createCopyLog(file, options);
  const window = copy ? undefined : options.window;
  const sink = copy ? (runs: Uint32Array) => copyRuns(copy, runs, reader) : options.sink;
  const { size: fileBytes } = await handle.stat();
  const kept = window === undefined && sink === undefined;
  const reader = createCompactReader({ file, fileBytes, limit, port: compactPort, kept, shared });
  const source: Source = {
    reader,
    handle,
    aside,
    window,
    sink: sink ?? ((runs) => keepRuns(reader, runs)),
    fileBytes,
    progress: options.progress,
    at: COMPACT_MAGIC.length,
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
    const isPacked = section.head.type === 'RUNS' && section.sums === null;
    next = aside && isPacked ? begin(source) : null;
    if (section.head.type === 'RUNS') passRuns(source, section, content);
    else acceptSection(reader, section.head, content as Uint8Array);
    source.progress?.(source.at, source.fileBytes);
  }
}

/** Waits for the content. null: it stays in the file. */
async function contentOf(reader: CompactReader, section: Section): Promise<Uint8Array | null> {
  const { content, head } = section;
  if (content === null || content instanceof Uint8Array) return content;
  try {
    return await content;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall !== undefined) throw error;
    throw damaged(reader, `section ${head.type.trim()} does not decompress`);
  }
}

/** Lets the runs of a section pass through the window, from its content or from the file. */
function passRuns(source: Source, { head, plainAt, sums }: Section, content: Uint8Array | null) {
  const { reader } = source;
  openRuns(reader, head);
  if (reader.references >= reader.limit) return;
  source.window ??= windowFor(reader.header?.runs ?? 0, source.sink);
  const words = content && wordsIn(content);
  const count = head.plainSize / 4;
  for (let from = 0, chunk = 0; from < count; from += chunk) {
    const room = source.window.words();
    chunk = Math.min(room.length, count - from);
    if (words) room.set(words.subarray(from, from + chunk));
    else readRuns(source, room.subarray(0, chunk), plainAt + 4 * from);
    takeRuns(reader, source.window, chunk);
  }
  closeRuns(reader, sums);
}

function readRuns(source: Source, words: Uint32Array, at: number): void {
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  if (readAt(source, bytes, at) < bytes.length) throw cutShort(source, at);
  toHostOrder(words);
}

/** Reads the next head and what its checksum covers, and sets the rest going. */
function begin(source: Source): Section {
  const { reader } = source;
  const headBytes = readExactly(source, SECTION_HEAD_BYTES);
  const head = openSection(reader, headBytes);
  const plainAt = source.at;
  if (isPlainRuns(reader, head)) {
    source.at += head.plainSize;
    const sums = readExactly(source, SUMS_BYTES);
    requireChecksum(reader, headBytes, head, sums);
    return { head, content: null, plainAt, sums };
  }
  const stored = readExactly(source, head.storedSize);
  requireChecksum(reader, headBytes, head, stored);
  const packed = head.type === 'PAGE' || head.type === 'RUNS';
  const content = packed ? unpack(source, head, stored) : stored;
  return { head, content, plainAt, sums: null };
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
  const content = decompressAside(stored, head.plainSize);
  // It is waited for in its turn, if there is one.
  content.catch(() => 0);
  source.under = content;
  return content;
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
