/**
 * LIRS: low inter-reference recency set. Most frames go to pages whose last two references lay close
 * together (LIR), a few to all others (HIR), which leave first in, first out (Jiang, Zhang, SIGMETRICS 2002).
 *
 *   stack S   by recency: LIR pages, HIR pages in memory, and HIR pages that have left; its oldest is LIR
 *   queue Q   HIR pages in memory; its oldest is the victim
 *
 *   LIR hit             to the top of S; S is pruned
 *   HIR in S, hit or fault --> LIR, top of S; the oldest LIR page --> HIR, end of Q; S is pruned
 *   HIR not in S        to the top of S as HIR, and to the end of Q
 *
 * Q has `hir` of the frames, at least one; the first pages are LIR until the rest is full. The paper leaves
 * open how many pages that have left S may hold; as in libCacheSim S holds `stack` times the frames, and
 * forgets the page that left first. libCacheSim, on a hit of a HIR page that is in Q alone, also turns
 * out a LIR page, which then gives a page up on a hit: not done here, as it is not in the paper. The
 * authors' program skips a reference to the page referenced just before; here, as in the paper's text,
 * it counts: two in succession make a page LIR.
 *
 * Frames are those there were when a fault last found none free; until then, the guarantee. A LIR page
 * that is taken stays in S as one that has left. A page enters when its faulting reference is seen.
 *
 * 19 bytes a page. O(1) a reference, pruning counted over all.
 */

import {
  checkLists,
  createLists,
  listOf,
  move,
  moveToEnd,
  NONE,
  type PageLists,
  remove,
} from '../../contracts/page-lists.ts';
import type { Policy } from '../../contracts/policy.ts';

/** HIR pages in memory. */
const Q = 0;
/** Pages in S that have left, in the order in which they did. */
const LEFT = 1;
/** Pages admitted whose faulting reference has not been seen. */
const FRESH = 2;
/** LIR pages, in no order: that is S's. */
const LIR = 3;

interface LirsState {
  /** The one list, oldest first. */
  readonly stack: PageLists;
  /** What each page is. */
  readonly kinds: PageLists;
  readonly hirShare: number;
  readonly stackShare: number;
  frames: number;
  resident: number;
}

const lirs: Policy<LirsState> = {
  name: 'lirs',
  sight: 'oracle',
  summary: 'keeps pages whose last two uses lay close together (Jiang, Zhang 2002)',
  parameters: { hir: 0.01, stack: 2 },
  ranges: {
    hir: { least: 0, most: 1, means: 'share of the frames for pages of long distance' },
    stack: { least: 1, most: 1000, means: 'pages of the stack, in memories' },
  },

  create({ pages, guaranteedFrames, parameters }) {
    return {
      stack: createLists(pages, 1),
      kinds: createLists(pages, 4),
      hirShare: parameters.hir ?? 0.01,
      stackShare: parameters.stack ?? 2,
      frames: guaranteedFrames,
      resident: 0,
    };
  },

  admitted(state, page) {
    const kind = listOf(state.kinds, page);
    if (kind !== NONE && kind !== LEFT) return;
    move(state.kinds, FRESH, page);
    state.resident++;
  },

  removed(state, page) {
    const { stack, kinds } = state;
    const kind = listOf(kinds, page);
    if (kind === NONE || kind === LEFT) return;
    state.resident--;
    if (listOf(stack, page) === NONE) remove(kinds, page);
    else {
      move(kinds, LEFT, page);
      prune(state);
    }
  },

  referencesSeen(state, { runs, from, to }) {
    const { stack, kinds } = state;
    for (let index = from; index < to; index++) {
      const run = runs[index];
      const page = run >>> 8;
      const kind = listOf(kinds, page);
      if (kind === LIR) {
        if (page !== stack.tail[0]) hit(state, page);
        continue;
      }
      let left = (run & 63) + 1;
      // A page that left after its reference stays out.
      if (kind === NONE || kind === LEFT) continue;
      if (kind === FRESH) {
        enter(state, page);
        left--;
      }
      // The second reference of two may make it LIR; a third changes nothing.
      if (left > 0) hit(state, page);
      if (left > 1) hit(state, page);
    }
  },

  /** LIR pages alone: they go to the top, and what they leave at the bottom is pruned sooner or later. */
  digest({ kinds }, { runs, from, to }) {
    for (let index = from; index < to; index++)
      if (listOf(kinds, runs[index] >>> 8) !== LIR) return false;
    return true;
  },

  victim(state, view) {
    const { stack, kinds } = state;
    if (view.wanted() !== NONE) state.frames = state.resident;
    while (kinds.count[LIR] > lirMost(state)) demote(state);
    for (let page = kinds.head[Q]; page !== NONE; page = kinds.next[page])
      if (view.evictable(page)) return page;
    for (let page = stack.head[0]; page !== NONE; page = stack.next[page])
      if (listOf(kinds, page) === LIR && view.evictable(page)) return page;
    for (let page = kinds.head[FRESH]; page !== NONE; page = kinds.next[page])
      if (view.evictable(page)) return page;
    return NONE;
  },

  check({ stack, kinds, resident }) {
    const wrong = checkLists(stack) ?? checkLists(kinds);
    if (wrong !== undefined) return `lirs: ${wrong}`;
    const held = kinds.count[Q] + kinds.count[FRESH] + kinds.count[LIR];
    if (held !== resident) return `lirs: resident ${resident}, listed ${held}`;
    const bottom = stack.head[0];
    if (bottom !== NONE && listOf(kinds, bottom) !== LIR)
      return `lirs: page ${bottom} at the bottom of the stack is not LIR`;
    for (const list of [LIR, LEFT])
      for (let page = kinds.head[list]; page !== NONE; page = kinds.next[page])
        if (listOf(stack, page) === NONE) return `lirs: page ${page} is not in the stack`;
    return undefined;
  },
};

