/**
 * CAR: clock with adaptive replacement. ARC with referenced bits: two clocks in place of the LRU lists, each
 * with a list of ghosts behind it, and a target `p` for the first that faults of ghosts shift (Bansal,
 * Modha, FAST 2004).
 *
 *   fault --> T1 --unreferenced at the hand--> B1 --fault--> T2, p grows
 *              `--referenced--> T2 --unreferenced at the hand--> B2 --fault--> T2, p shrinks
 *                               `--referenced--> behind the hand
 *
 * The paper has a page enter unreferenced, but hardware sets the bit when the faulting reference executes.
 * So the bit of the page that came last is cleared when the next fault comes, at the price of a look:
 * references between the two count as one with the fault. `countsFault: 1` leaves the bit as it is.
 *
 * c is the frames there were when a fault last found none free; until then, the guarantee. A page that
 * leaves for any reason becomes a ghost. Room for a ghost is made once the new page is in, not before:
 * the pages that stay are the same.
 *
 * 9 bytes a page. A search looks at each page at most twice.
 */

import {
  append,
  checkLists,
  createLists,
  listOf,
  move,
  NONE,
  type PageLists,
  remove,
} from '../../contracts/page-lists.ts';
import type { Policy, PolicyView } from '../../contracts/policy.ts';

const T1 = 0;
const T2 = 1;
const B1 = 2;
const B2 = 3;

interface CarState {
  /** The head of T1 and T2 is where the hand stands. */
  readonly lists: PageLists;
  readonly countsFault: boolean;
  /** Page that came last and whose bit is still to be cleared, or NONE. */
  newest: number;
  /** Pages that T1 should hold. */
  p: number;
  /** Frames there were when a fault last found none free: c. */
  frames: number;
  resident: number;
}

const car: Policy<CarState> = {
  name: 'car',
  sight: 'hardware',
  summary: 'ARC on two clocks of referenced bits (Bansal, Modha 2004)',
  parameters: { countsFault: 0 },
  ranges: {
    countsFault: { least: 0, most: 1, whole: true, means: "1: the fault's own use counts" },
  },

  create({ pages, guaranteedFrames, parameters }) {
    return {
      lists: createLists(pages, 4),
      countsFault: (parameters.countsFault ?? 0) !== 0,
      newest: NONE,
      p: 0,
      frames: guaranteedFrames,
      resident: 0,
    };
  },

  admitted(state, page, view) {
    const { lists } = state;
    const list = listOf(lists, page);
    if (list === T1 || list === T2) return;
    settleNewest(state, view);
    if (!state.countsFault) state.newest = page;
    state.resident++;
    if (list === NONE) {
      append(lists, T1, page);
      forget(state);
      return;
    }
    const b1 = lists.count[B1];
    const b2 = lists.count[B2];
    if (list === B1) state.p = Math.min(state.p + Math.max(1, b2 / b1), state.frames);
    else state.p = Math.max(state.p - Math.max(1, b1 / b2), 0);
    move(lists, T2, page);
  },

  removed(state, page) {
    const { lists } = state;
    const list = listOf(lists, page);
    if (list !== T1 && list !== T2) return;
    move(lists, list === T1 ? B1 : B2, page);
    if (state.newest === page) state.newest = NONE;
    state.resident--;
  },

  victim(state, view) {
    const { lists } = state;
    if (view.wanted() !== NONE) state.frames = state.resident;
    settleNewest(state, view);
    // Pages of T1 that cannot leave, and those of T2 passed in succession.
    let stuck = 0;
    let passed = 0;
    // Each page is looked at once in T1 and once more in T2, or twice in T2.
    for (let looks = 2 * state.resident; looks > 0; looks--) {
      const t1 = lists.count[T1];
      const t2 = lists.count[T2];
      const isFirst = t1 > stuck && (t1 >= Math.max(1, state.p) || passed >= t2);
      const page = lists.head[isFirst ? T1 : T2];
      if (page === NONE) return NONE;
      if (!view.evictable(page)) {
        move(lists, isFirst ? T1 : T2, page);
        if (isFirst) stuck++;
        else passed++;
      } else if (view.referenced(page)) {
        view.clearReferenced(page);
        move(lists, T2, page);
        passed = 0;
      } else return page;
    }
    return NONE;
  },

  check({ lists, p, frames, resident }) {
    const wrong = checkLists(lists);
    if (wrong !== undefined) return `car: ${wrong}`;
    const held = lists.count[T1] + lists.count[T2];
    if (held !== resident) return `car: resident ${resident}, listed ${held}`;
    return p >= 0 ? undefined : `car: target ${p} of ${frames} frames`;
  },
};

export default car;

/** Clears the bit that the faulting reference of the page that came last has set. */
function settleNewest(state: CarState, view: PolicyView): void {
  if (state.newest !== NONE) view.clearReferenced(state.newest);
  state.newest = NONE;
}

/** Drops the oldest ghosts beyond what the paper remembers. */
function forget({ lists, frames }: CarState): void {
  const { count, head } = lists;
  while (count[T1] + count[B1] > frames && count[B1] > 0) remove(lists, head[B1]);
  while (count[T1] + count[T2] + count[B1] + count[B2] > 2 * frames && count[B2] > 0)
    remove(lists, head[B2]);
}
