/**
 * Reference log: references come in one at a time, packed runs go out.
 *
 * What a text parser fills while it reads: the runs so far, the run still open, the page index, and
 * the two windows of a reader: `skip` (references to pass over at the start) and `limit` (where to
 * stop). A plain object over typed arrays; it belongs to one file.
 */

import { FETCH, lengthOfRun, READ, RUN_LENGTH_MAX, WRITE } from '../../sim-hw/references.ts';
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
  runs: Uint32Array;
  runCount: number;
  /** The open run: its page (both words), dense id, kind and length; length 0 when there is none. */
  openLow: number;
  openHigh: number;
  openId: number;
  openKind: number;
  openLength: number;
  readonly kinds: Float64Array;
  readonly index: PageIndex;
}

export function createReferenceLog(file: string, window: ReferenceWindow): ReferenceLog {
  return {
    file,
    lines: 0,
    skipLeft: window.skip ?? 0,
    limitLeft: window.limit ?? Number.MAX_SAFE_INTEGER,
    runs: new Uint32Array(RUNS_FIRST),
    runCount: 0,
    openLow: 0,
    openHigh: 0,
    openId: 0,
    openKind: 0,
    openLength: 0,
    kinds: new Float64Array(3),
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
  if (
    low === log.openLow &&
    kind === log.openKind &&
    high === log.openHigh &&
    log.openLength > 0 &&
    log.openLength < RUN_LENGTH_MAX
  ) {
    log.openLength++;
    return;
  }
  closeRun(log);
  openRun(log, low, high, kind);
}

/** `length` references in a row, as `addReference` would take them one by one, without a window. */
export function addRun(
  log: ReferenceLog,
  low: number,
  high: number,
  kind: number,
  length: number,
): void {
  let left = length;
  if (low === log.openLow && kind === log.openKind && high === log.openHigh && log.openLength > 0) {
    const room = Math.min(left, RUN_LENGTH_MAX - log.openLength);
    log.openLength += room;
    left -= room;
  }
  if (left === 0) return;
  closeRun(log);
  openRun(log, low, high, kind);
  log.openLength = left;
}

/** Writes the open run, if any, into `runs`. */
export function closeRun(log: ReferenceLog): void {
  const length = log.openLength;
  if (length === 0) return;
  if (log.runCount === log.runs.length) growRuns(log);
  log.runs[log.runCount++] = ((log.openId << 8) | (log.openKind << 6) | (length - 1)) >>> 0;
  log.kinds[log.openKind] += length;
  log.openLength = 0;
}

/** Opens a run of length 1. Refuses more than PAGES_MAX pages. */
export function openRun(log: ReferenceLog, low: number, high: number, kind: number): void {
  const id = denseId(log.index, low, high);
  if (id < 0) {
    const problem = 'more than 16777216 distinct pages, expected at most 64 GiB of footprint';
    throw traceError(log.file, log.lines, `${problem}; read less with a limit`);
  }
  log.openLow = low;
  log.openHigh = high;
  log.openId = id;
  log.openKind = kind;
  log.openLength = 1;
}

/** References kept so far, the open run included. */
export function referencesOf(log: ReferenceLog): number {
  return log.kinds[READ] + log.kinds[WRITE] + log.kinds[FETCH] + log.openLength;
}

/** Closes the log and returns what it holds, in arrays of exact size. */
export function traceOfLog(log: ReferenceLog, origin: string, format: TraceFormat): Trace {
  closeRun(log);
  return {
    references: referencesOf(log),
    runs: log.runs.slice(0, log.runCount),
    pageNumbers: pageNumbersOf(log.index),
    kinds: [log.kinds[READ], log.kinds[WRITE], log.kinds[FETCH]],
    origin,
    format,
    lines: log.lines,
  };
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

function growRuns(log: ReferenceLog): void {
  const runs = new Uint32Array(log.runs.length * 2);
  runs.set(log.runs);
  log.runs = runs;
}
