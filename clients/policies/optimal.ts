/**
 * Optimal: the page whose next use lies furthest ahead leaves first (Belady, IBM Systems Journal
 * 5(2), 1966; proof that no policy faults less: Mattson et al. 1970).
 *
 * Knows the future, so it is a bound and not a contender. It counts faults only: that writing a
 * dirty page back costs more than dropping a clean one is left out.
 *
 * A page's key is the index of the run that touches it next. While the page is resident its key
 * only grows, so the residents form a 4-ary heap with the largest key on top in which a reference
 * moves its page up. A page that leaves keeps its key, which then tells the time of its next fault.
 * A page never seen yet has key 0: its faulting run is the next to execute, so it goes last.
 *
 * 12 bytes a page. O(log residents) a reference at worst, one comparison for a page in steady use.
 */

import type { Policy } from '../../contracts/policy.ts';

const ABSENT = -1;

interface OptimalState {
  /** Index of the next run that touches the page; 0xffffffff: none; 0: not seen yet. */
  readonly nextUse: Uint32Array;
  /** Resident pages as a heap, in slots 0..resident - 1: no child has a larger key. */
  readonly heap: Int32Array;
  /** Slot of each page. ABSENT: not resident. */
  readonly slotOf: Int32Array;
  resident: number;
}

const optimal: Policy<OptimalState> = {
  name: 'optimal',
  sight: 'future',
  summary: 'evicts the page used again last; knows the future, a bound (Belady 1966)',

  create({ pages }) {
    return {
      nextUse: new Uint32Array(pages),
      heap: new Int32Array(pages).fill(ABSENT),
      slotOf: new Int32Array(pages).fill(ABSENT),
      resident: 0,
    };
  },

  admitted(state, page) {
    if (state.slotOf[page] !== ABSENT) return;
    rise(state, page, state.resident++);
  },

  removed(state, page) {
    const { heap, slotOf, nextUse } = state;
    const slot = slotOf[page];
    if (slot === ABSENT) return;
    slotOf[page] = ABSENT;
    const last = heap[--state.resident];
    heap[state.resident] = ABSENT;
    if (last === page) return;
    if (nextUse[last] > nextUse[page]) rise(state, last, slot);
    else sink(state, last, slot);
  },

  referencesSeen(state, batch) {
    const { runs, from, to } = batch;
    const { heap, slotOf, nextUse } = state;
    for (let index = from; index < to; index++) {
      const page = runs[index] >>> 8;
      const key = batch.nextUse[index];
      nextUse[page] = key;
      const slot = slotOf[page];
      if (slot > 0 && nextUse[heap[(slot - 1) >> 2]] < key) rise(state, page, slot);
    }
  },

  victim(state, view) {
    const { heap, nextUse, resident } = state;
    if (resident > 0 && view.evictable(heap[0])) return heap[0];
    let best = ABSENT;
    for (let slot = 1; slot < resident; slot++) {
      const page = heap[slot];
      if (best !== ABSENT && nextUse[page] <= nextUse[best]) continue;
      if (view.evictable(page)) best = page;
    }
    return best;
  },

  check({ heap, slotOf, nextUse, resident }) {
    const held = slotOf.reduce((sum, slot) => sum + (slot === ABSENT ? 0 : 1), 0);
    if (held !== resident) return `optimal: resident ${resident}, slots ${held}`;
    for (let slot = 0; slot < resident; slot++) {
      if (slotOf[heap[slot]] !== slot) return `optimal: slot ${slot} and its page disagree`;
      if (slot > 0 && nextUse[heap[(slot - 1) >> 2]] < nextUse[heap[slot]])
        return `optimal: slot ${slot} outranks its parent`;
    }
    return undefined;
  },
};

/** Puts `page` into `slot`, or above it where its key belongs. */
function rise({ heap, slotOf, nextUse }: OptimalState, page: number, slot: number): void {
  const key = nextUse[page];
  let hole = slot;
  while (hole > 0) {
    const parent = (hole - 1) >> 2;
    const above = heap[parent];
    if (nextUse[above] >= key) break;
    heap[hole] = above;
    slotOf[above] = hole;
    hole = parent;
  }
  heap[hole] = page;
  slotOf[page] = hole;
}

/** Puts `page` into `slot`, or below it where its key belongs. */
function sink({ heap, slotOf, nextUse, resident }: OptimalState, page: number, slot: number): void {
  const key = nextUse[page];
  let hole = slot;
  for (let child = 4 * hole + 1; child < resident; child = 4 * hole + 1) {
    const end = child + 4 < resident ? child + 4 : resident;
    let largest = child;
    for (let other = child + 1; other < end; other++) {
      if (nextUse[heap[other]] > nextUse[heap[largest]]) largest = other;
    }
    const below = heap[largest];
    if (nextUse[below] <= key) break;
    heap[hole] = below;
    slotOf[below] = hole;
    hole = largest;
  }
  heap[hole] = page;
  slotOf[page] = hole;
}

export default optimal;
