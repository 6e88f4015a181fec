/**
 * Deadlines, without the clock. Time is reduced to the order of deadlines: those of one kind run
 * equally long, so they come in the order in which they were set; of different kinds, whose
 * durations may be anything, any may come first. Each kind is a list, in which any may be
 * next: a timer is a hint to look at a client, so one that no longer counts, and comes when the clock
 * has passed several deadlines at once, lets its client's come before older ones of others.
 *
 *   EXTRA   notices, graceExtra after they were sent
 *   SHRINK  a guarantee that falls, graceShrink after it was agreed on
 *   TERM    ends of contracts
 *   LOCK    the one timer for limits of locks
 *   PAGE    the one timer for limits of locks on containers of pages, and for lifetimes (page-limits.ts)
 *   OTHER   timers of clients: any of them may be next
 *
 * This covers every run: whatever the durations, the delays and the clock, a run's deadlines come
 * in one such order. One that comes late (the clock has passed several) is those several, one
 * after the other.
 *
 * Restored, a deadline gets a moment that keeps the order, and the kind that is to be next gets the
 * first: the code under test compares moments as it always does. A timer that stands for a notice, a
 * grace or a term that is over or has been replaced does nothing by itself and is left out (test/lab/model-check/soundness.test.ts fires them).
 */

import { noticeOf, shrinkOf } from '../../servers/memory/client.ts';
import { SHRINKING } from '../../servers/memory/state.ts';
import {
  TIMER_CONTRACT,
  TIMER_LOCKS,
  TIMER_NOTICE,
  TIMER_PAGES,
  timerClient,
  timerKind,
  timerWord,
} from '../../servers/memory/timers.ts';
import { pushEvent } from '../../sim-hw/event-queue.ts';
import { pageMoment, timerRank } from './page-limits.ts';
import { cell, type Tape } from './tape.ts';
import { type Durations, FIRST, MEMORY, type World } from './world.ts';

export const EXTRA = 0;
export const SHRINK = 1;
export const TERM = 2;
export const LOCK = 3;
export const PAGE = 4;
export const OTHER = 5;
const KINDS = 5;

/** In place of a kind that is next: notices end so soon that no lock fits before them [CONT21]. */
export const TIGHT = -2;

/** Farther apart than any two deadlines of one kind. */
export const UNIT = 1_000_000;
export const ROOM = 1000;
/** When a deadline is made to come. */
export const NOW = 1;

/** The durations of an explored world: what is set now comes after all of its kind. */
export const explored: Durations = {
  extra: UNIT,
  shrink: 2 * UNIT,
  term: 3 * UNIT,
  lock: 4 * UNIT,
  // No longer than a notice runs, as SPEC has it of containers for extras [CONT21].
  pageLock: UNIT / 2,
  lifetime: UNIT / 2,
};

/** Deadlines that are set. */
export interface Deadlines {
  /** By kind below OTHER: client indices in the order of their deadlines. A lock's is 0, a page lock's its rank. */
  readonly lists: number[][];
  /** Task and word of each timer of a client's own, in order of both. */
  readonly others: number[];
  /** Timers that would do nothing. */
  dead: number;
}

export function createDeadlines(): Deadlines {
  return { lists: [[], [], [], [], []], others: [], dead: 0 };
}

/** The moment of the deadline at `rank` of its kind. */
export function momentOf(kind: number, rank: number): number {
  return (kind + 1) * UNIT - ROOM + rank;
}

const order: number[] = [];

/** Reads the deadlines off the timers that run. */
export function readDeadlines(world: World, deadlines: Deadlines): void {
  const { timers } = world.kernel.state;
  const { lists, others } = deadlines;
  for (const list of lists) list.length = 0;
  others.length = 0;
  deadlines.dead = 0;
  order.length = 0;
  for (let i = 0; i < timers.size; i++) order.push(i);
  order.sort(
    (a, b) =>
      timers.times[a] - timers.times[b] ||
      timers.sequences[timers.slots[a]] - timers.sequences[timers.slots[b]],
  );
  for (const i of order) {
    const slot = timers.slots[i];
    const word = timers.bs[slot];
    if (timers.as[slot] !== MEMORY) others.push(timers.as[slot], word);
    else if (!sort(world, lists, word, timers.times[i])) deadlines.dead++;
  }
  sortPairs(others);
}

