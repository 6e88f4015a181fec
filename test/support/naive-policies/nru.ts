/** Not recently used, naively: frames in a ring, sorted into classes at each fault. */

import type { NaiveRun } from './naive-run.ts';

export function naiveNru(
  pages: readonly number[],
  writes: readonly boolean[],
  frames: number,
  period: number,
): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  const ring: { page: number; isUsed: boolean; isWritten: boolean }[] = [];
  let hand = 0;
  let clearedAt = 0;
  pages.forEach((page, now) => {
    const held = ring.find((each) => each.page === page);
    if (held !== undefined) {
      held.isUsed = true;
      held.isWritten ||= writes[now];
      return;
    }
    run.faults++;
    const entering = { page, isUsed: true, isWritten: writes[now] };
    if (ring.length < frames) {
      ring.push(entering);
      return;
    }
    const turn = ring.map((_, step) => (hand + step) % frames);
    const classes = [
      turn.filter((at) => !ring[at].isUsed && !ring[at].isWritten),
      turn.filter((at) => !ring[at].isUsed && ring[at].isWritten),
      turn.filter((at) => ring[at].isUsed && !ring[at].isWritten),
      turn.filter((at) => ring[at].isUsed && ring[at].isWritten),
    ];
    const lowest = classes.findIndex((each) => each.length > 0);
    const chosen = classes[lowest][0];
    run.victims.push(ring[chosen].page);
    if (period === 0 ? lowest >= 2 : now - clearedAt >= period) {
      for (const each of ring) each.isUsed = false;
      clearedAt = now;
    }
    ring[chosen] = entering;
    hand = (chosen + 1) % frames;
  });
  return run;
}
