/**
 * Multi-queue (clients/policies/multi-queue.ts): queues by the logarithm of uses, with lifetimes, and ghosts. Who
 * goes down a queue, and when, depends on each reference, so no page is quiet: all runs are taken one by one.
 *
 *   of a page   | after what it goes down (64) | last use (64) | uses (32) | unused (32) |
 */

import { countFault, countWriteBack, framesOf, OWN, pages, takeFree, WRITE } from '../lane';
import { room } from '../memory';
import {
  append,
  clean,
  countOf,
  following,
  layOutChains,
  listOf,
  lookAhead,
  modify,
  move,
  moveToEnd,
  oldest,
  remove,
} from './chains';

const CHAINS: usize = OWN;
const PAGES: usize = OWN + 4;
/** Uses that returned after 2^n to 2^(n+1) references, by n; 0: the lifetime is fixed. */
const DISTANCES: usize = OWN + 8;
/** Queues; the list of that number is that of the ghosts. */
const QUEUES: usize = OWN + 12;
/** Doubles: references seen; no head goes down before EARLIEST; returns since distances were looked at. */
const NOW: usize = OWN + 16;
const EARLIEST: usize = OWN + 24;
const LIFETIME: usize = OWN + 32;
const RETURNS: usize = OWN + 40;
const GHOSTS_MOST: usize = OWN + 48;

/** Of a page. */
const PAGE_BYTES: usize = 24;
const LAST: usize = 8;
const USES: usize = 16;

const RETURNS_MIN: f64 = 64;
const DISTANCES_ALL: u32 = 31;
const DISTANCE_MAX: f64 = 0x7fffffff;

let repeats: bool = false;

/** `ghosts`: in memories; `lifeTime`: below 0 as uses return; `areCounted`: each reference of a run. */
export function layOutMultiQueue(
  record: usize,
  queues: u32,
  areCounted: bool,
  ghosts: f64,
  lifeTime: f64,
): void {
  const frames = <f64>framesOf(record);
  store<usize>(record, layOutChains(queues + 1), CHAINS);
  store<usize>(record, room(<usize>pages * PAGE_BYTES), PAGES);
  if (lifeTime < 0) store<usize>(record, room((<usize>DISTANCES_ALL) << 3), DISTANCES);
  store<u32>(record, queues, QUEUES);
  store<f64>(record, lifeTime < 0 ? frames : lifeTime, LIFETIME);
  store<f64>(record, frames * ghosts, GHOSTS_MOST);
  repeats = areCounted;
}

export function multiQueueHolds(record: usize, page: u32): bool {
  const list = listOf(load<usize>(record, CHAINS), page);
  return list !== 0 && list !== load<u32>(record, QUEUES) + 1;
}

/** Runs [from, to) at a size, one by one. */
export function runsOfMultiQueue(record: usize, from: usize, to: usize): void {
  const chains = load<usize>(record, CHAINS);
  let now = load<f64>(record, NOW);
  let earliest = load<f64>(record, EARLIEST);
  for (let at = from; at < to; ) {
    const end = lookAhead(chains, at, to);
    for (; at < end; at += 4) {
      const run = load<u32>(at);
      const page = run >>> 8;
      if (!multiQueueHolds(record, page)) earliest = fault(record, chains, run, earliest);
      for (let left = repeats ? (run & 63) + 1 : 1; left > 0; left--)
        earliest = use(record, chains, page, ++now, earliest);
      if (((run >>> 6) & 3) === WRITE) modify(chains, page);
    }
  }
  store<f64>(record, now, NOW);
  store<f64>(record, earliest, EARLIEST);
}

/** The page of `run` gets a frame; what was a ghost goes on counting. Gives the earliest, as all below do. */
function fault(record: usize, chains: usize, run: u32, earliest: f64): f64 {
  const page = run >>> 8;
  countFault(record, (run >>> 6) & 3);
  const after = takeFree(record) ? earliest : evict(record, chains, earliest);
  if (listOf(chains, page) !== 0) remove(chains, page);
  else store<u32>(pageAt(record, page), 0, USES);
  return after;
}

