/**
 * SIEVE: a queue in order of arrival and a hand that goes over it from the oldest page to the newest. The
 * hand clears the marks of pages that were hit and takes the first page without one; what was hit stays
 * where it is, so that new pages are sifted first (Zhang, Yang, Yue, Vigfusson, Rashmi, NSDI 2024).
 *
 * A page enters unmarked: its faulting reference is no hit. Past the newest page the hand begins with the
 * oldest. Nothing in it depends on the number of frames, so the resident set may grow and shrink.
 *
 * 11 bytes a page. O(1) a reference; a search looks at each page at most twice.
 */

import {
  append,
  checkLists,
  createLists,
  listOf,
  NONE,
  type PageLists,
  remove,
} from '../../contracts/page-lists.ts';
import type { Policy } from '../../contracts/policy.ts';

/** By page: it was hit since the hand was there. */
const HIT = 1;
/** Its faulting reference has not been seen yet. */
const FRESH = 2;

interface SieveState {
  /** The one list, oldest first. */
  readonly queue: PageLists;
  readonly marks: Uint8Array;
  /** Page looked at next; NONE: the oldest. */
  hand: number;
  resident: number;
}

const sieve: Policy<SieveState> = {
  name: 'sieve',
  sight: 'oracle',
  summary: 'a hand sifts out what was not hit, new pages first (Zhang et al. 2024)',
  digest: () => true,

  create({ pages }) {
    return {
      queue: createLists(pages, 1),
      marks: new Uint8Array(pages),
      hand: NONE,
      resident: 0,
    };
  },

  admitted(state, page) {
    if (listOf(state.queue, page) !== NONE) return;
    append(state.queue, 0, page);
    state.marks[page] = FRESH;
    state.resident++;
  },

  removed(state, page) {
    const { queue, marks } = state;
    if (listOf(queue, page) === NONE) return;
    if (state.hand === page) state.hand = queue.next[page];
    remove(queue, page);
    marks[page] = 0;
    state.resident--;
  },

  referencesSeen({ marks }, { runs, from, to }) {
    for (let index = from; index < to; index++) {
      const run = runs[index];
      const page = run >>> 8;
      marks[page] = marks[page] === FRESH && (run & 63) === 0 ? 0 : HIT;
    }
  },

  victim(state, view) {
    const { queue, marks } = state;
    let page = state.hand;
    // The first round clears the marks, so the second finds a page if any can leave.
    for (let looks = 2 * state.resident; looks > 0; looks--) {
      if (page === NONE) page = queue.head[0];
      if (view.evictable(page)) {
        if ((marks[page] & HIT) === 0) {
          state.hand = page;
          return page;
        }
        marks[page] = 0;
      }
      page = queue.next[page];
    }
    return NONE;
  },

  check({ queue, hand, resident }) {
    const wrong = checkLists(queue);
    if (wrong !== undefined) return `sieve: ${wrong}`;
    if (queue.count[0] !== resident) return `sieve: resident ${resident}, listed ${queue.count[0]}`;
    return hand === NONE || listOf(queue, hand) !== NONE ? undefined : `sieve: hand at ${hand}`;
  },
};

export default sieve;
