/**
 * UVM's page daemon (Cranor, "Design and Implementation of the UVM Virtual Memory System", 1998;
 * Cranor and Parulkar, USENIX 1999). Two queues, as Mach has them; what differs is how dirty pages
 * go out: several at a time, wherever they belong, to slots of swap that are assigned anew, side by
 * side, so that a disk writes them in one go.
 *
 *   active --head, bit cleared--> inactive --head--> used: active    clean: free
 *                                             `----> dirty: out with the next dirty ones behind it
 *
 * Thresholds and the share of inactive pages as in uvmpd_tune() and uvm_pageout() of OpenBSD
 * (sys/uvm/uvm_pdaemon.c): free 1/30 of memory at least, to 4/3 of that; inactive 1/3. A cluster is
 * 64 KiB: 16 pages (SWCLUSTPAGES; recalled). The device takes a block a request, so a cluster is as
 * many requests for neighbours as it has pages, not one. Its maps, amaps and anons: uvm/.
 *
 * Left out: objects of files, of which tasks have none here; fault-ahead; reactivating dirty pages
 * when swap is full. Where swap is a stack of layers or stands before a disk server it assigns no
 * slots, and each page keeps its place. 9 bytes a page, and 6 for its slot.
 */

import type {
  CentralContext,
  CentralManagement,
  CentralView,
} from '../../contracts/central-management.ts';
import {
  append,
  checkLists,
  createLists,
  move,
  NONE,
  type PageLists,
  remove,
} from '../../contracts/page-lists.ts';

interface UvmDaemonState {
  readonly lists: PageLists;
  /** Pages that go out together at the most. */
  readonly cluster: number;
  /** Clusters of more than one page, and pages that went out in them. */
  clusters: number;
  clustered: number;
}

const ACTIVE = 0;
const INACTIVE = 1;

/** 64 KiB of 4 KiB pages. */
const CLUSTER = 16;

const uvm: CentralManagement<UvmDaemonState> = {
  name: 'uvm',
  sight: 'hardware',
  summary: 'active and inactive queues, clustered page-out to slots assigned anew (Cranor 1998)',
  control: 'pages',
  parameters: { cluster: CLUSTER },
  ranges: {
    cluster: { least: 0, most: 4096, whole: true, means: 'pages written together at most' },
  },
  slotRun: CLUSTER,
  thresholds,
  create: ({ pages, parameters }: CentralContext) => ({
    lists: createLists(pages, 2),
    cluster: parameters.cluster as number,
    clusters: 0,
    clustered: 0,
  }),
  admitted: ({ lists }, page) => append(lists, ACTIVE, page),
  removed: ({ lists }, page) => remove(lists, page),
  victim,
  counters: ({ clusters, clustered }) => ({ clusters, 'pages in clusters': clustered }),
  check: ({ lists }) => {
    const wrong = checkLists(lists);
    return wrong === undefined ? undefined : `uvm: ${wrong}`;
  },
};

export default uvm;

function thresholds(frames: number): { freeMin: number; freeTarget: number } {
  const freeMin = Math.max(Math.floor(frames / 30), 4);
  return { freeMin, freeTarget: Math.max(Math.floor((freeMin * 4) / 3), freeMin + 1) };
}

function victim(state: UvmDaemonState, view: CentralView): number {
  const { lists } = state;
  const pages = lists.count[ACTIVE] + lists.count[INACTIVE];
  // Each page is passed over at most once for its bit and once for being on its way.
  for (let step = 0; step <= 2 * pages; step++) {
    refill(lists, view);
    const page = lists.head[INACTIVE];
    if (page === NONE) break;
    if (!view.evictable(page)) move(lists, INACTIVE, page);
    else if (view.referenced(page)) move(lists, ACTIVE, page);
    else {
      if (view.modified(page)) writeCluster(state, page, view);
      return page;
    }
  }
  for (const list of [INACTIVE, ACTIVE])
    for (let page = lists.head[list]; page !== NONE; page = lists.next[page])
      if (view.evictable(page)) return page;
  return NONE;
}

/** Moves pages from the active head to the inactive tail, until a third of all is inactive. */
function refill(lists: PageLists, view: CentralView): void {
  const target = Math.max(1, Math.floor((lists.count[ACTIVE] + lists.count[INACTIVE]) / 3));
  while (lists.count[INACTIVE] < target && lists.head[ACTIVE] !== NONE) {
    const page = lists.head[ACTIVE];
    view.clearReferenced(page);
    move(lists, INACTIVE, page);
  }
}

/** Behind `first`, which goes out: dirty pages that are not in use go with it, and stay till written. */
function writeCluster(state: UvmDaemonState, first: number, view: CentralView): void {
  const { lists, cluster } = state;
  let written = 1;
  let looks = lists.count[INACTIVE];
  for (let page = lists.next[first]; page !== NONE && written < cluster; page = lists.next[page]) {
    if (looks-- <= 0) break;
    if (!view.evictable(page) || view.referenced(page)) continue;
    if (view.clean(page)) written++;
  }
  if (written === 1) return;
  state.clusters++;
  state.clustered += written;
}
