/**
 * Reference log: references come in one at a time, packed runs go out.
 *
 * What every parser fills while it reads: the runs so far, the page index, and the window of a
 * reader: `skip` (references to pass over at the start) and `limit` (where to stop). A plain object
 * over typed arrays; it belongs to one file.
 *
 *   parser --(page number, kind, length)--> log --(all runs at the end)-------> Trace
 *                                            \---(runs, batch by batch)-------> RunSink
 *
 * With a sink the log keeps a batch only, so a trace of any length is read in the memory of its
 * page index. Dense ids are the same either way; their page numbers stand in the index.
 */

import { PAGE_BYTES, RUN_LENGTH_MAX } from '../../sim-hw/references.ts';
import { createPageIndex, denseId, type PageIndex, pageNumbersOf } from './page-index.ts';
import { isSampled, type Sampler } from './sampler.ts';
import { type Trace, traceError } from './trace.ts';

const RUNS_FIRST = 1 << 16;
/** A batch for a sink: 4 MiB of runs. */
const RUNS_BATCH = 1 << 20;
/** What a trace in memory may hold: 1 GiB of runs. */
export const RUNS_MAX: number = 1 << 28;

/**
 * Takes packed runs in order; their dense ids are below `pages`, the number of pages known by now.
 * The array is used again afterwards: copy what is to be kept.
 */
export type RunSink = (runs: Uint32Array, pages: number) => void;

/** The part of a trace that is wanted, and in which form. */
export interface LogOptions {
  /** References to keep at most; default: all. */
  readonly limit?: number;
  /** References to pass over first; default: none. */
  readonly skip?: number;
  /** A power of two from 512 to 2 MiB; default: 4096. */
  readonly pageBytes?: number;
  /** Who takes the runs; default: the log keeps them. */
  readonly sink?: RunSink;
  /** Which pages are kept; default: all. Not beside a sink. */
  readonly sampler?: Sampler;
}

export interface ReferenceLog {
  /** Name for messages, and lines or records read so far. */
  readonly file: string;
  lines: number;
  /** Logarithm of the bytes in a page. */
  pageBits: number;
  /** References still to pass over, and still wanted. */
  skipLeft: number;
  limitLeft: number;
  /** References kept, and how many there are of each kind. */
  references: number;
  readonly kinds: Float64Array;
  /** Packed runs, the last one still growing: its word without a length (-1: none), its length. */
  runs: Uint32Array;
  runCount: number;
  openWord: number;
  openLength: number;
  readonly index: PageIndex;
  readonly sink: RunSink | undefined;
  readonly sampler: Sampler | undefined;
  /** Of a sampler that keeps time: references of the whole before each run, and up to the last one's end. */
  times: Float64Array | undefined;
  openUntil: number;
}

export function createReferenceLog(file: string, options: LogOptions): ReferenceLog {
  const { sink, sampler } = options;
  return {
    file,
    lines: 0,
    pageBits: bitsOf(options.pageBytes ?? PAGE_BYTES),
    skipLeft: options.skip ?? 0,
    limitLeft: options.limit ?? Number.MAX_SAFE_INTEGER,
    references: 0,
    kinds: new Float64Array(3),
    runs: new Uint32Array(sink ? RUNS_BATCH : RUNS_FIRST),
    runCount: 0,
    openWord: -1,
    openLength: 0,
    index: createPageIndex(),
    sink,
    sampler,
    times: sampler?.keepsTime ? new Float64Array(RUNS_FIRST) : undefined,
    openUntil: 0,
  };
}

/** One reference to page `high * 2^32 + low` (words as int32), unless it is outside the window. */
export function addReference(log: ReferenceLog, low: number, high: number, kind: number): void {
  if (log.skipLeft > 0) {
    log.skipLeft--;
    return;
  }
  if (log.limitLeft === 0) return;
  log.limitLeft--;
  addRun(log, low, high, kind, 1);
}

