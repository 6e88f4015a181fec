/**
 * Skeleton: copy this file, rename the management, change what it does, list it in `index.ts`. It
 * works as it stands.
 *
 * What it does: pages that are in memory stand in one line, oldest first. The older half has been
 * taken from its tasks; a page there that is touched comes back by a soft fault, and to the end of
 * the line. Modified pages of that half are written once a period, so that they can go at once.
 *
 * Say here what your management is, which system or paper it comes from and what it leaves out.
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
  NONE,
  type PageLists,
  remove,
} from '../../contracts/page-lists.ts';

/** Plain data only: numbers, strings, arrays, typed arrays, objects. No Map, class or closure. */
interface SkeletonState {
  readonly lists: PageLists;
  /** Pages of one cluster at the most. */
  readonly cluster: number;
}

const MAPPED = 0;
const UNMAPPED = 1;

const skeleton: CentralManagement<SkeletonState> = {
  name: 'skeleton',
  sight: 'hardware',
  summary: 'one line of pages, the older half of it unmapped',
  // victims: a policy over all pages. pages: may use all of its view, and has the hooks below.
  control: 'pages',
  // A scenario may set these: central: { parameters: { skeleton: { cluster: 4 } } }.
  parameters: { cluster: 16 },
  ranges: {
    cluster: { least: 0, most: 4096, whole: true, means: 'pages written a tick at most' },
  },
  // The same for single tasks, in context.members: central: { tasks: { skeleton: { NAME: ... } } }.
  taskParameters: {},
  // Calls `ticked` so often: 10 ms, or 10,000 references.
  period: { ns: 10_000_000, references: 10_000 },
  // Frames to keep free ahead of need; absent: none.
  thresholds: (frames) => ({ freeMin: frames >> 6, freeTarget: frames >> 5 }),
  create: ({ pages, parameters }: CentralContext) => ({
    lists: createLists(pages, 2),
    cluster: parameters.cluster as number,
  }),
  admitted(state, page, view) {
    append(state.lists, MAPPED, page);
    balance(state, view);
  },
  removed: ({ lists }, page) => remove(lists, page),
  rescued(state, page, view) {
    remove(state.lists, page);
    append(state.lists, MAPPED, page);
    balance(state, view);
  },
  ticked({ lists, cluster }, view) {
    let begun = 0;
    for (let page = lists.head[UNMAPPED]; page !== NONE && begun < cluster; page = lists.next[page])
      if (view.clean(page)) begun++;
    return 0;
  },
  victim({ lists }, view) {
    for (const list of [UNMAPPED, MAPPED])
      for (let page = lists.head[list]; page !== NONE; page = lists.next[page])
        if (view.evictable(page)) return page;
    return NONE;
  },
  check: ({ lists }) => checkLists(lists),
};

export default skeleton;

/** Unmaps the oldest pages until half of them are. */
function balance({ lists }: SkeletonState, view: CentralView): void {
  let page = lists.head[MAPPED];
  while (page !== NONE && lists.count[UNMAPPED] + 1 < lists.count[MAPPED]) {
    const next = lists.next[page];
    if (view.evictable(page)) {
      view.unmap(page);
      remove(lists, page);
      append(lists, UNMAPPED, page);
    }
    page = next;
  }
}
