/**
 * Limits of containers of pages, without the clock: ends of locks, ends of lifetimes, and the one timer
 * for both. Kept is their order: the rank of each among all moments that are still to come, and that
 * a lifetime is over which waits for a lock [CONT14].
 *
 * Where containers have lifetimes the first of these moments may always be next, the timer's or not;
 * and what is set now, a lock's limit or a lifetime, may come before, between or after the others
 * (PLACED): durations may be anything.
 */

import { LOCKED, type PageContainer, UNUSED } from '../../servers/memory/containers/page-state.ts';
import { EXTRA, NOW, PAGE, ROOM, UNIT } from './deadlines.ts';
import { cell, type Tape } from './tape.ts';
import type { World } from './world.ts';

/** In place of a kind that is next, minus a rank: what is set now comes before the moment of that rank. */
export const PLACED = -3;

const NEVER = Number.POSITIVE_INFINITY;
const moments: number[] = [];

/** Rank of the timer among the moments to come; alone it has the first. */
export function timerRank(world: World): number {
  readMoments(world);
  return moments.indexOf(world.memory.pages.timerAt);
}

/** Moments of locks, lifetimes and their timer that are to come. */
export function pageMoments(world: World): number {
  readMoments(world);
  return moments.length;
}

/** The moment at `rank`, where a deadline of kind `next` is to come first. */
export function pageMoment(world: World, rank: number, next: number): number {
  if (endsWithNotice(world, next)) return NOW;
  if (next === PAGE) return NOW + rank;
  const isLater = next <= PLACED && rank >= PLACED - next;
  return UNIT / 2 + (isLater ? ROOM : -ROOM) + rank;
}

/** Whether locks on pages are over with the notice that ends now, as they are on extras [CONT21]. */
function endsWithNotice({ plan }: World, next: number): boolean {
  return next === EXTRA && plan.clients.some(({ extras }) => extras);
}

/** Saves or sets when each lock and each lifetime ends. */
export function visitPageLimits(tape: Tape, world: World, next: number): void {
  if (tape.saves) readMoments(world);
  for (const container of world.memory.pages.containers) {
    if (container.status === LOCKED) {
      const rank = cell(tape, tape.saves ? moments.indexOf(container.lockedUntil) : 0);
      if (!tape.saves) container.lockedUntil = pageMoment(world, rank, next);
    }
    if (world.plan.lifetimes) visitLifetime(tape, world, container, next);
  }
}

/** 0: it has none. 1: it is over. Else its rank plus 2. */
function visitLifetime(tape: Tape, world: World, container: PageContainer, next: number): void {
  const { status, endsAt } = container;
  let code = 0;
  if (tape.saves && status !== UNUSED && endsAt !== NEVER)
    code = endsAt <= world.kernel.state.nowNs ? 1 : 2 + moments.indexOf(endsAt);
  code = cell(tape, code);
  if (tape.saves) return;
  container.endsAt = code === 0 ? NEVER : code === 1 ? 0 : pageMoment(world, code - 2, next);
}

function readMoments({ kernel, memory }: World): void {
  const { containers, timerAt } = memory.pages;
  moments.length = 0;
  add(timerAt);
  for (const { status, lockedUntil, endsAt } of containers) {
    if (status === LOCKED) add(lockedUntil);
    if (status !== UNUSED && endsAt > kernel.state.nowNs) add(endsAt);
  }
  moments.sort((a, b) => a - b);
}

function add(moment: number): void {
  if (moment !== NEVER && !moments.includes(moment)) moments.push(moment);
}
