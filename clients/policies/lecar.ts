/**
 * LeCaR, learning cache replacement: of LRU and LFU one is drawn, by weights that fall when a page comes
 * back soon after that one had it leave (Vietri et al., "Driving Cache Replacement with ML-based
 * LeCaR", HotStorage 2018).
 *
 *   victim: with the weight of LRU as its chance the least recently used page, else the one with the
 *           fewest references; if both name the same nobody is to blame for it
 *   ghosts: what LRU had leave, and what LFU had leave, each `history` of the frames
 *   a ghost is wanted t references after it left: w = w * e^(-learning * d^t), and the two are made to
 *           sum to 1 again; d = 0.005^(1 / frames)
 *
 * Defaults are those of the paper (0.45, 0.005) and of libCacheSim: ghosts for half of the frames each,
 * and a page that comes back is counted from 1 (`keeps` 0; 1: a ghost that comes back goes on counting,
 * as its authors' program does). A weight does not fall below `least`, as there; libCacheSim adds
 * 10^-10 instead. Ties of LFU: the page unused for longest. Frames: those guaranteed, or the resident
 * pages where they are more.
 *
 * The power of e is computed here, by additions and multiplications: its last digits differ between
 * engines. 51 bytes a page. O(log residents) a reference at worst.
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
  listOf,
  move,
  NONE,
  oldestEvictable,
  type PageLists,
  remove,
} from '../../contracts/page-lists.ts';
import type { Policy, PolicyView } from '../../contracts/policy.ts';

/** What is in memory, by recency; and the ghosts of LRU and of LFU. */
const RECENT = 0;
const BY_LRU = 1;
const BY_LFU = 2;

const ABSENT = 0;
/** It has a frame, but its first reference has not been seen yet. */
const ARRIVING = 1;
const PRESENT = 2;

const LOGARITHM_OF_DISCOUNT = -5.298317366548036;
/** xorshift32 has one state that never leaves itself: zero. */
const SEED_WHEN_ZERO = 2463534242;

interface LecarState {
  readonly lists: PageLists;
  /** By references, then by the time of the last one. */
  readonly heap: PageHeap;
  readonly presence: Uint8Array;
  /** 1: it was a ghost when it was wanted. */
  readonly recalled: Uint8Array;
  /** By ghost: when it left, in references. */
  readonly leftAt: Float64Array;
  readonly learning: number;
  readonly history: number;
  readonly keeps: boolean;
  readonly least: number;
  readonly guaranteed: number;
  /** Of LRU; LFU has the rest of 1. */
  weight: number;
  /** The victim named last, and to whose ghosts it goes; NONE: to nobody's. */
  named: number;
  namedBy: number;
  /** State of the generator, 1..2^32 - 1. */
  draw: number;
  /** References seen. */
  now: number;
  resident: number;
}

