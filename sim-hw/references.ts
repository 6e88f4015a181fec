/**
 * References: what a program asks of the machine, as the hot loop reads it.
 *
 * A task's references are a `Uint32Array` of *runs*. A run is one or more consecutive references of
 * the same kind to the same page, so collapsing loses nothing: a run can be split anywhere.
 *
 *   31                    8 7    6 5          0
 *  +-----------------------+------+------------+
 *  |  dense page id (24)   | kind | length - 1 |
 *  +-----------------------+------+------------+
 *
 * Pages get dense ids in order of first appearance when a trace is read; the true virtual page
 * number is kept beside them for the page-table walk. A longer run becomes several records.
 */

export const READ = 0;
export const WRITE = 1;
export const FETCH = 2;

export const RUN_LENGTH_MAX = 64;
export const PAGES_MAX = 1 << 24;
/** Bytes in a base page, the granule of every trace. */
export const PAGE_BYTES = 4096;

/** Packs one run. `page` < PAGES_MAX, `length` 1..RUN_LENGTH_MAX. */
export function packRun(page: number, kind: number, length: number): number {
  return ((page << 8) | (kind << 6) | (length - 1)) >>> 0;
}

export function pageOfRun(run: number): number {
  return run >>> 8;
}

export function kindOfRun(run: number): number {
  return (run >>> 6) & 3;
}

export function lengthOfRun(run: number): number {
  return (run & 63) + 1;
}

/** What one program touches, in order. Immutable: runs, clones and workers share it. */
export interface ReferenceString {
  /** References as recorded: the sum of all run lengths. */
  readonly references: number;
  /** Runs, packed as above. */
  readonly runs: Uint32Array;
  /** True virtual page number (4 KiB granule, below 2^52) of each dense id. */
  readonly pageNumbers: Float64Array;
  /** Where it stops by itself; absent: nowhere. */
  readonly stops?: Stops;
}

/** Before run `at` the program rests, then computes; in order of `at`, which may repeat. */
export interface Stops {
  readonly at: Uint32Array;
  /** It has no use for the CPU so long, ... */
  readonly restNs: Float64Array;
  /** ... and then uses so much of it without a reference. */
  readonly workNs: Float64Array;
  /** What it says there of its pages to its pager; absent: nothing anywhere. */
  readonly says?: Advice;
}

/** By stop: what is said of pages [from, to). */
export interface Advice {
  readonly what: Uint8Array;
  readonly from: Uint32Array;
  readonly to: Uint32Array;
}

export const NOTHING_SAID = 0;
/** They will be used, from whatever contents on: the next access to each is a write. */
export const WANTED = 1;
/** What they hold is of no use any more. */
export const GARBAGE = 2;
/** The same, and their frames may go now. */
export const GARBAGE_NOW = 3;
