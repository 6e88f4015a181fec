/**
 * Optimal with write-back: knows the future and weighs faults against the writing of dirty victims. It
 * means to minimise faults + `writeCost` x (victims that were dirty), a fault's read being 1.
 *
 * A heuristic, no optimum and no bound: with any cost of writing the best choice is NP-complete to find,
 * and Belady's rule may cost 1 + writeCost times as much (Beckmann, Gibbons, Haeupler, McGuffey,
 * "Writeback-Aware Caching", APOCS 2020). The rule here: a frame is bought by giving up a page until its
 * next use, for the price of reading it again, and of writing it first if it is dirty; the victim is the
 * cheapest by price over time. With `writeCost` 0 that is Belady's rule, and optimal.
 *
 *   clean, used again in d    1 / d                 clean, not used again   0, goes first
 *   dirty, used again in d    (1 + writeCost) / d   dirty, not used again   0, goes second
 *
 * Time is runs. A page is dirty from the first write after it came; that the pager has cleaned it
 * meanwhile is not asked, as a look costs. What is dirty at the end is not counted. Of pages that are not
 * used again the one with the lowest number goes. A page whose faulting reference is to come goes last.
 *
 * 53 bytes a page. O(log residents) a reference.
 */

import {
  checkHeap,
  createHeap,
  leastEvictable,
  type PageHeap,
  place,
  takeOut,
} from '../../contracts/page-heap.ts';
import type { Policy } from '../../contracts/policy.ts';

const NONE = -1;
const NEVER = 0xffffffff;

interface OptimalWriteBackState {
  /** Resident pages by minus their next use: who is used last stands first. */
  readonly clean: PageHeap;
  readonly dirty: PageHeap;
  /** By page: index of the run that touches it next; NEVER; 0: not seen yet. */
  readonly nextUse: Uint32Array;
  readonly writeCost: number;
  /** Runs that have been executed. */
  now: number;
  resident: number;
}

const optimalWriteBack: Policy<OptimalWriteBackState> = {
  name: 'optimal-write-back',
  sight: 'future',
  summary: 'weighs the next use against writing back; a heuristic (Beckmann et al. 2020)',
  parameters: { writeCost: 1 },
  ranges: {
    writeCost: { least: 0, most: 1e6, means: 'what writing a page costs, in reads' },
  },

  create({ pages, parameters }) {
    return {
      clean: createHeap(pages),
      dirty: createHeap(pages),
      nextUse: new Uint32Array(pages),
      writeCost: parameters.writeCost ?? 1,
      now: 0,
      resident: 0,
    };
  },

  admitted(state, page) {
    if (isHeld(state, page)) return;
    place(state.clean, page, -state.nextUse[page], page);
    state.resident++;
  },

  removed(state, page) {
    if (!isHeld(state, page)) return;
    takeOut(state.clean, page);
    takeOut(state.dirty, page);
    state.resident--;
  },

  referencesSeen(state, { runs, from, to, nextUse }) {
    const { clean, dirty } = state;
    for (let index = from; index < to; index++) {
      const run = runs[index];
      const page = run >>> 8;
      const next = nextUse[index];
      state.nextUse[page] = next;
      if (dirty.slotOf[page] !== NONE) place(dirty, page, -next, page);
      else if (clean.slotOf[page] === NONE) continue;
      else if (((run >>> 6) & 3) === 1) {
        takeOut(clean, page);
        place(dirty, page, -next, page);
      } else place(clean, page, -next, page);
    }
    state.now = to;
  },

  victim(state, view) {
    const { nextUse, now, writeCost } = state;
    const clean = leastEvictable(state.clean, view, Number.POSITIVE_INFINITY);
    const dirty = leastEvictable(state.dirty, view, Number.POSITIVE_INFINITY);
    if (clean === NONE || dirty === NONE) return clean === NONE ? dirty : clean;
    if (nextUse[clean] === NEVER) return clean;
    if (nextUse[dirty] === NEVER) return dirty;
    // A key in the past is that of a page whose reference is to come at once.
    const cleanTime = Math.max(0, nextUse[clean] - now);
    const dirtyTime = Math.max(0, nextUse[dirty] - now);
    return dirtyTime > (1 + writeCost) * cleanTime ? dirty : clean;
  },

  check({ clean, dirty, nextUse, resident }) {
    for (const heap of [clean, dirty]) {
      const wrong = checkHeap(heap);
      if (wrong !== undefined) return `optimal-write-back: ${wrong}`;
      for (let slot = 0; slot < heap.count; slot++)
        if (heap.key[heap.pageAt[slot]] !== -nextUse[heap.pageAt[slot]])
          return `optimal-write-back: page ${heap.pageAt[slot]} has an old key`;
    }
    const held = clean.count + dirty.count;
    return held === resident
      ? undefined
      : `optimal-write-back: resident ${resident}, in heaps ${held}`;
  },
};

export default optimalWriteBack;

function isHeld({ clean, dirty }: OptimalWriteBackState, page: number): boolean {
  return clean.slotOf[page] !== NONE || dirty.slotOf[page] !== NONE;
}
