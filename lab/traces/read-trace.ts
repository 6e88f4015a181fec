/**
 * Reading a trace file, whatever its format. A host file.
 *
 * Text and records are streamed in chunks (file-chunks.ts), a compact file section by section.
 * `readTrace` keeps the runs in memory; `streamTrace` hands them on in batches and keeps none, for
 * traces of any length: its memory is that of the pages, 16 bytes each, and a few MiB.
 */

import { type FileHandle, open } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { PAGE_BYTES } from '../../sim-hw/references.ts';
import type { RunWindow } from '../kernels/run-window.ts';
import { readByTurns, type SharedFile } from './block-turns.ts';
import { readCompact } from './compact-read.ts';
import { headerToldBy } from './compact-told.ts';
import { COMPACT, isCompact, requireFormat } from './detect-format.ts';
import { chunksOf, PACKING_BYTES, packingOf, pipedChunks, type Room } from './file-chunks.ts';
import type { TraceFormat } from './formats/index.ts';
import type { LaterRuns } from './later-runs.ts';
import { readFully } from './read-at.ts';
import { type ReferenceLog, type RunSink, reserveRuns, traceOfLog } from './reference-log.ts';
import type { Sampler } from './sampler.ts';
import { emptySample, thinOut } from './thin-out.ts';
import { requirePageSize, type Trace, TraceError, traceError } from './trace.ts';
import {
  createTraceReader,
  endTrace,
  pushTrace,
  type ReaderOptions,
  requireNumbers,
  roomIn,
} from './trace-reader.ts';
import { uncollapse } from './uncollapse.ts';

/** Room for runs, of a short trace beyond those expected, of a long one: what is not written to takes no memory. */
const RUNS_SPARE = 1.5;
const RUNS_OF_SHORT = 1 << 22;
const RUNS_OF_LONG = 1 << 26;
/** Fewer bytes are read by one thread before another is of much use. */
const BYTES_SHARED = 1 << 27;
/** Joining takes a fifth of what parsing lackey takes: more threads would wait for the one that does it. */
const SHARERS_MOST = 4;

export interface ReadOptions {
  /** References to read at most; default: all. */
  readonly limit?: number;
  /** `compact` or the name of a format of formats/; default: found by content. */
  readonly format?: string;
  /**
   * Bytes in a page, a power of two from 512 to 2 MiB, or `finest`: as few as the format tells apart, at
   * least 512. Default: the format's own, mostly 4096. A compact trace can be read in larger pages only.
   */
  readonly pageBytes?: number | 'finest';
  /** Names of the columns of a CSV file without a first line of names; the format is then `csv`. */
  readonly columns?: readonly string[];
  /** Which pages are kept, and told afterwards what was passed by; default: all are kept. */
  readonly sampler?: Sampler;
  /** Told now and then how many of the file's bytes have been read; of 0: nobody knows how many there are. */
  readonly progress?: (bytes: number, of: number) => void;
  /** False: every run has length 1. */
  readonly collapse?: boolean;
  /** Threads that may be at work; one: all is done in this one. Default: one a core. */
  readonly threads?: number;
  /** Whether the runs of a compact trace are kept in shared memory, for workers. */
  readonly shared?: boolean;
}

export interface StreamOptions extends Omit<ReadOptions, 'collapse' | 'shared'> {
  /** Where the runs of a compact trace pass by; the sink then has none of them. */
  readonly window?: RunWindow;
  /** Who else is at the runs of a plain compact trace. */
  readonly later?: LaterRuns;
}

/** All that a trace says but its runs, which the sink has had. */
export type TraceSummary = Omit<Trace, 'runs'>;

/**
 * Reads a trace into memory. Refuses (TraceError, one line) a file that is missing, empty, cut
 * short, damaged or of no known format, a bad line or record, and options that cannot be.
 */
export async function readTrace(file: string, options: ReadOptions = {}): Promise<Trace> {
  const trace = await read(file, options, undefined);
  return options.collapse === false ? uncollapse(trace) : trace;
}

