/**
 * FreeBSD's page daemon: active, inactive and laundry queues (sys/vm/vm_pageout.c of FreeBSD 13).
 *
 *   faulted in --> active --activity count down to 0--> inactive --clean--> freed
 *                   ^  ^                                  |  |
 *                   |  +--------- referenced -------------+  +--dirty--> laundry --written--> inactive
 *                   +-------------------- referenced -------------------------+    (at its head)
 *
 * A page that the scan of the active queue finds referenced gains ACT_ADVANCE + 1, up to ACT_MAX, and
 * else loses ACT_DECLINE; it begins with ACT_INIT. Thresholds are those of vm_pageout_init_domain for
 * so many pages. The daemon looks ten times a second; a shortage of inactive pages makes it go through
 * the whole active queue, where clean pages count three times as much as dirty ones; without it, it
 * visits each page once in ten minutes. Laundering in the background begins when the laundry is large
 * for the clean pages, the sooner the more clean ones have been freed since, at 4 MiB a second.
 *
 * Of a small machine at most a 32nd is kept free (moderation.ts). Left out: the PID controller of how many to free (the engine frees up to the target), unswappable
 * pages, several domains; the hands of the active queue are its own order, oldest scan first.
 */

import type {
  CentralContext,
  CentralManagement,
  CentralView,
  Thresholds,
} from '../../contracts/central-management.ts';
import {
  append,
  checkLists,
  createLists,
  listOf,
  move,
  NONE,
  type PageLists,
  prepend,
  remove,
} from '../../contracts/page-lists.ts';
import { cleanNeighbours } from './cluster.ts';
import { moderate } from './moderation.ts';

const ACTIVE = 0;
const INACTIVE = 1;
const LAUNDRY = 2;
const ACT_INIT = 5;
const ACT_ADVANCE = 3;
const ACT_DECLINE = 1;
const ACT_MAX = 64;
/** A clean page counts as so many dirty ones in a shortage. */
const LAUNDRY_WEIGHT = 3;
/** Looks in a second; ten minutes to visit every page. */
const SCAN_RATE = 10;
const UPDATE_SECONDS = 600;

interface FreeBsdState {
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

const freebsd: CentralManagement<FreeBsdState> = {
  name: 'freebsd',
  sight: 'hardware',
  summary: 'active, inactive and laundry queues with activity counts (FreeBSD 13)',
  control: 'pages',
  period: { ns: 100_000_000, references: 100_000 },
  parameters: { launderKib: 4096, cluster: 8 },
  ranges: {
    launderKib: {
      least: 0,
      most: 1e15,
      means: 'written a second at most while no frames are short',
    },
    cluster: { least: 0, most: 4096, whole: true, means: 'pages written together at most' },
  },
  thresholds: (frames) => thresholdsOf(frames),
  create,
  admitted(state, page) {
    state.activity[page] = ACT_INIT;
    append(state.lists, ACTIVE, page);
  },
  removed({ lists }, page) {
    remove(lists, page);
  },
  cleaned({ lists }, page) {
    if (listOf(lists, page) !== LAUNDRY) return;
    remove(lists, page);
    prepend(lists, INACTIVE, page);
  },
  ticked(state, view) {
    scanActive(state, view, activeShortage(state, view));
    launder(state, view);
    return 0;
  },
  victim,
  counters: ({ laundered, reactivated }) => ({ laundered, reactivated }),
  check: ({ lists }) => checkLists(lists),
};

export default freebsd;

/** free_min and free_target of a machine with so many pages. */
function thresholdsOf(pages: number): Thresholds {
  const ioCluster = pages < 2000 ? 8 : 32;
  const pageoutMin = 2 * 16 + 2;
  const reserved = ioCluster + pageoutMin + Math.floor(pages / 768);
  const least = pages > 1024 ? 4 + Math.floor((pages - 1024) / 200) : 4;
  const freeTarget = 4 * least + reserved;
  return moderate({ freeMin: Math.floor((freeTarget * 9) / 10), freeTarget }, pages);
}

function create({ pages, guaranteedFrames, parameters }: CentralContext): FreeBsdState {
  const thresholds = thresholdsOf(guaranteedFrames);
  const { freeMin, freeTarget } = thresholds;
  return {
    lists: createLists(pages, 3),
    activity: new Uint8Array(pages),
    thresholds,
    inactiveTarget: Math.min(Math.floor((3 * freeTarget) / 2), Math.floor(guaranteedFrames / 3)),
    launderTarget: Math.max(1, Math.floor((freeTarget - freeMin) / 10)),
    settings: parameters,
    freed: 0,
    toLaunder: 0,
    laundered: 0,
    reactivated: 0,
  };
}

/**
 * The oldest inactive page that is clean; else the oldest of the laundry; else, after one scan for
 * inactive ones, the least active page: the daemon would scan on until that one's count is down.
 */
function victim(state: FreeBsdState, view: CentralView): number {
  for (const isLast of [false, true]) {
    const clean = scanInactive(state, view);
    if (clean !== NONE) return clean;
    const dirty = scanLaundry(state, view);
    if (dirty !== NONE) return dirty;
    if (!isLast) scanActive(state, view, Math.max(1, activeShortage(state, view)));
  }
  return leastActive(state, view);
}

function scanInactive(state: FreeBsdState, view: CentralView): number {
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
function scanLaundry(state: FreeBsdState, view: CentralView): number {
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
function activeShortage(
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
function scanActive(state: FreeBsdState, view: CentralView, shortage: number): void {
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
function launder(state: FreeBsdState, view: CentralView): void {
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

function leastActive({ lists, activity }: FreeBsdState, view: CentralView): number {
  let least = NONE;
  for (let page = lists.head[ACTIVE] as number; page !== NONE; page = lists.next[page] as number) {
    const isLess = least === NONE || (activity[page] as number) < (activity[least] as number);
    if (isLess && view.evictable(page)) least = page;
  }
  return least;
}
