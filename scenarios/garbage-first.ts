/**
 * Garbage first: what its task has called of no use leaves before anything else; of the rest what
 * came in first, unless it has been used since the last look. `garbage.yaml` gives it to its
 * tasks.
 *
 * A search looks at each resident page, from the oldest on, until it finds garbage. 8 bytes a page.
 */

// Types only, never loaded: a policy runs anywhere.
import type { Policy } from '../contracts/policy.ts';

const NONE = -1;
const ABSENT = -2;

interface GarbageFirstState {
  /** Resident pages as a list by time of coming in; NONE: no neighbour, ABSENT: not resident. */
  readonly older: Int32Array;
  readonly younger: Int32Array;
  oldest: number;
  youngest: number;
}

const garbageFirst: Policy<GarbageFirstState> = {
  name: 'garbage-first',
  sight: 'hardware',
  summary: 'evicts garbage, else by second chance',

  create({ pages }) {
    return {
      older: new Int32Array(pages).fill(ABSENT),
      younger: new Int32Array(pages).fill(ABSENT),
      oldest: NONE,
      youngest: NONE,
    };
  },

  admitted(state, page) {
    const { older, younger, youngest } = state;
    if (older[page] !== ABSENT) return;
    older[page] = youngest;
    younger[page] = NONE;
    if (youngest === NONE) state.oldest = page;
    else younger[youngest] = page;
    state.youngest = page;
  },

  removed(state, page) {
    const { older, younger } = state;
    const [before, after] = [older[page], younger[page]];
    if (before === ABSENT) return;
    if (after === NONE) state.youngest = before;
    else older[after] = before;
    if (before === NONE) state.oldest = after;
    else younger[before] = after;
    older[page] = ABSENT;
    younger[page] = ABSENT;
  },

  victim(state, view) {
    const { younger } = state;
    let first = NONE;
    for (let page = state.oldest; page !== NONE; page = younger[page]) {
      if (!view.evictable(page)) continue;
      if (view.discardable(page)) return page;
      if (first === NONE && !view.referenced(page)) first = page;
    }
    if (first !== NONE) return first;
    // All have been used since the last look: whichever is the oldest, and a new look.
    for (let page = state.oldest; page !== NONE; page = younger[page]) {
      if (!view.evictable(page)) continue;
      if (first === NONE) first = page;
      view.clearReferenced(page);
    }
    return first;
  },
};

export default garbageFirst;
