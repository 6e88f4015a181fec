/**
 * Skeleton: copy this file, rename the policy, change what it does. It works as it stands.
 *
 * What it does: goes round the pages in order of their numbers and takes the first resident one
 * that has not been referenced since it was last passed.
 *
 * Say here what your policy is, which paper it comes from and what it leaves out.
 */

// Types only: Node, a worker or a browser never loads this import, so the path may be left as it
// is in a copy that lives elsewhere. Import nothing else.
import type { Policy } from '../../contracts/policy.ts';

/** Plain data only: numbers, strings, arrays, typed arrays, objects. No Map, class or closure. */
interface SkeletonState {
  /** 1 while the page is resident. */
  readonly resident: Uint8Array;
  /** Page looked at next. */
  hand: number;
}

const skeleton: Policy<SkeletonState> = {
  name: 'skeleton',
  // none, hardware (view.referenced, view.modified), oracle (referencesSeen) or future.
  sight: 'hardware',
  summary: 'takes the next unreferenced page in order of page numbers',
  // parameters: { tau: 1000 } would let a scenario set `tau`; `create` finds it in its context. And
  // ranges: { tau: { least: 1, most: 1e9, means: 'references' } } has others refused before.

  /** Once for each task. Allocate by `context.pages` here and nowhere else. */
  create(context) {
    return { resident: new Uint8Array(context.pages), hand: 0 };
  },

  /** `page` has got a frame. */
  admitted(state, page) {
    state.resident[page] = 1;
  },

  /** `page` has lost its frame, by your choice or not: dropped, returned under a notice, taken. */
  removed(state, page) {
    state.resident[page] = 0;
  },

  // Oracle and future sight get every executed reference, in order, before each `victim`:
  // referencesSeen(state, { runs, from, to }) {
  //   for (let index = from; index < to; index++) {
  //     const page = runs[index] >>> 8; // may have been removed since
  //   }
  // },

  /** Name a resident page to give up. `removed` follows. */
  victim(state, view) {
    const pages = state.resident.length;
    let page = state.hand;
    // Bound each loop: the first round clears the bits, the second finds a page.
    for (let looks = 2 * pages; looks > 0; looks--) {
      if (state.resident[page] === 1 && view.evictable(page)) {
        if (!view.referenced(page)) {
          state.hand = page;
          return page;
        }
        view.clearReferenced(page); // costs virtual time, as every look at the hardware does
      }
      page = page + 1 === pages ? 0 : page + 1;
    }
    return -1; // not reached: a page that can leave exists whenever `victim` is called
  },

  /** Optional: re-sum your structures, say what is wrong. Tests call it after every step. */
  check(state) {
    return state.hand < state.resident.length ? undefined : `skeleton: hand at ${state.hand}`;
  },
};

export default skeleton;
