/** Limits of locks, without the clock: the place of each among them and the one timer (deadlines.ts). */

import { LOCK, momentOf, NOW } from './deadlines.ts';
import { cell, type Tape } from './tape.ts';
import type { World } from './world.ts';

const moments: number[] = [];

/** Saves or sets when each lock ends, by its place among them and the timer. */
export function visitLockLimits(
  tape: Tape,
  world: World,
  locked: (status: number) => boolean,
  next: number,
): void {
  const { containers } = world.memory;
  moments.length = 0;
  if (containers.timerAt !== Number.POSITIVE_INFINITY) moments.push(containers.timerAt);
  if (tape.saves)
    for (const { status, lockedUntil } of containers.records)
      if (locked(status) && !moments.includes(lockedUntil)) moments.push(lockedUntil);
  moments.sort((a, b) => a - b);
  for (const record of containers.records) {
    if (!locked(record.status)) continue;
    const rank = cell(tape, tape.saves ? moments.indexOf(record.lockedUntil) : 0);
    if (!tape.saves) record.lockedUntil = lockMomentOf(LOCK, rank, next);
  }
}

/** When the lock at `rank` of `kind` ends; where such are `next` the first of them ends now. */
function lockMomentOf(kind: number, rank: number, next: number): number {
  return next === kind ? NOW + rank : momentOf(kind, rank);
}