const lecar: Policy<LecarState> = {
  name: 'lecar',
  sight: 'oracle',
  summary: 'LRU or LFU, drawn by weights that learn from regret (Vietri et al. 2018)',
  parameters: { learning: 0.45, history: 0.5, keeps: 0, least: 0.01 },
  ranges: {
    learning: { least: 0, most: 100, means: 'rate at which regret moves the weights' },
    history: { least: 0, most: 1000, means: 'ghosts of each of the two, in memories' },
    keeps: { least: 0, most: 1, whole: true, means: '1: the count of a page that left is kept' },
    least: { least: 0, most: 0.5, means: 'weight that either has at least' },
  },

  create({ pages, guaranteedFrames, parameters, seed }) {
    return {
      lists: createLists(pages, 3),
      heap: createHeap(pages),
      presence: new Uint8Array(pages),
      recalled: new Uint8Array(pages),
      leftAt: new Float64Array(pages),
      learning: parameters.learning,
      history: parameters.history,
      keeps: parameters.keeps > 0,
      least: parameters.least,
      guaranteed: guaranteedFrames,
      weight: 0.5,
      named: NONE,
      namedBy: NONE,
      draw: seed >>> 0 || SEED_WHEN_ZERO,
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
    const { lists, presence } = state;
    if (presence[page] === ABSENT) return;
    if (presence[page] === PRESENT) {
      takeOut(state.heap, page);
      remove(lists, page);
      if (page === state.named && state.namedBy !== NONE) becomeGhost(state, page, state.namedBy);
    }
    state.named = NONE;
    presence[page] = ABSENT;
    state.resident--;
  },

  referencesSeen(state, { runs, from, to }) {
    const { lists, heap, presence } = state;
    for (let index = from; index < to; index++) {
      const page = runs[index] >>> 8;
      const length = (runs[index] & 63) + 1;
      if (presence[page] === ARRIVING) arrive(state, page);
      state.now += length;
      // A page that left after its reference stays out.
      if (presence[page] !== PRESENT) continue;
      place(heap, page, heap.key[page] + length, state.now);
      if (lists.tail[RECENT] !== page) move(lists, RECENT, page);
    }
  },

  /** Where no run stands for more than it says: counts and times are then as they were. */
  digest(_state, { runs, from, to }) {
    for (let index = from; index < to; index++) if ((runs[index] & 63) === 63) return false;
    return true;
  },

  victim(state, view) {
    const { lists } = state;
    const wanted = view.wanted();
    if (wanted >= 0) regret(state, wanted);
    const recent = oldestEvictable(lists, RECENT, view);
    if (recent === NONE) return firstArriving(state, view);
    const rare = leastEvictable(state.heap, view, Number.POSITIVE_INFINITY);
    if (recent === rare) state.namedBy = NONE;
    else state.namedBy = drawOne(state) < state.weight ? BY_LRU : BY_LFU;
    state.named = state.namedBy === BY_LFU ? rare : recent;
    return state.named;
  },

  check({ lists, heap, presence, resident, weight, least }) {
    const wrong = checkLists(lists) ?? checkHeap(heap);
    if (wrong !== undefined) return `lecar: ${wrong}`;
    let here = 0;
    for (let page = 0; page < presence.length; page++) {
      if (presence[page] !== ABSENT) here++;
      const isPresent = presence[page] === PRESENT;
      if (isPresent !== (listOf(lists, page) === RECENT) || isPresent !== heap.slotOf[page] >= 0)
        return `lecar: page ${page} is ${presence[page]}, in list ${listOf(lists, page)}`;
    }
    if (!(weight >= least && weight <= 1 - least)) return `lecar: LRU weighs ${weight}`;
    return here === resident ? undefined : `lecar: resident ${resident}, here ${here}`;
  },
};

/** Its first reference comes now: it is in memory, and no ghost any more. */
function arrive(state: LecarState, page: number): void {
  const { lists, heap, recalled } = state;
  regret(state, page);
  state.presence[page] = PRESENT;
  if (!(state.keeps && recalled[page] === 1)) heap.key[page] = 0;
  recalled[page] = 0;
  append(lists, RECENT, page);
}

function becomeGhost(state: LecarState, page: number, list: number): void {
  const { lists, leftAt, history, guaranteed, resident } = state;
  leftAt[page] = state.now;
  append(lists, list, page);
  const ghosts = Math.floor(history * (resident > guaranteed ? resident : guaranteed));
  while (lists.count[list] > ghosts) remove(lists, lists.head[list]);
}

/** If `page` is a ghost, whoever had it leave loses weight, the more the sooner it is wanted. */
function regret(state: LecarState, page: number): void {
  const { lists, resident, guaranteed, least } = state;
  const list = listOf(lists, page);
  if (list !== BY_LRU && list !== BY_LFU) return;
  remove(lists, page);
  state.recalled[page] = 1;
  const frames = resident > guaranteed ? resident : guaranteed;
  const time = state.now - state.leftAt[page];
  const loss = exponential((time * LOGARITHM_OF_DISCOUNT) / frames);
  const factor = exponential(-state.learning * loss);
  const lru = list === BY_LRU ? state.weight * factor : state.weight;
  const lfu = list === BY_LFU ? (1 - state.weight) * factor : 1 - state.weight;
  const weight = lru / (lru + lfu);
  state.weight = weight < least ? least : weight > 1 - least ? 1 - least : weight;
}

/** A number from 0 to 1, which it is not, by xorshift32 (Marsaglia 2003). */
function drawOne(state: LecarState): number {
  let draw = state.draw;
  draw ^= draw << 13;
  draw ^= draw >>> 17;
  draw ^= draw << 5;
  state.draw = draw >>> 0;
  return state.draw / 4294967296;
}

/** e to the power of `power`, 0 or less: a series for a part that is small, squared again. */
function exponential(power: number): number {
  let part = power;
  let halvings = 0;
  for (; part < -0.5; part /= 2) halvings++;
  let term = 1;
  let sum = 1;
  for (let n = 1; n <= 16; n++) {
    term *= part / n;
    sum += term;
  }
  for (; halvings > 0; halvings--) sum *= sum;
  return sum;
}

/** All else is on its way. */
function firstArriving({ presence }: LecarState, view: PolicyView): number {
  for (let page = 0; page < presence.length; page++)
    if (presence[page] === ARRIVING && view.evictable(page)) return page;
  return NONE;
}

export default lecar;
