/**
 * Least recently used: the page whose last reference lies furthest back leaves first.
 *
 * Needs to see each reference, which no hardware of the period shows: an oracle, and the measure
 * that clock and its relatives approximate. A stack algorithm: what it holds in F frames it holds
 * in F + 1 (Mattson, Gecsei, Slutz, Traiger, IBM Systems Journal 9(2), 1970).
 *
 * A doubly linked list in order of recency, threaded through two arrays by page id; entry `pages`
 * is the sentinel, and after it comes the page used last. 8 bytes a page; O(1) a reference.
 */

import type { Policy } from '../../contracts/policy.ts';

const ABSENT = -1;

interface LruState {
  /** Next older page; the sentinel's is the page used last. ABSENT: not resident. */
  readonly older: Int32Array;
  /** Next younger page; the sentinel's is the page used longest ago. */
  readonly younger: Int32Array;
  /** Index of the sentinel. */
  readonly sentinel: number;
  resident: number;
}

const lru: Policy<LruState> = {
  name: 'lru',
  sight: 'oracle',
  summary: 'evicts the page unused for longest (Mattson et al. 1970)',
  digest: () => true,

  create({ pages }) {
    const older = new Int32Array(pages + 1).fill(ABSENT);
    const younger = new Int32Array(pages + 1).fill(ABSENT);
    older[pages] = pages;
    younger[pages] = pages;
    return { older, younger, sentinel: pages, resident: 0 };
  },

  admitted(state, page) {
    const { older, younger, sentinel } = state;
    if (older[page] !== ABSENT) return;
    const head = older[sentinel];
    older[sentinel] = page;
    younger[page] = sentinel;
    older[page] = head;
    younger[head] = page;
    state.resident++;
  },

  removed(state, page) {
    const { older, younger } = state;
    if (older[page] === ABSENT) return;
    older[younger[page]] = older[page];
    younger[older[page]] = younger[page];
    older[page] = ABSENT;
    younger[page] = ABSENT;
    state.resident--;
  },

  referencesSeen(state, { runs, from, to }) {
    const { older, younger, sentinel } = state;
    let head = older[sentinel];
    for (let index = from; index < to; index++) {
      const page = runs[index] >>> 8;
      // A page that left after its reference stays out.
      if (page === head || older[page] === ABSENT) continue;
      const after = older[page];
      const before = younger[page];
      older[before] = after;
      younger[after] = before;
      older[page] = head;
      younger[head] = page;
      younger[page] = sentinel;
      head = page;
    }
    older[sentinel] = head;
  },

  victim(state, view) {
    const { younger, sentinel } = state;
    let page = younger[sentinel];
    while (page !== sentinel && !view.evictable(page)) page = younger[page];
    return page === sentinel ? ABSENT : page;
  },

  check({ older, younger, sentinel, resident }) {
    let listed = 0;
    for (let page = older[sentinel]; page !== sentinel; page = older[page]) {
      if (page < 0 || younger[older[page]] !== page) return `lru: links around ${page} disagree`;
      if (++listed > resident) return 'lru: more pages listed than resident';
    }
    const held = older.reduce((sum, link) => sum + (link === ABSENT ? 0 : 1), -1);
    if (listed === resident && held === resident) return undefined;
    return `lru: resident ${resident}, listed ${listed}, linked ${held}`;
  },
};

export default lru;
