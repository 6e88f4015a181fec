/**
 * Reading a compact file: its sections in order, runs a chunk at a time through a window (run-window.ts),
 * in which they are looked at while they are in a cache. A host file.
 *
 *   packed   this thread    head, checksum | head, checksum | look at runs | head, checksum | ...
 *            another                         unpack ..........             unpack .........
 *   plain    head, sums | read, look | read, look | ... | head, sums | read, look | ...
 *
 * Plain runs (version 2) are read into the window as they stand in the file; another thread may be at those that
 * come later (later-runs.ts).
 */

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
  RUNS_PER_SECTION,
  SECTION_HEAD_BYTES,
  type SectionHead,
  SUMS_BYTES,
} from './compact-layout.ts';
import { compactPort, decompressAside } from './compact-port.ts';
import { type CompactReader, createCompactReader, damaged, keepRuns } from './compact-reader.ts';
import { wordsIn } from './compact-runs.ts';
import { CHUNK_RUNS, type LaterRuns, sectionsAreFull } from './later-runs.ts';
import { readAt, readWords } from './read-at.ts';
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
  /** Who else is at the runs, of a plain trace that is read whole; undefined: nobody. */
  readonly later: LaterRuns | undefined;
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
  later: LaterRuns | undefined;
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
    later: copy || limit < Number.MAX_SAFE_INTEGER ? undefined : options.later,
    fileBytes,
    progress: options.progress,
    at: COMPACT_MAGIC.length,
    under: Promise.resolve(),
  };
  try {
    await readSections(source);
  } catch (error) {
    await source.later?.end();
    throw error;
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
    if (section.head.type === 'RUNS') await passRuns(source, section, content);
    else acceptSection(reader, section.head, content as Uint8Array);
    source.progress?.(source.at + doneLater(source), source.fileBytes);
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
async function passRuns(
  source: Source,
  { head, plainAt, sums }: Section,
  content: Uint8Array | null,
): Promise<void> {
  const { reader } = source;
  const passed = reader.runsPassed;
  openRuns(reader, head);
  if (reader.references >= reader.limit) return;
  source.window ??= windowFor(reader.header?.runs ?? 0, source.sink);
  const words = content && wordsIn(content);
  const count = head.plainSize / 4;
  // It was another file when a thread began at it.
  if (source.later && passed % RUNS_PER_SECTION !== 0)
    throw damaged(reader, 'a section of runs has the wrong size');
  if (passed === 0) source.later = words ? undefined : begunLater(source, plainAt);
  for (let from = 0, chunk = 0; from < count; from += chunk) {
    const theirs = await source.later?.windowOf((passed + from) / CHUNK_RUNS);
    const room = source.window.words();
    chunk = Math.min(room.length, count - from);
    if (words) room.set(words.subarray(from, from + chunk));
    else if (!theirs) readRuns(source, room.subarray(0, chunk), plainAt + 4 * from);
    takeRuns(reader, theirs ?? source.window, chunk);
  }
  closeRuns(reader, sums);
}

/** Bytes that it is done with, beyond what has passed here. */
function doneLater({ reader, later }: Source): number {
  return 4 * (later?.doneAfter(Math.ceil(reader.runsPassed / CHUNK_RUNS) - 1) ?? 0);
}

/** Has another thread begin, if there is one, and if it can know where its runs stand. */
function begunLater(
  { reader, handle, later, fileBytes }: Source,
  at: number,
): LaterRuns | undefined {
  const { runs = 0, pages = 0 } = reader.header ?? {};
  const plan = { fd: handle.fd, at, runs, pages };
  return later && sectionsAreFull(plan, fileBytes) && later.begin(plan) ? later : undefined;
}

function readRuns(source: Source, words: Uint32Array, at: number): void {
  if (!readWords(source.handle.fd, words, at)) throw cutShort(source, at);
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
  const got = readAt(source.handle.fd, bytes, source.at);
  source.at += got;
  return got;
}

function cutShort({ reader }: Source, at: number) {
  return damaged(reader, `the file is cut short at byte ${at}`);
}