export default lirs;

/** LIR pages that there may be. */
function lirMost({ frames, hirShare }: LirsState): number {
  return Math.max(0, frames - Math.max(1, Math.floor(hirShare * frames)));
}

/** The faulting reference of `page`. */
function enter(state: LirsState, page: number): void {
  const { stack, kinds } = state;
  const wasInStack = listOf(stack, page) !== NONE;
  move(stack, 0, page);
  if (wasInStack) promote(state, page);
  else if (kinds.count[LIR] < lirMost(state)) move(kinds, LIR, page);
  else move(kinds, Q, page);
  prune(state);
  limit(state);
}

/** A reference to `page`, which is LIR or in Q. */
function hit(state: LirsState, page: number): void {
  const { stack, kinds } = state;
  if (listOf(kinds, page) === LIR) {
    const wasBottom = page === stack.head[0];
    moveToEnd(stack, 0, page);
    if (wasBottom) prune(state);
    return;
  }
  const wasInStack = listOf(stack, page) !== NONE;
  move(stack, 0, page);
  if (wasInStack) promote(state, page);
  else move(kinds, Q, page);
  prune(state);
  limit(state);
}

function promote(state: LirsState, page: number): void {
  move(state.kinds, LIR, page);
  while (state.kinds.count[LIR] > lirMost(state)) demote(state);
}

/** The oldest LIR page becomes HIR. */
function demote(state: LirsState): void {
  const { stack, kinds } = state;
  prune(state);
  const page = stack.head[0];
  remove(stack, page);
  move(kinds, Q, page);
  prune(state);
}

/** Takes pages off the bottom of S until it is LIR. */
function prune({ stack, kinds }: LirsState): void {
  for (let page = stack.head[0]; page !== NONE; page = stack.head[0]) {
    const kind = listOf(kinds, page);
    if (kind === LIR) return;
    remove(stack, page);
    if (kind === LEFT) remove(kinds, page);
  }
}

/** Forgets who left first while S is too high. */
function limit({ stack, kinds, frames, stackShare }: LirsState): void {
  while (stack.count[0] > stackShare * frames && kinds.head[LEFT] !== NONE) {
    const page = kinds.head[LEFT];
    remove(kinds, page);
    remove(stack, page);
  }
}
