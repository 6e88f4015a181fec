/**
 * The runs of a compact section: copied out of its bytes, cut at a limit, checked and counted. Apart
 * from compact-decode.ts since these loops see every run.
 */

import { FETCH, lengthOfRun, WRITE } from '../../sim-hw/references.ts';
import { SUMS_BYTES } from './compact-layout.ts';

const BLOCK_RUNS = 1 << 13;
/** Runs looked at together. */
const STEP = 4;
const LOW_BYTES = 256;
const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Little-endian words: seen where they lie if the machine and the place allow it, else copied. */
export function wordsIn(bytes: Uint8Array): Uint32Array {
  const count = bytes.length / 4;
  const { buffer, byteOffset } = bytes;
  if (LITTLE_ENDIAN && byteOffset % 4 === 0) return new Uint32Array(buffer, byteOffset, count);
  const words = new Uint32Array(count);
  new Uint8Array(words.buffer).set(bytes);
  toHostOrder(words);
  return words;
}

/** Where the runs end that hold `wanted` references; the last of them is made to fit. */
export function cutAt(runs: Uint32Array, count: number, wanted: number): number {
  let left = wanted;
  for (let i = 0; i < count; i++) {
    const length = lengthOfRun(runs[i]);
    if (length >= left) {
      runs[i] = (runs[i] & ~63) | (left - 1);
      return i + 1;
    }
    left -= length;
  }
  return count;
}

/** Words read as they stand in a file, in the order of bytes of this machine. */
export function toHostOrder(runs: Uint32Array): void {
  if (LITTLE_ENDIAN) return;
  const view = new DataView(runs.buffer, runs.byteOffset);
  for (let i = 0; i < runs.length; i++) runs[i] = view.getUint32(4 * i, true);
}

/** What the runs of a section hold. */
export interface Found {
  /** Pages seen, with those before. */
  seen: number;
  /** Whether some run is of a page that is neither seen nor the next, or of no kind. */
  wrongPage: boolean;
  wrongKind: boolean;
  references: number;
  writes: number;
  fetches: number;
  /** Of all words, and of that sum at each word, so that the order counts: both modulo 2^32. */
  sum: number;
  sumOfSums: number;
}

export function nothingFound(seen: number): Found {
  return {
    seen,
    wrongPage: false,
    wrongKind: false,
    references: 0,
    writes: 0,
    fetches: 0,
    sum: 0,
    sumOfSums: 0,
  };
}

/** Adds the sums of the `count` runs that come next. */
export function addSums(found: Found, next: Found, count: number): void {
  found.sumOfSums = (found.sumOfSums + Math.imul(found.sum, count) + next.sumOfSums) | 0;
  found.sum = (found.sum + next.sum) | 0;
}

/** Looks at runs [from, to): each page has been seen (`seen` of them) or is the next. */
export function lookAtRuns(runs: Uint32Array, from: number, to: number, seen: number): Found {
  const found = nothingFound(seen);
  const counts = new Int32Array(STEP * LOW_BYTES);
  for (let at = from; at < to; at += BLOCK_RUNS) {
    checkBlock(runs, at, Math.min(at + BLOCK_RUNS, to), counts, found);
  }
  for (let at = 0; at < counts.length; at++) {
    const kind = (at >>> 6) & 3;
    const references = counts[at] * lengthOfRun(at);
    found.references += references;
    if (kind === WRITE) found.writes += references;
    if (kind === FETCH) found.fetches += references;
    if (kind > FETCH && references > 0) found.wrongKind = true;
  }
  return found;
}

/** Two sums as a section of version 2 ends in. */
export function sumsOf({ sum, sumOfSums }: Found): Uint8Array {
  const bytes = new Uint8Array(SUMS_BYTES);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, sum, true);
  view.setInt32(4, sumOfSums, true);
  return bytes;
}

/**
 * The hot loop, a block at a time so that the compiler meets it often; four runs at a step, each with
 * counts of its own, since a count that was just written is slow to read. Kinds and lengths are counted
 * together, by the low byte of a run; what they add up to is worked out afterwards.
 */
function checkBlock(
  runs: Uint32Array,
  from: number,
  to: number,
  counts: Int32Array,
  found: Found,
): void {
  let seen = found.seen | 0;
  let sum = found.sum | 0;
  let sumOfSums = found.sumOfSums | 0;
  let i = from | 0;
  for (; i + STEP <= to; i = (i + STEP) | 0) {
    const a = runs[i] | 0;
    const b = runs[i + 1] | 0;
    const c = runs[i + 2] | 0;
    const d = runs[i + 3] | 0;
    if (a >>> 8 >= seen || b >>> 8 >= seen || c >>> 8 >= seen || d >>> 8 >= seen)
      seen = pagesAfter(runs, i, i + STEP, seen, found);
    const lowA = a & 255;
    const lowB = (b & 255) | 256;
    const lowC = (c & 255) | 512;
    const lowD = (d & 255) | 768;
    counts[lowA] = (counts[lowA] + 1) | 0;
    counts[lowB] = (counts[lowB] + 1) | 0;
    counts[lowC] = (counts[lowC] + 1) | 0;
    counts[lowD] = (counts[lowD] + 1) | 0;
    // What four sums add up to: the sum before, four times, and each word as often as it is in them.
    const words = ((a << 2) | 0) + Math.imul(b, 3) + ((c << 1) | 0) + d;
    sumOfSums = (sumOfSums + ((sum << 2) | 0) + words) | 0;
    sum = (sum + a + b + c + d) | 0;
  }
  for (; i < to; i++) {
    const run = runs[i] | 0;
    seen = pagesAfter(runs, i, i + 1, seen, found);
    counts[run & 255]++;
    sum = (sum + run) | 0;
    sumOfSums = (sumOfSums + sum) | 0;
  }
  found.seen = seen;
  found.sum = sum;
  found.sumOfSums = sumOfSums;
}

/** Pages seen after runs [from, to), with `seen` before; notes a page that is neither seen nor the next. */
function pagesAfter(
  runs: Uint32Array,
  from: number,
  to: number,
  seen: number,
  found: Found,
): number {
  let pages = seen;
  for (let i = from; i < to; i++) {
    const page = runs[i] >>> 8;
    if (page === pages) pages++;
    else if (page > pages) found.wrongPage = true;
  }
  return pages;
}
