/**
 * First in, first out: the page that has been in memory longest leaves first.
 *
 * Needs no sight at all, so it costs no scan, and it shows Belady's anomaly: more frames can mean
 * more faults (Belady, Nelson, Shedler, CACM 12(6), 1969).
 *
 * 9 bytes a page, all operations O(1) but the walk past pages that cannot leave.
 */

import {
  append,
  checkLists,
  createLists,
  listOf,
  NONE,
  oldestEvictable,
  type PageLists,
  remove,
} from '../../contracts/page-lists.ts';
import type { Policy } from '../../contracts/policy.ts';

const QUEUE = 0;

interface FifoState {
  /** One list, in order of arrival. */
  readonly lists: PageLists;
  resident: number;
}

const fifo: Policy<FifoState> = {
  name: 'fifo',
  sight: 'none',
  summary: 'evicts the page that was admitted first (Belady et al. 1969)',

  create({ pages }) {
    return { lists: createLists(pages, 1), resident: 0 };
  },

  admitted(state, page) {
    if (listOf(state.lists, page) !== NONE) return;
    append(state.lists, QUEUE, page);
    state.resident++;
  },

  removed(state, page) {
    if (listOf(state.lists, page) === NONE) return;
    remove(state.lists, page);
    state.resident--;
  },

  victim({ lists }, view) {
    return oldestEvictable(lists, QUEUE, view);
  },

  check({ lists, resident }) {
    const wrong = checkLists(lists);
    if (wrong !== undefined) return `fifo: ${wrong}`;
    const listed = lists.count[QUEUE];
    return listed === resident ? undefined : `fifo: resident ${resident}, listed ${listed}`;
  },
};

export default fifo;
