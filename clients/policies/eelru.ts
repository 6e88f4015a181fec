/**
 * EELRU, early eviction LRU: LRU, unless it can be seen to lose (Smaragdakis, Kaplan and Wilson,
 * "EELRU: Simple and Effective Adaptive Page Replacement", SIGMETRICS 1999; Performance Evaluation
 * 53, 2003). One order of recency for all pages, those that have left memory included.
 *
 *   youngest                                                               oldest
 *   |--------- stays ---------|------ early ------|--------- late ---------|
 *   0                         e                   M                        l
 *
 * M is memory: the frames guaranteed, under a central pager all there are. References are counted by the place of the page in the order. LRU serves those to
 * [e, M). Whoever evicts at e instead keeps a part of [e, l), the same share of each page's time:
 * (M - e) / (l - e). So on a fault early eviction pays if, for some e and l,
 *
 *   hits in [e, l) * (M - e) / (l - e)  >  hits in [e, M)
 *
 * and then the page at the best e goes; but a page older than that l goes first, and LRU decides
 * where nothing pays. Points e and l are borders of bins of the order, and counts are halved after
 * as many events as M has pages: the paper leaves resolution and ageing open; figures are ours.
 *
 * Left out: a version without sight of each reference (of all tasks: `eelru-bits`). A repeated reference is one to the youngest page,
 * which no decision depends on. 23 bytes a page. A reference costs the number of bins that its page rises.
 */

import {
  checkLists,
  createLists,
  listOf,
  move,
  NONE,
  oldestEvictable,
  type PageLists,
  remove,
} from '../../contracts/page-lists.ts';
import type { Policy, PolicyContext, PolicyView, ReferenceBatch } from '../../contracts/policy.ts';

export interface EelruState {
  /** The order, threaded through two arrays; entry `pages` is the sentinel. NONE: not in it. */
  readonly older: Int32Array;
  readonly younger: Int32Array;
  /** By page: its bin. */
  readonly bin: Int32Array;
  /** 1: it has a frame. */
  readonly here: Uint8Array;
  resident: number;
  /** What is in memory, by recency, LRU first; not what was admitted and not yet seen in use. */
  readonly used: PageLists;
  /** By bin: its oldest page, the pages in it, hits (aged). The last one is for what is beyond. */
  readonly oldest: Int32Array;
  readonly count: Int32Array;
  readonly hits: Float64Array;
  /** Pages of a bin; bins of memory. */
  readonly width: number;
  readonly memoryBins: number;
  /** Hits beyond the first bin since they were last halved, and since points were chosen. */
  sinceAged: number;
  sinceChosen: number;
  /** The points that pay most, in bins; early 0: none pays. */
  early: number;
  late: number;
}

const eelru: Policy<EelruState> = {
  name: 'eelru',
  sight: 'oracle',
  summary: 'LRU unless early eviction pays, by recency (Smaragdakis et al. 1999)',
  // Bins of memory, and how far the order reaches, in memories.
  parameters: { bins: 16, reach: 3 },
  ranges: {
    bins: {
      least: 1,
      most: 4096,
      whole: true,
      means: 'parts of the memory that recency is counted in',
    },
    reach: { least: 1, most: 100, means: 'memories that the order of recency reaches' },
  },
  create,
  admitted,
  removed,
  referencesSeen,
  victim,
  check,
};

export default eelru;

function create({ pages, guaranteedFrames, parameters }: PolicyContext): EelruState {
  const width = Math.max(1, Math.floor(guaranteedFrames / parameters.bins));
  const memoryBins = Math.max(1, Math.floor(guaranteedFrames / width));
  const bins = Math.max(memoryBins + 1, Math.floor((guaranteedFrames * parameters.reach) / width));
  const older = new Int32Array(pages + 1).fill(NONE);
  const younger = new Int32Array(pages + 1).fill(NONE);
  older[pages] = pages;
  younger[pages] = pages;
  return {
    older,
    younger,
    bin: new Int32Array(pages),
    here: new Uint8Array(pages),
    resident: 0,
    used: createLists(pages, 1),
    oldest: new Int32Array(bins + 1).fill(NONE),
    count: new Int32Array(bins + 1),
    hits: new Float64Array(bins + 1),
    width,
    memoryBins,
    sinceAged: 0,
    sinceChosen: 0,
    early: 0,
    late: 0,
  };
}

/** Where it stands in the order is known when its reference is seen; until then it stays. */
function admitted(state: EelruState, page: number): void {
  if (state.here[page] === 1) return;
  state.here[page] = 1;
  state.resident++;
}

function removed(state: EelruState, page: number): void {
  if (state.here[page] === 0) return;
  state.here[page] = 0;
  state.resident--;
  remove(state.used, page);
  // What is beyond the order is there only as long as it is in memory.
  if (state.older[page] !== NONE && state.bin[page] === lastBin(state)) takeOut(state, page);
}

