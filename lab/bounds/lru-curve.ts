/**
 * LRU curve: the faults of LRU at every number of frames, from one pass (Mattson, Gecsei, Slutz,
 * Traiger, IBM Systems Journal 9(2), 1970; counting by a tree: Bennett, Kruskal 1975).
 *
 * A reference faults in F frames when F or more other pages were used since the page was used last;
 * that number plus one is its stack distance, and a histogram of distances holds all answers.
 *
 *   front:  the 16 pages used last, youngest first; most references end here
 *   slots:  the others, in the order in which they left the front (page-order.ts)
 *
 * The distance of a page found behind the front is 16 + the number of pages after it + 1.
 */

import { emptySlots, enter, NOT_IN_SLOTS, takeOut } from './page-order.ts';

const FRONT = 16;
/**
 * Faults of LRU with f frames, for f = 0..pages, started empty. faults[0] counts every reference;
 * from 1 on, the references of a run after its first are hits. Exact. Page ids are below `pages`.
 */
export function lruCurve(runs: Uint32Array, pages: number): Float64Array {
  const slots = emptySlots(pages);
  const front = new Int32Array(FRONT).fill(-1);
  /** hits[d]: references at stack distance d. */
  const hits = new Float64Array(pages + FRONT + 2);
  let references = 0;
  let coldMisses = 0;
  let first = -1;
  for (let index = 0; index < runs.length; index++) {
    const run = runs[index];
    references += (run & 63) + 1;
    const page = run >>> 8;
    if (page === first) continue;
    // Search the front and shift it by one in the same walk.
    let dropped = first;
    let place = 1;
    for (; place < FRONT; place++) {
      const here = front[place];
      front[place] = dropped;
      dropped = here;
      if (here === page) break;
    }
    front[0] = page;
    first = page;
    if (place < FRONT) {
      hits[place + 1]++;
      continue;
    }
    const slot = slots.slotOf[page];
    if (slot === NOT_IN_SLOTS) coldMisses++;
    else hits[FRONT + 1 + takeOut(slots, slot)]++;
    if (dropped >= 0) enter(slots, dropped);
    slots.slotOf[page] = NOT_IN_SLOTS;
  }
  const curve = new Float64Array(pages + 1);
  let faults = coldMisses;
  for (let frames = pages; frames >= 1; frames--) {
    faults += hits[frames + 1];
    curve[frames] = faults;
  }
  curve[0] = references;
  return curve;
}
