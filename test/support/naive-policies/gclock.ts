/** GCLOCK, naively: frames in a ring, round after round. */

import type { NaiveRun } from './naive-run.ts';

export function naiveGclock(
  pages: readonly number[],
  frames: number,
  { weight, initial }: { weight: number; initial: number },
): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  const ring: { page: number; count: number; isFresh: boolean }[] = [];
  let hand = 0;
  for (const page of pages) {
    const held = ring.find((each) => each.page === page);
    if (held !== undefined) {
      // Until the hand has come past for the first time it holds what it was given.
      if (!held.isFresh) held.count = weight;
      continue;
    }
    run.faults++;
    const entering = { page, count: initial, isFresh: true };
    if (ring.length < frames) {
      ring.push(entering);
      continue;
    }
    while (ring[hand].count > 0) {
      ring[hand].count--;
      ring[hand].isFresh = false;
      hand = (hand + 1) % frames;
    }
    run.victims.push(ring[hand].page);
    ring[hand] = entering;
    hand = (hand + 1) % frames;
  }
  return run;
}
