/**
 * Digest: the distinct pages of a block of runs, in the order of their last use, and whether they were
 * written. Real programs touch a few pages over and over, so it is many times shorter than its block. A page
 * is quiet at a size if further references only move it to where the last one stands. Where all pages of a
 * digest are quiet it says what the runs say; else a size takes the block run by run.
 */

import { pages } from '../lane';
import { room } from '../memory';

/** Runs of a block, for sizes that fault seldom; and of a part of it, for those that fault more often. */
export const BLOCK: u32 = 2048;
export const PART: u32 = 128;

/** Page << 1, and whether it was written; the one used last first. */
let entries: usize = 0;
let distinct: u32 = 0;
/** By entry: where the run of the last use stands. */
let lastRuns: usize = 0;
/** By page: the block that it was last met in, and whether it was written there. */
let marks: usize = 0;
let block: u32 = 0;

export function layOutDigest(): void {
  entries = room((<usize>BLOCK) << 2);
  lastRuns = room((<usize>BLOCK) << 2);
  marks = room((<usize>pages) << 2);
}

/** Digests runs [from, to), which are at most BLOCK. */
export function digest(from: usize, to: usize): void {
  block += 2;
  let count: u32 = 0;
  for (let at = to; at > from; ) {
    at -= 4;
    const run = load<u32>(at);
    const page = run >>> 8;
    const mark = marks + ((<usize>page) << 2);
    const known = load<u32>(mark);
    // Bit 0: written. A page that was only read further on and is written here is marked once more.
    const wanted = block | ((run >>> 6) & 1);
    if (known >= wanted) continue;
    store<u32>(mark, wanted);
    if (known >= block) continue;
    store<u32>(entries + ((<usize>count) << 2), page);
    store<usize>(lastRuns + ((<usize>count) << 2), at);
    count++;
  }
  distinct = count;
  for (let entry: u32 = 0; entry < count; entry++) {
    const at = entries + ((<usize>entry) << 2);
    const page = load<u32>(at);
    store<u32>(at, (page << 1) | (load<u32>(marks + ((<usize>page) << 2)) & 1));
  }
}

/** In the digest of now: how many pages; the one used last is entry 0. */
export function distinctPages(): u32 {
  return distinct;
}

export function entryOf(index: u32): u32 {
  return load<u32>(entries + ((<usize>index) << 2));
}

/** Where the run of that page's last use stands. */
export function lastRunOf(index: u32): usize {
  return load<usize>(lastRuns + ((<usize>index) << 2));
}
