/**
 * Reading a trace file, whatever its format. A host file.
 *
 * Text is streamed in chunks, plain or from zstd (by content, windows up to 128 MiB); a compact
 * file section by section. Memory is the trace itself and a few MiB.
 */

import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { constants, createZstdDecompress } from 'node:zlib';
import {
  acceptSection,
  createCompactReader,
  damaged,
  requireSection,
  traceOfReader,
} from './compact-decode.ts';
import { COMPACT_MAGIC, decodeSectionHead, SECTION_HEAD_BYTES } from './compact-layout.ts';
import { compactPort } from './compact-port.ts';
import { isCompact, isZstd, requireFormat } from './detect-format.ts';
import { reserveRuns, traceOfLog, uncollapse } from './reference-log.ts';
import {
  createTextReader,
  endText,
  pushText,
  type TextOptions,
  type TextReader,
} from './text-reader.ts';
import { type Trace, TraceError, traceError } from './trace.ts';

const CHUNK_BYTES = 1 << 20;
/** Text that a run takes, about two lines: room is made at once for as many runs as a file may hold. */
const BYTES_A_RUN = 28;
const RUNS_AHEAD_MAX = 1 << 26;
const WINDOW_LOG_MAX = 27;

export interface ReadOptions {
  /** References to read at most; default: all. */
  readonly limit?: number;
  /** One of TRACE_FORMATS; default: found by content. */
  readonly format?: string;
  /** False: every run has length 1. */
  readonly collapse?: boolean;
}

/**
 * Reads a trace into memory. Refuses (TraceError, one line) a file that is missing, empty, cut
 * short, damaged or of no known format, a bad line, and a limit that is no positive integer.
 */
export async function readTrace(file: string, options: ReadOptions = {}): Promise<Trace> {
  const limit = options.limit ?? Number.MAX_SAFE_INTEGER;
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw traceError(file, 0, `limit ${limit}, expected a positive whole number; correct it`);
  }
  const wanted = options.format === undefined ? undefined : requireFormat(file, options.format);
  const handle = await openTrace(file);
  try {
    const head = new Uint8Array(COMPACT_MAGIC.length);
    const headBytes = await readFully(handle, head, 0);
    const compact = isCompact(head.subarray(0, headBytes));
    let trace: Trace;
    if (compact && (wanted ?? 'compact') === 'compact') {
      trace = await readCompact(file, handle, limit);
    } else if (wanted === 'compact' || compact) {
      const found = compact ? 'a compact trace' : 'no compact trace';
      throw traceError(file, 0, `is ${found}, expected ${wanted}; leave the format out`);
    } else {
      const zstd = isZstd(head.subarray(0, headBytes));
      trace = await readText(file, handle, zstd, { limit, ...(wanted && { format: wanted }) });
    }
    return options.collapse === false ? uncollapse(trace) : trace;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof TraceError || code === undefined) throw error;
    throw traceError(file, 0, `cannot be read (${code}), expected a trace file; check the path`);
  } finally {
    await handle.close();
  }
}

/** Reads text from a stream of chunks until it ends or the window is full. */
async function readChunks(chunks: AsyncIterable<Uint8Array>, reader: TextReader): Promise<void> {
  for await (const chunk of chunks) {
    pushText(reader, chunk);
    if (reader.log.limitLeft === 0) return;
  }
  endText(reader);
}

async function readText(
  file: string,
  handle: FileHandle,
  zstd: boolean,
  options: TextOptions,
): Promise<Trace> {
  const reader = createTextReader(file, options);
  if (!zstd) {
    const { size } = await handle.stat();
    reserveRuns(reader.log, Math.min(RUNS_AHEAD_MAX, Math.floor(size / BYTES_A_RUN)));
  }
  await readChunks(zstd ? unpackedChunks(file, handle) : chunksAhead(handle), reader);
  const trace = traceOfLog(reader.log, basename(file), reader.format ?? 'lackey');
  if (trace.references === 0) {
    throw traceError(file, 0, 'has no references, expected at least one; record it again');
  }
  return trace;
}

async function* rawChunks(handle: FileHandle, start: number): AsyncGenerator<Uint8Array> {
  for (let at = start; ; ) {
    const chunk = new Uint8Array(CHUNK_BYTES);
    const got = await readFully(handle, chunk, at);
    if (got === 0) return;
    yield chunk.subarray(0, got);
    at += got;
  }
}

/** The whole file in two buffers by turns: one is read while the other is in the caller's hands. */
async function* chunksAhead(handle: FileHandle): AsyncGenerator<Uint8Array> {
  let mine = new Uint8Array(CHUNK_BYTES);
  let theirs = new Uint8Array(CHUNK_BYTES);
  let reading = readFully(handle, mine, 0);
  try {
    for (let at = 0; ; ) {
      const got = await reading;
      if (got === 0) return;
      at += got;
      [mine, theirs] = [theirs, mine];
      reading = readFully(handle, mine, at);
      yield theirs.subarray(0, got);
    }
  } finally {
    // A caller that has had enough closes the file: not under a read.
    await reading.catch(() => 0);
  }
}

/** Every frame of a zstd file: the decompressor stops after one, a file may hold several. */
async function* unpackedChunks(file: string, handle: FileHandle): AsyncGenerator<Uint8Array> {
  const { size } = await handle.stat();
  for (let start = 0; start < size; ) {
    const raw = Readable.from(rawChunks(handle, start));
    const unpack = createZstdDecompress({
      chunkSize: CHUNK_BYTES,
      params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG_MAX },
    });
    raw.on('error', (error) => unpack.destroy(error));
    try {
      for await (const chunk of raw.pipe(unpack)) yield chunk;
    } catch (error) {
      const problem = `does not decompress (${(error as Error).message})`;
      throw traceError(file, 0, `${problem}, expected a whole zstd file; copy it again`);
    } finally {
      unpack.destroy();
      raw.destroy();
    }
    // Bytes that the decompressor took in; what it was given beyond its frame does not count.
    if (unpack.bytesWritten === 0)
      throw traceError(file, 0, 'an empty zstd frame, expected data; compress it again');
    start += unpack.bytesWritten;
  }
}

async function readCompact(file: string, handle: FileHandle, limit: number): Promise<Trace> {
  const reader = createCompactReader(file, limit, compactPort);
  const headBytes = new Uint8Array(SECTION_HEAD_BYTES);
  let at = COMPACT_MAGIC.length;
  while (!reader.ended) {
    const got = await readFully(handle, headBytes, at);
    if (got < SECTION_HEAD_BYTES)
      throw damaged(reader, `the file is cut short at byte ${at + got}`);
    const head = decodeSectionHead(headBytes);
    requireSection(reader, head);
    at += got;
    const stored = new Uint8Array(head.storedSize);
    const storedGot = await readFully(handle, stored, at);
    at += storedGot;
    if (storedGot < stored.length) throw damaged(reader, `the file is cut short at byte ${at}`);
    acceptSection(reader, headBytes, head, stored);
  }
  if ((await readFully(handle, headBytes.subarray(0, 1), at)) > 0) {
    throw damaged(reader, `there are bytes after the end at ${at}`);
  }
  return traceOfReader(reader);
}

async function openTrace(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw traceError(file, 0, `cannot be opened (${code}), expected a trace file; check the path`);
  }
}

/** Fills `bytes` from `position` on; fewer only at the end of the file. */
async function readFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<number> {
  let got = 0;
  while (got < bytes.length) {
    const { bytesRead } = await handle.read(bytes, got, bytes.length - got, position + got);
    if (bytesRead === 0) break;
    got += bytesRead;
  }
  return got;
}
