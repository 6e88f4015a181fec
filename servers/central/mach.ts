/**
 * Mach's pageout policy: FIFO with second chance over an active and an inactive queue.
 *
 * Draves, "Page Replacement and Reference Bit Emulation in Mach" (1991): a page that is faulted in
 * goes to the tail of the active queue. The pageout daemon takes the head of the inactive queue:
 * referenced, it goes to the active tail; else it is the victim. The inactive queue is refilled
 * from the active head, clearing reference bits, up to its target, a share of the pages in use
 * (`inactiveShare`; half, as XNU still has it; Mach 2.5 after tuning used 2/3, the mac2 port
 * 1/3). `machThresholds` are the free-page thresholds of the daemon.
 *
 * The three reserves and the adaptive pause for slow pagers: reserves.ts. Left out: reference-bit
 * emulation for machines without the bit, pages of objects without a task.
 */

import {
  append,
  checkLists,
  createLists,
  move,
  NONE,
  oldestEvictable,
  type PageLists,
  remove,
} from '../../contracts/page-lists.ts';
import type { Policy, PolicyContext, PolicyView } from '../../contracts/policy.ts';

interface MachState {
  readonly lists: PageLists;
  readonly inactiveShare: number;
}

const ACTIVE = 0;
const INACTIVE = 1;

/** Free pages at which the daemon wakes, and at which it stops: 10 + avail/100, 15 + avail/80. */
export function machThresholds(frames: number): { freeMin: number; freeTarget: number } {
  return { freeMin: 10 + Math.floor(frames / 100), freeTarget: 15 + Math.floor(frames / 80) };
}

const mach: Policy<MachState> = {
  name: 'mach',
  sight: 'hardware',
  summary: 'active and inactive queues with second chance (Mach; Draves 1991)',
  parameters: { inactiveShare: 0.5 },
  ranges: {
    inactiveShare: { least: 0, most: 1, means: 'share of the pages kept inactive' },
  },
  create: ({ pages, parameters }: PolicyContext) => ({
    lists: createLists(pages, 2),
    inactiveShare: parameters.inactiveShare,
  }),
  admitted: ({ lists }, page) => append(lists, ACTIVE, page),
  removed: ({ lists }, page) => remove(lists, page),
  victim,
  check: ({ lists }) => checkLists(lists),
};

export default mach;

function victim(state: MachState, view: PolicyView): number {
  const { lists } = state;
  const pages = lists.count[ACTIVE] + lists.count[INACTIVE];
  // Each page is passed over at most once for its bit and once for being busy.
  for (let step = 0; step <= 2 * pages; step++) {
    refill(state, view);
    const page = lists.head[INACTIVE];
    if (page === NONE) break;
    if (!view.evictable(page)) move(lists, INACTIVE, page);
    else if (view.referenced(page)) move(lists, ACTIVE, page);
    else return page;
  }
  // Everything was touched meanwhile.
  const page = oldestEvictable(lists, INACTIVE, view);
  return page === NONE ? oldestEvictable(lists, ACTIVE, view) : page;
}

/** Moves pages from the active head to the inactive tail until the target is reached. */
function refill({ lists, inactiveShare }: MachState, view: PolicyView): void {
  const pages = lists.count[ACTIVE] + lists.count[INACTIVE];
  const target = Math.max(1, Math.floor(pages * inactiveShare));
  while (lists.count[INACTIVE] < target && lists.head[ACTIVE] !== NONE) {
    const page = lists.head[ACTIVE];
    view.clearReferenced(page);
    move(lists, INACTIVE, page);
  }
}
