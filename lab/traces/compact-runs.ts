/**
 * The runs of a compact section: copied out of its bytes, cut at a limit, checked and counted. Apart
 * from compact-decode.ts since these loops see every run.
 */

import { lengthOfRun } from '../../sim-hw/references.ts';

const BLOCK_RUNS = 1 << 13;
/** Both bits of a kind: 3 is none. */
const WRONG_KIND = 64;
const SIGN = 0x80000000;
const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Little-endian words: a block copy where the machine and the place allow it. */
export function copyWords(bytes: Uint8Array, runs: Uint32Array, from: number): void {
  const count = bytes.length / 4;
  if (LITTLE_ENDIAN && bytes.byteOffset % 4 === 0) {
    runs.set(new Uint32Array(bytes.buffer, bytes.byteOffset, count), from);
    return;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = 0; i < count; i++) runs[from + i] = view.getUint32(4 * i, true);
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

/** What the runs of a section hold; `bad` is negative for a wrong page, WRONG_KIND for a wrong kind. */
export interface Found {
  seen: number;
  bad: number;
  references: number;
  writes: number;
  fetches: number;
}

/** Looks at runs [from, to): each page has been seen (`seen` of them) or is the next. */
export function lookAtRuns(runs: Uint32Array, from: number, to: number, seen: number): Found {
  const found: Found = { seen, bad: 0, references: 0, writes: 0, fetches: 0 };
  for (let at = from; at < to; at += BLOCK_RUNS) {
    checkBlock(runs, at, Math.min(at + BLOCK_RUNS, to), found);
  }
  return found;
}

/**
 * The hot loop, a block at a time so that the compiler meets it often: faults are gathered and kinds
 * counted without a branch. Small integers: a section holds at most 2^26 references.
 */
function checkBlock(runs: Uint32Array, from: number, to: number, found: Found): void {
  let seen = found.seen | 0;
  let early = 0;
  let kinds = 0;
  let references = (to - from) | 0;
  let writes = 0;
  let fetches = 0;
  for (let i = from | 0; i < to; i = (i + 1) | 0) {
    const run = runs[i] | 0;
    const page = run >>> 8;
    const more = run & 63;
    if (page === seen) seen = (seen + 1) | 0;
    early |= (seen - 1 - page) | 0;
    kinds |= run & (run >> 1);
    references = (references + more) | 0;
    writes = (writes + ((more + 1) & -((run >> 6) & 1))) | 0;
    fetches = (fetches + ((more + 1) & -((run >> 7) & 1))) | 0;
  }
  found.seen = seen;
  found.bad |= (early & SIGN) | (kinds & WRONG_KIND);
  found.references += references;
  found.writes += writes;
  found.fetches += fetches;
}
