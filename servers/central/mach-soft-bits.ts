/**
 * Mach on a machine without reference bits: its two queues (mach.ts), the bits emulated by faults
 * (Draves, "Page Replacement and Reference Bit Emulation in Mach", 1991).
 *
 *   version 2.5   an inactive page is unmapped. Who touches it has it back by a *reactivation fault*, and
 *                 it goes to the active tail; the inactive queue is filled up again at once, from
 *                 the active head. So a working set larger than the active queue faults without
 *                 end, though all of it is in memory.
 *   version 3     an inactive page is unmapped too, but a touch is a *reference fault*: it sets a bit in
 *                 software and maps the page again, which keeps its place in the queue. Only the
 *                 daemon that comes by finds the bit and moves it. So a working set that is in memory faults
 *                 once a page and no more.
 *
 * The inactive queue's target is 2/3 of the pages in use, as tuned for Mach 2.5 (2 % where bits were
 * lacking, for just this reason). Left out: Mach 2.5's separate list of free pages that still hold
 * something.
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
import { machThresholds } from './mach.ts';

interface SoftBitsState {
  readonly lists: PageLists;
  /** By page: touched since it became inactive, as the software has seen it. */
  readonly referenced: Uint8Array;
  readonly inactiveShare: number;
  readonly keepsPlace: boolean;
  reactivations: number;
  references: number;
}

const ACTIVE = 0;
const INACTIVE = 1;
/** From this version on a touched page keeps its place. */
const KEEPS_PLACE = 3;

const machSoftBits: CentralManagement<SoftBitsState> = {
  name: 'mach-soft-bits',
  sight: 'none',
  summary: "Mach's queues without reference bits: reactivation or reference faults (Draves 1991)",
  control: 'pages',
  parameters: { inactiveShare: 2 / 3, version: 3 },
  ranges: {
    inactiveShare: { least: 0, most: 1, means: 'share of the pages kept inactive' },
    version: { least: 2, most: 3, means: 'of Mach: from 3 on a touched page keeps its place' },
  },
  hasDefaultPager: true,
  thresholds: machThresholds,
  create: ({ pages, parameters }: CentralContext) => ({
    lists: createLists(pages, 2),
    referenced: new Uint8Array(pages),
    inactiveShare: parameters.inactiveShare as number,
    keepsPlace: (parameters.version as number) >= KEEPS_PLACE,
    reactivations: 0,
    references: 0,
  }),
  admitted: ({ lists }, page) => append(lists, ACTIVE, page),
  removed: ({ lists, referenced }, page) => {
    referenced[page] = 0;
    remove(lists, page);
  },
  rescued(state, page, view) {
    if (state.keepsPlace) {
      state.references++;
      state.referenced[page] = 1;
      return;
    }
    state.reactivations++;
    move(state.lists, ACTIVE, page);
    refill(state, view, page);
  },
  victim,
  counters: ({ reactivations, references }) => ({
    reactivationFaults: reactivations,
    referenceFaults: references,
  }),
  check: ({ lists, referenced }) => {
    const wrong = referenced.findIndex((bit, page) => bit === 1 && lists.listOf[page] === 0);
    return wrong >= 0 ? `page ${wrong} is referenced and in no queue` : checkLists(lists);
  },
};

export default machSoftBits;

function victim(state: SoftBitsState, view: CentralView): number {
  const { lists, referenced } = state;
  const pages = (lists.count[ACTIVE] as number) + (lists.count[INACTIVE] as number);
  // Each page is passed over at most once for its bit and once for being busy.
  for (let step = 0; step <= 2 * pages; step++) {
    refill(state, view, NONE);
    const page = lists.head[INACTIVE] as number;
    if (page === NONE) break;
    if (!view.evictable(page)) move(lists, INACTIVE, page);
    else if (referenced[page] === 1) {
      referenced[page] = 0;
      move(lists, ACTIVE, page);
    } else return page;
  }
  return anyEvictable(lists, view);
}

/** Moves pages from the active head to the inactive tail, unmapped, until the target is reached. */
function refill(
  { lists, referenced, inactiveShare }: SoftBitsState,
  view: CentralView,
  kept: number,
): void {
  const pages = (lists.count[ACTIVE] as number) + (lists.count[INACTIVE] as number);
  const target = Math.max(1, Math.floor(pages * inactiveShare));
  let page = lists.head[ACTIVE] as number;
  while ((lists.count[INACTIVE] as number) < target && page !== NONE) {
    const next = lists.next[page] as number;
    if (page !== kept && view.evictable(page)) {
      view.unmap(page);
      referenced[page] = 0;
      move(lists, INACTIVE, page);
    }
    page = next;
  }
}

/** Everything was touched meanwhile, or is busy: the oldest page that may go. */
function anyEvictable(lists: PageLists, view: CentralView): number {
  for (const list of [INACTIVE, ACTIVE])
    for (let page = lists.head[list] as number; page !== NONE; page = lists.next[page] as number)
      if (view.evictable(page)) return page;
  return NONE;
}