/**
 * Reads a trace batch by batch: `sink` gets packed runs in order, of dense ids whose page numbers
 * stand in the summary. Refuses what readTrace refuses, if need be after the sink has had a part.
 */
export async function streamTrace(
  file: string,
  sink: RunSink,
  options: StreamOptions = {},
): Promise<TraceSummary> {
  const { runs: _none, ...summary } = await read(file, options, sink);
  return summary;
}

async function read(
  file: string,
  options: ReadOptions & StreamOptions,
  sink?: RunSink,
): Promise<Trace> {
  const wanted = requireOptions(file, options);
  const limit = options.limit ?? Number.MAX_SAFE_INTEGER;
  const handle = await openTrace(file);
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) return await readPipe(file, handle, wanted, options, sink);
    const head = new Uint8Array(PACKING_BYTES);
    const start = head.subarray(0, await readFully(handle, head, 0));
    if (wanted === COMPACT || (wanted === undefined && isCompact(start))) {
      if (!isCompact(start))
        throw traceError(file, 0, 'is no compact trace, expected compact; leave the format out');
      const sizes = await compactSizes(file, handle, options.pageBytes);
      const { shared = false, threads = availableParallelism(), sampler } = options;
      const { window, later, progress } = options;
      const aside = threads > 1;
      const reading = { limit, window, sink, sampler, shared, aside, later, progress };
      return await readCompact(file, handle, { ...reading, ...sizes });
    }
    if (isCompact(start)) {
      const expected = `expected ${options.format ?? 'a table'}`;
      const extra = options.columns ? 'columns' : 'format';
      throw traceError(file, 0, `is a compact trace, ${expected}; leave the ${extra} out`);
    }
    const taken = { bytes: 0 };
    const packing = packingOf(start);
    const chunks = (room: Room) => chunksOf(file, handle, packing, taken, room);
    const share = (): number => taken.bytes / stat.size;
    const tell = (known: number): void => {
      if (taken.bytes > 0) options.progress?.(known * stat.size, stat.size);
    };
    const threads = Math.min(SHARERS_MOST, options.threads ?? availableParallelism());
    const isShared = threads > 1 && packing === 'none' && stat.size >= BYTES_SHARED;
    const shared = isShared ? { fd: handle.fd, fileBytes: stat.size, threads, taken } : null;
    const reading = readerOptions(options, wanted, sink);
    return await readChunks(file, { chunks, share, shared }, reading, tell);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof TraceError || code === undefined) throw error;
    throw traceError(file, 0, `cannot be read (${code}), expected a trace file; check the path`);
  } finally {
    await handle.close();
  }
}

/** What cannot be read twice is no compact trace, and is not packed. */
async function readPipe(
  file: string,
  handle: FileHandle,
  wanted: TraceFormat | typeof COMPACT | undefined,
  options: ReadOptions,
  sink: RunSink | undefined,
): Promise<Trace> {
  if (wanted === COMPACT)
    throw traceError(file, 0, 'comes through a pipe, expected a file if compact; give its name');
  const taken = { bytes: 0 };
  const tell = (): void => options.progress?.(taken.bytes, 0);
  const reading = readerOptions(options, wanted, sink);
  const source = { chunks: () => pipedChunks(file, handle, taken), share: () => 0, shared: null };
  return readChunks(file, source, reading, tell);
}

function readerOptions(
  options: ReadOptions,
  format: TraceFormat | undefined,
  sink: RunSink | undefined,
): ReaderOptions {
  const { limit = Number.MAX_SAFE_INTEGER, pageBytes, columns, sampler } = options;
  return {
    limit,
    ...(format && { format }),
    ...(pageBytes && { pageBytes }),
    ...(columns && { columns }),
    ...(sampler && { sampler }),
    ...(sink && { sink }),
  };
}

