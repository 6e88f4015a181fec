/**
 * CLOCK-Pro: LIRS with referenced bits. Hot and cold pages stand on one clock, and cold ones that have left
 * stay on it while their test period lasts. A cold page used again in its test period becomes hot
 * (Jiang, Chen, Zhang, USENIX 2005).
 *
 *   hand of cold pages   unreferenced: the victim; it stays on the clock if it is in test
 *                        referenced in test: becomes hot; else: a new test period; either way to the head
 *   hand of hot pages    where there are more than frames less the cold target: referenced ones are passed,
 *                        the first other one becomes cold; cold ones that it passes end their test
 *   hand of test         where more have left than there are frames: ends tests until one is off the clock
 *   fault                of a page on the clock: it becomes hot; of any other: cold, in test; at the head
 *
 * The head is behind the hand of hot pages. The cold target grows by one with each use in a test period and
 * shrinks with each test that ends without, from `cold` of the frames (at least 1) to all. Until a frame is
 * first taken back, pages are hot while the target leaves room, as in the authors' program.
 *
 * The paper has a page enter unreferenced, but hardware sets the bit when the faulting reference executes:
 * the bit of the page that came last is cleared when the next fault comes, at the price of a look;
 * `countsFault: 1` leaves it. Frames are those there were when a fault last found none free; until then,
 * the guarantee. A hot page that is taken stays on the clock, in test.
 *
 * 9 bytes a page. A search looks at each page a few times at most.
 */

import type { Policy, PolicyView } from '../../contracts/policy.ts';

const NONE = -1;
/** Marks of a page; none: it is not on the clock. */
const ON_CLOCK = 1;
const RESIDENT = 2;
const HOT = 4;
const TEST = 8;

interface ClockProState {
  readonly next: Int32Array;
  readonly previous: Int32Array;
  readonly marks: Uint8Array;
  /** Pages that the hands look at next; NONE while the clock is empty. */
  readonly hands: { hot: number; cold: number; test: number };
  hot: number;
  /** Pages on the clock that have left. */
  left: number;
  readonly coldShare: number;
  coldTarget: number;
  readonly countsFault: boolean;
  /** Page that came last and whose bit is still to be cleared, or NONE. */
  newest: number;
  /** A frame has been taken back. */
  isFilled: boolean;
  frames: number;
  resident: number;
}

const clockPro: Policy<ClockProState> = {
  name: 'clock-pro',
  sight: 'hardware',
  summary: 'LIRS on a clock of hot, cold and departed pages (Jiang, Chen, Zhang 2005)',
  parameters: { cold: 0.01, countsFault: 0 },
  ranges: {
    cold: { least: 0, most: 1, means: 'share of the frames for cold pages at the least' },
    countsFault: { least: 0, most: 1, whole: true, means: "1: the fault's own use counts" },
  },

  create({ pages, guaranteedFrames, parameters }) {
    const coldShare = parameters.cold ?? 0.01;
    return {
      next: new Int32Array(pages).fill(NONE),
      previous: new Int32Array(pages).fill(NONE),
      marks: new Uint8Array(pages),
      hands: { hot: NONE, cold: NONE, test: NONE },
      hot: 0,
      left: 0,
      coldShare,
      coldTarget: Math.max(1, Math.floor(coldShare * guaranteedFrames)),
      countsFault: (parameters.countsFault ?? 0) !== 0,
      newest: NONE,
      isFilled: false,
      frames: guaranteedFrames,
      resident: 0,
    };
  },

  admitted(state, page, view) {
    const { marks } = state;
    if ((marks[page] & RESIDENT) !== 0) return;
    settleNewest(state, view);
    if (!state.countsFault) state.newest = page;
    state.resident++;
    if ((marks[page] & ON_CLOCK) !== 0) {
      state.left--;
      takeOff(state, page);
      putAtHead(state, page, RESIDENT | HOT);
      state.hot++;
      setTarget(state, 1);
    } else if (!state.isFilled && state.hot < state.frames - state.coldTarget) {
      putAtHead(state, page, RESIDENT | HOT);
      state.hot++;
    } else putAtHead(state, page, RESIDENT | TEST);
    coolDown(state, view);
    while (state.left > state.frames) runTest(state, view);
  },

  removed(state, page) {
    const { marks } = state;
    const mark = marks[page];
    if ((mark & RESIDENT) === 0) return;
    state.resident--;
    if (state.newest === page) state.newest = NONE;
    if ((mark & HOT) !== 0) state.hot--;
    if ((mark & (HOT | TEST)) === 0) {
      takeOff(state, page);
      return;
    }
    marks[page] = ON_CLOCK | TEST;
    state.left++;
    // The place is passed: the search goes on behind it.
    if (state.hands.cold === page) state.hands.cold = state.next[page];
  },

  victim(state, view) {
    if (view.wanted() !== NONE) {
      state.frames = state.resident;
      setTarget(state, 0);
    }
    state.isFilled = true;
    settleNewest(state, view);
    coolDown(state, view);
    return runCold(state, view);
  },

  check(state) {
    const { next, previous, marks, hot, left, resident } = state;
    let [pages, hotPages, leftPages] = [0, 0, 0];
    for (const [page, mark] of marks.entries()) {
      if (mark === 0) continue;
      pages++;
      if ((mark & HOT) !== 0) hotPages++;
      if ((mark & RESIDENT) === 0) leftPages++;
      if (previous[next[page]] !== page) return `clock-pro: links around ${page} disagree`;
    }
    if (pages - leftPages !== resident || leftPages !== left || hotPages !== hot)
      return `clock-pro: ${resident} resident, ${left} left, ${hot} hot, not so by their marks`;
    let steps = 0;
    for (let page = state.hands.hot; page !== NONE && steps <= pages; page = next[page]) {
      steps++;
      if (next[page] === state.hands.hot) break;
    }
    return steps === pages ? undefined : `clock-pro: ${pages} pages, ${steps} on the circle`;
  },
};

