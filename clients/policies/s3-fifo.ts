/**
 * S3-FIFO: a small queue sifts new pages, a main queue keeps those that were hit there, and a ghost queue
 * remembers which pages the small one gave up (Yang, Zhang, Qiu, Yue, Rashmi, SOSP 2023).
 *
 *   fault --> small --hit `promote` times--> main        fault of a ghost --> main
 *               `--else: leaves--> ghost                 main --not hit--> leaves
 *                                                             `--hit--> to its end, a hit less
 *
 * A victim comes from main where that holds more than its share of the frames, or small is empty; else
 * from small. Hits are counted up to 3; the faulting reference is none, and who moves to main begins anew.
 *
 * The shares are of the frames there were when a fault last found none free; until then, of the guarantee.
 * Queues hold what they hold: a page that leaves for any reason is remembered if it stood in small.
 * The paper lets one queue's search go over to the other one's; here, as in libCacheSim, a search stays
 * in its queue until that is empty. libCacheSim refuses to keep pages at all below 20 frames.
 *
 * 11 bytes a page. O(1) a reference.
 */

import {
  checkLists,
  createLists,
  listOf,
  move,
  NONE,
  type PageLists,
  remove,
} from '../../contracts/page-lists.ts';
import type { Policy, PolicyView } from '../../contracts/policy.ts';

const SMALL = 0;
const MAIN = 1;
const GHOST = 2;
const HITS_MAX = 3;
/** In place of hits: the faulting reference has not been seen yet. */
const FRESH = 255;

interface S3FifoState {
  readonly lists: PageLists;
  /** By page: hits since it entered its queue, or FRESH. */
  readonly hits: Uint8Array;
  readonly smallShare: number;
  readonly ghostShare: number;
  readonly promote: number;
  /** Frames there were when a fault last found none free. */
  frames: number;
  resident: number;
}

const s3Fifo: Policy<S3FifoState> = {
  name: 's3-fifo',
  sight: 'oracle',
  summary: 'a small queue sifts, a main one keeps; ghosts come back (Yang et al. 2023)',
  parameters: { small: 0.1, ghost: 0.9, promote: 2 },
  ranges: {
    small: { least: 0, most: 1, means: 'share of the frames for new pages' },
    ghost: { least: 0, most: 1000, means: 'ghosts, in memories' },
    promote: {
      least: 1,
      most: 3,
      whole: true,
      means: 'uses that lift a page out of the small queue',
    },
  },
  digest: () => true,

  create({ pages, guaranteedFrames, parameters }) {
    return {
      lists: createLists(pages, 3),
      hits: new Uint8Array(pages),
      smallShare: parameters.small ?? 0.1,
      ghostShare: parameters.ghost ?? 0.9,
      promote: parameters.promote ?? 2,
      frames: guaranteedFrames,
      resident: 0,
    };
  },

  admitted(state, page) {
    const { lists, hits } = state;
    const list = listOf(lists, page);
    if (list === SMALL || list === MAIN) return;
    move(lists, list === GHOST ? MAIN : SMALL, page);
    hits[page] = FRESH;
    state.resident++;
    const most = Math.floor(state.frames * state.ghostShare);
    while (lists.count[GHOST] > most) remove(lists, lists.head[GHOST]);
  },

  removed(state, page) {
    const { lists } = state;
    const list = listOf(lists, page);
    if (list === SMALL) move(lists, GHOST, page);
    else if (list === MAIN) remove(lists, page);
    else return;
    state.resident--;
  },

  referencesSeen({ hits }, { runs, from, to }) {
    for (let index = from; index < to; index++) {
      const run = runs[index];
      const page = run >>> 8;
      const before = hits[page];
      const sum = before === FRESH ? run & 63 : before + (run & 63) + 1;
      hits[page] = sum < HITS_MAX ? sum : HITS_MAX;
    }
  },

  victim(state, view) {
    const { lists, smallShare } = state;
    if (view.wanted() !== NONE) state.frames = state.resident;
    const { frames } = state;
    const isMainFull = lists.count[MAIN] > frames - Math.floor(frames * smallShare);
    const full = isMainFull || lists.count[SMALL] === 0 ? victimOfMain(state, view) : NONE;
    if (full !== NONE) return full;
    const sifted = victimOfSmall(state, view);
    // Where all of main is busy, a page that this search has lifted there may leave.
    return sifted === NONE ? victimOfMain(state, view) : sifted;
  },

  check({ lists, resident }) {
    const wrong = checkLists(lists);
    if (wrong !== undefined) return `s3-fifo: ${wrong}`;
    const held = lists.count[SMALL] + lists.count[MAIN];
    return held === resident ? undefined : `s3-fifo: resident ${resident}, listed ${held}`;
  },
};

export default s3Fifo;

/** The oldest page that was not hit often; those that were go to main on the way. */
function victimOfSmall({ lists, hits, promote }: S3FifoState, view: PolicyView): number {
  let page = lists.head[SMALL];
  while (page !== NONE) {
    const younger = lists.next[page];
    if (hits[page] !== FRESH && hits[page] >= promote) {
      move(lists, MAIN, page);
      hits[page] = 0;
    } else if (view.evictable(page)) return page;
    page = younger;
  }
  return NONE;
}

/** The oldest page that was not hit; those that were go to the end, each time with a hit less. */
function victimOfMain({ lists, hits }: S3FifoState, view: PolicyView): number {
  let page = lists.head[MAIN];
  while (page !== NONE) {
    const younger = lists.next[page];
    if (hits[page] !== FRESH && hits[page] > 0) {
      move(lists, MAIN, page);
      hits[page]--;
      // The last one stands behind itself again.
      page = younger === NONE ? page : younger;
      continue;
    }
    if (view.evictable(page)) return page;
    page = younger;
  }
  return NONE;
}
