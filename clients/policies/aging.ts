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
 * 11 bytes a page. A search looks at each page, which no clock or queue would have to.
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
      resident: 0,
    };
  },

  admitted(state, page) {
    if (state.lists.listOf[page] !== 0) return;
    append(state.lists, ARRIVALS, page);
    state.history[page] = USED_LAST;
    state.resident++;
  },

  removed(state, page) {
    if (state.lists.listOf[page] === 0) return;
    remove(state.lists, page);
    state.resident--;
  },

  victim(state, view) {
    const { lists, history } = state;
    sampleIfDue(state, view);
    let least = NONE;
    for (let page = lists.head[ARRIVALS]; page !== NONE; page = lists.next[page]) {
      if (least !== NONE && history[page] >= history[least]) continue;
      if (view.evictable(page)) least = page;
    }
    return least;
  },

  check({ lists, resident }) {
    const wrong = checkLists(lists);
    if (wrong !== undefined) return `aging: ${wrong}`;
    const listed = lists.count[ARRIVALS];
    return listed === resident ? undefined : `aging: resident ${resident}, listed ${listed}`;
  },
};

function sampleIfDue(state: AgingState, view: PolicyView): void {
  const { lists, history, period } = state;
  const periods = Math.floor((view.now() - state.sampledAt) / period);
  if (periods < 1) return;
  state.sampledAt += periods * period;
  const shift = periods < BITS ? periods : BITS;
  for (let page = lists.head[ARRIVALS]; page !== NONE; page = lists.next[page]) {
    history[page] >>>= shift;
    if (!view.referenced(page)) continue;
    history[page] |= USED_LAST;
    view.clearReferenced(page);
  }
}

export default aging;
