/**
 * Clock: a hand goes round the resident pages, clears referenced bits and takes the first page
 * found without one (Corbato, "A paging experiment with the Multics system", 1968).
 *
 * A page enters at the hand and the hand then stands behind it, so with a fixed number of frames
 * each page takes the place of the one that left, as in the textbook. The resident set may grow
 * and shrink, so the frames are a circular list and not an array: entering is insertion before the
 * hand. The page's own faulting reference sets its bit.
 *
 * 8 bytes a page. A search looks at each page at most twice.
 */

import { ABSENT, checkRing, enterRing, leaveRing } from '../../contracts/page-ring.ts';
import type { Policy } from '../../contracts/policy.ts';

interface ClockState {
  /** Following page in the circle. ABSENT: not resident. */
  readonly next: Int32Array;
  readonly previous: Int32Array;
  /** Page looked at next; ABSENT while nothing is resident. */
  hand: number;
  resident: number;
}

const clock: Policy<ClockState> = {
  name: 'clock',
  sight: 'hardware',
  summary: 'second chance by a hand that clears referenced bits (Corbato 1968)',

  create({ pages }) {
    return {
      next: new Int32Array(pages).fill(ABSENT),
      previous: new Int32Array(pages).fill(ABSENT),
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
    const { next } = state;
    let page = state.hand;
    // The first round clears the bits, so the second finds a page if any can leave.
    for (let looks = 2 * state.resident; looks > 0; looks--) {
      if (view.evictable(page)) {
        if (!view.referenced(page)) {
          state.hand = page;
          return page;
        }
        view.clearReferenced(page);
      }
      page = next[page];
    }
    return ABSENT;
  },

  check(state) {
    const wrong = checkRing(state);
    return wrong === undefined ? undefined : `clock: ${wrong}`;
  },
};

export default clock;
