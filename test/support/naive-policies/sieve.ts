/** SIEVE, naively: the queue is an array, the newest page first; the hand is an index into it. */

import type { NaiveRun } from './naive-run.ts';

export function naiveSieve(pages: readonly number[], frames: number): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  const queue: { page: number; visited: boolean }[] = [];
  let hand = -1;
  for (const page of pages) {
    const held = queue.find((entry) => entry.page === page);
    if (held !== undefined) {
      held.visited = true;
      continue;
    }
    run.faults++;
    if (queue.length === frames) {
      if (hand < 0) hand = queue.length - 1;
      while (queue[hand].visited) {
        queue[hand].visited = false;
        hand = hand === 0 ? queue.length - 1 : hand - 1;
      }
      run.victims.push(queue[hand].page);
      queue.splice(hand, 1);
      // The next one towards the head; -1: none, so from the tail.
      hand--;
    }
    queue.unshift({ page, visited: false });
    if (hand >= 0) hand++;
  }
  return run;
}
