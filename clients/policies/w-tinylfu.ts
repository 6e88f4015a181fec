/**
 * W-TinyLFU: new pages go through a small LRU window; who leaves it competes with the page that the main
 * part would give up, and the one referenced less often leaves memory. The main part is a segmented LRU
 * (Einziger, Friedman, Manes, ACM Transactions on Storage 13(4), 2017).
 *
 *   fault --> window --oldest: counts more than probation's oldest--> probation --hit--> protected
 *                        `--else: leaves                                   ^-----oldest----'
 *
 * The paper counts references in a sketch of a few bits a page, whose errors come from collisions. Pages
 * are numbers here, so each has its own counter of 4 bits: the same rule without errors, and no doorkeeper.
 * After `sample` references a frame all counts are halved. As in the paper ties go against the newcomer.
 * The paper's simulators grow the window by climbing hills: left out.
 *
 * Shares are of the frames there were when a fault last found none free; until then, of the guarantee. A
 * page enters when its faulting reference is seen, which is counted as any other, after the eviction.
 *
 * 16 bytes a page. O(1) a reference.
 */

import {
  checkLists,
  createLists,
  listOf,
  move,
  moveToEnd,
  NONE,
  oldestEvictable,
  type PageLists,
  remove,
} from '../../contracts/page-lists.ts';
import type { Policy } from '../../contracts/policy.ts';

const WINDOW = 0;
const PROBATION = 1;
const PROTECTED = 2;
/** Pages admitted whose faulting reference has not been seen. */
const FRESH = 3;
const COUNT_MAX = 15;

interface WTinyLfuState {
  readonly lists: PageLists;
  /** By page: references counted, up to COUNT_MAX, as they were in epoch `epochOf`. */
  readonly counts: Uint8Array;
  readonly epochOf: Uint32Array;
  /** Times that all counts were halved; done for a page when it is looked at. */
  epoch: number;
  /** References counted since, halved with them. */
  counted: number;
  readonly windowShare: number;
  readonly protectedShare: number;
  readonly sample: number;
  frames: number;
  resident: number;
}

const wTinyLfu: Policy<WTinyLfuState> = {
  name: 'w-tinylfu',
  sight: 'oracle',
  summary: 'a window, then only who counts more may stay (Einziger et al. 2017)',
  parameters: { window: 0.01, protected: 0.8, sample: 10 },
  ranges: {
    window: { least: 0, most: 1, means: 'share of the frames for the window' },
    protected: { least: 0, most: 1, means: 'share of the rest that is protected' },
    sample: { least: 1, most: 1e6, means: 'references after which counts are halved, in memories' },
  },

  create({ pages, guaranteedFrames, parameters }) {
    return {
      lists: createLists(pages, 4),
      counts: new Uint8Array(pages),
      epochOf: new Uint32Array(pages),
      epoch: 0,
      counted: 0,
      windowShare: parameters.window ?? 0.01,
      protectedShare: parameters.protected ?? 0.8,
      sample: parameters.sample ?? 10,
      frames: guaranteedFrames,
      resident: 0,
    };
  },

  admitted(state, page) {
    if (listOf(state.lists, page) !== NONE) return;
    move(state.lists, FRESH, page);
    state.resident++;
  },

  removed(state, page) {
    if (listOf(state.lists, page) === NONE) return;
    remove(state.lists, page);
    state.resident--;
  },

  referencesSeen(state, { runs, from, to }) {
    const { lists } = state;
    for (let index = from; index < to; index++) {
      const run = runs[index];
      const page = run >>> 8;
      count(state, page, (run & 63) + 1);
      const list = listOf(lists, page);
      // A page that left after its reference is counted and no more.
      if (list === NONE) continue;
      if (list === FRESH) enter(state, page);
      if (list !== FRESH || (run & 63) > 0) hit(state, page);
    }
  },

  /** Pages of the window and protected ones alone, and no halving among their references. */
  digest({ lists, counted, sample, frames }, { runs, from, to }) {
    let after = counted;
    for (let index = from; index < to; index++) {
      const list = listOf(lists, runs[index] >>> 8);
      const length = (runs[index] & 63) + 1;
      // A run of 64 may stand for more.
      if ((list !== WINDOW && list !== PROTECTED) || length === 64) return false;
      after += length;
    }
    return after < sample * frames;
  },

  victim(state, view) {
    if (view.wanted() !== NONE) state.frames = state.resident;
    const { lists } = state;
    const candidate = oldestEvictable(lists, WINDOW, view);
    const resident = oldestEvictable(lists, PROBATION, view);
    const kept = resident === NONE ? oldestEvictable(lists, PROTECTED, view) : resident;
    if (candidate === NONE || kept === NONE) {
      const other = candidate === NONE ? kept : candidate;
      return other === NONE ? oldestEvictable(lists, FRESH, view) : other;
    }
    if (lists.count[WINDOW] < windowMost(state)) return kept;
    return countOf(state, candidate) > countOf(state, kept) ? kept : candidate;
  },

  check({ lists, resident }) {
    const wrong = checkLists(lists);
    if (wrong !== undefined) return `w-tinylfu: ${wrong}`;
    const held = lists.count.reduce((sum, count) => sum + count, 0);
    return held === resident ? undefined : `w-tinylfu: resident ${resident}, listed ${held}`;
  },
};

export default wTinyLfu;

function windowMost({ frames, windowShare }: WTinyLfuState): number {
  return Math.max(1, Math.floor(frames * windowShare));
}

/** The faulting reference of `page`; whoever the window has no room for any more goes on. */
function enter(state: WTinyLfuState, page: number): void {
  const { lists } = state;
  move(lists, WINDOW, page);
  const most = windowMost(state);
  while (lists.count[WINDOW] > most) move(lists, PROBATION, lists.head[WINDOW]);
}

/** Any further reference of a page in memory. */
function hit(state: WTinyLfuState, page: number): void {
  const { lists, frames, protectedShare } = state;
  const list = listOf(lists, page);
  if (list === WINDOW || list === PROTECTED) {
    moveToEnd(lists, list, page);
    return;
  }
  move(lists, PROTECTED, page);
  const most = Math.floor(Math.max(0, frames - windowMost(state)) * protectedShare);
  while (lists.count[PROTECTED] > most) move(lists, PROBATION, lists.head[PROTECTED]);
}

/** Counts `references` of the page; halves all counts each time that the sample is full. */
function count(state: WTinyLfuState, page: number, references: number): void {
  const { counts, epochOf, epoch, sample, frames } = state;
  const full = sample * frames;
  if (state.counted + references < full) {
    const before = epochOf[page] === epoch ? counts[page] : countOf(state, page);
    const sum = before + references;
    counts[page] = sum < COUNT_MAX ? sum : COUNT_MAX;
    epochOf[page] = epoch;
    state.counted += references;
    return;
  }
  let left = references;
  while (left > 0) {
    const now = Math.min(left, Math.max(1, Math.ceil(full) - state.counted));
    counts[page] = Math.min(COUNT_MAX, countOf(state, page) + now);
    epochOf[page] = state.epoch;
    state.counted += now;
    left -= now;
    if (state.counted < full) continue;
    state.epoch++;
    state.counted = Math.floor(state.counted / 2);
  }
}

function countOf({ counts, epochOf, epoch }: WTinyLfuState, page: number): number {
  const halvings = epoch - epochOf[page];
  return halvings > 3 ? 0 : counts[page] >> halvings;
}
