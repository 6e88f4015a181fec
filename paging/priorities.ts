/**
 * Priorities: which pages go before the policy is asked, and which only after (Viengoos, Walfield
 * 2009: seven bits in the capability by which an object is used).
 *
 *   -64 ... -1   go first, the lowest first; of equal ones any, by the task's seed
 *    0           the policy's own order
 *    1 ... 63    go when no page of priority 0 can, the lowest first; of equal ones any
 *
 * So a group of pages stands aside of every policy. A pager whose task declares none has no such
 * state, and asks its policy as ever [POL5].
 *
 *   lists[priority + 64]   resident pages of that priority, in no order
 *   place[page]            where in its list a page stands, or ABSENT
 */

import type { PageKinds } from './page-kinds.ts';
import { DIRTY, isIdle } from './page-word.ts';
import type { PagerState } from './state.ts';

export const PRIORITY_LEAST = -64;
export const PRIORITY_GREATEST = 63;

const ABSENT = -1;
/** xorshift32 has one state that never leaves itself: zero. */
const SEED_WHEN_ZERO = 2463534242;

export interface PriorityState {
  /** By page id. */
  readonly of: Int8Array;
  readonly place: Int32Array;
  readonly lists: number[][];
  /** Pages in all lists: resident, with a priority that is not 0. */
  listed: number;
  /** While set the policy is asked, and a page with a priority is not for it to name. */
  asking: boolean;
  /** Of xorshift32 (Marsaglia 2003). */
  draw: number;
}

/** What is kept of the priorities of a pager of one member; null when it has none. */
export function createPriorities(
  { priorities }: PageKinds,
  pages: number,
  seed: number,
): PriorityState | null {
  if (priorities.every(({ priority }) => priority === 0)) return null;
  const of = new Int8Array(pages);
  for (const { pages: range, priority } of priorities) of.fill(priority, range[0], range[1]);
  return {
    of,
    place: new Int32Array(pages).fill(ABSENT),
    lists: Array.from({ length: PRIORITY_GREATEST - PRIORITY_LEAST + 1 }, () => []),
    listed: 0,
    asking: false,
    draw: seed >>> 0 || SEED_WHEN_ZERO,
  };
}

export function priorityOf({ priorities }: PagerState, page: number): number {
  return priorities === null ? 0 : (priorities.of[page] ?? 0);
}

/** `page` has got a frame. */
export function listPage(state: PriorityState, page: number): void {
  if (state.of[page] === 0 || state.place[page] !== ABSENT) return;
  const list = listOf(state, page);
  state.place[page] = list.length;
  list.push(page);
  state.listed++;
}

/** `page` has none any more: the last of its list takes its place. */
export function unlistPage(state: PriorityState, page: number): void {
  const place = state.place[page] as number;
  if (place === ABSENT) return;
  const list = listOf(state, page);
  const last = list.pop() as number;
  if (last !== page) {
    list[place] = last;
    state.place[last] = place;
  }
  state.place[page] = ABSENT;
  state.listed--;
}

/**
 * The page that priorities name, or -1 where the policy is to. At least one page of the pager can
 * go when this is called: `candidates` of them, of whatever priority.
 */
export function firstByPriority(
  pager: PagerState,
  state: PriorityState,
  candidates: number,
): number {
  if (state.listed === 0) return -1;
  const lower = anyFrom(pager, state, PRIORITY_LEAST, -1);
  // More can go than have a priority: one of priority 0 can, and those above it stay.
  if (lower >= 0 || candidates > state.listed) return lower;
  return candidates > countIdle(pager, state) ? -1 : anyFrom(pager, state, 1, PRIORITY_GREATEST);
}

/** A page that can go, of the lowest priority within the bounds that has one, or -1. */
function anyFrom(pager: PagerState, state: PriorityState, least: number, most: number): number {
  for (let priority = least; priority <= most; priority++) {
    const list = state.lists[priority - PRIORITY_LEAST] as number[];
    if (list.length === 0) continue;
    const from = draw(state) % list.length;
    for (let step = 0; step < list.length; step++) {
      const page = list[(from + step) % list.length] as number;
      if (canGo(pager, page)) return page;
    }
  }
  return -1;
}

/** Pages of any priority but 0 that can go. */
function countIdle(pager: PagerState, { lists }: PriorityState): number {
  let idle = 0;
  for (const list of lists) for (const page of list) if (canGo(pager, page)) idle++;
  return idle;
}

function canGo({ pageWord, cleanOnly }: PagerState, page: number): boolean {
  const word = pageWord[page] as number;
  return isIdle(word) && (!cleanOnly || (word & DIRTY) === 0);
}

function listOf(state: PriorityState, page: number): number[] {
  return state.lists[(state.of[page] as number) - PRIORITY_LEAST] as number[];
}

function draw(state: PriorityState): number {
  let word = state.draw;
  word ^= word << 13;
  word ^= word >>> 17;
  word ^= word << 5;
  state.draw = word >>> 0;
  return state.draw;
}
