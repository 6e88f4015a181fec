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
 * Of a small machine at most a 32nd is kept free (moderation.ts). Left out: the PID controller of how many
 * to free (the engine frees up to the target), unswappable pages, several domains; the hands of the active
 * queue are its own order, oldest scan first.
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
  NONE,
  prepend,
  remove,
} from '../../contracts/page-lists.ts';
import {
  ACT_INIT,
  ACTIVE,
  activeShortage,
  type FreeBsdState,
  INACTIVE,
  LAUNDRY,
  launder,
  leastActive,
  scanActive,
  scanInactive,
  scanLaundry,
} from './freebsd/queues.ts';
import { moderate } from './moderation.ts';

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