function referencesSeen(state: EelruState, { runs, from, to }: ReferenceBatch): void {
  const { older, used, here } = state;
  const sentinel = older.length - 1;
  for (let index = from; index < to; index++) {
    const page = runs[index] >>> 8;
    // A page that left after its reference stays out.
    if (here[page] === 1 && used.tail[0] !== page) move(used, 0, page);
    if (older[sentinel] === page) continue;
    if (older[page] !== NONE) {
      countHit(state, state.bin[page]);
      takeOut(state, page);
    }
    putFirst(state, page);
  }
}

/** A reference to a page of `bin`: of those to the first one no decision depends on. */
function countHit(state: EelruState, bin: number): void {
  if (bin === 0) return;
  const { hits, width, memoryBins } = state;
  hits[bin]++;
  state.sinceChosen++;
  if (++state.sinceAged < width * memoryBins) return;
  state.sinceAged = 0;
  for (let at = 0; at < hits.length; at++) hits[at] /= 2;
}

function takeOut(state: EelruState, page: number): void {
  const { older, younger, bin, oldest, count } = state;
  const at = bin[page];
  count[at]--;
  if (oldest[at] === page) oldest[at] = count[at] === 0 ? NONE : younger[page];
  older[younger[page]] = older[page];
  younger[older[page]] = younger[page];
  older[page] = NONE;
  younger[page] = NONE;
}

/** The page used last; of each bin that is too full the oldest page goes on to the next one. */
function putFirst(state: EelruState, page: number): void {
  const { older, younger, bin, oldest, count, width } = state;
  const sentinel = older.length - 1;
  const second = older[sentinel];
  older[sentinel] = page;
  younger[page] = sentinel;
  older[page] = second;
  younger[second] = page;
  bin[page] = 0;
  if (++count[0] === 1) oldest[0] = page;
  const last = lastBin(state);
  for (let at = 0; at < last && count[at] > width; at++) {
    const leaver = oldest[at];
    oldest[at] = younger[leaver];
    count[at]--;
    bin[leaver] = at + 1;
    if (++count[at + 1] === 1) oldest[at + 1] = leaver;
    if (at + 1 === last && state.here[leaver] === 0) takeOut(state, leaver);
  }
}

function lastBin({ count }: EelruState): number {
  return count.length - 1;
}

function victim(state: EelruState, view: PolicyView): number {
  const { older, bin, oldest, used, here, width } = state;
  const sentinel = older.length - 1;
  if (state.sinceChosen >= width) choosePoints(state);
  const lru = oldestEvictable(used, 0, view);
  if (lru === NONE) return unseen(state, view);
  if (state.early === 0 || bin[lru] >= state.late) return lru;
  // Of what stays the oldest is the last one before e; the first in memory behind it goes.
  let page = older[oldest[state.early - 1]];
  while (page !== sentinel && !(here[page] === 1 && view.evictable(page))) page = older[page];
  return page === sentinel ? lru : page;
}

/** All else is on its way: a page that was admitted and not yet seen in use. */
function unseen({ here, used }: EelruState, view: PolicyView): number {
  for (let page = 0; page < here.length; page++)
    if (here[page] === 1 && listOf(used, page) === NONE && view.evictable(page)) return page;
  return NONE;
}

/** The points e and l, in bins, at which early eviction gains most over LRU, if it gains at all. */
function choosePoints(state: EelruState): void {
  const { hits, memoryBins } = state;
  state.sinceChosen = 0;
  state.early = 0;
  state.late = 0;
  let best = 0;
  let served = 0;
  for (let early = memoryBins - 1; early > 0; early--) {
    served += hits[early];
    let total = served;
    for (let late = memoryBins + 1; late < hits.length; late++) {
      total += hits[late - 1];
      const gain = (total * (memoryBins - early)) / (late - early) - served;
      if (gain <= best) continue;
      best = gain;
      state.early = early;
      state.late = late;
    }
  }
}

function check(state: EelruState): string | undefined {
  const { older, younger, bin, oldest, count, width, here, used } = state;
  const sentinel = older.length - 1;
  const last = lastBin(state);
  const wrong = checkLists(used);
  if (wrong !== undefined) return `eelru: ${wrong}`;
  const counted = new Int32Array(count.length);
  let at = 0;
  for (let page = older[sentinel]; page !== sentinel; page = older[page]) {
    if (page < 0 || younger[older[page]] !== page) return `eelru: links around ${page} disagree`;
    if (bin[page] < at) return `eelru: page ${page} of bin ${bin[page]} stands behind bin ${at}`;
    at = bin[page];
    if (++counted[at] > count[at]) return `eelru: bin ${at} lists more than ${count[at]} pages`;
    if (at === last && here[page] === 0) return `eelru: page ${page} is kept beyond the order`;
    const ends = older[page] === sentinel || bin[older[page]] !== at;
    if (ends !== (oldest[at] === page)) return `eelru: bin ${at} does not end at page ${page}`;
  }
  for (let each = 0; each < count.length; each++) {
    if (counted[each] !== count[each]) return `eelru: bin ${each} counts ${count[each]} pages`;
    if (each < last && count[each] > width) return `eelru: bin ${each} is too full`;
  }
  const held = here.reduce((sum, one) => sum + one, 0);
  return held === state.resident ? undefined : `eelru: resident ${state.resident}, here ${held}`;
}
