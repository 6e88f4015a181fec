/**
 * Multi-queue: pages by how often they are used, in queues of which each holds those of twice as
 * many uses as the one below (Zhou, Philbin and Li, "The Multi-Queue Replacement Algorithm for
 * Second Level Buffer Caches", USENIX 2001).
 *
 *   queue m-1  128 uses and more      used: to the tail of the queue that its count calls for
 *   ...                               unused for a lifetime at the head: to the tail of the queue
 *   queue 1    2 or 3                 below, where it has another lifetime
 *   queue 0    1 use        head      goes first
 *   ghosts     gone from memory, but their counts are kept; oldest first, they are forgotten
 *
 * MQ was made for caches behind other caches, which see no reference that follows soon on another
 * one to the same block. Here a reference is a use if the page was last used at least `correlated`
 * references ago, else it keeps its place; by default each is one. Time is counted in references; with
 * `repeats` 0 a run of references to one page counts as one. The lifetime follows the paper: the
 * distance in time at which most uses return, by powers of two, looked at once in so many uses; or a
 * fixed `lifeTime`. Where a program's repeated references are counted most return at once, so lifetimes
 * are short and pages stand much as under LRU.
 *
 * Left out: a version without sight of each reference (of all tasks: `multi-queue-bits`). 30 bytes a
 * page.
 */

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
import type { Policy, PolicyContext, PolicyView, ReferenceBatch } from '../../contracts/policy.ts';

export interface MultiQueueState {
  /** Queues 0 to m - 1 of what is in memory, and queue m: ghosts. */
  readonly queues: PageLists;
  readonly ghosts: number;
  readonly ghostsMax: number;
  /** By page: uses, and, in references: when it was used last, after what it goes down a queue. */
  readonly uses: Uint32Array;
  readonly lastUse: Float64Array;
  readonly expires: Float64Array;
  /** No head of a queue goes down before this. */
  earliest: number;
  /** 1: it has a frame. */
  readonly here: Uint8Array;
  resident: number;
  readonly repeats: boolean;
  readonly correlated: number;
  /** References seen. */
  now: number;
  lifeTime: number;
  /** Uses that returned after 2^n to 2^(n+1) references; null: the lifetime is fixed. */
  readonly distances: Float64Array | null;
  returns: number;
}

/** Looks at the distances after as many uses as there are frames, and this at least. */
const RETURNS_MIN = 64;
/** What is longer than 2^31 counts for the last one. */
const DISTANCES = 31;

const multiQueue: Policy<MultiQueueState> = {
  name: 'multi-queue',
  sight: 'oracle',
  summary: 'queues by frequency of use, with lifetimes and ghosts (Zhou et al. 2001)',
  // The paper's: 8 queues, ghosts for four memories. lifeTime -1: as said above.
  parameters: { queues: 8, ghosts: 4, lifeTime: -1, correlated: 0, repeats: 1 },
  ranges: {
    queues: { least: 1, most: 64, whole: true, means: 'queues of frequency' },
    ghosts: { least: 0, most: 1000, means: 'ghosts, in memories' },
    lifeTime: {
      least: -1,
      most: 1e15,
      means: 'uses that a page keeps its queue for; -1: as uses return',
    },
    correlated: { least: 0, most: 1e15, means: 'references within which uses count as one' },
    repeats: { least: 0, most: 1, whole: true, means: '1: uses that follow on one another count' },
  },
  create,
  admitted,
  removed,
  referencesSeen,
  victim,
  check,
};

export default multiQueue;

function create({ pages, guaranteedFrames, parameters }: PolicyContext): MultiQueueState {
  const { queues, ghosts, lifeTime, correlated, repeats } = parameters;
  return {
    queues: createLists(pages, queues + 1),
    ghosts: queues,
    ghostsMax: guaranteedFrames * ghosts,
    uses: new Uint32Array(pages),
    lastUse: new Float64Array(pages),
    expires: new Float64Array(pages),
    earliest: 0,
    here: new Uint8Array(pages),
    resident: 0,
    repeats: repeats > 0,
    correlated,
    now: 0,
    lifeTime: lifeTime < 0 ? guaranteedFrames : lifeTime,
    distances: lifeTime < 0 ? new Float64Array(DISTANCES) : null,
    returns: 0,
  };
}

/** In a queue it comes with its first reference; what was a ghost keeps its count. */
function admitted(state: MultiQueueState, page: number): void {
  if (state.here[page] === 1) return;
  if (listOf(state.queues, page) === state.ghosts) remove(state.queues, page);
  else state.uses[page] = 0;
  state.here[page] = 1;
  state.resident++;
}

