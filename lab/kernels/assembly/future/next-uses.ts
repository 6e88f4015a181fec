/** Next uses: of each run when its page is used next, noted from the last run to the first, and the runs. */

import { pages } from '../lane';
import { room, WINDOW } from '../memory';

/** There is none. */
export const NEVER: u32 = 0xffffffff;

/** Most runs whose moments have 4 bytes each in 4 GiB. */
const RUNS_MAX: u32 = 0x20000000;

export let runsAll: u32 = 0;
let runs: usize = 0;
let next: usize = 0;
/** By page: its use that comes soonest after what has been noted. */
let soonest: usize = 0;
/** Runs not yet noted. */
let left: u32 = 0;

export function layOutNextUses(count: u32): void {
  if (count > RUNS_MAX) unreachable();
  runsAll = count;
  left = count;
  runs = room((<usize>count) << 2);
  next = room((<usize>count) << 2);
  soonest = room((<usize>pages) << 2);
  memory.fill(soonest, 0xff, (<usize>pages) << 2);
}

/** Takes the `count` runs in the window, which come before all that were there so far. */
export function noteNextUses(count: u32): void {
  left -= count;
  memory.copy(runs + ((<usize>left) << 2), WINDOW, (<usize>count) << 2);
  for (let moment = left + count; moment-- > left; ) {
    const last = soonest + ((<usize>(runAt(moment) >>> 8)) << 2);
    store<u32>(next + ((<usize>moment) << 2), load<u32>(last));
    store<u32>(last, moment);
  }
}

export function runAt(moment: u32): u32 {
  return load<u32>(runs + ((<usize>moment) << 2));
}

/** When its page is used next; NEVER. */
export function nextOf(moment: u32): u32 {
  return load<u32>(next + ((<usize>moment) << 2));
}
