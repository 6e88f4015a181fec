/**
 * Kernel `future`: policies that know when a page is used next, at up to 16 sizes side by side.
 *
 * Runs come from the last to the first, when `advance` notes next uses; then `decide` executes all of them.
 * Rules: VMIN (future/vmin.ts), WRITE_BACK (future/write-back.ts). What a lane holds is known by the moments
 * of next uses (future/moments.ts). The twin is lab/curves/simulation.ts with the policy of clients/policies.
 */

import { layOutNextUses, noteNextUses } from './future/next-uses';
import { decideVmin, layOutVmin } from './future/vmin';
import { decideWriteBack, layOutWriteBack } from './future/write-back';
import { countsOf, lanes, layOut, recordOf, setFrames } from './lane';

const VMIN: u32 = 0;
const WRITE_BACK: u32 = 1;

let rule: u32 = 0;

/** `parameter`: tau of VMIN, writeCost of WRITE_BACK. */
export function start(
  runCount: u32,
  pageCount: u32,
  laneCount: u32,
  ruleWanted: u32,
  parameter: f64,
): void {
  layOut(pageCount, laneCount);
  layOutNextUses(runCount);
  rule = ruleWanted;
  if (rule === VMIN) layOutVmin(parameter);
  else if (rule === WRITE_BACK) layOutWriteBack(parameter);
  else unreachable();
}

/** Gives a lane its size. Each lane once, before `decide`. */
export function lane(index: u32, frames: u32): void {
  setFrames(recordOf(index), frames);
}

/** Takes the `count` runs in the window, which come before all that were there so far. */
export function advance(count: u32): void {
  noteNextUses(count);
}

/** Executes all runs. */
export function decide(): void {
  const all: u32 = (1 << lanes) - 1;
  if (rule === VMIN) decideVmin(all);
  else decideWriteBack(all);
}

/** Address of four doubles: faults on a read, a write, a fetch, and write-backs. */
export function counts(index: u32): usize {
  return countsOf(index);
}
