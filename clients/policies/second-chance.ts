/**
 * Second chance: FIFO, but a page at the head whose referenced bit is set goes to the tail with
 * the bit cleared instead of leaving.
 *
 * Clock is the same rule without moving the pages, so the two take the same faults; this one is
 * the form that lectures draw and that Mach's and VMS's queues grew from. They part only when a
 * page cannot leave: here it keeps its place in the queue.
 *
 * 9 bytes a page. A search looks at each page at most twice.
 */

import {
  append,
  checkLists,
  createLists,
  listOf,
  move,
  NONE,
  type PageLists,
  remove,
} from '../../contracts/page-lists.ts';
import type { Policy } from '../../contracts/policy.ts';

const QUEUE = 0;

interface SecondChanceState {
  /** One list, the page that is looked at next in front. */
  readonly lists: PageLists;
  resident: number;
}

const secondChance: Policy<SecondChanceState> = {
  name: 'second-chance',
  sight: 'hardware',
  summary: 'FIFO that sends referenced pages back to the tail (clock, as a queue)',

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

  victim({ lists, resident }, view) {
    let page = lists.head[QUEUE];
    for (let looks = 2 * resident; looks > 0; looks--) {
      if (page === NONE) page = lists.head[QUEUE];
      const following = lists.next[page];
      if (view.evictable(page)) {
        if (!view.referenced(page)) return page;
        view.clearReferenced(page);
        move(lists, QUEUE, page);
      }
      page = following;
    }
    return NONE;
  },

  check({ lists, resident }) {
    const wrong = checkLists(lists);
    if (wrong !== undefined) return `second-chance: ${wrong}`;
    const listed = lists.count[QUEUE];
    return listed === resident
      ? undefined
      : `second-chance: resident ${resident}, listed ${listed}`;
  },
};

export default secondChance;