function removed(state: MultiQueueState, page: number): void {
  const { queues, ghosts, ghostsMax, here } = state;
  if (here[page] === 0) return;
  here[page] = 0;
  state.resident--;
  standBack(state, page);
  remove(queues, page);
  if (state.uses[page] === 0) return;
  append(queues, ghosts, page);
  if (queues.count[ghosts] > ghostsMax) remove(queues, queues.head[ghosts]);
}

function referencesSeen(state: MultiQueueState, { runs, from, to }: ReferenceBatch): void {
  for (let index = from; index < to; index++) {
    const page = runs[index] >>> 8;
    for (let left = state.repeats ? (runs[index] & 63) + 1 : 1; left > 0; left--) see(state, page);
  }
}

function see(state: MultiQueueState, page: number): void {
  const { queues, lastUse, here } = state;
  const now = ++state.now;
  // A page that left after its reference stays out.
  if (here[page] === 1) {
    const isPlaced = listOf(queues, page) !== NONE;
    if (!isPlaced || now - lastUse[page] >= state.correlated) use(state, page);
  }
  lastUse[page] = now;
  if (now > state.earliest) lowerExpired(state);
}

/** A use: one more, and to the queue that its count calls for. */
function use(state: MultiQueueState, page: number): void {
  const { queues, uses, lastUse, expires } = state;
  if (uses[page] > 0) countReturn(state, state.now - lastUse[page]);
  uses[page]++;
  standBack(state, page);
  move(queues, levelOf(uses[page], state.ghosts), page);
  expires[page] = state.now + state.lifeTime;
  expect(state, page);
}

/** A page is about to leave its place: who stands behind it may be next to go down. */
function standBack(state: MultiQueueState, page: number): void {
  const following = state.queues.next[page];
  if (following !== NONE) expect(state, following);
}

function expect(state: MultiQueueState, page: number): void {
  if (state.expires[page] < state.earliest) state.earliest = state.expires[page];
}

/** Queue of a page with so many uses: their logarithm to the base of two. */
function levelOf(uses: number, levels: number): number {
  return Math.min(levels - 1, 31 - Math.clz32(uses));
}

function countReturn(state: MultiQueueState, distance: number): void {
  const { distances } = state;
  if (distances === null) return;
  const power = 31 - Math.clz32(distance < 0x7fffffff ? distance : 0x7fffffff);
  distances[power]++;
  if (++state.returns < Math.max(RETURNS_MIN, state.ghostsMax)) return;
  state.returns = 0;
  let most = 0;
  for (let at = 1; at < DISTANCES; at++) if (distances[at] > distances[most]) most = at;
  // All of that power of two returns within a lifetime.
  state.lifeTime = 2;
  for (let at = 0; at < most; at++) state.lifeTime *= 2;
  for (let at = 0; at < DISTANCES; at++) distances[at] /= 2;
}

/** The head of each queue, if its lifetime is over, goes down a queue. */
function lowerExpired(state: MultiQueueState): void {
  const { queues, expires, ghosts } = state;
  for (let level = 1; level < ghosts; level++) {
    const page = queues.head[level];
    if (page === NONE || state.now <= expires[page]) continue;
    move(queues, level - 1, page);
    expires[page] = state.now + state.lifeTime;
  }
  state.earliest = Number.MAX_VALUE;
  for (let level = 1; level < ghosts; level++)
    if (queues.head[level] !== NONE) expect(state, queues.head[level]);
}

function victim({ queues, ghosts, here }: MultiQueueState, view: PolicyView): number {
  for (let level = 0; level < ghosts; level++) {
    const page = oldestEvictable(queues, level, view);
    if (page !== NONE) return page;
  }
  // All else is on its way: a page that was admitted and not yet seen in use.
  for (let page = 0; page < here.length; page++)
    if (here[page] === 1 && listOf(queues, page) === NONE && view.evictable(page)) return page;
  return NONE;
}

function check(state: MultiQueueState): string | undefined {
  const { queues, ghosts, ghostsMax, here, uses } = state;
  const wrong = checkLists(queues);
  if (wrong !== undefined) return `multi-queue: ${wrong}`;
  if (queues.count[ghosts] > ghostsMax) return `multi-queue: more than ${ghostsMax} ghosts`;
  for (let page = 0; page < here.length; page++) {
    const queue = listOf(queues, page);
    const isHere = queue !== NONE && queue !== ghosts;
    if (isHere && here[page] === 0) return `multi-queue: page ${page} is queued, not in memory`;
    if (here[page] === 1 && queue === ghosts) return `multi-queue: page ${page} is a ghost`;
    if (isHere && uses[page] === 0) return `multi-queue: page ${page} is queued and was never used`;
  }
  const held = here.reduce((sum, one) => sum + one, 0);
  if (held === state.resident) return undefined;
  return `multi-queue: resident ${state.resident}, here ${held}`;
}
