/**
 * Discardable pages: their contents can be computed, so they are never written to swap. Given up or
 * taken they are gone, and at the next touch the program's callback makes them anew: a fault of its
 * own kind, neither hard nor lost [FAULT9]. Subramanian 1991 (Mach), Viengoos (Walfield 2009).
 *
 *   first touch --> written --> dropped --fault--> made anew --> dropped --> ...
 *                                                     (from here on every drop leaves nothing)
 *
 * In the page word they are SCRATCH. When frames are called back they go first, in bulk, whether
 * written or not [FAULT10]: no I/O, as DISC's pager flushed 64 at a time.
 *
 * Pages that a program declares to be of no use as it goes on, as a collector does: garbage.ts.
 */

import { LOST as LOST_FAULT, REGENERATED } from '../nucleus/tasks.ts';
import type { PageKinds } from './page-kinds.ts';
import { HAS_COPY, isIdle, LOST } from './page-word.ts';
import { priorityOf } from './priorities.ts';
import type { PagerState } from './state.ts';

export const NOT_DISCARDABLE = 0;
const DISCARDABLE = 1;
/** It has been written, or made anew: where it is in no frame it must be made. */
export const HAS_CONTENTS = 2;
/** Of no use until it is wanted again (garbage.ts). */
export const IS_GARBAGE = 3;

export interface DiscardState {
  /** By page id: one of the four above. */
  readonly kinds: Uint8Array;
  readonly regenerateNs: number;
  readonly flushPages: number;
  /** Slot at which the next flush looks first. */
  hand: number;
  /** What the program says of its pages as it goes on counts. */
  readonly heeds: boolean;
  /** A flush has found that there is less garbage than it may take. */
  barren: boolean;
}

/** What is kept of the discardable pages of a pager of one member; null when it has none. */
export function createDiscard(kinds: PageKinds, pages: number): DiscardState | null {
  const { discardable, regenerateNs, flushPages, heeds } = kinds;
  if (discardable.length === 0 && !heeds) return null;
  const of = new Uint8Array(pages);
  const state = { kinds: of, regenerateNs, flushPages, hand: 0, heeds, barren: true };
  for (const [from, to] of discardable) state.kinds.fill(DISCARDABLE, from, to);
  return state;
}

export function isDiscardable({ discard }: PagerState, page: number): boolean {
  return discard !== null && (discard.kinds[page] ?? NOT_DISCARDABLE) !== NOT_DISCARDABLE;
}

/** Whether the task's callback makes its contents anew. */
export function canBeMade({ discard }: PagerState, page: number): boolean {
  const kind = discard === null ? NOT_DISCARDABLE : discard.kinds[page];
  return kind === DISCARDABLE || kind === HAS_CONTENTS;
}

/** How the fault of a page without contents is settled: made anew, or told to be lost. */
export function faultWithoutContents(pager: PagerState, page: number): number {
  return canBeMade(pager, page) ? REGENERATED : LOST_FAULT;
}

/** The word of a SCRATCH page that has left its frame, which was `word` less what told of that. */
export function droppedWord(
  pager: PagerState,
  page: number,
  word: number,
  modified: boolean,
): number {
  // Of garbage nothing is missed, and what swap has of it is no better.
  if (pager.discard?.kinds[page] === IS_GARBAGE) return word & ~HAS_COPY;
  return leavesNothing(pager, page, modified) ? (word | LOST) & ~HAS_COPY : word;
}

/** Whether its contents are nowhere then. */
function leavesNothing({ discard }: PagerState, page: number, modified: boolean): boolean {
  if (discard === null || discard.kinds[page] === NOT_DISCARDABLE) return modified;
  if (modified) discard.kinds[page] = HAS_CONTENTS;
  return discard.kinds[page] === HAS_CONTENTS;
}

/**
 * The next discardable page that can go, by slot, or -1. Whoever gave one a priority above the
 * policy's own order wants it kept.
 */
export function nextDiscardable(pager: PagerState): number {
  const { discard, slotPage, pageWord } = pager;
  if (discard === null) return -1;
  for (let step = 0; step < slotPage.length; step++) {
    const slot = (discard.hand + step) % slotPage.length;
    const page = slotPage[slot] as number;
    if (page < 0 || discard.kinds[page] === NOT_DISCARDABLE) continue;
    if (!isIdle(pageWord[page] as number)) continue;
    if (priorityOf(pager, page) > 0) continue;
    discard.hand = (slot + 1) % slotPage.length;
    return page;
  }
  return -1;
}