export default clockPro;

/** Finds the victim. A page that cannot leave is passed; where no cold one can, a hot one is named. */
function runCold(state: ClockProState, view: PolicyView): number {
  const { next, marks, hands } = state;
  let passed = 0;
  for (let looks = state.resident + 1; looks > 0; looks--) {
    const cold = state.resident - state.hot;
    if (cold === 0 && coolOne(state, view)) continue;
    if (passed >= cold) break;
    while ((marks[hands.cold] & (RESIDENT | HOT)) !== RESIDENT) hands.cold = next[hands.cold];
    const page = hands.cold;
    if (!view.evictable(page)) {
      passed++;
      hands.cold = next[page];
      continue;
    }
    if (!view.referenced(page)) return page;
    passed = 0;
    view.clearReferenced(page);
    const isInTest = (marks[page] & TEST) !== 0;
    takeOff(state, page);
    putAtHead(state, page, isInTest ? RESIDENT | HOT : RESIDENT | TEST);
    if (!isInTest) continue;
    state.hot++;
    setTarget(state, 1);
    coolDown(state, view);
  }
  let page = hands.hot;
  for (let steps = state.resident + state.left; steps > 0; steps--, page = next[page])
    if ((marks[page] & RESIDENT) !== 0 && view.evictable(page)) return page;
  return NONE;
}

/** Makes hot pages cold until there are as few as the cold target wants. */
function coolDown(state: ClockProState, view: PolicyView): void {
  while (state.hot > Math.max(0, state.frames - state.coldTarget))
    if (!coolOne(state, view)) return;
}

/** Moves the hand of hot pages until one has become cold, and on to the next hot one. */
function coolOne(state: ClockProState, view: PolicyView): boolean {
  const { next, marks, hands } = state;
  if (state.hot === 0) return false;
  // All bits are clear once each hot page has been looked at.
  let looks = state.hot;
  for (let isDone = false; ; ) {
    const page = hands.hot;
    const isHot = (marks[page] & HOT) !== 0;
    if (isDone && (isHot || state.hot === 0)) return true;
    hands.hot = next[page];
    if (!isHot) endTest(state, page, view);
    else if (looks-- > 0 && view.referenced(page)) view.clearReferenced(page);
    else {
      marks[page] &= ~HOT;
      state.hot--;
      isDone = true;
    }
  }
}

/** Ends the tests of cold pages until one that has left is off the clock. */
function runTest(state: ClockProState, view: PolicyView): void {
  const { next, marks, hands } = state;
  for (const before = state.left; state.left === before; ) {
    const page = hands.test;
    hands.test = next[page];
    if ((marks[page] & HOT) === 0) endTest(state, page, view);
  }
}

/** The test period of a cold page is over; the target shrinks if it was not used again in it. */
function endTest(state: ClockProState, page: number, view: PolicyView): void {
  const { marks } = state;
  if ((marks[page] & TEST) === 0) return;
  marks[page] &= ~TEST;
  const isResident = (marks[page] & RESIDENT) !== 0;
  if (!isResident || !view.referenced(page)) setTarget(state, -1);
  if (isResident) return;
  state.left--;
  takeOff(state, page);
}

function setTarget(state: ClockProState, change: number): void {
  const least = Math.max(1, Math.floor(state.coldShare * state.frames));
  state.coldTarget = Math.max(least, Math.min(state.frames, state.coldTarget + change));
}

/** Clears the bit that the faulting reference of the page that came last has set. */
function settleNewest(state: ClockProState, view: PolicyView): void {
  if (state.newest !== NONE) view.clearReferenced(state.newest);
  state.newest = NONE;
}

/** Puts a page on the clock, behind the hand of hot pages. */
function putAtHead(state: ClockProState, page: number, mark: number): void {
  const { next, previous, marks, hands } = state;
  marks[page] = mark | ON_CLOCK;
  const after = hands.hot === NONE ? page : hands.hot;
  const before = hands.hot === NONE ? page : previous[hands.hot];
  next[page] = after;
  previous[page] = before;
  next[before] = page;
  previous[after] = page;
  if (hands.hot !== NONE) return;
  hands.hot = page;
  hands.cold = page;
  hands.test = page;
}

/** Takes a page off the clock; hands that stand on it go on. */
function takeOff({ next, previous, marks, hands }: ClockProState, page: number): void {
  const after = next[page] === page ? NONE : next[page];
  if (hands.hot === page) hands.hot = after;
  if (hands.cold === page) hands.cold = after;
  if (hands.test === page) hands.test = after;
  next[previous[page]] = next[page];
  previous[next[page]] = previous[page];
  next[page] = NONE;
  previous[page] = NONE;
  marks[page] = 0;
}
