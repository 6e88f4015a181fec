/**
 * Loop: a policy of one task's own, for a program that goes round and round a set of pages larger
 * than its memory. `first-comparison.yaml` gives it to `matrix`; any scenario may name a file like
 * this one.
 *
 * What came in last leaves first, so the pages of the loop that are in stay in and only the rest is
 * read each round: with F frames and N pages N - F + 1 faults a round, where LRU takes N (most
 * recently used, Chou and DeWitt 1985, without seeing each use). Pages that the program has done
 * with are found by their referenced bits: every `tau` references all bits are looked at and
 * cleared, and what went unused since the last time leaves before anything else.
 *
 * `tau` must be longer than a round. 9 bytes a page.
 */

// Types only, never loaded: a policy runs anywhere.
import type { Policy } from '../contracts/policy.ts';

const NONE = -1;

interface LoopState {
  /** Resident pages as a list by time of coming in; NONE: no neighbour. */
  readonly older: Int32Array;
  readonly younger: Int32Array;
  /** 1: resident; 2: resident, and unused when last looked at. */
  readonly seen: Uint8Array;
  readonly tau: number;
  youngest: number;
  /** Pages marked 2; where to look for the next of them. */
  stale: number;
  hand: number;
  /** Own time of the last look at all bits. */
  lookedAt: number;
}

const loop: Policy<LoopState> = {
  name: 'loop',
  sight: 'hardware',
  summary: 'evicts what went unused for tau references, else what came in last',
  parameters: { tau: 50_000 },

  create({ pages, parameters }) {
    return {
      older: new Int32Array(pages).fill(NONE),
      younger: new Int32Array(pages).fill(NONE),
      seen: new Uint8Array(pages),
      tau: parameters.tau,
      youngest: NONE,
      stale: 0,
      hand: 0,
      lookedAt: 0,
    };
  },

  admitted(state, page) {
    const { older, younger, seen, youngest } = state;
    if (seen[page] !== 0) return;
    seen[page] = 1;
    older[page] = youngest;
    younger[page] = NONE;
    if (youngest !== NONE) younger[youngest] = page;
    state.youngest = page;
  },

  removed(state, page) {
    const { older, younger, seen } = state;
    if (seen[page] === 0) return;
    if (seen[page] === 2) state.stale--;
    seen[page] = 0;
    if (older[page] !== NONE) younger[older[page]] = younger[page];
    if (younger[page] !== NONE) older[younger[page]] = older[page];
    else state.youngest = older[page];
  },

  victim(state, view) {
    const { older, seen } = state;
    const pages = seen.length;
    if (view.now() - state.lookedAt >= state.tau) {
      state.lookedAt = view.now();
      for (let page = 0; page < pages; page++) {
        if (seen[page] === 0) continue;
        const used = view.referenced(page);
        if (used) view.clearReferenced(page);
        if (used === (seen[page] === 1)) continue;
        seen[page] = used ? 1 : 2;
        state.stale += used ? -1 : 1;
      }
    }
    for (let looks = state.stale > 0 ? pages : 0; looks > 0; looks--) {
      const page = state.hand;
      state.hand = page + 1 === pages ? 0 : page + 1;
      if (seen[page] !== 2 || !view.evictable(page)) continue;
      if (!view.referenced(page)) return page;
      seen[page] = 1; // used after all
      if (--state.stale === 0) break;
    }
    let page = state.youngest;
    while (page !== NONE && !view.evictable(page)) page = older[page];
    return page;
  },

  check({ older, younger, seen, youngest, stale }) {
    const resident = seen.reduce((sum, mark) => sum + (mark === 0 ? 0 : 1), 0);
    if (seen.reduce((sum, mark) => sum + (mark === 2 ? 1 : 0), 0) !== stale)
      return `loop: ${stale} pages counted as unused`;
    let listed = 0;
    for (let page = youngest; page !== NONE; page = older[page]) {
      if (++listed > resident) return 'loop: more pages listed than resident';
      if (seen[page] === 0) return `loop: page ${page} is listed and has left`;
      if (older[page] !== NONE && younger[older[page]] !== page)
        return `loop: links around ${page} disagree`;
    }
    return listed === resident ? undefined : `loop: resident ${resident}, listed ${listed}`;
  },
};

export default loop;
