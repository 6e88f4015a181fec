/**
 * FIFO with reinsertion: the oldest page leaves, unless it was used since it came or was looked at; then
 * it goes behind all others (Corbato, "A paging experiment with the Multics system", 1968).
 *
 * What `clock` does, in the sight of an oracle. A hand that reads referenced bits cannot tell the
 * reference that brought a page in from a second one, so to `clock` every new page was used. This one can:
 * `fresh` is what a page comes with, 0 as in libCacheSim's "clock", or 1 as the hardware has it, which is
 * `clock` to the last victim. Uses are counted up to `most`; each look takes one off.
 *
 * 10 bytes a page. A search looks at each page at most `most` + 1 times.
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

const MOST_COUNTED = 127;
/** Bit beside the count: the reference that brought the page in is still to come. */
const ARRIVING = 128;

interface ReinsertionState {
  readonly queue: PageLists;
  /** Uses since the page came or was looked at, up to `most`; ARRIVING. */
  readonly uses: Uint8Array;
  readonly most: number;
  readonly fresh: number;
  resident: number;
}

const fifoReinsertion: Policy<ReinsertionState> = {
  name: 'fifo-reinsertion',
  sight: 'oracle',
  summary: 'clock that is not deceived by the fault itself, as caches count (Corbato 1968)',
  parameters: { most: 1, fresh: 0 },
  ranges: {
    most: { least: 1, most: MOST_COUNTED, whole: true, means: 'uses that are counted' },
    fresh: {
      least: 0,
      most: 127,
      whole: true,
      means: 'uses that a page comes with, `most` at most',
    },
  },
  digest: () => true,

  create({ pages, parameters }) {
    const most = parameters.most;
    return {
      queue: createLists(pages, 1),
      uses: new Uint8Array(pages),
      most,
      fresh: Math.min(most, parameters.fresh),
      resident: 0,
    };
  },

  admitted(state, page) {
    if (listOf(state.queue, page) !== NONE) return;
    append(state.queue, 0, page);
    state.uses[page] = state.fresh | ARRIVING;
    state.resident++;
  },

  removed(state, page) {
    if (listOf(state.queue, page) === NONE) return;
    remove(state.queue, page);
    state.uses[page] = 0;
    state.resident--;
  },

  referencesSeen({ queue, uses, most }, { runs, from, to }) {
    for (let index = from; index < to; index++) {
      const page = runs[index] >>> 8;
      const before = uses[page];
      // A page that left after its reference stays out.
      if (before === most || queue.listOf[page] === 0) continue;
      const hits = (runs[index] & 63) + ((before & ARRIVING) === 0 ? 1 : 0);
      const after = (before & ~ARRIVING) + hits;
      uses[page] = after > most ? most : after;
    }
  },

  victim({ queue, uses, most, resident }, view) {
    const looks = resident * (most + 1);
    let page = queue.head[0];
    for (let look = 0; look < looks; look++) {
      const next = queue.next[page] === NONE ? queue.head[0] : queue.next[page];
      if (view.evictable(page)) {
        const count = uses[page] & ~ARRIVING;
        if (count === 0) return page;
        uses[page] = (count - 1) | (uses[page] & ARRIVING);
        move(queue, 0, page);
      }
      page = next;
    }
    return NONE;
  },

  check({ queue, uses, most, resident }) {
    const wrong = checkLists(queue);
    if (wrong !== undefined) return `fifo-reinsertion: ${wrong}`;
    for (let page = 0; page < uses.length; page++) {
      const count = uses[page] & ~ARRIVING;
      if (count > most) return `fifo-reinsertion: page ${page} has ${count} uses`;
      if (listOf(queue, page) === NONE && uses[page] !== 0)
        return `fifo-reinsertion: page ${page} is counted and not here`;
    }
    const listed = queue.count[0];
    if (listed === resident) return undefined;
    return `fifo-reinsertion: resident ${resident}, listed ${listed}`;
  },
};

export default fifoReinsertion;
