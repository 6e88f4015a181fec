/**
 * Kernel `ranks`: policies that judge a page by when and how often it was used, at up to 16 sizes side by side.
 *
 *   run -> the uses of its page are noted, once for all sizes -> resident at every size? -> next run
 *                                                                 `-- else: a fault at each that does not hold it
 *
 * A page's rank grows with each use, and at each size it is what the uses say less a base of its own. So a size
 * looks at ranks only where it needs a victim (ranks/heap.ts). Rules: LFU, LRU_K. The twin is
 * lab/curves/simulation.ts with the policy of clients/policies.
 */

import {
  countFault,
  countsOf,
  countWriteBack,
  lanes,
  layOut,
  NONE,
  OWN,
  pages,
  recordOf,
  setFrames,
  takeFree,
  WRITE,
} from './lane';
import { WINDOW } from './memory';
import { dropFirst, enter, layOutHeap, least, replaceFirst } from './ranks/heap';
import { append, layOutNewcomers, takeNewcomer } from './ranks/newcomers';
import { countUses, keyOf, layOutUses, MODIFIED, noteTimes, useOf } from './ranks/uses';

const LFU: u32 = 0;
const LRU_K: u32 = 1;

/** Fields of a lane. */
const HEAP: usize = OWN;
const NEWCOMERS: usize = OWN + 4;

let rule: u32 = 0;
/** No rank is lower, and it is left at the first use; -1: there is none such. */
let lowest: f64 = -1;
/** LFU: a page that comes back begins anew. */
let beginsAnew: bool = false;

/** `a`: of LRU_K, K; of LFU, 1 where the uses of a page that left are kept. */
export function start(pageCount: u32, laneCount: u32, ruleWanted: u32, a: u32): void {
  layOut(pageCount, laneCount);
  rule = ruleWanted;
  if (rule !== LFU && rule !== LRU_K) unreachable();
  beginsAnew = rule === LFU && a === 0;
  layOutUses(rule === LRU_K ? a : 0);
  if (rule === LFU) lowest = 1;
  else if (a === 2) lowest = 0;
}

/** Gives a lane its size. Each lane once, before any run. */
export function lane(index: u32, frames: u32): void {
  const record = recordOf(index);
  setFrames(record, frames);
  const capacity = min(frames, pages);
  store<usize>(record + HEAP, layOutHeap(capacity));
  store<usize>(record + NEWCOMERS, layOutNewcomers(capacity));
}

/** Address of four doubles: faults on a read, a write, a fetch, and write-backs. */
export function counts(index: u32): usize {
  return countsOf(index);
}

/** 1: that page has a frame in that lane. For tests. */
export function holds(index: u32, page: u32): u32 {
  return (load<u32>(useOf(page)) >> index) & 1;
}

/** Executes the runs in the window. */
export function advance(count: u32): void {
  const all: u32 = (1 << lanes) - 1;
  const end = WINDOW + ((<usize>count) << 2);
  const isCounted = rule === LFU;
  for (let at = WINDOW; at < end; at += 4) {
    const run = load<u32>(at);
    const use = useOf(run >>> 8);
    const length = (run & 63) + 1;
    if (isCounted) countUses(use, length);
    else noteTimes(use, length);
    const wanted = ((run >>> 6) & 3) === WRITE ? all | (all << MODIFIED) : all;
    const known = load<u32>(use);
    if ((wanted & ~known) === 0) continue;
    for (let absent = all & ~known; absent !== 0; absent &= absent - 1)
      fault(<u32>ctz<u32>(absent), run, use);
    store<u32>(use, known | wanted);
  }
}

/** The page of `run` gets a frame in that lane; its own bits are the caller's. */
function fault(index: u32, run: u32, use: usize): void {
  const record = recordOf(index);
  const page = run >>> 8;
  const base = beginsAnew ? keyOf(use) - <f64>((run & 63) + 1) : 0;
  countFault(record, (run >>> 6) & 3);
  if (takeFree(record)) {
    admit(record, page, base, use);
    return;
  }
  const victim = useOf(replace(record, page, base, use));
  const known = load<u32>(victim);
  const bit: u32 = 1 << index;
  if ((known & (bit << MODIFIED)) !== 0) countWriteBack(record);
  store<u32>(victim, known & ~(bit | (bit << MODIFIED)));
}

function admit(record: usize, page: u32, base: f64, use: usize): void {
  if (keyOf(use) - base === lowest) append(load<usize>(record + NEWCOMERS), page, base);
  else enter(load<usize>(record + HEAP), page, base);
}

/** Names the page that leaves, and admits `page`. */
function replace(record: usize, page: u32, base: f64, use: usize): u32 {
  const heap = load<usize>(record + HEAP);
  const newcomer = takeNewcomer(load<usize>(record + NEWCOMERS), heap, lowest);
  if (newcomer !== NONE) {
    admit(record, page, base, use);
    return newcomer;
  }
  const victim = least(heap);
  if (keyOf(use) - base === lowest) {
    dropFirst(heap);
    append(load<usize>(record + NEWCOMERS), page, base);
  } else replaceFirst(heap, page, base);
  return victim;
}
