/**
 * The runs of a compact section: copied out of its bytes, cut at a limit, checked and counted. Apart
 * from compact-decode.ts since these loops see every run.
 */

import { kindOfRun, lengthOfRun } from '../../sim-hw/references.ts';
import { SUMS_BYTES } from './compact-layout.ts';

/** Runs looked at together. */
const STEP = 8;
/** Steps of which the references of one kind are fewer than TALLY_END. */
const BLOCK_RUNS = 15 * STEP;
const TALLY_END = 2 ** 13;
/**
 * By the low byte of a run: its references, at the place of its kind in a number of four places. Exact sums
 * are below 2^53: a look-up and an addition count a run, whatever its kind.
 */
const TALLIES = Float64Array.from(
  { length: 256 },
  (_, low) => lengthOfRun(low) * TALLY_END ** kindOfRun(low),
);
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

/**
 * Looks at runs [from, to): each page has been seen (`seen` of them) or is the next.
 *
 * The hot loop: eight runs at a step. Pages are compared with those seen before the step, which nearly all are.
 */
export function lookAtRuns(runs: Uint32Array, from: number, to: number, seen: number): Found {
  const found = nothingFound(seen);
  let sum = 0;
  let sumOfSums = 0;
  for (let at = from | 0; at < to; ) {
    const end = Math.min(to, at + BLOCK_RUNS) | 0;
    let pages = found.seen | 0;
    let tally = 0;
    for (; at + STEP <= end; at = (at + STEP) | 0) {
      const a = runs[at] | 0;
      const b = runs[at + 1] | 0;
      const c = runs[at + 2] | 0;
      const d = runs[at + 3] | 0;
      const e = runs[at + 4] | 0;
      const f = runs[at + 5] | 0;
      const g = runs[at + 6] | 0;
      const h = runs[at + 7] | 0;
      const known =
        a >>> 8 < pages &&
        b >>> 8 < pages &&
        c >>> 8 < pages &&
        d >>> 8 < pages &&
        e >>> 8 < pages &&
        f >>> 8 < pages &&
        g >>> 8 < pages &&
        h >>> 8 < pages;
      if (!known) pages = lookAtPages(runs, at, at + STEP, found);
      tally += TALLIES[a & 255] + TALLIES[b & 255] + (TALLIES[c & 255] + TALLIES[d & 255]);
      tally += TALLIES[e & 255] + TALLIES[f & 255] + (TALLIES[g & 255] + TALLIES[h & 255]);
      const ab = (a + b) | 0;
      const ac = (ab + c) | 0;
      const ad = (ac + d) | 0;
      const ae = (ad + e) | 0;
      const af = (ae + f) | 0;
      const ag = (af + g) | 0;
      const ah = (ag + h) | 0;
      sumOfSums = (sumOfSums + ((sum << 3) | 0) + a + ab + ac + ad + ae + af + ag + ah) | 0;
      sum = (sum + ah) | 0;
    }
    lookAtPages(runs, at, end, found);
    for (; at < end; at++) {
      tally += TALLIES[runs[at] & 255];
      sum = (sum + runs[at]) | 0;
      sumOfSums = (sumOfSums + sum) | 0;
    }
    addTally(found, tally);
  }
  found.sum = sum;
  found.sumOfSums = sumOfSums;
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

/** Pages seen after runs [from, to); notes a page that is neither seen nor the next. */
function lookAtPages(runs: Uint32Array, from: number, to: number, found: Found): number {
  for (let i = from; i < to; i++) {
    const page = runs[i] >>> 8;
    if (page === found.seen) found.seen++;
    else if (page > found.seen) found.wrongPage = true;
  }
  return found.seen;
}

/** Takes in what the runs of a block add up to. */
function addTally(found: Found, tally: number): void {
  const fromWrites = Math.floor(tally / TALLY_END);
  const fromFetches = Math.floor(fromWrites / TALLY_END);
  const ofNoKind = Math.floor(fromFetches / TALLY_END);
  const writes = fromWrites - fromFetches * TALLY_END;
  const fetches = fromFetches - ofNoKind * TALLY_END;
  found.references += tally - fromWrites * TALLY_END + writes + fetches + ofNoKind;
  found.writes += writes;
  found.fetches += fetches;
  if (ofNoKind > 0) found.wrongKind = true;
}
