/** WSClock, naively. */

import type { NaiveRun } from './naive-run.ts';

interface WorkingSetFrame {
  page: number;
  bit: boolean;
  dirty: boolean;
  lastUse: number;
}

/** Frames in a ring, replaced in place; `writes[i]` says whether reference i is a write. */
export function naiveWorkingSet(
  pages: readonly number[],
  writes: readonly boolean[],
  frames: number,
  tau: number,
): NaiveRun {
  const run: NaiveRun = { faults: 0, victims: [] };
  const table: WorkingSetFrame[] = [];
  let hand = 0;
  pages.forEach((page, now) => {
    const held = table.find((frame) => frame.page === page);
    if (held !== undefined) {
      held.bit = true;
      held.dirty ||= writes[now];
      return;
    }
    run.faults++;
    const entering = { page, bit: true, dirty: writes[now], lastUse: now };
    if (table.length < frames) {
      table.push(entering);
      return;
    }
    const chosen = chooseOld(table, hand, now, tau);
    run.victims.push(table[chosen].page);
    table[chosen] = entering;
    hand = (chosen + 1) % frames;
  });
  return run;
}

/** One turn from the hand: the first old clean frame, else the first old one, else the oldest. */
function chooseOld(table: WorkingSetFrame[], hand: number, now: number, tau: number): number {
  const turn = table.map((_, step) => (hand + step) % table.length);
  for (const index of turn) {
    const frame = table[index];
    if (frame.bit) Object.assign(frame, { bit: false, lastUse: now });
    if (now - frame.lastUse > tau && !frame.dirty) return index;
  }
  const old = turn.find((index) => now - table[index].lastUse > tau);
  if (old !== undefined) return old;
  return turn.reduce((best, index) => (table[index].lastUse < table[best].lastUse ? index : best));
}
