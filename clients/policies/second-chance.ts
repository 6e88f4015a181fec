/**
 * Second chance: FIFO, but a page at the head whose referenced bit is set goes to the tail with
 * the bit cleared instead of leaving.
 *
 * Clock is the same rule without moving the pages, so the two take the same faults; this one is
 * the form that lectures draw and that Mach's and VMS's queues grew from. They part only when a
 * page cannot leave: here it keeps its place in the queue.
 *
 * The queue is a doubly linked list threaded through two arrays by page id; entry `pages` is the
 * sentinel. 8 bytes a page. A search looks at each page at most twice.
 */

import type { Policy } from '../../contracts/policy.ts';

const ABSENT = -1;

interface SecondChanceState {
  /** Following page of the queue; the sentinel's is the head. ABSENT: not resident. */
  readonly next: Int32Array;
  readonly previous: Int32Array;
  /** Index of the sentinel. */
  readonly sentinel: number;
  resident: number;
}

const secondChance: Policy<SecondChanceState> = {
  name: 'second-chance',
  sight: 'hardware',
  summary: 'FIFO that sends referenced pages back to the tail (clock, as a queue)',

  create({ pages }) {
    const next = new Int32Array(pages + 1).fill(ABSENT);
    const previous = new Int32Array(pages + 1).fill(ABSENT);
    next[pages] = pages;
    previous[pages] = pages;
    return { next, previous, sentinel: pages, resident: 0 };
  },

  admitted(state, page) {
    if (state.next[page] !== ABSENT) return;
    append(state, page);
    state.resident++;
  },

  removed(state, page) {
    const { next, previous } = state;
    if (next[page] === ABSENT) return;
    unlink(state, page);
    next[page] = ABSENT;
    previous[page] = ABSENT;
    state.resident--;
  },

  victim(state, view) {
    const { next, sentinel } = state;
    let page = next[sentinel];
    for (let looks = 2 * state.resident; looks > 0; looks--) {
      if (page === sentinel) page = next[sentinel];
      const following = next[page];
      if (view.evictable(page)) {
        if (!view.referenced(page)) return page;
        view.clearReferenced(page);
        unlink(state, page);
        append(state, page);
      }
      page = following;
    }
    return ABSENT;
  },

  check({ next, previous, sentinel, resident }) {
    let listed = 0;
    for (let page = next[sentinel]; page !== sentinel; page = next[page]) {
      if (page < 0 || previous[next[page]] !== page)
        return `second-chance: links around ${page} disagree`;
      if (++listed > resident) return 'second-chance: more pages listed than resident';
    }
    const held = next.reduce((sum, link) => sum + (link === ABSENT ? 0 : 1), -1);
    if (listed === resident && held === resident) return undefined;
    return `second-chance: resident ${resident}, listed ${listed}, linked ${held}`;
  },
};

function append({ next, previous, sentinel }: SecondChanceState, page: number): void {
  const tail = previous[sentinel];
  next[tail] = page;
  previous[page] = tail;
  next[page] = sentinel;
  previous[sentinel] = page;
}

function unlink({ next, previous }: SecondChanceState, page: number): void {
  next[previous[page]] = next[page];
  previous[next[page]] = previous[page];
}

export default secondChance;
