/**
 * The three queues of FreeBSD's page daemon (../freebsd.ts), and the scans of each.
 *
 *   active    a page found referenced gains activity, another loses some, and at 0 leaves
 *   inactive  the oldest clean page goes; what was referenced is active again, what is dirty has to be laundered
 *   laundry   written out, a part at a time in the background, or as frames are short
 */

import type { CentralView, Thresholds } from '../../../contracts/central-management.ts';
import {
  append,
  listOf,
  move,
  NONE,
  type PageLists,
  remove,
} from '../../../contracts/page-lists.ts';
import { cleanNeighbours } from '../cluster.ts';

export const ACTIVE = 0;
export const INACTIVE = 1;
export const LAUNDRY = 2;
export const ACT_INIT = 5;
const ACT_ADVANCE = 3;
const ACT_DECLINE = 1;
const ACT_MAX = 64;
/** A clean page counts as so many dirty ones in a shortage. */
const LAUNDRY_WEIGHT = 3;
/** Looks in a second; ten minutes to visit every page. */
const SCAN_RATE = 10;
const UPDATE_SECONDS = 600;

export interface FreeBsdState {
  readonly lists: PageLists;
  readonly activity: Uint8Array;
  readonly thresholds: Thresholds;
  readonly inactiveTarget: number;
  readonly launderTarget: number;
  readonly settings: Readonly<Record<string, number>>;
  /** Clean pages that were freed since laundering was begun; pages left of that run. */
  freed: number;
  toLaunder: number;
  laundered: number;
  reactivated: number;
}

/** The oldest inactive page that is clean; NONE: there is none. */
export function scanInactive(state: FreeBsdState, view: CentralView): number {
  const { lists } = state;
  for (let left = lists.count[INACTIVE] as number; left > 0; left--) {
    const page = lists.head[INACTIVE] as number;
    if (!view.evictable(page)) move(lists, INACTIVE, page);
    else if (view.referenced(page)) reactivate(state, view, page);
    else if (view.modified(page)) move(lists, LAUNDRY, page);
    else {
      state.freed++;
      return page;
    }
  }
  return NONE;
}

/** The oldest page of the laundry, its neighbours there along with it. */
export function scanLaundry(state: FreeBsdState, view: CentralView): number {
  const { lists } = state;
  for (let left = lists.count[LAUNDRY] as number; left > 0; left--) {
    const page = lists.head[LAUNDRY] as number;
    if (!view.evictable(page)) move(lists, LAUNDRY, page);
    else if (view.referenced(page)) reactivate(state, view, page);
    else {
      const cluster = state.settings.cluster as number;
      state.laundered +=
        1 + cleanNeighbours(view, page, cluster, (other) => isLaundry(state, other));
      return page;
    }
  }
  return NONE;
}

function isLaundry({ lists }: FreeBsdState, page: number): boolean {
  return listOf(lists, page) === LAUNDRY;
}

function reactivate(state: FreeBsdState, view: CentralView, page: number): void {
  view.clearReferenced(page);
  state.activity[page] = Math.min(
    ACT_MAX,
    Math.max(ACT_INIT, state.activity[page] as number) + ACT_ADVANCE + 1,
  );
  move(state.lists, ACTIVE, page);
  state.reactivated++;
}

/** Pages that are missing from the inactive queue, times the weight. */
export function activeShortage(
  { lists, inactiveTarget, thresholds }: FreeBsdState,
  view: CentralView,
): number {
  const inactive = lists.count[INACTIVE] as number;
  const weighed = inactive + Math.floor((lists.count[LAUNDRY] as number) / LAUNDRY_WEIGHT);
  const paging = thresholds.freeTarget - view.freeFrames() - view.comingFrames();
  // With all that is wanted free nobody is short.
  if (paging <= 0) return 0;
  return (inactiveTarget + paging - weighed) * LAUNDRY_WEIGHT;
}

/** Ages active pages, in a shortage until it is made good. */
export function scanActive(state: FreeBsdState, view: CentralView, shortage: number): void {
  const { lists, activity } = state;
  const all = lists.count[ACTIVE] as number;
  const least = Math.floor(all / (UPDATE_SECONDS * SCAN_RATE));
  let missing = shortage;
  for (let left = shortage > 0 ? all : least; left > 0; left--) {
    if (shortage > 0 && missing <= 0) break;
    const page = lists.head[ACTIVE] as number;
    remove(lists, page);
    append(lists, ACTIVE, page);
    if (!view.evictable(page)) continue;
    const was = activity[page] as number;
    if (view.referenced(page)) {
      view.clearReferenced(page);
      activity[page] = Math.min(ACT_MAX, was + ACT_ADVANCE + 1);
      continue;
    }
    activity[page] = Math.max(0, was - ACT_DECLINE);
    if (activity[page] > 0) continue;
    const isDirty = shortage > 0 && view.modified(page);
    move(lists, isDirty ? LAUNDRY : INACTIVE, page);
    missing -= isDirty ? 1 : LAUNDRY_WEIGHT;
  }
}

/** Writes a part of the laundry in the background, if it is large for the clean pages there are. */
export function launder(state: FreeBsdState, view: CentralView): void {
  const { lists, thresholds, settings } = state;
  const clean = view.freeFrames() + (lists.count[INACTIVE] as number);
  const dirty = lists.count[LAUNDRY] as number;
  const step = Math.max(1, thresholds.freeTarget - thresholds.freeMin);
  const factor = Math.floor(Math.sqrt(Math.ceil((state.freed + 1) / step)));
  if (state.toLaunder === 0 && dirty > 0 && dirty * factor >= clean) {
    state.toLaunder = state.launderTarget;
    state.freed = 0;
  }
  const most = Math.floor((settings.launderKib as number) / 4 / SCAN_RATE);
  let page = lists.head[LAUNDRY] as number;
  for (let left = Math.min(most, state.toLaunder); left > 0 && page !== NONE; ) {
    const next = lists.next[page] as number;
    if (view.clean(page)) {
      left--;
      state.toLaunder--;
      state.laundered++;
    }
    page = next;
  }
  if (dirty === 0) state.toLaunder = 0;
}

/** NONE: none of the active pages may go. */
export function leastActive({ lists, activity }: FreeBsdState, view: CentralView): number {
  let least = NONE;
  for (let page = lists.head[ACTIVE] as number; page !== NONE; page = lists.next[page] as number) {
    const isLess = least === NONE || (activity[page] as number) < (activity[least] as number);
    if (isLess && view.evictable(page)) least = page;
  }
  return least;
}
