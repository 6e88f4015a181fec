/**
 * Kernel `ranks`: policies that judge a page by when and how often it was used, at up to 16 sizes side by side.
 *
 *   run -> the uses of its page are noted, once for all sizes -> resident at every size? -> next run
 *                                                                 `-- else: a fault at each that does not hold it
 *
 * A page's rank grows with each use, and at each size it is what the uses say less a base of its own. So a size
 * looks at ranks only where it needs a victim (ranks/heap.ts). Rules: LFU, LRU_K, LECAR (ranks/lecar.ts). The twin is
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
import { room, WINDOW } from './memory';
import { dropFirst, enter, layOutHeap, least, replaceFirst } from './ranks/heap';
import { chooseByLecar, layOutLecar, layOutLecars } from './ranks/lecar';
import { append, dropFirst as dropFirstOf, firstOf, layOutQueue, markOfFirst } from './ranks/queue';
import { layOutRecency, noteUse } from './ranks/recency';
import { countUses, keyOf, layOutUses, MODIFIED, noteTimes, timeOf, useOf } from './ranks/uses';

const LFU: u32 = 0;
const LRU_K: u32 = 1;
const LECAR: u32 = 2;

/** Fields of a lane: pages that came with the lowest rank, in the order in which they came, and all others. */
const HEAP: usize = OWN;
const NEWCOMERS: usize = OWN + 4;
/** LECAR, where others than the first leave: by page, the base that it came with; GONE: it has left. */
const BASES: usize = OWN + 8;
const GONE: f64 = -1;

let rule: u32 = 0;
/** No rank is lower, and it is left at the first use; -1: there is none such. */
let lowest: f64 = -1;
/** A page that comes back is counted anew. */
let beginsAnew: bool = false;

/** `a`: of LRU_K, K; of LFU, 1 where the uses of a page that left are kept. `b`, `c`: of LECAR (lecar.ts). */
export function start(
  pageCount: u32,
  laneCount: u32,
  ruleWanted: u32,
  a: u32,
  b: f64,
  c: f64,
): void {
  layOut(pageCount, laneCount);
  rule = ruleWanted;
  if (rule > LECAR) unreachable();
  layOutUses(rule === LRU_K ? a : 0);
  if (rule !== LRU_K) lowest = 1;
  else if (a === 2) lowest = 0;
  beginsAnew = rule === LECAR || (rule === LFU && a === 0);
  if (rule !== LECAR) return;
  layOutRecency();
  layOutLecars(b, c);
}

/** Gives a lane its size. `a`, `b`: of LECAR, its ghosts and its seed. Each lane once, before any run. */
export function lane(index: u32, frames: u32, a: u32, b: u32): void {
  const record = recordOf(index);
  setFrames(record, frames);
  const capacity = min(frames, pages);
  const bases = rule === LECAR ? room((<usize>pages) << 3) : 0;
  store<usize>(record, bases, BASES);
  store<usize>(record, layOutHeap(capacity, bases), HEAP);
  store<usize>(record, layOutQueue(capacity, bases), NEWCOMERS);
  if (rule === LECAR) layOutLecar(record, a, b);
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
  const isCounted = rule !== LRU_K;
  const isOrdered = rule === LECAR;
  for (let at = WINDOW; at < end; at += 4) {
    const run = load<u32>(at);
    const use = useOf(run >>> 8);
    const length = (run & 63) + 1;
    if (isCounted) countUses(use, length);
    else noteTimes(use, length);
    if (isOrdered) noteUse(use, run >>> 8);
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
  const bit: u32 = 1 << index;
  if (takeFree(record)) {
    admit(record, page, base, use);
    return;
  }
  const gone =
    rule === LECAR ? replaceByLecar(record, bit, run, base, use) : replace(record, page, base, use);
  const victim = useOf(gone);
  const known = load<u32>(victim);
  if ((known & (bit << MODIFIED)) !== 0) countWriteBack(record);
  store<u32>(victim, known & ~(bit | (bit << MODIFIED)));
}

function admit(record: usize, page: u32, base: f64, use: usize): void {
  const bases = load<usize>(record, BASES);
  if (bases !== 0) store<f64>(bases + ((<usize>page) << 3), base);
  if (keyOf(use) - base === lowest) append(load<usize>(record, NEWCOMERS), page, base);
  else enter(load<usize>(record, HEAP), page, base);
}

/** Names the page of the lowest rank, and admits `page` in its place. */
function replace(record: usize, page: u32, base: f64, use: usize): u32 {
  const heap = load<usize>(record, HEAP);
  const newcomers = load<usize>(record, NEWCOMERS);
  const newcomer = firstNewcomer(newcomers, heap);
  if (newcomer !== NONE) {
    dropFirstOf(newcomers);
    admit(record, page, base, use);
    return newcomer;
  }
  const victim = least(heap);
  if (keyOf(use) - base === lowest) {
    dropFirst(heap);
    append(newcomers, page, base);
  } else replaceFirst(heap, page, base);
  return victim;
}

/** Names the page that leaves, and admits that of `run`. */
function replaceByLecar(record: usize, bit: u32, run: u32, base: f64, use: usize): u32 {
  const page = run >>> 8;
  const heap = load<usize>(record, HEAP);
  const newcomer = firstNewcomer(load<usize>(record, NEWCOMERS), heap);
  const rare = newcomer === NONE ? least(heap) : newcomer;
  const before = timeOf(use) - <f64>((run & 63) + 1);
  const victim = chooseByLecar(record, bit, page, rare, before);
  store<f64>(load<usize>(record, BASES) + ((<usize>victim) << 3), GONE);
  admit(record, page, base, use);
  return victim;
}

/** The first newcomer that was not used since; those before it go to the heap. NONE: there is none. */
function firstNewcomer(newcomers: usize, heap: usize): u32 {
  while (true) {
    const page = firstOf(newcomers);
    if (page === NONE) return NONE;
    const base = markOfFirst(newcomers);
    if (keyOf(useOf(page)) - base === lowest) return page;
    dropFirstOf(newcomers);
    enter(heap, page, base);
  }
}