/** `size` bytes (1 to 2^20) from the address of 64 bits on: one reference to each page they touch. */
export function addAccess(
  log: ReferenceLog,
  low: number,
  high: number,
  kind: number,
  size: number,
): void {
  const { pageBits } = log;
  const pageBytes = 1 << pageBits;
  let pageLow = (high << (32 - pageBits)) | (low >>> pageBits);
  let pageHigh = high >>> pageBits;
  for (let left = (low & (pageBytes - 1)) + size; left > 0; left -= pageBytes) {
    addReference(log, pageLow, pageHigh, kind);
    pageLow = (pageLow + 1) | 0;
    // The address space wraps at 2^64.
    if (pageLow === 0) pageHigh = (pageHigh + 1) & (0xffffffff >>> pageBits);
  }
}

/** `length` (1 to RUN_LENGTH_MAX) references in a row, without a window. */
export function addRun(
  log: ReferenceLog,
  low: number,
  high: number,
  kind: number,
  length: number,
): void {
  const { sampler } = log;
  if (sampler !== undefined) {
    const before = sampler.references;
    sampler.references += length;
    if (!isSampled(sampler, low, high, log.pageBits)) return;
    // The same page after others that are not in the sample is a run of its own.
    if (log.times !== undefined && before !== log.openUntil) log.openWord = -1;
    log.openUntil = before + length;
  }
  const word = (requireId(log, low, high) << 8) | (kind << 6);
  log.references += length;
  log.kinds[kind] += length;
  let left = length;
  if (word === log.openWord) {
    const room = Math.min(left, RUN_LENGTH_MAX - log.openLength);
    log.openLength += room;
    log.runs[log.runCount - 1] = word | (log.openLength - 1);
    left -= room;
  }
  if (left === 0) return;
  reserveRuns(log, 1);
  if (log.times !== undefined) log.times[log.runCount] = log.openUntil - left;
  log.runs[log.runCount++] = word | (left - 1);
  log.openWord = word;
  log.openLength = left;
}

/** The dense id of a page. Refuses more than PAGES_MAX pages. */
export function requireId(log: ReferenceLog, low: number, high: number): number {
  const id = denseId(log.index, low, high);
  if (id >= 0) return id;
  const problem = 'more than 16777216 distinct pages, expected at most 64 GiB of footprint';
  const remedy = 'read less with a limit, or a sample of the pages';
  throw traceError(log.file, log.lines, `${problem}; ${remedy}`);
}

/** Makes room for `count` runs more, by giving the sink what is there or by growing. */
export function reserveRuns(log: ReferenceLog, count: number): void {
  if (log.runCount + count <= log.runs.length) return;
  if (log.sink && log.runCount > 1) giveRuns(log, 1);
  const needed = log.runCount + count;
  if (needed <= log.runs.length) return;
  if (log.runCount >= RUNS_MAX) {
    const problem = `more than ${RUNS_MAX} runs of references, expected a trace that fits in memory`;
    const remedy = 'read less with a limit, or a sample of the pages';
    throw traceError(log.file, log.lines, `${problem}; ${remedy}`);
  }
  const runs = new Uint32Array(Math.max(needed, log.runs.length * 2));
  runs.set(log.sink ? log.runs.subarray(0, log.runCount) : log.runs);
  log.runs = runs;
  if (log.times === undefined) return;
  const times = new Float64Array(runs.length);
  times.set(log.times);
  log.times = times;
}

/** What the log holds, which then takes no more; a log with a sink gives its last runs there. */
export function traceOfLog(log: ReferenceLog, origin: string, format: string): Trace {
  if (log.sink) giveRuns(log, 0);
  const [reads, writes, fetches] = log.kinds;
  return {
    references: log.references,
    // A view: the rest of the array was never written to, so that it takes no memory.
    runs: log.runs.subarray(0, log.runCount),
    pageNumbers: pageNumbersOf(log.index),
    kinds: [reads, writes, fetches],
    origin,
    format,
    lines: log.lines,
    pageBytes: 1 << log.pageBits,
    ...(log.times && { times: log.times.slice(0, log.runCount) }),
  };
}

/** Gives the sink all but the last `keep` runs: the last one may still grow. */
function giveRuns(log: ReferenceLog, keep: number): void {
  const count = log.runCount - keep;
  const batch = log.runs.subarray(0, count);
  if (count > 0) log.sink?.(batch, log.index.pages);
  log.runs.copyWithin(0, count, log.runCount);
  log.runCount = keep;
}

function bitsOf(pageBytes: number): number {
  return 31 - Math.clz32(pageBytes);
}