/** The head of the lowest queue that has one becomes a ghost. */
function evict(record: usize, chains: usize, earliest: f64): f64 {
  const ghosts = load<u32>(record, QUEUES);
  let level: u32 = 0;
  while (countOf(chains, level) === 0) level++;
  const victim = oldest(chains, level);
  const after = standBack(record, chains, victim, earliest);
  move(chains, ghosts, victim);
  if (clean(chains, victim)) countWriteBack(record);
  if (<f64>countOf(chains, ghosts) > load<f64>(record, GHOSTS_MOST))
    remove(chains, oldest(chains, ghosts));
  return after;
}

/** A reference: to the tail of the queue that the count of uses calls for. */
function use(record: usize, chains: usize, page: u32, now: f64, before: f64): f64 {
  const entry = pageAt(record, page);
  const uses = load<u32>(entry, USES) + 1;
  let earliest = before;
  store<u32>(entry, uses, USES);
  if (uses !== 1 && load<usize>(record, DISTANCES) !== 0)
    countReturn(record, now - load<f64>(entry, LAST));
  const level = min<u32>(load<u32>(record, QUEUES) - 1, 31 - clz<u32>(uses));
  const list = listOf(chains, page);
  if (list === 0) append(chains, level, page);
  else {
    earliest = standBack(record, chains, page, earliest);
    if (list === level + 1) moveToEnd(chains, level, page);
    else move(chains, level, page);
  }
  const expires = now + load<f64>(record, LIFETIME);
  store<f64>(entry, expires);
  store<f64>(entry, now, LAST);
  earliest = min(earliest, expires);
  return now > earliest ? lowerExpired(record, chains, now) : earliest;
}

/** A page is about to leave its place: who stands behind it may be next to go down. */
function standBack(record: usize, chains: usize, page: u32, earliest: f64): f64 {
  const next = following(chains, page);
  return next < pages ? min(earliest, load<f64>(pageAt(record, next))) : earliest;
}

/** The head of each queue, if its lifetime is over, goes down a queue. */
function lowerExpired(record: usize, chains: usize, now: f64): f64 {
  const queues = load<u32>(record, QUEUES);
  // One that goes down may be a head there. A bound that is too low costs no more than a look.
  const after = now + load<f64>(record, LIFETIME);
  let earliest = f64.MAX_VALUE;
  for (let level: u32 = 1; level < queues; level++) {
    let page = oldest(chains, level);
    if (page >= pages) continue;
    let entry = pageAt(record, page);
    if (now > load<f64>(entry)) {
      move(chains, level - 1, page);
      store<f64>(entry, after);
      earliest = min(earliest, after);
      page = oldest(chains, level);
      if (page >= pages) continue;
      entry = pageAt(record, page);
    }
    earliest = min(earliest, load<f64>(entry));
  }
  return earliest;
}

/** The distance at which most uses return makes the lifetime, looked at once in so many. */
function countReturn(record: usize, distance: f64): void {
  const distances = load<usize>(record, DISTANCES);
  const power = 31 - clz<u32>(<u32>min(distance, DISTANCE_MAX));
  const at = distances + ((<usize>power) << 3);
  store<f64>(at, load<f64>(at) + 1);
  const returns = load<f64>(record, RETURNS) + 1;
  store<f64>(record, returns, RETURNS);
  if (returns < max(RETURNS_MIN, load<f64>(record, GHOSTS_MOST))) return;
  store<f64>(record, 0, RETURNS);
  let most: u32 = 0;
  for (let n: u32 = 1; n < DISTANCES_ALL; n++)
    if (load<f64>(distances + ((<usize>n) << 3)) > load<f64>(distances + ((<usize>most) << 3)))
      most = n;
  store<f64>(record, <f64>((<u64>2) << (<u64>most)), LIFETIME);
  for (let n: usize = 0; n < <usize>DISTANCES_ALL; n++)
    store<f64>(distances + (n << 3), load<f64>(distances + (n << 3)) / 2);
}

function pageAt(record: usize, page: u32): usize {
  return load<usize>(record, PAGES) + <usize>page * PAGE_BYTES;
}