interface ChunkSource {
  readonly chunks: (room: Room) => AsyncIterable<Uint8Array>;
  /** Of the file how much has been read; 0: nobody knows. */
  readonly share: () => number;
  /** A file that several threads may read. */
  readonly shared: SharedFile | null;
}

/** Reads chunks until they end or the window is full; `tell` hears which share of what is wanted is there. */
async function readChunks(
  file: string,
  source: ChunkSource,
  options: ReaderOptions,
  tell: (share: number) => void,
): Promise<Trace> {
  const { sink, sampler, limit = Number.MAX_SAFE_INTEGER } = options;
  let { shared } = source;
  const reader = createTraceReader(file, options);
  const toldNow = (): void => {
    const share = Math.max(source.share(), 1 - reader.log.limitLeft / limit);
    if (!sink && !sampler && share > 0) expectRuns(reader.log, share);
    tell(share);
  };
  let full = false;
  for await (const chunk of source.chunks(() => roomIn(reader))) {
    pushTrace(reader, chunk);
    if (sampler) thinOut(reader.log, sampler);
    toldNow();
    if (shared && !sampler && reader.format?.readsApart) {
      await readByTurns(reader, shared, toldNow);
      shared = null;
    }
    full = reader.log.limitLeft === 0;
    if (full) break;
  }
  if (!full) endTrace(reader);
  requireNumbers(reader);
  const trace = traceOfLog(reader.log, basename(file), reader.format?.name ?? '');
  if (sampler && sampler.references > 0 && trace.references === 0) throw emptySample(file);
  if (trace.references === 0) {
    throw traceError(file, 0, 'has no references, expected at least one; record it again');
  }
  return trace;
}

/**
 * Makes room for the runs of the whole once the share that is read leads to expect more than there is room for: to
 * move them now and then takes longer, and to make much room at once has the collector run, which a short trace notices.
 */
function expectRuns(log: ReferenceLog, share: number): void {
  const expected = log.runCount / share;
  if (expected <= log.runs.length || log.runs.length >= RUNS_OF_LONG) return;
  const room = expected > RUNS_OF_SHORT ? RUNS_OF_LONG : Math.ceil(RUNS_SPARE * expected);
  reserveRuns(log, room - log.runCount);
}

/** The format that is asked for, if any. Refuses what cannot be asked for. */
function requireOptions(
  file: string,
  options: ReadOptions,
): TraceFormat | typeof COMPACT | undefined {
  const { limit, pageBytes, columns, format } = options;
  if (limit !== undefined && (!Number.isSafeInteger(limit) || limit < 1)) {
    throw traceError(file, 0, `limit ${limit}, expected a positive whole number; correct it`);
  }
  if (typeof pageBytes === 'number') requirePageSize(file, pageBytes);
  if (columns && format !== undefined && format !== 'csv') {
    throw traceError(file, 0, `columns for format ${format}, expected csv; leave one of them out`);
  }
  const name = columns ? 'csv' : format;
  if (name === undefined) return undefined;
  return name === COMPACT ? COMPACT : requireFormat(file, name);
}

/** Bytes in a page of a compact trace, and as it is wanted. Refuses pages smaller than its own. */
async function compactSizes(
  file: string,
  handle: FileHandle,
  wanted: ReadOptions['pageBytes'],
): Promise<{ granule: number; pageBytes: number }> {
  const granule = (await headerToldBy(handle))?.granule ?? PAGE_BYTES;
  const pageBytes = wanted === undefined || wanted === 'finest' ? granule : wanted;
  if (pageBytes >= granule) return { granule, pageBytes };
  const expected = `expected at least the ${granule} it was written with`;
  const remedy = `convert its source with --page-bytes ${pageBytes}`;
  throw traceError(file, 0, `pages of ${pageBytes} bytes, ${expected}; ${remedy}`);
}

async function openTrace(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (file === '') throw traceError("''", 0, 'is no name, expected that of a trace; name it');
    throw traceError(file, 0, `cannot be opened (${code}), expected a trace file; check the path`);
  }
}
