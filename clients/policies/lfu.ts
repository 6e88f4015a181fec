/**
 * Least frequently used: the page with the fewest references leaves first; of equal ones the one unused
 * for longest (counts as a rule of replacement: Aho, Denning, Ullman, JACM 18(1), 1971).
 *
 * Definitions differ, so they are parameters:
 *
 *   age    0: counts only grow, so what was once popular stays for ever. Else all counts are halved,
 *          rounded down, after so many references for each frame (frames: those guaranteed)
 *   keeps  0: a page that comes back begins at 1 ("in-cache" LFU). 1: it goes on counting ("perfect")
 *
 * The defaults are those of libCacheSim. The faulting reference counts as one.
 *
 * 25 bytes a page. O(log residents) a reference at worst, one comparison for a page in steady use.
 */

import {
  checkHeap,
  createHeap,
  leastEvictable,
  type PageHeap,
  place,
  reorder,
  takeOut,
} from '../../contracts/page-heap.ts';
import type { Policy, PolicyView } from '../../contracts/policy.ts';

const ABSENT = 0;
/** It has a frame, but its first reference has not been seen yet. */
const ARRIVING = 1;
const PRESENT = 2;

interface LfuState {
  /** By count of references, then by the time of the last one. */
  readonly heap: PageHeap;
  readonly presence: Uint8Array;
  readonly keeps: boolean;
  /** References after which counts are halved; 0: never. */
  readonly period: number;
  sinceHalved: number;
  /** References seen. */
  now: number;
  resident: number;
}

const lfu: Policy<LfuState> = {
  name: 'lfu',
  sight: 'oracle',
  summary: 'evicts the page with the fewest references; counts may age (Aho et al. 1971)',
  parameters: { age: 0, keeps: 0 },
  ranges: {
    age: {
      least: 0,
      most: 1e6,
      means: 'references after which counts are halved, in memories; 0: never',
    },
    keeps: { least: 0, most: 1, whole: true, means: '1: the count of a page that left is kept' },
  },

  create({ pages, guaranteedFrames, parameters }) {
    return {
      heap: createHeap(pages),
      presence: new Uint8Array(pages),
      keeps: parameters.keeps > 0,
      period: Math.ceil(parameters.age * guaranteedFrames),
      sinceHalved: 0,
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
    const { heap, presence } = state;
    for (let index = from; index < to; index++) {
      const run = runs[index];
      const page = run >>> 8;
      // A page that left after its reference stays out.
      const isHere = presence[page] !== ABSENT;
      if (presence[page] === ARRIVING) {
        presence[page] = PRESENT;
        if (!state.keeps) heap.key[page] = 0;
      }
      count(state, page, (run & 63) + 1, isHere);
      if (isHere) place(heap, page, heap.key[page], state.now);
    }
  },

  /** Where nothing is halved meanwhile and no run stands for more than it says. */
  digest({ period }, { runs, from, to }) {
    for (let index = from; index < to; index++) if ((runs[index] & 63) === 63) return false;
    return period === 0;
  },

  victim(state, view) {
    const page = leastEvictable(state.heap, view, Number.POSITIVE_INFINITY);
    return page < 0 ? firstArriving(state, view) : page;
  },

  check({ heap, presence, resident }) {
    const wrong = checkHeap(heap);
    if (wrong !== undefined) return `lfu: ${wrong}`;
    let here = 0;
    for (let page = 0; page < presence.length; page++) {
      if (presence[page] !== ABSENT) here++;
      if ((presence[page] === PRESENT) !== heap.slotOf[page] >= 0)
        return `lfu: page ${page} is ${presence[page]}, in slot ${heap.slotOf[page]}`;
    }
    return here === resident ? undefined : `lfu: resident ${resident}, here ${here}`;
  },
};

/** So many references to one page, and the halvings that fall between them. */
function count(state: LfuState, page: number, length: number, isHere: boolean): void {
  const { key } = state.heap;
  let left = length;
  while (left > 0) {
    const untilHalved = state.period - state.sinceHalved;
    const step = state.period === 0 || left < untilHalved ? left : untilHalved;
    if (isHere) key[page] += step;
    state.now += step;
    left -= step;
    if (state.period === 0) continue;
    state.sinceHalved += step;
    if (state.sinceHalved === state.period) halve(state);
  }
}

function halve(state: LfuState): void {
  const { key } = state.heap;
  state.sinceHalved = 0;
  for (let page = 0; page < key.length; page++) key[page] = Math.floor(key[page] / 2);
  reorder(state.heap);
}

/** All else is on its way. */
function firstArriving({ presence }: LfuState, view: PolicyView): number {
  for (let page = 0; page < presence.length; page++)
    if (presence[page] === ARRIVING && view.evictable(page)) return page;
  return -1;
}

export default lfu;
