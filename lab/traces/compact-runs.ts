/**
 * The runs of a compact section: copied out of its bytes, cut at a limit, checked and counted. Apart
 * from compact-decode.ts since these loops see every run.
 */

import { FETCH, lengthOfRun, WRITE } from '../../sim-hw/references.ts';
import { SUMS_BYTES } from './compact-layout.ts';

const BLOCK_RUNS = 1 << 13;
const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Little-endian words: seen where they lie if the machine and the place allow it, else copied. */
export function wordsIn(bytes: Uint8Array): Uint32Array {
  const count = bytes.length / 4;
  const { buffer, byteOffset } = bytes;
  if (LITTLE_ENDIAN && byteOffset % 4 === 0) return new Uint32Array(buffer, byteOffset, count);
  const words = new Uint32Array(count);
  new Uint8Array(words.buffer).set(bytes);
  toHostOrder(words, 0, count);
  return words;
}

/** Where the runs end that hold `wanted` references; the last of them is made to fit. */
export function cutAt(runs: Uint32Array, from: number, count: number, wanted: number): number {
  let left = wanted;
  for (let i = from; i < from + count; i++) {
    const length = lengthOfRun(runs[i]);
    if (length >= left) {
      runs[i] = (runs[i] & ~63) | (left - 1);
      return i + 1;
    }
    left -= length;
  }
  return from + count;
}

/** Words read as they stand in a file, in the order of bytes of this machine. */
export function toHostOrder(runs: Uint32Array, from: number, to: number): void {
  if (LITTLE_ENDIAN) return;
  const view = new DataView(runs.buffer, runs.byteOffset);
  for (let i = from; i < to; i++) runs[i] = view.getUint32(4 * i, true);
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

/** Looks at runs [from, to): each page has been seen (`seen` of them) or is the next. */
export function lookAtRuns(runs: Uint32Array, from: number, to: number, seen: number): Found {
  const found: Found = {
    seen,
    wrongPage: false,
    wrongKind: false,
    references: 0,
    writes: 0,
    fetches: 0,
    sum: 0,
    sumOfSums: 0,
  };
  const counts = new Int32Array(256);
  for (let at = from; at < to; at += BLOCK_RUNS) {
    checkBlock(runs, at, Math.min(at + BLOCK_RUNS, to), counts, found);
  }
  for (let low = 0; low < 256; low++) {
    const kind = low >>> 6;
    const references = counts[low] * lengthOfRun(low);
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
 * The hot loop, a block at a time so that the compiler meets it often. Kinds and lengths are counted
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
  let wrong = 0;
  for (let i = from | 0; i < to; i = (i + 1) | 0) {
    const run = runs[i] | 0;
    const page = run >>> 8;
    if (page >= seen) {
      if (page === seen) seen = (seen + 1) | 0;
      else wrong = 1;
    }
    const low = run & 255;
    counts[low] = (counts[low] + 1) | 0;
    sum = (sum + run) | 0;
    sumOfSums = (sumOfSums + sum) | 0;
  }
  found.seen = seen;
  found.sum = sum;
  found.sumOfSums = sumOfSums;
  if (wrong !== 0) found.wrongPage = true;
}
