/**
 * Interleaving: several reference strings in strict lockstep as one, reduced to what an offline
 * optimum of one shared memory can depend on.
 *
 * Lockstep: task 0's first reference, task 1's first, ..., task 0's second, ...; a task that has
 * ended is skipped. A run of length n is n references. Pages of different tasks are different.
 *
 * The reduction keeps *episodes*. An LRU list of the `front` pages used last runs along; an episode
 * of a page is a longest row of its references of which each but the first finds it in that list:
 *
 *   references   A B A C A D E F A      front = 3
 *   episodes     A[1..5]  B[2]  C[4]  D[6]  E[7]  F[8]  A[9]
 *
 * Why that is exact for F >= front frames, under Belady's rule (evict the page whose next use is
 * farthest). Let A be referenced at t1 and next at t2 with fewer than `front` other pages between.
 * Suppose a fault on page X in between finds memory full. X and A are not candidates; of the other
 * pages referenced before t2 at most front - 2 can be resident, so with A at most front - 1 < F
 * resident pages are used again by t2, and some page has its next use after t2. It is farther than
 * A's, so A stays and the reference at t2 hits. Hence within an episode no reference faults and the
 * page is never evicted, whatever its key; only the episode's start (hit or fault) and its end
 * (from where the page may be evicted, its key being the start of its next episode) matter.
 *
 * Both kinds of event come out in order of time: starts as they are met; ends as pages leave the
 * list, since the page that leaves is the one whose last reference is oldest.
 */

import type { ReferenceString } from '../../sim-hw/references.ts';

/** The episodes of a lockstep interleaving, in order of their starts. */
export interface Interleaving {
  /** Memory sizes below this cannot be answered. */
  readonly front: number;
  /** References of all tasks together. */
  readonly references: number;
  readonly tasks: number;
  /** Task of each page of the interleaving. */
  readonly taskOf: Uint16Array;
  /** Page of each episode: the task's dense id plus the pages of all tasks before it. */
  readonly pageOf: Uint32Array;
  /** The page's next episode, or 0 when there is none. */
  readonly nextOf: Uint32Array;
  /** Episodes in order of their ends. */
  readonly byEnd: Uint32Array;
  /** How many episodes have ended before episode i starts. */
  readonly endedBefore: Uint32Array;
}

/** Grows as episodes are found. Times are positions in the interleaving, below 2^32. */
interface Episodes {
  pageOf: Uint32Array;
  startedAt: Uint32Array;
  byEnd: Uint32Array;
  endedAt: Uint32Array;
  started: number;
  ended: number;
}

/**
 * The pages used last. A hit only writes `usedAt`; a heap over the times last looked at, oldest on
 * top, finds the page used longest ago by bringing stale times up to date until the top is true.
 */
interface Front {
  /** Time of the page's last reference, from 1; 0: not among the pages used last. */
  readonly usedAt: Uint32Array;
  /** The page's last episode. */
  readonly episodeOf: Uint32Array;
  readonly heapPage: Uint32Array;
  readonly heapTime: Uint32Array;
  size: number;
}

const EPISODES_AT_FIRST = 1 << 12;

/**
 * Builds the interleaving once, for `beladyFaults` at any number of sizes of `front` frames or
 * more. The larger `front`, the fewer episodes: give the smallest size of interest. At most 2^16
 * tasks and 2^32 - 1 references in all.
 */
export function interleave(strings: readonly ReferenceString[], front = 1): Interleaving {
  if (!(front >= 1)) throw new RangeError(`interleave: front of ${front} frames`);
  const references = strings.reduce((sum, string) => sum + string.references, 0);
  if (references >= 2 ** 32) throw new RangeError(`interleave: ${references} references`);
  const taskOf = tasksOfPages(strings);
  const episodes: Episodes = {
    pageOf: new Uint32Array(EPISODES_AT_FIRST),
    startedAt: new Uint32Array(EPISODES_AT_FIRST),
    byEnd: new Uint32Array(EPISODES_AT_FIRST),
    endedAt: new Uint32Array(EPISODES_AT_FIRST),
    started: 0,
    ended: 0,
  };
  const list = emptyFront(taskOf.length, front);
  runLockstep(strings, list, episodes);
  while (list.size > 0) endOldest(list, episodes);
  return {
    front,
    references,
    tasks: strings.length,
    taskOf,
    pageOf: episodes.pageOf.slice(0, episodes.started),
    nextOf: nextEpisodes(episodes, taskOf.length),
    byEnd: episodes.byEnd.slice(0, episodes.ended),
    endedBefore: countEnded(episodes),
  };
}

