/**
 * GCLOCK, generalised clock: a page holds a count; a reference sets it to `weight`, the hand lowers it
 * by one each time it comes past and takes the first page that it finds at zero (Smith, "Sequentiality
 * and Prefetching in Database Systems", ACM TODS 3(3), 1978; Nicola, Dan, Dias, SIGMETRICS 1992).
 *
 * Reference bits suffice: whether a page was used once or often since the hand came past, its count is
 * `weight`. So the hand does what a reference would have done, then its own part. The faulting reference
 * sets the bit as any other does; the first time the hand comes past it grants `initial` instead, for
 * what may have been used only once. With both at 1 it is clock. Variants in which each reference adds to the
 * count need to see each.
 *
 * When one round finds no page at zero no bit is set any more, so how often the hand would go round is
 * known and it goes once: a search looks at each page at most twice.
 *
 * 11 bytes a page.
 */

import { ABSENT, checkRing, enterRing, leaveRing } from '../../contracts/page-ring.ts';
import type { Policy, PolicyView } from '../../contracts/policy.ts';

interface GclockState {
  /** Following page in the circle. ABSENT: not resident. */
  readonly next: Int32Array;
  readonly previous: Int32Array;
  readonly count: Uint16Array;
  /** 1: the hand has not come past since the page was admitted. */
  readonly fresh: Uint8Array;
  readonly weight: number;
  readonly initial: number;
  /** Page looked at next; ABSENT while nothing is resident. */
  hand: number;
  resident: number;
}

const gclock: Policy<GclockState> = {
  name: 'gclock',
  sight: 'hardware',
  summary: 'clock with counts: a page used is spared `weight` times (Smith 1978)',
  parameters: { weight: 2, initial: 2 },
  ranges: {
    weight: { least: 0, most: 65535, whole: true, means: 'times that a page used is spared' },
    initial: { least: 0, most: 65535, whole: true, means: 'times that a new page is spared' },
  },

  create({ pages, parameters }) {
    return {
      next: new Int32Array(pages).fill(ABSENT),
      previous: new Int32Array(pages).fill(ABSENT),
      count: new Uint16Array(pages),
      fresh: new Uint8Array(pages),
      weight: parameters.weight,
      initial: parameters.initial,
      hand: ABSENT,
      resident: 0,
    };
  },

  admitted(state, page) {
    if (!enterRing(state, page)) return;
    state.count[page] = 0;
    state.fresh[page] = 1;
  },

  removed(state, page) {
    leaveRing(state, page);
  },

  victim(state, view) {
    const { next, count, resident } = state;
    let least = ABSENT;
    for (let looks = resident, page = state.hand; looks > 0; looks--, page = next[page]) {
      if (!view.evictable(page)) continue;
      if (spare(state, page, view)) {
        if (least === ABSENT || count[page] < count[least]) least = page;
        continue;
      }
      state.hand = page;
      return page;
    }
    return least === ABSENT ? ABSENT : goRound(state, least, view);
  },

  check(state) {
    const wrong = checkRing(state);
    return wrong === undefined ? undefined : `gclock: ${wrong}`;
  },
};

/** The hand comes past: what a reference since then has granted, less one. False: it is at zero. */
function spare(state: GclockState, page: number, view: PolicyView): boolean {
  const { count, fresh } = state;
  if (view.referenced(page)) {
    view.clearReferenced(page);
    count[page] = fresh[page] === 1 ? state.initial : state.weight;
  }
  fresh[page] = 0;
  if (count[page] === 0) return false;
  count[page]--;
  return true;
}

/** As many rounds as `least` has left, and on to it: those before it are passed once more. */
function goRound(state: GclockState, least: number, view: PolicyView): number {
  const { next, count, hand } = state;
  const rounds = count[least];
  let passed = rounds + 1;
  let page = hand;
  do {
    if (page === least) passed = rounds;
    if (view.evictable(page)) count[page] -= passed;
    page = next[page];
  } while (page !== hand);
  state.hand = least;
  return least;
}

export default gclock;
