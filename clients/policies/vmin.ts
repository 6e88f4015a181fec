/**
 * VMIN: a page whose next use is more than `tau` ahead is given up, any other is kept (Prieve, Fabry, CACM
 * 19(5), 1976). With tau the price of a fault over the rent of a frame no policy of any size costs less:
 * faults and rent together. It faults as often as the working set of the same window, in fewer frames.
 *
 * Variable space: `outside` names what is to be given up. The paper gives a page up as soon as it has been
 * used; the pager asks at faults and at no other time, so here a page may stay until the next fault, and
 * is hit if it is used before: the faults are at most those of the paper, and the frames at least.
 *
 * Time is runs. Where the contract allows no more, or a notice asks, what is outside goes first, then the
 * page used again last.
 *
 * 41 bytes a page. O(log residents) a reference.
 */

import {
  checkHeap,
  createHeap,
  leastEvictable,
  type PageHeap,
  place,
  takeOut,
} from '../../contracts/page-heap.ts';
import {
  append,
  checkLists,
  createLists,
  NONE,
  oldestEvictable,
  type PageLists,
  remove,
} from '../../contracts/page-lists.ts';
import type { Policy } from '../../contracts/policy.ts';

interface VminState {
  /** Resident pages by minus the run that uses them next. */
  readonly byNextUse: PageHeap;
  /** The one list: resident pages to be given up, oldest first. */
  readonly outside: PageLists;
  /** By page: the run that uses it next. */
  readonly nextUse: Uint32Array;
  readonly tau: number;
  resident: number;
}

const vmin: Policy<VminState> = {
  name: 'vmin',
  sight: 'future',
  summary: 'keeps what is used again within tau, and no longer (Prieve, Fabry 1976)',
  parameters: { tau: 10_000 },
  ranges: {
    tau: { least: 0, most: 1e15, means: 'runs until the next use that a page is kept for' },
  },

  create({ pages, parameters }) {
    return {
      byNextUse: createHeap(pages),
      outside: createLists(pages, 1),
      nextUse: new Uint32Array(pages),
      tau: parameters.tau ?? 10_000,
      resident: 0,
    };
  },

  admitted(state, page) {
    const { byNextUse, nextUse } = state;
    if (byNextUse.slotOf[page] !== NONE) return;
    place(byNextUse, page, -nextUse[page], page);
    state.resident++;
  },

  removed(state, page) {
    if (state.byNextUse.slotOf[page] === NONE) return;
    takeOut(state.byNextUse, page);
    remove(state.outside, page);
    state.resident--;
  },

  referencesSeen({ byNextUse, outside, nextUse, tau }, batch) {
    for (let index = batch.from; index < batch.to; index++) {
      const page = batch.runs[index] >>> 8;
      const next = batch.nextUse[index];
      nextUse[page] = next;
      if (byNextUse.slotOf[page] === NONE) continue;
      place(byNextUse, page, -next, page);
      remove(outside, page);
      if (next - index > tau) append(outside, 0, page);
    }
  },

  outside({ outside }, view) {
    return oldestEvictable(outside, 0, view);
  },

  victim({ byNextUse, outside }, view) {
    const page = oldestEvictable(outside, 0, view);
    return page === NONE ? leastEvictable(byNextUse, view, Number.POSITIVE_INFINITY) : page;
  },

  check({ byNextUse, outside, resident }) {
    const wrong = checkHeap(byNextUse) ?? checkLists(outside);
    if (wrong !== undefined) return `vmin: ${wrong}`;
    if (byNextUse.count !== resident)
      return `vmin: resident ${resident}, in the heap ${byNextUse.count}`;
    for (let page = outside.head[0]; page !== NONE; page = outside.next[page])
      if (byNextUse.slotOf[page] === NONE) return `vmin: page ${page} is outside and not resident`;
    return undefined;
  },
};

export default vmin;
