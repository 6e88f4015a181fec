/**
 * Kernel `bits`: policies that look at referenced and modified bits, and clear them, at up to 16 sizes side by side.
 *
 *   run -> word of its page -> all its bits set at every size already? -> next run
 *                  |-- else: each size at which one of them is new hears of it ...
 *                  `-- ... and each that does not hold the page takes a fault by the rule of the policy
 *
 * A rule that would look at every page is told instead which were used since it looked last. Rules: NRU
 * (bits/nru.ts), AGING (bits/aging.ts), WORKING_SET (bits/working-set.ts), PFF (bits/pff.ts). The twin is
 * lab/curves/simulation.ts with the policy of clients/policies.
 */

import { admitToAging, layOutAging, setAgingPeriod, takeFromAging, useInAging } from './bits/aging';
import { classifyNru, fillNru, layOutNru, replaceByNru, setNruPeriod } from './bits/nru';
import { layOutPages, leave, MODIFIED, REFERENCED, slotOf, wordOf } from './bits/pages';
import { admitToPff, layOutPff, setThreshold, takeFromPff, useInPff } from './bits/pff';
import { endWindow, tellRun } from './bits/time';
import {
  fillWorkingSet,
  layOutWorkingSet,
  replaceInWorkingSet,
  setTau,
  useInWorkingSet,
} from './bits/working-set';
import {
  countFault,
  countsOf,
  lanes,
  layOut,
  pages,
  recordOf,
  setFrames,
  takeFree,
  WRITE,
} from './lane';
import { WINDOW } from './memory';

const NRU: u32 = 0;
const AGING: u32 = 1;
const WORKING_SET: u32 = 2;
const PFF: u32 = 3;

let rule: u32 = 0;

/** `references`: the period of nru and aging, the tau of working-set, the threshold of pff. */
export function start(pageCount: u32, laneCount: u32, ruleWanted: u32, references: f64): void {
  layOut(pageCount, laneCount);
  layOutPages();
  rule = ruleWanted;
  if (rule === NRU) setNruPeriod(references);
  else if (rule === AGING) setAgingPeriod(references);
  else if (rule === WORKING_SET) setTau(references);
  else if (rule === PFF) setThreshold(references);
  else unreachable();
}

/** Gives a lane its size. Each lane once, before any run. */
export function lane(index: u32, frames: u32): void {
  const record = recordOf(index);
  setFrames(record, frames);
  const capacity = min(frames, pages);
  if (rule === NRU) layOutNru(record, capacity);
  else if (rule === AGING) layOutAging(record, capacity);
  else if (rule === WORKING_SET) layOutWorkingSet(record, capacity);
  else layOutPff(record, capacity);
}

/** Address of four doubles: faults on a read, a write, a fetch, and write-backs. */
export function counts(index: u32): usize {
  return countsOf(index);
}

/** 1: that page has a frame in that lane. For tests. */
export function holds(index: u32, page: u32): u32 {
  return <u32>(load<u64>(wordOf(page)) >> <u64>index) & 1;
}

/** Executes the runs in the window. */
export function advance(count: u32): void {
  const all: u64 = ((<u64>1) << (<u64>lanes)) - 1;
  const ofRead = all | (all << REFERENCED);
  const ofWrite = ofRead | (all << MODIFIED);
  const end = WINDOW + ((<usize>count) << 2);
  for (let at = WINDOW; at < end; at += 4) {
    const run = load<u32>(at);
    const place = wordOf(run >>> 8);
    const word = load<u64>(place);
    const wanted = ((run >>> 6) & 3) === WRITE ? ofWrite : ofRead;
    if ((wanted & ~word) === 0) continue;
    tellRun(at);
    hear(run >>> 8, word, wanted, word & all);
    for (let absent = all & ~word; absent !== 0; absent &= absent - 1)
      fault(<u32>ctz<u64>(absent), run);
    store<u64>(place, word | wanted);
  }
  endWindow(end);
}

/** Those of the lanes `held`, who hold the page, hear what is new to them. */
function hear(page: u32, word: u64, wanted: u64, held: u64): void {
  const news = wanted & ~word;
  const used = (news >> REFERENCED) & held;
  const hearing = rule === NRU ? used | ((news >> MODIFIED) & held) : used;
  for (let left = hearing; left !== 0; left &= left - 1) {
    const index = <u32>ctz<u64>(left);
    const record = recordOf(index);
    const slot = slotOf(page, index);
    if (rule === NRU)
      classifyNru(record, slot, classOf(word, index), classOf(word | wanted, index));
    else if (rule === AGING) useInAging(record, slot);
    else if (rule === WORKING_SET) useInWorkingSet(record, slot, (classOf(word, index) & 1) !== 0);
    else useInPff(record, slot);
  }
}

/** 2 where referenced, and 1 more where modified. */
function classOf(word: u64, index: u32): u32 {
  const bits = word >> <u64>index;
  return ((<u32>(bits >> REFERENCED) & 1) << 1) | (<u32>(bits >> MODIFIED) & 1);
}

/** The page of `run` gets a frame in that lane; its own word is the caller's. */
function fault(index: u32, run: u32): void {
  const record = recordOf(index);
  const page = run >>> 8;
  const kind = (run >>> 6) & 3;
  const itsClass: u32 = kind === WRITE ? 3 : 2;
  countFault(record, kind);
  const isFree = takeFree(record);
  if (rule === NRU) {
    if (isFree) fillNru(record, index, page, itsClass);
    else leave(replaceByNru(record, index, page, itsClass), index);
  } else if (rule === AGING) {
    if (!isFree) leave(takeFromAging(record, index), index);
    admitToAging(record, index, page);
  } else if (rule === WORKING_SET) {
    if (isFree) fillWorkingSet(record, index, page);
    else leave(replaceInWorkingSet(record, index, page), index);
  } else {
    if (!isFree) leave(takeFromPff(record), index);
    admitToPff(record, index, page);
  }
}
