/**
 * Kernel `lists`: policies that keep pages in the order of their use, at up to 16 sizes side by side.
 *
 *   block of runs -> digest -> lanes in which all its pages are quiet: its pages, once each
 *                          `-> the other lanes: the same part by part, and run by run where a part is not quiet
 *
 * Rules: LRU (lists/lru.ts), ARC, TWO_QUEUE, SLRU, LIRS, W_TINYLFU, MULTI_QUEUE. The twin is lab/curves/simulation.ts with the
 * policy of clients/policies.
 */

import { countsOf, lanes, layOut, pages, recordOf, setFrames } from './lane';
import { layOutArc, runsOfArc } from './lists/arc';
import { BLOCK, digest, distinctPages, entryOf, layOutDigest, PART } from './lists/digest';
import { isQuietLirs, layOutLirs, lirsHolds, runsOfLirs, useLirs } from './lists/lirs';
import { layOutLru, lruHolds, runsOfLru, settleLru, useLru } from './lists/lru';
import {
  isQuietMultiQueue,
  layOutMultiQueue,
  multiQueueHolds,
  passMultiQueue,
  runsOfMultiQueue,
} from './lists/multi-queue';
import { isDigestHeld, queuesHold, settleQueues, useDigestHeld } from './lists/queues';
import { layOutWindow, noteReturns } from './lists/returns';
import { isQuietSlru, layOutSlru, runsOfSlru, slruHolds, useSlru } from './lists/slru';
import { layOutTwoQueue, runsOfTwoQueue } from './lists/two-queue';
import {
  countForWTinyLfu,
  isQuietWTinyLfu,
  layOutWTinyLfu,
  runsOfWTinyLfu,
  useWTinyLfu,
  wTinyLfuHolds,
} from './lists/w-tinylfu';
import { WINDOW } from './memory';

const LRU: u32 = 0;
const ARC: u32 = 1;
const TWO_QUEUE: u32 = 2;
const SLRU: u32 = 3;
const LIRS: u32 = 4;
const W_TINYLFU: u32 = 5;
const MULTI_QUEUE: u32 = 6;

let rule: u32 = 0;
/** Parameters at all sizes: of W_TINYLFU its sample; of MULTI_QUEUE its ghosts and the lifetime. */
let first: f64 = 0;
let second: f64 = 0;
/** Blocks that are taken run by run before a digest is tried again, and how many last time. */
let paused: u32 = 0;
let pause: u32 = 0;
const PAUSE_MAX: u32 = 31;

export function start(pageCount: u32, laneCount: u32, ruleWanted: u32, a: f64, b: f64): void {
  layOut(pageCount, laneCount);
  layOutDigest();
  rule = ruleWanted;
  first = a;
  second = b;
  if (rule === MULTI_QUEUE) layOutWindow();
}

/** Gives a lane its size, and the rule its parameters. Each lane once, before any run. */
export function lane(index: u32, frames: u32, a: u32, b: u32, c: u32): void {
  const record = recordOf(index);
  setFrames(record, frames);
  if (rule === LRU) layOutLru(record, min(frames, pages));
  else if (rule === ARC) layOutArc(record);
  else if (rule === TWO_QUEUE) layOutTwoQueue(record, a, b);
  else if (rule === SLRU) layOutSlru(record, a, b, c);
  else if (rule === LIRS) layOutLirs(record, a, b);
  else if (rule === W_TINYLFU) layOutWTinyLfu(record, a, b, first);
  else if (rule === MULTI_QUEUE) layOutMultiQueue(record, a, b !== 0, first, second);
  else unreachable();
}

/** Address of four doubles: faults on a read, a write, a fetch, and write-backs. */
export function counts(index: u32): usize {
  if (rule === LRU) settleLru(recordOf(index));
  else if (isOfQueues()) settleQueues(recordOf(index));
  return countsOf(index);
}

/** 1: that page has a frame in that lane. For tests. */
export function holds(index: u32, page: u32): u32 {
  const record = recordOf(index);
  if (rule === LRU) return <u32>lruHolds(record, page);
  if (isOfQueues()) return <u32>queuesHold(record, page);
  if (rule === SLRU) return <u32>slruHolds(record, page);
  if (rule === LIRS) return <u32>lirsHolds(record, page);
  if (rule === W_TINYLFU) return <u32>wTinyLfuHolds(record, page);
  return <u32>multiQueueHolds(record, page);
}

