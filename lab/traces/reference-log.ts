/**
 * Reference log: references come in one at a time, packed runs go out.
 *
 * What a text parser fills while it reads: the runs so far, the page index, and
 * the two windows of a reader: `skip` (references to pass over at the start) and `limit` (where to
 * stop). A plain object over typed arrays; it belongs to one file.
 */

import { kindOfRun, lengthOfRun, RUN_LENGTH_MAX, WRITE } from '../../sim-hw/references.ts';
import { createPageIndex, denseId, type PageIndex, pageNumbersOf } from './page-index.ts';
import { type Trace, type TraceFormat, traceError } from './trace.ts';

const RUNS_FIRST = 1 << 16;

/** The part of a text trace that is wanted. */
export interface ReferenceWindow {
  /** References to keep at most; default: all. */
  readonly limit?: number;
  /** References to pass over first; default: none. */
  readonly skip?: number;
}

export interface ReferenceLog {
  /** Name for messages, and lines read so far. */
  readonly file: string;
  lines: number;
  /** References still to pass over, and still wanted. */
  skipLeft: number;
  limitLeft: number;
  /** References kept. */
  references: number;
  /** Packed runs, the last one still growing: its word without a length (-1: none), its length. */
  runs: Uint32Array;
  runCount: number;
  openWord: number;
  openLength: number;
  readonly index: PageIndex;
}

export function createReferenceLog(file: string, window: ReferenceWindow): ReferenceLog {
  return {
    file,
    lines: 0,
    skipLeft: window.skip ?? 0,
    limitLeft: window.limit ?? Number.MAX_SAFE_INTEGER,
    references: 0,
    runs: new Uint32Array(RUNS_FIRST),
    runCount: 0,
    openWord: -1,
    openLength: 0,
    index: createPageIndex(),
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

/** `length` (1 to RUN_LENGTH_MAX) references in a row, without a window. */
export function addRun(
  log: ReferenceLog,
  low: number,
  high: number,
  kind: number,
  length: number,
): void {
  const word = (requireId(log, low, high) << 8) | (kind << 6);
  log.references += length;
  let left = length;
  if (word === log.openWord) {
    const room = Math.min(left, RUN_LENGTH_MAX - log.openLength);
    log.openLength += room;
    log.runs[log.runCount - 1] = word | (log.openLength - 1);
    left -= room;
  }
  if (left === 0) return;
  reserveRuns(log, 1);
  log.runs[log.runCount++] = word | (left - 1);
  log.openWord = word;
  log.openLength = left;
}

/** The dense id of a page. Refuses more than PAGES_MAX pages. */
export function requireId(log: ReferenceLog, low: number, high: number): number {
  const id = denseId(log.index, low, high);
  if (id >= 0) return id;
  const problem = 'more than 16777216 distinct pages, expected at most 64 GiB of footprint';
  throw traceError(log.file, log.lines, `${problem}; read less with a limit`);
}

/** Makes room for `count` runs more. */
export function reserveRuns(log: ReferenceLog, count: number): void {
  const needed = log.runCount + count;
  if (needed <= log.runs.length) return;
  const runs = new Uint32Array(Math.max(needed, log.runs.length * 2));
  runs.set(log.runs);
  log.runs = runs;
}

/** What the log holds, in arrays of exact size. */
export function traceOfLog(log: ReferenceLog, origin: string, format: TraceFormat): Trace {
  const runs = log.runs.slice(0, log.runCount);
  return {
    references: log.references,
    runs,
    pageNumbers: pageNumbersOf(log.index),
    kinds: countKinds(runs, log.references),
    origin,
    format,
    lines: log.lines,
  };
}

/** References of each kind; without a branch, since no predictor knows the kind of the next run. */
function countKinds(runs: Uint32Array, references: number): [number, number, number] {
  let writes = 0;
  let fetches = 0;
  for (let i = 0; i < runs.length; i++) {
    const length = lengthOfRun(runs[i]);
    const kind = kindOfRun(runs[i]);
    writes += length & -(kind & WRITE);
    fetches += length & -(kind >>> 1);
  }
  return [references - writes - fetches, writes, fetches];
}

/** The same references with every run of length 1. */
export function uncollapse(trace: Trace): Trace {
  const runs = new Uint32Array(trace.references);
  let at = 0;
  for (let i = 0; i < trace.runs.length; i++) {
    const run = trace.runs[i];
    const length = lengthOfRun(run);
    runs.fill((run & ~63) >>> 0, at, at + length);
    at += length;
  }
  return { ...trace, runs };
}