/** Puts a timer of the memory server into the list of its kind; false when it is dead. */
function sort(world: World, lists: number[][], word: number, time: number): boolean {
  const index = timerClient(word) - FIRST;
  const record = world.records[index];
  switch (timerKind(word)) {
    case TIMER_NOTICE:
      return record.noticed > 0 && time === noticeOf(record).deadline && add(lists[EXTRA], index);
    case TIMER_CONTRACT:
      if (record.status === SHRINKING && time === shrinkOf(record).at && add(lists[SHRINK], index))
        return true;
      return time === record.expiresAt && add(lists[TERM], index);
    case TIMER_PAGES:
      return time === world.memory.pages.timerAt && add(lists[PAGE], timerRank(world));
    case TIMER_LOCKS:
      return time === world.memory.containers.timerAt && add(lists[LOCK], 0);
    default:
      throw new RangeError(`model-check: a timer of kind ${timerKind(word)} is not explored`);
  }
}

function add(list: number[], index: number): boolean {
  if (list.includes(index)) return false;
  list.push(index);
  return true;
}

function sortPairs(pairs: number[]): void {
  for (let end = pairs.length; end > 2; end -= 2)
    for (let i = 2; i < end; i += 2) {
      const isLater = pairs[i - 2] - pairs[i] || pairs[i - 1] - pairs[i + 1];
      if (isLater <= 0) continue;
      for (const at of [i, i + 1]) {
        const value = pairs[at];
        pairs[at] = pairs[at - 2];
        pairs[at - 2] = value;
      }
    }
}

/**
 * Saves the deadlines, or sets them: the one at `which` of kind `next` is to come first. Clients' and containers' own moments are set with them.
 */
export function visitDeadlines(
  tape: Tape,
  world: World,
  deadlines: Deadlines,
  next: number,
  which: number,
): void {
  const { lists, others } = deadlines;
  for (let kind = 0; kind < KINDS; kind++) visitList(tape, lists[kind]);
  visitList(tape, others);
  if (tape.saves) return;
  const { timers } = world.kernel.state;
  timers.size = 0;
  timers.sequence = 0;
  world.memory.containers.timerAt = Number.POSITIVE_INFINITY;
  world.memory.pages.timerAt = Number.POSITIVE_INFINITY;
  for (const record of world.records) {
    noticeOf(record).deadline = 0;
    shrinkOf(record).at = 0;
    record.expiresAt = Number.POSITIVE_INFINITY;
  }
  for (let kind = 0; kind < KINDS; kind++)
    for (let rank = 0; rank < lists[kind].length; rank++) {
      let moment = momentOf(kind, rank);
      if (kind === next && rank === which) moment = NOW;
      if (kind === PAGE) moment = pageMoment(world, lists[kind][rank], next);
      if (kind === EXTRA && next === TIGHT) moment = NOW + 1 + rank;
      setDeadline(world, kind, lists[kind][rank], moment);
    }
  for (let i = 0; i < others.length; i += 2) {
    const moment = next === OTHER && i === 2 * which ? NOW : 10 * UNIT + i;
    pushEvent(timers, moment, MEMORY, others[i], others[i + 1]);
  }
}

function visitList(tape: Tape, list: number[]): void {
  const length = cell(tape, list.length);
  for (let i = 0; i < length; i++) list[i] = cell(tape, list[i]);
  list.length = length;
}

function setDeadline(world: World, kind: number, index: number, moment: number): void {
  const { timers } = world.kernel.state;
  const record = world.records[index];
  const id = FIRST + index;
  if (kind === EXTRA) noticeOf(record).deadline = moment;
  else if (kind === SHRINK) shrinkOf(record).at = moment;
  else if (kind === TERM) record.expiresAt = moment;
  else if (kind === PAGE) world.memory.pages.timerAt = moment;
  else world.memory.containers.timerAt = moment;
  const timer = kind === EXTRA ? TIMER_NOTICE : TIMER_CONTRACT;
  let word = timerWord(timer, id);
  if (kind === LOCK) word = timerWord(TIMER_LOCKS, 0);
  if (kind === PAGE) word = timerWord(TIMER_PAGES, 0);
  pushEvent(timers, moment, MEMORY, MEMORY, word);
}
