/**
 * Look: what the runs in the window hold (twin: lab/traces/compact-runs.ts). It stands beside each kernel,
 * so that runs are verified where they are executed next, and is a module of its own.
 *
 * Sixteen runs at a step, in four vectors. Their low bytes, kind and length, are packed into one vector.
 * A page that is not known yet is rare: only then a step's pages are looked at one by one.
 */

import { WINDOW } from './memory';

const STEP: usize = 64;
/** Bytes of 256 steps: lengths, added up in pairs in lanes of 16 bits, then stay below 2^16. */
const BLOCK: usize = 256 * STEP;
/** The low byte of a run: its kind, and its length - 1. */
const LENGTH: u8 = 0x3f;
const KIND: u8 = 0xc0;
const PAGES_END: u32 = 1 << 24;

/** Eight words, as lab/kernels/run-window.ts reads them: what is below, in its order. */
const found: usize = memory.data(32);

/** Pages seen. */
let seen: u32 = 0;
/** Whether some run is of a page that is neither seen nor the next, or of no kind. */
let isWrongPage: u32 = 0;
let isWrongKind: u32 = 0;
let references: u32 = 0;
let writes: u32 = 0;
let fetches: u32 = 0;
/** Of all words, and of that sum at each word. */
let sum: u32 = 0;
let sumOfSums: u32 = 0;

/** Looks at the first `count` runs of the window, with `before` pages seen before them. */
export function look(count: u32, before: u32): usize {
  seen = before;
  isWrongPage = isWrongKind = references = writes = fetches = sum = sumOfSums = 0;
  const end = WINDOW + ((<usize>count) << 2);
  const whole = WINDOW + ((<usize>count >> 4) << 6);
  for (let from = WINDOW; from < whole; from += BLOCK) lookAtBlock(from, min(whole, from + BLOCK));
  for (let at = whole; at < end; at += 4) lookAtRun(load<u32>(at));
  store<u32>(found, seen);
  store<u32>(found, isWrongPage, 4);
  store<u32>(found, isWrongKind, 8);
  store<u32>(found, references, 12);
  store<u32>(found, writes, 16);
  store<u32>(found, fetches, 20);
  store<u32>(found, sum, 24);
  store<u32>(found, sumOfSums, 28);
  return found;
}

function lookAtRun(run: u32): void {
  lookAtPage(run >> 8);
  const kind = (run >> 6) & 3;
  const length = (run & LENGTH) + 1;
  references += length;
  if (kind === 1) writes += length;
  else if (kind === 2) fetches += length;
  else if (kind === 3) isWrongKind = 1;
  sum += run;
  sumOfSums += sum;
}

function lookAtPage(page: u32): void {
  if (page === seen) seen++;
  else if (page > seen) isWrongPage = 1;
}

/** Of whole steps. */
function lookAtBlock(from: usize, to: usize): void {
  let unknown = unknownFrom();
  let sums = i32x4.splat(0);
  let sumsOfSums = i32x4.splat(0);
  let most = i8x16.splat(0);
  let ofAll = i16x8.splat(0);
  let ofWrites = i16x8.splat(0);
  let ofFetches = i16x8.splat(0);
  for (let at = from; at < to; at += STEP) {
    const a = v128.load(at);
    const b = v128.load(at, 16);
    const c = v128.load(at, 32);
    const d = v128.load(at, 48);
    const last = i32x4.max_u(i32x4.max_u(a, b), i32x4.max_u(c, d));
    if (v128.any_true(i32x4.ge_u(last, unknown))) {
      for (let run = at; run < at + STEP; run += 4) lookAtPage(load<u32>(run) >> 8);
      unknown = unknownFrom();
    }
    sums = i32x4.add(sums, a);
    sumsOfSums = i32x4.add(sumsOfSums, sums);
    sums = i32x4.add(sums, b);
    sumsOfSums = i32x4.add(sumsOfSums, sums);
    sums = i32x4.add(sums, c);
    sumsOfSums = i32x4.add(sumsOfSums, sums);
    sums = i32x4.add(sums, d);
    sumsOfSums = i32x4.add(sumsOfSums, sums);
    const bytes = lowBytes(a, b, c, d);
    most = i8x16.max_u(most, bytes);
    const lengths = i8x16.add(v128.and(bytes, i8x16.splat(LENGTH)), i8x16.splat(1));
    // As signed numbers writes are 64 and more, fetches below -64.
    const isWrite = i8x16.gt_s(bytes, i8x16.splat(LENGTH));
    const isFetch = i8x16.lt_s(bytes, i8x16.splat(KIND));
    ofAll = addPairs(ofAll, lengths);
    ofWrites = addPairs(ofWrites, v128.and(lengths, isWrite));
    ofFetches = addPairs(ofFetches, v128.and(lengths, isFetch));
  }
  addSums(sums, sumsOfSums, <u32>(to - from) >> 2);
  if (v128.any_true(i8x16.ge_u(most, i8x16.splat(KIND)))) isWrongKind = 1;
  references += total(i32x4.extadd_pairwise_i16x8_u(ofAll));
  writes += total(i32x4.extadd_pairwise_i16x8_u(ofWrites));
  fetches += total(i32x4.extadd_pairwise_i16x8_u(ofFetches));
}

/** The least run of a page that is not seen, as a vector. */
function unknownFrom(): v128 {
  return i32x4.splat(seen < PAGES_END ? seen << 8 : u32.MAX_VALUE);
}

function lowBytes(a: v128, b: v128, c: v128, d: v128): v128 {
  const low = i32x4.splat(255);
  const ab = i16x8.narrow_i32x4_u(v128.and(a, low), v128.and(b, low));
  const cd = i16x8.narrow_i32x4_u(v128.and(c, low), v128.and(d, low));
  return i8x16.narrow_i16x8_u(ab, cd);
}

function addPairs(sums: v128, bytes: v128): v128 {
  return i16x8.add(sums, i16x8.extadd_pairwise_i8x16_u(bytes));
}

/**
 * Takes `count` words into the two sums, from those of each lane: a word of lane 1 is in one sum fewer than
 * the one of lane 0 before it, and so on.
 */
function addSums(sums: v128, sumsOfSums: v128, count: u32): void {
  const fewer = total(i32x4.mul(sums, i32x4(0, 1, 2, 3)));
  sumOfSums += sum * count + (total(sumsOfSums) << 2) - fewer;
  sum += total(sums);
}

function total(lanes: v128): u32 {
  return (
    i32x4.extract_lane(lanes, 0) +
    i32x4.extract_lane(lanes, 1) +
    i32x4.extract_lane(lanes, 2) +
    i32x4.extract_lane(lanes, 3)
  );
}