/** Whether the rule is one of two queues by time (lists/queues.ts). */
function isOfQueues(): bool {
  return rule === ARC || rule === TWO_QUEUE;
}

/** Executes the runs in the window. */
export function advance(count: u32): void {
  const end = WINDOW + ((<usize>count) << 2);
  const all: u32 = (1 << lanes) - 1;
  let from = WINDOW;
  if (rule === MULTI_QUEUE) noteReturns(count);
  while (from < end) {
    // Where digests do not pay many blocks are one, so that what a lane has in the cache serves it longer.
    const to = min<usize>(end, from + ((<usize>BLOCK) << 2) * (paused + 1));
    if (paused !== 0) {
      takeRuns(all, from, to);
      paused = 0;
    } else if (passBlock(all, from, to)) pause = 0;
    else paused = pause = min(2 * pause + 1, PAUSE_MAX);
    from = to;
  }
}

/** A block by its digest, part by part where that will not do. False: no digest was of any use. */
function passBlock(all: u32, from: usize, to: usize): bool {
  const left = passDigest(all, from, to);
  let isUseful = left !== all && isShort(BLOCK);
  if (left === 0) return isUseful;
  for (let at = from; at < to; at += (<usize>PART) << 2) {
    const end = min<usize>(to, at + ((<usize>PART) << 2));
    const loud = passDigest(left, at, end);
    if (loud !== left && isShort(PART)) isUseful = true;
    takeRuns(loud, at, end);
  }
  return isUseful;
}

/** Whether the digest of so many runs saves looks: of as many pages as runs each is met as often as without. */
function isShort(runs: u32): bool {
  return distinctPages() < runs >> 2;
}

/** Those of `left` to whom the digest of runs [from, to) does not say what the runs say. */
function passDigest(left: u32, from: usize, to: usize): u32 {
  digest(from, to);
  let loud = left;
  for (let each = left; each !== 0; each &= each - 1) {
    const index = <u32>ctz<u32>(each);
    const record = recordOf(index);
    if (!isDigestQuiet(record)) continue;
    if (rule === MULTI_QUEUE) {
      if (!passMultiQueue(record, from, to)) continue;
    } else useDigest(record);
    if (rule === W_TINYLFU) countForWTinyLfu(record, from, to);
    loud &= ~(1 << index);
  }
  return loud;
}

function isDigestQuiet(record: usize): bool {
  if (isOfQueues()) return isDigestHeld(record);
  for (let index: u32 = distinctPages(); index > 0; index--)
    if (!isQuiet(record, entryOf(index - 1) >>> 1)) return false;
  return true;
}

function isQuiet(record: usize, page: u32): bool {
  if (rule === LRU) return lruHolds(record, page);
  if (rule === SLRU) return isQuietSlru(record, page);
  if (rule === LIRS) return isQuietLirs(record, page);
  if (rule === W_TINYLFU) return isQuietWTinyLfu(record, page);
  return isQuietMultiQueue(record, page);
}

/** The page used last is used last. */
function useDigest(record: usize): void {
  if (isOfQueues()) return useDigestHeld(record, rule === ARC);
  for (let index = distinctPages(); index > 0; index--) {
    const entry = entryOf(index - 1);
    const page = entry >>> 1;
    const isWritten = (entry & 1) !== 0;
    if (rule === LRU) useLru(record, page, isWritten);
    else if (rule === SLRU) useSlru(record, page, isWritten);
    else if (rule === LIRS) useLirs(record, page, isWritten);
    else useWTinyLfu(record, page, isWritten);
  }
}

/** Run by run, in these lanes. */
function takeRuns(left: u32, from: usize, to: usize): void {
  for (let each = left; each !== 0; each &= each - 1) {
    const record = recordOf(<u32>ctz<u32>(each));
    if (rule === LRU) runsOfLru(record, from, to);
    else if (rule === ARC) runsOfArc(record, from, to);
    else if (rule === TWO_QUEUE) runsOfTwoQueue(record, from, to);
    else if (rule === SLRU) runsOfSlru(record, from, to);
    else if (rule === LIRS) runsOfLirs(record, from, to);
    else if (rule === W_TINYLFU) runsOfWTinyLfu(record, from, to);
    else runsOfMultiQueue(record, from, to);
  }
}
