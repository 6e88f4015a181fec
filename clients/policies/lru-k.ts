/**
 * LRU-K: the page whose K-th last reference lies furthest back leaves first, one with fewer than K
 * before all others (O'Neil, O'Neil, Weikum, "The LRU-K Page Replacement Algorithm for Database Disk
 * Buffering", SIGMOD 1993). Of equal ones the one unused for longest; so K = 1 is LRU.
 *
 * As in the paper's figure 2.1, with its two periods, here in the task's own references:
 *
 *   correlated  references that follow within so many on the last one count as one with it: the span
 *               they take is added to the older times, and the page cannot be chosen meanwhile
 *               (but where nothing else can leave). 0: each reference counts
 *   retained    what is known of a page that left is forgotten when it has not been referenced for so
 *               many. -1: never
 *
 * Left as it was is what the paper's figure says of a time that there is not: it stays none, and is not
 * lengthened. Time is counted from 1.
 *
 * 33 + 8 K bytes a page. O(K + log residents) a reference.
 */

import {
  checkHeap,
  createHeap,
  leastEvictable,
  type PageHeap,
  place,
  takeOut,
} from '../../contracts/page-heap.ts';
import type { Policy, PolicyView } from '../../contracts/policy.ts';

const ABSENT = 0;
/** It has a frame, but its first reference has not been seen yet. */
const ARRIVING = 1;
const PRESENT = 2;

interface LruKState {
  /** By the K-th last reference (0: none), then by the last one. */
  readonly heap: PageHeap;
  /** By page: the times of its last K uncorrelated references, the last one first; 0: none. */
  readonly history: Float64Array;
  readonly presence: Uint8Array;
  readonly k: number;
  readonly correlated: number;
  readonly retained: number;
  /** References seen. */
  now: number;
  resident: number;
}

const lruK: Policy<LruKState> = {
  name: 'lru-k',
  sight: 'oracle',
  summary: "evicts by the K-th last reference (O'Neil, O'Neil, Weikum 1993)",
  parameters: { k: 2, correlated: 0, retained: -1 },
  ranges: {
    k: { least: 1, most: 64, whole: true, means: 'uses back that a page is judged by' },
    correlated: { least: 0, most: 1e15, means: 'references within which uses count as one' },
    retained: {
      least: -1,
      most: 1e15,
      means: 'references that a page that left is remembered for; -1: for ever',
    },
  },

  create({ pages, parameters }) {
    const k = parameters.k;
    return {
      heap: createHeap(pages),
      history: new Float64Array(pages * k),
      presence: new Uint8Array(pages),
      k,
      correlated: parameters.correlated,
      retained: parameters.retained,
      now: 0,
      resident: 0,
    };
  },

  admitted(state, page) {
    if (state.presence[page] !== ABSENT) return;
    state.presence[page] = ARRIVING;
    state.resident++;
  },

  removed(state, page) {
    if (state.presence[page] === ABSENT) return;
    state.presence[page] = ABSENT;
    state.resident--;
    takeOut(state.heap, page);
  },

  referencesSeen(state, { runs, from, to }) {
    for (let index = from; index < to; index++) {
      const length = (runs[index] & 63) + 1;
      // A page that left after its reference stays out.
      if (state.presence[runs[index] >>> 8] === ABSENT) state.now += length;
      else use(state, runs[index] >>> 8, length);
    }
  },

  victim(state, view) {
    const { heap, now, correlated } = state;
    let page = leastEvictable(heap, view, now + 1 - correlated);
    if (page < 0) page = leastEvictable(heap, view, Number.POSITIVE_INFINITY);
    return page < 0 ? firstArriving(state, view) : page;
  },

  check({ heap, history, presence, k, resident }) {
    const wrong = checkHeap(heap);
    if (wrong !== undefined) return `lru-k: ${wrong}`;
    let here = 0;
    for (let page = 0; page < presence.length; page++) {
      if (presence[page] !== ABSENT) here++;
      if ((presence[page] === PRESENT) !== heap.slotOf[page] >= 0)
        return `lru-k: page ${page} is ${presence[page]}, in slot ${heap.slotOf[page]}`;
      if (presence[page] === PRESENT && heap.key[page] !== history[page * k + k - 1])
        return `lru-k: page ${page} stands by a time that is not its own`;
    }
    return here === resident ? undefined : `lru-k: resident ${resident}, here ${here}`;
  },
};

/** So many references to a page that is here, one after the other. */
function use(state: LruKState, page: number, length: number): void {
  const { heap, history, presence, k, correlated } = state;
  const last = heap.time[page];
  state.now++;
  if (presence[page] === ARRIVING) {
    presence[page] = PRESENT;
    if (state.retained >= 0 && state.now - last > state.retained)
      history.fill(0, page * k, page * k + k);
    shift(state, page, 0);
  } else if (state.now - last > correlated) shift(state, page, last - history[page * k]);
  if (correlated > 0) state.now += length - 1;
  else {
    // Of many that count the last K are all that is kept.
    let left = length - 1;
    if (left > k) {
      state.now += left - k;
      left = k;
    }
    for (; left > 0; left--) {
      state.now++;
      shift(state, page, 0);
    }
  }
  place(heap, page, history[page * k + k - 1], state.now);
}

/** A reference that counts; the one before took `span` with all that were one with it. */
function shift({ history, k, now }: LruKState, page: number, span: number): void {
  const first = page * k;
  for (let at = first + k - 1; at > first; at--)
    history[at] = history[at - 1] === 0 ? 0 : history[at - 1] + span;
  history[first] = now;
}

/** All else is on its way. */
function firstArriving({ presence }: LruKState, view: PolicyView): number {
  for (let page = 0; page < presence.length; page++)
    if (presence[page] === ARRIVING && view.evictable(page)) return page;
  return -1;
}

export default lruK;
