/**
 * Not recently used: pages fall into four classes by their bits, and one of the lowest class that has any
 * leaves (textbooks; e.g. Tanenbaum, "Modern Operating Systems").
 *
 *   class  referenced  modified
 *     0        no         no
 *     1        no         yes     written, but not since the bits were last cleared
 *     2        yes        no
 *     3        yes        yes
 *
 * Referenced bits are cleared when `period` of the task's own references have passed since the last time,
 * right after a victim has been chosen, since that is when a policy is asked. `period` 0: when no page is
 * found without one (so do caches of processors).
 *
 * Tanenbaum takes a page of the class at random; here a hand goes round and takes the first, so a run
 * needs no chance. A search looks at each page once, and at all of them where class 0 is empty.
 *
 * 8 bytes a page.
 */

import { ABSENT, checkRing, enterRing, leaveRing } from '../../contracts/page-ring.ts';
import type { Policy, PolicyView } from '../../contracts/policy.ts';

interface NruState {
  /** Following page in the circle. ABSENT: not resident. */
  readonly next: Int32Array;
  readonly previous: Int32Array;
  readonly period: number;
  /** Own time (references) at which bits were last cleared. */
  clearedAt: number;
  /** Page looked at next; ABSENT while nothing is resident. */
  hand: number;
  resident: number;
}

const nru: Policy<NruState> = {
  name: 'nru',
  sight: 'hardware',
  summary: 'not recently used: the lowest class by referenced and modified bits',
  parameters: { period: 10_000 },
  ranges: {
    period: {
      least: 0,
      most: 1e15,
      means: 'references after which bits are cleared; 0: when all are set',
    },
  },

  create({ pages, parameters }) {
    return {
      next: new Int32Array(pages).fill(ABSENT),
      previous: new Int32Array(pages).fill(ABSENT),
      period: parameters.period,
      clearedAt: 0,
      hand: ABSENT,
      resident: 0,
    };
  },

  admitted(state, page) {
    enterRing(state, page);
  },

  removed(state, page) {
    leaveRing(state, page);
  },

  victim(state, view) {
    const { next, resident } = state;
    let chosen = ABSENT;
    let lowest = 4;
    let page = state.hand;
    for (let looks = resident; looks > 0 && lowest > 0; looks--, page = next[page]) {
      if (!view.evictable(page)) continue;
      const itsClass = (view.referenced(page) ? 2 : 0) + (view.modified(page) ? 1 : 0);
      if (itsClass >= lowest) continue;
      lowest = itsClass;
      chosen = page;
    }
    if (chosen === ABSENT) return ABSENT;
    state.hand = chosen;
    clearIfDue(state, view, lowest >= 2);
    return chosen;
  },

  check(state) {
    const wrong = checkRing(state);
    return wrong === undefined ? undefined : `nru: ${wrong}`;
  },
};

/** Clears the bits of all that is resident; the victim stands under the hand and is about to go. */
function clearIfDue(state: NruState, view: PolicyView, areAllSet: boolean): void {
  const { next, hand, period } = state;
  const now = view.now();
  if (period === 0 ? !areAllSet : now - state.clearedAt < period) return;
  state.clearedAt = now;
  for (let page = next[hand]; page !== hand; page = next[page]) view.clearReferenced(page);
}

export default nru;
