/**
 * ARC: adaptive replacement. Pages seen once and pages seen again stand in two LRU lists, each with a list
 * of ghosts behind it; a fault of a ghost shifts the target `p` of the first list towards the list whose
 * ghost it was (Megiddo, Modha, FAST 2003).
 *
 *   fault --> T1 --leaves--> B1 --fault--> T2, p grows
 *              `--hit--> T2 --leaves--> B2 --fault--> T2, p shrinks
 *
 * The victim is the oldest of T1 where T1 holds more than p, or just p and the fault is of a page of B2;
 * else the oldest of T2. |T1| + |B1| <= c and all four <= 2c: what is too much leaves the end of B1, then
 * of B2, once the new page is in (the paper makes room before; the pages that stay are the same).
 *
 * c is the frames there were when a fault last found none free; until then, the guarantee. A page that
 * leaves for any reason becomes a ghost. p is a real number, as in libCacheSim. The further references of
 * a run count: a page used twice in succession is in T2.
 *
 * 10 bytes a page. O(1) a reference.
 */

import {
  append,
  checkLists,
  createLists,
  listOf,
  move,
  moveToEnd,
  NONE,
  oldestEvictable,
  type PageLists,
  remove,
} from '../../contracts/page-lists.ts';
import type { Policy } from '../../contracts/policy.ts';

const T1 = 0;
const T2 = 1;
const B1 = 2;
const B2 = 3;

interface ArcState {
  readonly lists: PageLists;
  /** By page: 1 until its faulting reference is seen. */
  readonly fresh: Uint8Array;
  /** Pages that T1 should hold. */
  p: number;
  /** The ghost for which p has been shifted already, or NONE. */
  adapted: number;
  /** Frames there were when a fault last found none free: c. */
  frames: number;
  resident: number;
}

const arc: Policy<ArcState> = {
  name: 'arc',
  sight: 'oracle',
  summary: 'balances pages seen once and pages seen again by ghosts (Megiddo, Modha 2003)',
  digest: () => true,

  create({ pages, guaranteedFrames }) {
    return {
      lists: createLists(pages, 4),
      fresh: new Uint8Array(pages),
      p: 0,
      adapted: NONE,
      frames: guaranteedFrames,
      resident: 0,
    };
  },

  admitted(state, page) {
    const { lists } = state;
    const list = listOf(lists, page);
    if (list === T1 || list === T2) return;
    adapt(state, page);
    state.adapted = NONE;
    if (list === NONE) append(lists, T1, page);
    else move(lists, T2, page);
    state.fresh[page] = 1;
    state.resident++;
    forget(state);
  },

  removed(state, page) {
    const { lists } = state;
    const list = listOf(lists, page);
    if (list !== T1 && list !== T2) return;
    move(lists, list === T1 ? B1 : B2, page);
    state.fresh[page] = 0;
    state.resident--;
  },

  referencesSeen({ lists, fresh }, { runs, from, to }) {
    for (let index = from; index < to; index++) {
      const run = runs[index];
      const page = run >>> 8;
      if (fresh[page] === 1) {
        fresh[page] = 0;
        // Among the hits that came before the fault and are seen only now.
        if ((run & 63) === 0) {
          move(lists, listOf(lists, page), page);
          continue;
        }
      }
      const list = listOf(lists, page);
      if (list === T2) moveToEnd(lists, T2, page);
      // A page that left after its reference stays out.
      else if (list === T1) move(lists, T2, page);
    }
  },

  victim(state, view) {
    const { lists } = state;
    const wanted = view.wanted();
    if (wanted !== NONE) {
      state.frames = state.resident;
      adapt(state, wanted);
    }
    const isOfB2 = wanted !== NONE && listOf(lists, wanted) === B2;
    const held = lists.count[T1];
    const first = held > 0 && (held > state.p || (isOfB2 && held === state.p)) ? T1 : T2;
    const page = oldestEvictable(lists, first, view);
    return page === NONE ? oldestEvictable(lists, T1 + T2 - first, view) : page;
  },

  check(state) {
    const { lists, p, frames, resident } = state;
    const wrong = checkLists(lists);
    if (wrong !== undefined) return `arc: ${wrong}`;
    const held = lists.count[T1] + lists.count[T2];
    if (held !== resident) return `arc: resident ${resident}, listed ${held}`;
    return p >= 0 && p <= frames ? undefined : `arc: target ${p} of ${frames} frames`;
  },
};

export default arc;

/** Shifts p, once for a fault of a ghost. */
function adapt(state: ArcState, page: number): void {
  const { lists, frames } = state;
  const list = listOf(lists, page);
  const b1 = lists.count[B1];
  const b2 = lists.count[B2];
  if (state.adapted !== page) {
    if (list === B1) state.p += Math.max(1, b2 / b1);
    if (list === B2) state.p -= Math.max(1, b1 / b2);
    state.adapted = page;
  }
  state.p = Math.max(0, Math.min(frames, state.p));
}

/** Drops the oldest ghosts beyond what the paper remembers. */
function forget({ lists, frames }: ArcState): void {
  const { count, head } = lists;
  while (count[T1] + count[B1] > frames && count[B1] > 0) remove(lists, head[B1]);
  while (count[T1] + count[T2] + count[B1] + count[B2] > 2 * frames && count[B2] > 0)
    remove(lists, head[B2]);
}