/** Touches the pages of all strings in lockstep. */
function runLockstep(strings: readonly ReferenceString[], list: Front, episodes: Episodes): void {
  const tasks = strings.length;
  const active = new Uint32Array(tasks);
  const nextRun = new Uint32Array(tasks);
  const left = new Uint32Array(tasks);
  const pageOf = new Uint32Array(tasks);
  const firstPage = new Uint32Array(tasks);
  let activeCount = 0;
  for (let task = 0; task < tasks; task++) {
    if (task > 0) firstPage[task] = firstPage[task - 1] + strings[task - 1].pageNumbers.length;
    if (strings[task].runs.length > 0) active[activeCount++] = task;
  }
  const { usedAt } = list;
  let time = 0;
  while (activeCount > 0) {
    let kept = 0;
    for (let place = 0; place < activeCount; place++) {
      const task = active[place];
      if (left[task] === 0) {
        const run = strings[task].runs[nextRun[task]++];
        pageOf[task] = firstPage[task] + (run >>> 8);
        left[task] = (run & 63) + 1;
      }
      // A task alone repeats itself to no effect.
      const count = activeCount === 1 ? left[task] : 1;
      time += count;
      left[task] -= count;
      const page = pageOf[task];
      if (usedAt[page] === 0) enter(list, episodes, page, time);
      usedAt[page] = time;
      if (left[task] > 0 || nextRun[task] < strings[task].runs.length) active[kept++] = task;
    }
    activeCount = kept;
  }
}

/** A page not among those used last starts an episode, in place of the one used longest ago. */
function enter(list: Front, episodes: Episodes, page: number, time: number): void {
  if (list.size === list.heapPage.length) endOldest(list, episodes);
  // The time is the latest yet, so the end of the heap is the page's place.
  list.heapPage[list.size] = page;
  list.heapTime[list.size++] = time;
  startEpisode(list, episodes, page, time);
}

/** Takes out the page used longest ago: its episode ended with that use. */
function endOldest(list: Front, episodes: Episodes): void {
  const { usedAt, heapPage, heapTime } = list;
  let page = heapPage[0];
  while (heapTime[0] !== usedAt[page]) {
    sink(list, page, usedAt[page]);
    page = heapPage[0];
  }
  episodes.byEnd[episodes.ended] = list.episodeOf[page];
  episodes.endedAt[episodes.ended++] = usedAt[page];
  usedAt[page] = 0;
  const last = --list.size;
  sink(list, heapPage[last], heapTime[last]);
}

/** Puts the page on top of the heap, or below where its time belongs. */
function sink({ heapPage, heapTime, size }: Front, page: number, time: number): void {
  let hole = 0;
  for (let child = 1; child < size; child = 2 * hole + 1) {
    if (child + 1 < size && heapTime[child + 1] < heapTime[child]) child++;
    if (heapTime[child] >= time) break;
    heapPage[hole] = heapPage[child];
    heapTime[hole] = heapTime[child];
    hole = child;
  }
  heapPage[hole] = page;
  heapTime[hole] = time;
}

function startEpisode(list: Front, episodes: Episodes, page: number, time: number): void {
  if (episodes.started === episodes.pageOf.length) {
    episodes.pageOf = doubled(episodes.pageOf);
    episodes.startedAt = doubled(episodes.startedAt);
    episodes.byEnd = doubled(episodes.byEnd);
    episodes.endedAt = doubled(episodes.endedAt);
  }
  list.episodeOf[page] = episodes.started;
  episodes.pageOf[episodes.started] = page;
  episodes.startedAt[episodes.started++] = time;
}

function emptyFront(pages: number, front: number): Front {
  const capacity = Math.min(front, Math.max(1, pages));
  return {
    usedAt: new Uint32Array(pages),
    episodeOf: new Uint32Array(pages),
    heapPage: new Uint32Array(capacity),
    heapTime: new Uint32Array(capacity),
    size: 0,
  };
}

function tasksOfPages(strings: readonly ReferenceString[]): Uint16Array {
  const pages = strings.reduce((sum, string) => sum + string.pageNumbers.length, 0);
  const taskOf = new Uint16Array(pages);
  let first = 0;
  for (let task = 0; task < strings.length; task++) {
    const end = first + strings[task].pageNumbers.length;
    taskOf.fill(task, first, end);
    first = end;
  }
  return taskOf;
}

function nextEpisodes(episodes: Episodes, pages: number): Uint32Array {
  const next = new Uint32Array(episodes.started);
  const soonest = new Uint32Array(pages);
  for (let episode = episodes.started - 1; episode >= 0; episode--) {
    const page = episodes.pageOf[episode];
    next[episode] = soonest[page];
    soonest[page] = episode;
  }
  return next;
}

function countEnded({ startedAt, endedAt, started, ended }: Episodes): Uint32Array {
  const endedBefore = new Uint32Array(started);
  let count = 0;
  for (let episode = 0; episode < started; episode++) {
    while (count < ended && endedAt[count] < startedAt[episode]) count++;
    endedBefore[episode] = count;
  }
  return endedBefore;
}

function doubled(array: Uint32Array): Uint32Array {
  const larger = new Uint32Array(2 * array.length);
  larger.set(array);
  return larger;
}
