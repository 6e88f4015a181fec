/**
 * VMIN (clients/policies/vmin.ts): what is used again only after tau goes at the next fault.
 *
 * Who goes does not depend on the lane, but when does: the runs that leave such a page behind are written down,
 * and each lane reads on to the end at a fault. Until then it holds the page, but no group of moments says
 * so: the farthest moment is asked for where a lane holds no such page.
 */

import {
  countFault,
  countWriteBack,
  giveFree,
  OWN,
  pages,
  recordOf,
  takeFree,
  WRITE,
} from '../lane';
import { room } from '../memory';
import {
  farthest,
  heldAt,
  layOutMoments,
  lower,
  MOMENTS_RECORD,
  raise,
  setHeld,
  unset,
} from './moments';
import { NEVER, nextOf, runAt, runsAll } from './next-uses';

/** Field of a lane: how many of those left behind it has read of. */
const READ: usize = OWN;

/** Runs until the next use that a page is kept for, a whole number, as moments are. */
let tau: f64 = 0;
let moments: usize = 0;
/** Moments of runs that left a page behind. */
let leftBehind: usize = 0;
let leftCount: u32 = 0;
/** By page: lanes that hold it with something written to it. */
let modified: usize = 0;

export function layOutVmin(wanted: f64): void {
  tau = floor(wanted);
  moments = room(MOMENTS_RECORD);
  layOutMoments(moments, runsAll);
  leftBehind = room((<usize>runsAll) << 2);
  modified = room((<usize>pages) << 1);
}

export function decideVmin(all: u32): void {
  for (let moment: u32 = 0; moment < runsAll; moment++) {
    const run = runAt(moment);
    for (let absent = all & ~heldAt(moments, moment); absent !== 0; absent &= absent - 1)
      fault(ctz<u32>(absent), (run >>> 6) & 3, moment);
    if (((run >>> 6) & 3) === WRITE) store<u16>(modifiedOf(run), <u16>all);
    const next = nextOf(moment);
    if (next !== NEVER) setHeld(moments, next, all);
    if (next === NEVER || <f64>(next - moment) > tau) {
      store<u32>(leftBehind + ((<usize>leftCount) << 2), moment);
      leftCount++;
    } else raise(moments, next, all);
  }
}

function fault(lane: u32, kind: u32, moment: u32): void {
  const record = recordOf(lane);
  const bit: u32 = 1 << lane;
  countFault(record, kind);
  for (let at = load<u32>(record + READ); at < leftCount; at++) {
    const behind = load<u32>(leftBehind + ((<usize>at) << 2));
    const next = nextOf(behind);
    // Used again in time, since no fault came between.
    if (next < moment) continue;
    if (next !== NEVER) unset(moments, next, bit);
    forget(record, runAt(behind), bit);
    giveFree(record);
  }
  store<u32>(record + READ, leftCount);
  if (takeFree(record)) return;
  const last = farthest(moments, bit);
  lower(moments, last, bit);
  forget(record, runAt(last), bit);
}

/** The page of a run goes, and what was written to it. */
function forget(record: usize, run: u32, bit: u32): void {
  const lanes = <u32>load<u16>(modifiedOf(run));
  if ((lanes & bit) === 0) return;
  countWriteBack(record);
  store<u16>(modifiedOf(run), <u16>(lanes & ~bit));
}

function modifiedOf(run: u32): usize {
  return modified + ((<usize>(run >>> 8)) << 1);
}
