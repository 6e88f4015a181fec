/**
 * Segmented LRU: LRU lists one above the other; a reference lifts a page into the next one, and a list
 * that is too full gives its oldest page back to the one below (Karedla, Love, Wherry, "Caching
 * Strategies to Improve Disk System Performance", IEEE Computer 27(3), 1994).
 *
 *   segment n-1   |<- used         oldest ->|
 *                     ^                 |
 *   ...               |                 v        a page that is used once stays in segment 0,
 *   segment 0     |<- used         oldest ->|    whose oldest leaves first
 *
 * The paper has two segments, probationary and protected, and every page enters the lower one. The
 * defaults are those of libCacheSim: four of equal size, and while one has room a page enters the lowest
 * that has (`fill` 1; 0: always the lowest). Shares of the frames are rounded down, segment 0 has the
 * rest; libCacheSim cuts it off, and where frames cannot be divided by segments evicts on hits for that.
 * Frames: those guaranteed, or the resident pages where they are more.
 *
 * 10 bytes a page. O(segments) a reference.
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

const ABSENT = 0;
/** It has a frame, but its first reference has not been seen yet: it stands in no segment. */
const ARRIVING = 1;
const PRESENT = 2;

interface SegmentedState {
  /** The segments, oldest page first. */
  readonly lists: PageLists;
  readonly presence: Uint8Array;
  readonly segments: number;
  readonly fills: boolean;
  readonly guaranteed: number;
  resident: number;
}

const slru: Policy<SegmentedState> = {
  name: 'slru',
  sight: 'oracle',
  summary: 'LRU lists in steps that each reference lifts a page up (Karedla et al. 1994)',
  parameters: { segments: 4, fill: 1 },
  ranges: {
    segments: { least: 1, most: 64, whole: true, means: 'segments of equal size' },
    fill: {
      least: 0,
      most: 1,
      whole: true,
      means: '1: a new page enters the highest segment with room; 0: the lowest',
    },
  },

  create({ pages, guaranteedFrames, parameters }) {
    const segments = parameters.segments;
    return {
      lists: createLists(pages, segments),
      presence: new Uint8Array(pages),
      segments,
      fills: parameters.fill > 0,
      guaranteed: guaranteedFrames,
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
    remove(state.lists, page);
  },

  referencesSeen(state, { runs, from, to }) {
    const { lists, presence } = state;
    const room = roomOf(state);
    for (let index = from; index < to; index++) {
      const page = runs[index] >>> 8;
      // A page that left after its reference stays out.
      if (presence[page] === ABSENT) continue;
      let hits = (runs[index] & 63) + 1;
      if (presence[page] === ARRIVING) {
        presence[page] = PRESENT;
        append(lists, state.fills ? lowestWithRoom(lists, room) : 0, page);
        hits--;
      }
      for (; hits > 0; hits--) if (!lift(state, page, room)) break;
    }
  },

  /** Pages of the highest segment alone: they stay in it. */
  digest({ lists, segments }, { runs, from, to }) {
    for (let index = from; index < to; index++)
      if (listOf(lists, runs[index] >>> 8) !== segments - 1) return false;
    return true;
  },

  victim(state, view) {
    const { lists, segments } = state;
    for (let segment = 0; segment < segments; segment++) {
      const page = oldestEvictable(lists, segment, view);
      if (page !== NONE) return page;
    }
    return firstArriving(state, view);
  },

  check({ lists, presence, resident }) {
    const wrong = checkLists(lists);
    if (wrong !== undefined) return `slru: ${wrong}`;
    let here = 0;
    for (let page = 0; page < presence.length; page++) {
      if (presence[page] !== ABSENT) here++;
      if ((presence[page] === PRESENT) !== (listOf(lists, page) !== NONE))
        return `slru: page ${page} is ${presence[page]}, in segment ${listOf(lists, page)}`;
    }
    return here === resident ? undefined : `slru: resident ${resident}, here ${here}`;
  },
};

/** Pages that a segment may hold. */
function roomOf({ guaranteed, resident, segments }: SegmentedState): number {
  return Math.floor((resident > guaranteed ? resident : guaranteed) / segments);
}

function lowestWithRoom({ count }: PageLists, room: number): number {
  for (let segment = 0; segment < count.length; segment++)
    if (count[segment] < room) return segment;
  return 0;
}

/** One hit. False: the page is where another one would leave it. */
function lift({ lists, segments }: SegmentedState, page: number, room: number): boolean {
  const from = listOf(lists, page);
  const to = from + 1;
  if (to === segments) {
    if (lists.tail[from] !== page) move(lists, from, page);
    return false;
  }
  move(lists, to, page);
  for (let segment = to; segment > 0; segment--)
    while (lists.count[segment] > room) move(lists, segment - 1, lists.head[segment]);
  return true;
}

/** All else is on its way. */
function firstArriving({ presence }: SegmentedState, view: PolicyView): number {
  for (let page = 0; page < presence.length; page++)
    if (presence[page] === ARRIVING && view.evictable(page)) return page;
  return NONE;
}

export default slru;
