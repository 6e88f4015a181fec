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

import type { Policy } from '../../contracts/policy.ts';

const ABSENT = -1;

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
    const { next, previous, hand } = state;
    if (next[page] !== ABSENT) return;
    state.resident++;
    if (hand === ABSENT) {
      next[page] = page;
      previous[page] = page;
      state.hand = page;
      return;
    }
    const before = previous[hand];
    next[before] = page;
    previous[page] = before;
    next[page] = hand;
    previous[hand] = page;
  },

  removed(state, page) {
    const { next, previous } = state;
    if (next[page] === ABSENT) return;
    state.resident--;
    next[previous[page]] = next[page];
    previous[next[page]] = previous[page];
    if (state.hand === page) state.hand = state.resident === 0 ? ABSENT : next[page];
    next[page] = ABSENT;
    previous[page] = ABSENT;
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

  check({ next, previous, hand, resident }) {
    const held = next.reduce((sum, link) => sum + (link === ABSENT ? 0 : 1), 0);
    if (held !== resident) return `clock: resident ${resident}, linked ${held}`;
    if (resident === 0) return hand === ABSENT ? undefined : 'clock: hand on an empty circle';
    let page = hand;
    for (let step = 0; step < resident; step++) {
      if (page < 0 || previous[next[page]] !== page) return `clock: links around ${page} disagree`;
      page = next[page];
      if (page === hand && step + 1 < resident) return 'clock: circle closes too soon';
    }
    return page === hand ? undefined : 'clock: circle does not close';
  },
};

export default clock;
