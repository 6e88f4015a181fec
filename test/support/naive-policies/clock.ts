/** Clock, naively. */

import type { NaiveRun } from './naive-run.ts';

/** Frames by number; the page in frame i, or undefined. */
type FrameTable = (number | undefined)[];

/** Frames in a ring, a bit each, replaced in place. */
export function naiveClock(pages: readonly number[], frames: number): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  const table: FrameTable = new Array(frames).fill(undefined);
  const bits: boolean[] = new Array(frames).fill(false);
  let hand = 0;
  for (const page of pages) {
    const frame = table.indexOf(page);
    if (frame >= 0) {
      bits[frame] = true;
      continue;
    }
    run.faults++;
    while (bits[hand]) {
      bits[hand] = false;
      hand = (hand + 1) % frames;
    }
    const victim = table[hand];
    if (victim !== undefined) run.victims.push(victim);
    table[hand] = page;
    bits[hand] = true;
    hand = (hand + 1) % frames;
  }
  return run;
}
