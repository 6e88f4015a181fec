/**
 * Random: any resident page, each as likely as another.
 *
 * Needs no sight and has no bad case that a program could fall into or be driven into: the measure
 * of what a policy's knowledge is worth. Draws come from xorshift32 (Marsaglia, 2003) on the seed
 * that the task was given, so a run repeats exactly.
 *
 * The residents stand in a dense array, a removed one is replaced by the last. 8 bytes a page.
 */

import type { Policy } from '../../contracts/policy.ts';

const ABSENT = -1;
/** xorshift32 has one state that never leaves itself: zero. */
const SEED_WHEN_ZERO = 2463534242;

interface RandomState {
  /** Resident pages, in slots 0..resident - 1. */
  readonly pageAt: Int32Array;
  /** Slot of each page. ABSENT: not resident. */
  readonly slotOf: Int32Array;
  resident: number;
  /** State of the generator, 1..2^32 - 1. */
  draw: number;
}

const random: Policy<RandomState> = {
  name: 'random',
  sight: 'none',
  summary: 'evicts any resident page, by the seed',

  create({ pages, seed }) {
    return {
      pageAt: new Int32Array(pages).fill(ABSENT),
      slotOf: new Int32Array(pages).fill(ABSENT),
      resident: 0,
      draw: seed >>> 0 || SEED_WHEN_ZERO,
    };
  },

  admitted(state, page) {
    if (state.slotOf[page] !== ABSENT) return;
    state.pageAt[state.resident] = page;
    state.slotOf[page] = state.resident++;
  },

  removed(state, page) {
    const { pageAt, slotOf } = state;
    const slot = slotOf[page];
    if (slot === ABSENT) return;
    const last = pageAt[--state.resident];
    pageAt[slot] = last;
    slotOf[last] = slot;
    pageAt[state.resident] = ABSENT;
    slotOf[page] = ABSENT;
  },

  victim(state, view) {
    const { pageAt, resident } = state;
    let draw = state.draw;
    draw ^= draw << 13;
    draw ^= draw >>> 17;
    draw ^= draw << 5;
    state.draw = draw >>> 0;
    let slot = Math.floor((state.draw / 4294967296) * resident);
    for (let looks = resident; looks > 0; looks--) {
      if (view.evictable(pageAt[slot])) return pageAt[slot];
      slot = slot + 1 === resident ? 0 : slot + 1;
    }
    return ABSENT;
  },

  check({ pageAt, slotOf, resident }) {
    const held = slotOf.reduce((sum, slot) => sum + (slot === ABSENT ? 0 : 1), 0);
    if (held !== resident) return `random: resident ${resident}, slots ${held}`;
    for (let slot = 0; slot < resident; slot++) {
      if (slotOf[pageAt[slot]] !== slot) return `random: slot ${slot} and its page disagree`;
    }
    return undefined;
  },
};

export default random;
