/**
 * Aging, or NFU with aging: reference bits are sampled, a sample shifts a page's history right and puts
 * the bit in front, and the page with the least history leaves (textbooks; e.g. Tanenbaum, "Modern
 * Operating Systems"). LFU that forgets, by what hardware shows.
 *
 *   history   7 6 5 4 3 2 1 0      used in the last period: bit 7; in the one before: bit 6; ...
 *
 * A sample is due when `period` of the task's own references have passed. It is taken where a policy is
 * asked, at the next victim: over several periods without a fault the histories are shifted by as many,
 * and bits count for the last one. A page enters as used in the current period. Of equal ones the page that
 * was admitted first leaves.
 *
 * 11 bytes a page. The first search after a sample looks at each page, which no clock or queue would have to; until
 * the next sample histories stay, so a search goes on where the one before found its page.
 */

import {
  append,
  checkLists,
  createLists,
  NONE,
  type PageLists,
  remove,
} from '../../contracts/page-lists.ts';
import type { Policy, PolicyView } from '../../contracts/policy.ts';

const ARRIVALS = 0;

const BITS = 8;
const USED_LAST = 1 << (BITS - 1);

interface AgingState {
  /** What is resident, admitted first in front. */
  readonly lists: PageLists;
  readonly history: Uint8Array;
  readonly period: number;
  /** Own time (references) of the last sample. */
  sampledAt: number;
  /**
   * A resident page: those admitted before it have more history than `least`, and none has less; NONE:
   * nothing is known.
   */
  from: number;
  least: number;
  resident: number;
}

const aging: Policy<AgingState> = {
  name: 'aging',
  sight: 'hardware',
  summary: 'evicts by a history of sampled reference bits (NFU with aging)',
  parameters: { period: 1000 },
  ranges: {
    period: { least: 1, most: 1e15, means: 'references between samples of the bits' },
  },

  create({ pages, parameters }) {
    return {
      lists: createLists(pages, 1),
      history: new Uint8Array(pages),
      period: parameters.period,
      sampledAt: 0,
      from: NONE,
      least: 0,
      resident: 0,
    };
  },

  admitted(state, page) {
    if (state.lists.listOf[page] !== 0) return;
    append(state.lists, ARRIVALS, page);
    state.history[page] = USED_LAST;
    if (USED_LAST < state.least) state.from = NONE;
    state.resident++;
  },

  removed(state, page) {
    if (state.lists.listOf[page] === 0) return;
    if (page === state.from) state.from = state.lists.next[page];
    remove(state.lists, page);
    state.resident--;
  },

  victim(state, view) {
    sampleIfDue(state, view);
    const page = nextOfLeast(state);
    if (page === NONE || !view.evictable(page)) return leastOfAll(state, view);
    state.from = page;
    return page;
  },

  check({ lists, history, from, least, resident }) {
    const wrong = checkLists(lists);
    if (wrong !== undefined) return `aging: ${wrong}`;
    const listed = lists.count[ARRIVALS];
    if (listed !== resident) return `aging: resident ${resident}, listed ${listed}`;
    if (from === NONE) return undefined;
    if (lists.listOf[from] === 0) return `aging: the search goes on at page ${from}, which is gone`;
    let isBefore = true;
    for (let page = lists.head[ARRIVALS]; page !== NONE; page = lists.next[page]) {
      if (page === from) isBefore = false;
      if (history[page] < least || (isBefore && history[page] === least))
        return `aging: page ${page} has history ${history[page]}, the search was past ${least}`;
    }
    return undefined;
  },
};

/** The first page of the least history, as far as that is known; else NONE. */
function nextOfLeast({ lists, history, from, least }: AgingState): number {
  let page = from;
  while (page !== NONE && history[page] !== least) page = lists.next[page];
  return page;
}

function leastOfAll(state: AgingState, view: PolicyView): number {
  const { lists, history } = state;
  let least = NONE;
  let areAll = true;
  for (let page = lists.head[ARRIVALS]; page !== NONE; page = lists.next[page]) {
    if (least !== NONE && history[page] >= history[least]) continue;
    if (view.evictable(page)) least = page;
    else areAll = false;
  }
  // One that could not leave now has perhaps less.
  state.from = areAll ? least : NONE;
  if (least !== NONE) state.least = history[least];
  return least;
}

function sampleIfDue(state: AgingState, view: PolicyView): void {
  const { lists, history, period } = state;
  const periods = Math.floor((view.now() - state.sampledAt) / period);
  if (periods < 1) return;
  state.sampledAt += periods * period;
  state.from = NONE;
  const shift = periods < BITS ? periods : BITS;
  for (let page = lists.head[ARRIVALS]; page !== NONE; page = lists.next[page]) {
    history[page] >>>= shift;
    if (!view.referenced(page)) continue;
    history[page] |= USED_LAST;
    view.clearReferenced(page);
  }
}

export default aging;
