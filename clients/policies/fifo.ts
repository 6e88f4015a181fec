/**
 * First in, first out: the page that has been in memory longest leaves first.
 *
 * Needs no sight at all, so it costs no scan, and it shows Belady's anomaly: more frames can mean
 * more faults (Belady, Nelson, Shedler, CACM 12(6), 1969).
 *
 * The queue is a doubly linked list threaded through two arrays by page id; entry `pages` is the
 * sentinel. 8 bytes a page, all operations O(1) but the walk past pages that cannot leave.
 */

import type { Policy } from '../../contracts/policy.ts';

const ABSENT = -1;

interface FifoState {
  /** Following page in order of arrival; the sentinel's is the oldest. ABSENT: not resident. */
  readonly next: Int32Array;
  readonly previous: Int32Array;
  /** Index of the sentinel. */
  readonly sentinel: number;
  resident: number;
}

const fifo: Policy<FifoState> = {
  name: 'fifo',
  sight: 'none',
  summary: 'evicts the page that was admitted first (Belady et al. 1969)',

  create({ pages }) {
    const next = new Int32Array(pages + 1).fill(ABSENT);
    const previous = new Int32Array(pages + 1).fill(ABSENT);
    next[pages] = pages;
    previous[pages] = pages;
    return { next, previous, sentinel: pages, resident: 0 };
  },

  admitted(state, page) {
    const { next, previous, sentinel } = state;
    if (next[page] !== ABSENT) return;
    const newest = previous[sentinel];
    next[newest] = page;
    previous[page] = newest;
    next[page] = sentinel;
    previous[sentinel] = page;
    state.resident++;
  },

  removed(state, page) {
    const { next, previous } = state;
    if (next[page] === ABSENT) return;
    next[previous[page]] = next[page];
    previous[next[page]] = previous[page];
    next[page] = ABSENT;
    previous[page] = ABSENT;
    state.resident--;
  },

  victim(state, view) {
    const { next, sentinel } = state;
    let page = next[sentinel];
    while (page !== sentinel && !view.evictable(page)) page = next[page];
    return page === sentinel ? ABSENT : page;
  },

  check({ next, previous, sentinel, resident }) {
    let listed = 0;
    for (let page = next[sentinel]; page !== sentinel; page = next[page]) {
      if (page < 0 || previous[next[page]] !== page) return `fifo: links around ${page} disagree`;
      if (++listed > resident) return 'fifo: more pages listed than resident';
    }
    const held = next.reduce((sum, link) => sum + (link === ABSENT ? 0 : 1), -1);
    if (listed === resident && held === resident) return undefined;
    return `fifo: resident ${resident}, listed ${listed}, linked ${held}`;
  },
};

export default fifo;
