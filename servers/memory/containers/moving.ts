/**
 * Moving: where the terms say so the server moves frames as it goes, a few every so often, each into
 * a free one further on, as a server does that keeps memory in order. Nobody may notice [CONT35];
 * frames that a device may be reaching stay (relocation.ts), unless the switch `movesPinned` has
 * taken that rule away.
 */

import { termNow, timerAt } from '../../../nucleus/clock.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { findFreeRun } from '../../../sim-hw/frames.ts';
import type { MemoryServerState } from '../state.ts';
import { TIMER_MOVES, timerWord } from '../timers.ts';
import { poolOf } from '../upstream/upstream.ts';
import { relocateRun } from './relocation.ts';

/** Frames looked at each time. */
const FRAMES = 8;
const ANYWHERE = { colour: 0, colours: 1, below: 0 };

/** Sets the timer for the next time, if there is to be one. */
export function armMoves(kernel: Kernel, server: MemoryServerState): void {
  const { moveEvery = 0 } = server.terms;
  if (moveEvery === 0) return;
  timerAt(kernel, termNow(kernel) + moveEvery, server.id, timerWord(TIMER_MOVES, 0));
}

/** The time has come: the next few frames move. The clock says where the hand stands. */
export function moveSome(kernel: Kernel, server: MemoryServerState): void {
  const frames = poolOf(kernel, server);
  const { moveEvery = 1, movesPinned = false } = server.terms;
  const hand = (Math.floor(termNow(kernel) / moveEvery) % frames.count) * FRAMES;
  for (let i = 0; i < FRAMES; i++) {
    const frame = (hand + i) % frames.count;
    let into = findFreeRun(frames, 0, frame + 1, ANYWHERE);
    if (into < 0) into = findFreeRun(frames, 0, 0, ANYWHERE);
    if (into >= 0) relocateRun(kernel, server, frame, 0, into, movesPinned);
  }
  armMoves(kernel, server);
}
