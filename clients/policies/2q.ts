/**
 * 2Q, full version: what is used once stands in a queue, what is used again after it has left that queue
 * stands in an LRU list (Johnson, Shasha, "2Q: A Low Overhead High Performance Buffer Management
 * Replacement Algorithm", VLDB 1994).
 *
 *   first time ---> in (FIFO) ---> out (ghosts, FIFO) ---> forgotten
 *                                   |
 *                     wanted again: v
 *                                  main (LRU) ---> forgotten
 *
 * A reference to a page in `in` changes nothing. If `in` holds more than its share its oldest page goes,
 * else the oldest of `main`. Shares of the frames, rounded down: `in` 1/4, ghosts 1/2, as the paper
 * recommends. Frames: those guaranteed, or the resident pages where they are more.
 *
 * As in libCacheSim a ghost that is wanted leaves `out` before another one enters it; the paper does not
 * say. Left out: the simplified version. If no page of the list that should give one up can leave,
 * one of the other goes.
 *
 * 11 bytes a page. O(1) a reference.
 */

import {
  append,
  checkLists,
  createLists,
  listOf,
  move,
  NONE,
  oldestEvictable,
  type PageLists,
  remove,
} from '../../contracts/page-lists.ts';
import type { Policy, PolicyView } from '../../contracts/policy.ts';

const IN = 0;
const OUT = 1;
const MAIN = 2;

const ABSENT = 0;
/** It has a frame, but its first reference has not been seen yet: it stands in no queue. */
const ARRIVING = 1;
const PRESENT = 2;

interface TwoQueueState {
  readonly lists: PageLists;
  readonly presence: Uint8Array;
  /** 1: it was a ghost when it was wanted. */
  readonly recalled: Uint8Array;
  readonly guaranteed: number;
  readonly inShare: number;
  readonly outShare: number;
  resident: number;
}

const twoQueue: Policy<TwoQueueState> = {
  name: '2q',
  sight: 'oracle',
  summary: 'a queue for what is used once, LRU for what comes back (Johnson, Shasha 1994)',
  parameters: { in: 0.25, out: 0.5 },
  ranges: {
    in: { least: 0, most: 1, means: 'share of the frames for pages used once' },
    out: { least: 0, most: 1000, means: 'ghosts, in memories' },
  },
  digest: () => true,

  create({ pages, guaranteedFrames, parameters }) {
    return {
      lists: createLists(pages, 3),
      presence: new Uint8Array(pages),
      recalled: new Uint8Array(pages),
      guaranteed: guaranteedFrames,
      inShare: parameters.in,
      outShare: parameters.out,
      resident: 0,
    };
  },

  admitted(state, page) {
    if (state.presence[page] !== ABSENT) return;
    state.presence[page] = ARRIVING;
    state.resident++;
  },

  removed(state, page) {
    const { lists, presence } = state;
    if (presence[page] === ABSENT) return;
    presence[page] = ABSENT;
    const list = listOf(lists, page);
    if (list === IN) {
      move(lists, OUT, page);
      const ghosts = Math.floor(state.outShare * framesOf(state));
      while (lists.count[OUT] > ghosts) remove(lists, lists.head[OUT]);
    } else if (list === MAIN) remove(lists, page);
    state.resident--;
  },

  referencesSeen(state, { runs, from, to }) {
    const { lists, presence } = state;
    for (let index = from; index < to; index++) {
      const page = runs[index] >>> 8;
      if (presence[page] === ARRIVING) {
        presence[page] = PRESENT;
        recall(state, page);
        append(lists, state.recalled[page] === 1 ? MAIN : IN, page);
        state.recalled[page] = 0;
      } else if (listOf(lists, page) === MAIN && lists.tail[MAIN] !== page) move(lists, MAIN, page);
    }
  },

  victim(state, view) {
    const { lists } = state;
    const wanted = view.wanted();
    if (wanted >= 0) recall(state, wanted);
    const isInFull = lists.count[IN] > Math.floor(state.inShare * framesOf(state));
    let page = oldestEvictable(lists, isInFull ? IN : MAIN, view);
    if (page === NONE) page = oldestEvictable(lists, isInFull ? MAIN : IN, view);
    return page === NONE ? firstArriving(state, view) : page;
  },

  check({ lists, presence, resident }) {
    const wrong = checkLists(lists);
    if (wrong !== undefined) return `2q: ${wrong}`;
    let here = 0;
    for (let page = 0; page < presence.length; page++) {
      if (presence[page] !== ABSENT) here++;
      const list = listOf(lists, page);
      if ((presence[page] === PRESENT) !== (list === IN || list === MAIN))
        return `2q: page ${page} is ${presence[page]}, in list ${list}`;
    }
    return here === resident ? undefined : `2q: resident ${resident}, here ${here}`;
  },
};

function framesOf({ guaranteed, resident }: TwoQueueState): number {
  return resident > guaranteed ? resident : guaranteed;
}

/** A page that is wanted is no ghost any more, and goes to `main`. */
function recall({ lists, recalled }: TwoQueueState, page: number): void {
  if (listOf(lists, page) !== OUT) return;
  remove(lists, page);
  recalled[page] = 1;
}

/** All else is on its way. */
function firstArriving({ presence }: TwoQueueState, view: PolicyView): number {
  for (let page = 0; page < presence.length; page++)
    if (presence[page] === ARRIVING && view.evictable(page)) return page;
  return NONE;
}

export default twoQueue;
