/**
 * Most recently used: the page referenced last leaves first.
 *
 * The best there is for a program that walks a set larger than its memory round and round: what was
 * just used is what will be missed last. Bad for most else, which is why a task should choose it
 * for itself (Chou, DeWitt, VLDB 1985; Cao, Felten, Li, OSDI 1994).
 *
 * Same structure as LRU, evicted from the other end: a doubly linked list in order of recency,
 * threaded through two arrays by page id; entry `pages` is the sentinel. 8 bytes a page; O(1) a
 * reference.
 */

import type { Policy } from '../../contracts/policy.ts';

const ABSENT = -1;

interface MruState {
  /** Next older page; the sentinel's is the page used last. ABSENT: not resident. */
  readonly older: Int32Array;
  /** Next younger page; the sentinel's is the page used longest ago. */
  readonly younger: Int32Array;
  /** Index of the sentinel. */
  readonly sentinel: number;
  resident: number;
}

const mru: Policy<MruState> = {
  name: 'mru',
  sight: 'oracle',
  summary: 'evicts the page used last: for loops beyond memory (Chou, DeWitt 1985)',
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
    const { older, sentinel } = state;
    let page = older[sentinel];
    while (page !== sentinel && !view.evictable(page)) page = older[page];
    return page === sentinel ? ABSENT : page;
  },

  check({ older, younger, sentinel, resident }) {
    let listed = 0;
    for (let page = older[sentinel]; page !== sentinel; page = older[page]) {
      if (page < 0 || younger[older[page]] !== page) return `mru: links around ${page} disagree`;
      if (++listed > resident) return 'mru: more pages listed than resident';
    }
    const held = older.reduce((sum, link) => sum + (link === ABSENT ? 0 : 1), -1);
    if (listed === resident && held === resident) return undefined;
    return `mru: resident ${resident}, listed ${listed}, linked ${held}`;
  },
};

export default mru;
