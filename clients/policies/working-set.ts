/**
 * WSClock: the working-set rule on a clock (Carr, Hennessy, SOSP 1981; working sets: Denning 1968).
 *
 * A page carries the time at which a scan last found it referenced. One turn of the hand takes the
 * first clean page that has gone unreferenced for more than `tau` of the task's own references,
 * that is, has left the working set. A turn that finds none takes the first such page that is
 * dirty, else the page found unreferenced for longest: the working set does not fit.
 *
 * Left out: the queue that cleans old dirty pages (the pager keeps its own clean reserve) and load
 * control (the memory server's part).
 *
 * 16 bytes a page. A search looks at each page at most once.
 */

import { ABSENT, checkRing, enterRing, leaveRing } from '../../contracts/page-ring.ts';
import type { Policy } from '../../contracts/policy.ts';

interface WorkingSetState {
  /** Following page in the circle. ABSENT: not resident. */
  readonly next: Int32Array;
  readonly previous: Int32Array;
  /** Own time (references) at which the page was last known to be in use. */
  readonly lastUse: Float64Array;
  /** Window in the task's own references. */
  readonly tau: number;
  /** Page looked at next; ABSENT while nothing is resident. */
  hand: number;
  resident: number;
}

const workingSet: Policy<WorkingSetState> = {
  name: 'working-set',
  sight: 'hardware',
  summary: 'WSClock: evicts what went unused for tau references (Carr, Hennessy 1981)',
  parameters: { tau: 100_000 },
  ranges: {
    tau: { least: 0, most: 1e15, means: 'references that an unused page is kept for' },
  },

  create({ pages, parameters }) {
    return {
      next: new Int32Array(pages).fill(ABSENT),
      previous: new Int32Array(pages).fill(ABSENT),
      lastUse: new Float64Array(pages),
      tau: parameters.tau ?? 100_000,
      hand: ABSENT,
      resident: 0,
    };
  },

  admitted(state, page, view) {
    if (!enterRing(state, page)) return;
    state.lastUse[page] = view.now();
  },

  removed(state, page) {
    leaveRing(state, page);
  },

  victim(state, view) {
    const { next, lastUse, tau } = state;
    const now = view.now();
    let oldDirty = ABSENT;
    let oldest = ABSENT;
    let oldestAge = -1;
    let page = state.hand;
    for (let looks = state.resident; looks > 0; looks--, page = next[page]) {
      if (!view.evictable(page)) continue;
      if (view.referenced(page)) {
        view.clearReferenced(page);
        lastUse[page] = now;
      }
      const age = now - lastUse[page];
      if (age > oldestAge) {
        oldest = page;
        oldestAge = age;
      }
      if (age <= tau) continue;
      if (!view.modified(page)) {
        state.hand = page;
        return page;
      }
      if (oldDirty === ABSENT) oldDirty = page;
    }
    const chosen = oldDirty === ABSENT ? oldest : oldDirty;
    if (chosen !== ABSENT) state.hand = chosen;
    return chosen;
  },

  check(state) {
    const wrong = checkRing(state);
    return wrong === undefined ? undefined : `working-set: ${wrong}`;
  },
};

export default workingSet;
