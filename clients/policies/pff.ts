/**
 * Page fault frequency: the set grows while faults come fast and shrinks when they do not (Chu, Opderbeck,
 * AFIPS 1972). At a fault that comes less than `threshold` of the task's own references after the one
 * before, the page is added. At a later one all pages that were not referenced since the fault before
 * leave the set, and the pager gives them up. Referenced bits are cleared at each fault.
 *
 *   fault --sooner than threshold--> the set grows
 *        `--later----------------->  what was not used since the last fault is given up
 *
 * Variable space: `outside` names what has left, so frames go back while nobody asks for them. Where the
 * contract allows no more, or a notice asks, what has left goes first, then the page found in use longest
 * ago: of that the paper says nothing. Left out: its least and greatest allotments; those are the contract's.
 *
 * servers/central/pff.ts is the same rule for all tasks, with load control; lab/bounds/fault-frequency.ts
 * the bare rule, without a machine.
 *
 * 9 bytes a page. A fault looks at each page of the set once.
 */

import {
  append,
  checkLists,
  createLists,
  listOf,
  move,
  NONE,
  oldestEvictable,
  type PageLists,
  remove,
} from '../../contracts/page-lists.ts';
import type { Policy, PolicyView } from '../../contracts/policy.ts';

/** Found in use longest ago first. */
const SET = 0;
/** Left the set longest ago first. */
const OUTSIDE = 1;

interface PffState {
  readonly lists: PageLists;
  readonly threshold: number;
  /** Own time of the last fault; before the first one long ago. */
  lastFault: number;
  resident: number;
}

const pff: Policy<PffState> = {
  name: 'pff',
  sight: 'hardware',
  summary: 'gives up what went unused where faults are rare (Chu, Opderbeck 1972)',
  parameters: { threshold: 20_000 },
  ranges: {
    threshold: {
      least: 0,
      most: 1e15,
      means: 'references between faults from which the set shrinks',
    },
  },

  create({ pages, parameters }) {
    return {
      lists: createLists(pages, 2),
      threshold: parameters.threshold ?? 20_000,
      lastFault: -(2 ** 52),
      resident: 0,
    };
  },

  admitted(state, page, view) {
    const { lists, threshold } = state;
    if (listOf(lists, page) !== NONE) return;
    const now = view.now();
    scan(lists, now - state.lastFault >= threshold, view);
    state.lastFault = now;
    append(lists, SET, page);
    state.resident++;
  },

  removed(state, page) {
    if (listOf(state.lists, page) === NONE) return;
    remove(state.lists, page);
    state.resident--;
  },

  outside({ lists }, view) {
    return oldestEvictable(lists, OUTSIDE, view);
  },

  victim({ lists }, view) {
    const page = oldestEvictable(lists, OUTSIDE, view);
    return page === NONE ? oldestEvictable(lists, SET, view) : page;
  },

  check({ lists, resident }) {
    const wrong = checkLists(lists);
    if (wrong !== undefined) return `pff: ${wrong}`;
    const held = lists.count[SET] + lists.count[OUTSIDE];
    return held === resident ? undefined : `pff: resident ${resident}, listed ${held}`;
  },
};

export default pff;

/** Looks at all pages and clears their bits; `shrinks`: what was not in use leaves the set. */
function scan(lists: PageLists, shrinks: boolean, view: PolicyView): void {
  const wasOutside = lists.count[OUTSIDE];
  scanList(lists, SET, lists.count[SET], shrinks, view);
  scanList(lists, OUTSIDE, wasOutside, false, view);
}

/** Looks at the first `left` pages of a list. */
function scanList(
  lists: PageLists,
  list: number,
  left: number,
  shrinks: boolean,
  view: PolicyView,
): void {
  let page = lists.head[list];
  for (let more = left; more > 0; more--) {
    const younger = lists.next[page];
    if (view.referenced(page)) {
      view.clearReferenced(page);
      move(lists, SET, page);
    } else if (shrinks) move(lists, OUTSIDE, page);
    page = younger;
  }
}
