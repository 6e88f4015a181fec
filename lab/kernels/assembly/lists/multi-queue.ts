/**
 * Multi-queue (clients/policies/multi-queue.ts): queues by the logarithm of uses, with lifetimes, and ghosts.
 *
 *   own word of a page   | moment after which it goes down (48) | uses, at most those of the last queue (16) |
 *
 * Who goes down a queue, and when, depends on each reference. But where no two pages go down one queue at once,
 * each goes down each time that it has stood there for a lifetime and one more reference: so it is known when it
 * comes to the lowest queue, and pages stand in the order in which they will. Such a size is *regular*, and its
 * pages with the uses of the last queue are quiet: each use only puts off that moment, by as much for all.
 */

import { countFault, countWriteBack, framesOf, pages, takeFree, WRITE } from '../lane';
import {
  append,
  clean,
  countOf,
  following,
  layOutChainsWithWords,
  listOf,
  lookAhead,
  modify,
  move,
  oldest,
  preceding,
  remove,
  wordOf,
} from './chains';
import { distinctPages, entryOf, lastRunOf } from './digest';
import {
  countReturns,
  layOutReturns,
  lifetimeOf,
  momentOf,
  OWN_AFTER_RETURNS,
  passReturns,
  powerOf,
  returnsLeft,
  usesOf,
} from './returns';

const CHAINS: usize = OWN_AFTER_RETURNS;
/** Queues; the list of that number is that of the ghosts. */
const QUEUES: usize = OWN_AFTER_RETURNS + 4;
/** 64 bits: no page goes down before. */
const NEXT: usize = OWN_AFTER_RETURNS + 8;
const IS_REGULAR: usize = OWN_AFTER_RETURNS + 16;
const GHOSTS_MOST: usize = OWN_AFTER_RETURNS + 20;

const NEVER: u64 = 0xffffffffffff;
const USES_BITS: u64 = 16;
const USES_MASK: u64 = 0xffff;
/** With more pages above the lowest queue it does not pay to see whether a size is regular. */
const RISEN_MOST: u32 = 128;

/** `ghosts`: in memories; `lifeTime`: below 0 as uses return; `areCounted`: each reference of a run. */
export function layOutMultiQueue(
  record: usize,
  queues: u32,
  areCounted: bool,
  ghosts: f64,
  lifeTime: f64,
): void {
  layOutReturns(record, areCounted, ghosts, lifeTime);
  store<usize>(record, layOutChainsWithWords(queues + 1), CHAINS);
  store<u32>(record, queues, QUEUES);
  store<u64>(record, NEVER, NEXT);
  store<u32>(record, <u32>min(<f64>0xffffffff, <f64>framesOf(record) * ghosts), GHOSTS_MOST);
}

export function multiQueueHolds(record: usize, page: u32): bool {
  const list = listOf(load<usize>(record, CHAINS), page);
  return list !== 0 && list !== load<u32>(record, QUEUES) + 1;
}

/** Quiet, in a regular size: in memory, and each use calls for the last queue. */
export function isQuietMultiQueue(record: usize, page: u32): bool {
  if (!multiQueueHolds(record, page)) return false;
  const uses = <u32>(load<u64>(wordOf(load<usize>(record, CHAINS), page)) & USES_MASK);
  return uses === 1 << (load<u32>(record, QUEUES) - 1);
}

/** Runs [from, to), of quiet pages, by their digest. False, and nothing happens: it will not do. */
export function passMultiQueue(record: usize, from: usize, to: usize): bool {
  if (load<u32>(record, IS_REGULAR) === 0 && !isRegular(record, momentOf(from))) return false;
  store<u32>(record, 1, IS_REGULAR);
  if (!passReturns(record, from, to)) return false;
  const chains = load<usize>(record, CHAINS);
  const now = momentOf(to - 4) + usesOf(load<u32>(to - 4));
  const top = load<u32>(record, QUEUES) - 1;
  const stay = lifetimeOf(record) + 1;
  for (let level: u32 = 1; level <= top; level++)
    while (true) {
      const page = oldest(chains, level);
      if (page >= pages || expiryOf(chains, page) >= now) break;
      stand(chains, page, bottomOf(chains, page, level, stay), now, stay);
    }
  for (let index = distinctPages(); index > 0; index--) {
    const entry = entryOf(index - 1);
    const run = lastRunOf(index - 1);
    if ((entry & 1) !== 0) modify(chains, entry >>> 1);
    const lastUse = momentOf(run) + usesOf(load<u32>(run));
    stand(chains, entry >>> 1, lastUse + <u64>top * stay, now, stay);
  }
  store<u64>(record, nextOf(record, chains), NEXT);
  return true;
}

/** Puts a page where it stands now if it comes to the lowest queue at `bottom`. */
function stand(chains: usize, page: u32, bottom: u64, now: u64, stay: u64): void {
  const level = bottom <= now ? 0 : <u32>((bottom - now + stay - 1) / stay);
  move(chains, level, page);
  if (level !== 0) setExpiry(chains, page, bottom - <u64>(level - 1) * stay - 1);
}

/** When a page comes to the lowest queue if none is in its way. */
function bottomOf(chains: usize, page: u32, level: u32, stay: u64): u64 {
  return expiryOf(chains, page) + 1 + <u64>(level - 1) * stay;
}

/**
 * Whether pages, lower queues first, come to the lowest queue in the order in which they stand. Who should have gone
 * down, and has not, has been in somebody's way; who stays for longer has come when the lifetime was another.
 */
function isRegular(record: usize, now: u64): bool {
  const chains = load<usize>(record, CHAINS);
  const queues = load<u32>(record, QUEUES);
  const stay = lifetimeOf(record) + 1;
  let risen: u32 = 0;
  for (let level: u32 = 1; level < queues; level++) risen += countOf(chains, level);
  if (risen > RISEN_MOST) return false;
  let last = now;
  for (let level: u32 = 1; level < queues; level++)
    for (let page = oldest(chains, level); page < pages; page = following(chains, page)) {
      const bottom = bottomOf(chains, page, level, stay);
      const expiry = expiryOf(chains, page);
      if (bottom <= last || expiry < now || expiry >= now + stay) return false;
      last = bottom;
    }
  return true;
}

/** Runs [from, to) at a size, one by one. */
export function runsOfMultiQueue(record: usize, from: usize, to: usize): void {
  const chains = load<usize>(record, CHAINS);
  store<u32>(record, 0, IS_REGULAR);
  for (let at = from; at < to; ) {
    const end = lookAhead(chains, at, to);
    for (; at < end; at += 4) {
      const run = load<u32>(at);
      const page = run >>> 8;
      if (multiQueueHolds(record, page)) stepOut(record, chains, page);
      else fault(record, chains, run);
      if (((run >>> 6) & 3) === WRITE) modify(chains, page);
      use(record, chains, page, at);
    }
  }
}

/** The page of `run` gets a frame; what was a ghost goes on counting. */
function fault(record: usize, chains: usize, run: u32): void {
  const page = run >>> 8;
  countFault(record, (run >>> 6) & 3);
  if (!takeFree(record)) evict(record, chains);
  if (listOf(chains, page) !== 0) remove(chains, page);
  else store<u64>(wordOf(chains, page), 0);
}

/** The head of the lowest queue that has one becomes a ghost. */
function evict(record: usize, chains: usize): void {
  const ghosts = load<u32>(record, QUEUES);
  let level: u32 = 0;
  while (countOf(chains, level) === 0) level++;
  const victim = oldest(chains, level);
  stepOut(record, chains, victim);
  append(chains, ghosts, victim);
  if (clean(chains, victim)) countWriteBack(record);
  if (countOf(chains, ghosts) > load<u32>(record, GHOSTS_MOST))
    remove(chains, oldest(chains, ghosts));
}

/**
 * The references of the run that stands there; its page is in no queue. Until its last one it stands at the end of
 * some queue each time, in nobody's way; but the lifetime may change on the way.
 */
function use(record: usize, chains: usize, page: u32, at: usize): void {
  const top = load<u32>(record, QUEUES) - 1;
  const word = wordOf(chains, page);
  let uses = <u32>(load<u64>(word) & USES_MASK);
  let now = momentOf(at);
  let power = powerOf(at);
  for (let left = usesOf(load<u32>(at)); left > 0; power = 0) {
    // The first use of all returns from nowhere.
    const fresh: u32 = uses === 0 ? 1 : 0;
    const times = <u32>min<u64>(left, returnsLeft(record) + fresh);
    lower(record, chains, now + 1, now + times - 1);
    countReturns(record, fresh !== 0 ? 0 : power, times - fresh);
    now += times;
    left -= times;
    uses = min<u32>(1 << top, uses + times);
    append(chains, min<u32>(top, 31 - clz<u32>(uses)), page);
    const expiry = now + lifetimeOf(record);
    store<u64>(word, (expiry << USES_BITS) | uses);
    store<u64>(record, min(load<u64>(record, NEXT), expiry + 1), NEXT);
    lower(record, chains, now, now);
    if (left > 0) stepOut(record, chains, page);
  }
}

/** A page leaves its place: who stands behind it may be next to go down. */
function stepOut(record: usize, chains: usize, page: u32): void {
  const next = following(chains, page);
  if (listOf(chains, page) > 1 && preceding(chains, page) >= pages && next < pages)
    store<u64>(record, min(load<u64>(record, NEXT), expiryOf(chains, next) + 1), NEXT);
  remove(chains, page);
}

/** At each reference of [from, to] heads of queues whose lifetime is over go down a queue. */
function lower(record: usize, chains: usize, from: u64, to: u64): void {
  let now = max(from, load<u64>(record, NEXT));
  if (now > to) return;
  const queues = load<u32>(record, QUEUES);
  const lifetime = lifetimeOf(record);
  while (now <= to) {
    for (let level: u32 = 1; level < queues; level++) {
      const page = oldest(chains, level);
      if (page >= pages || expiryOf(chains, page) >= now) continue;
      move(chains, level - 1, page);
      setExpiry(chains, page, now + lifetime);
    }
    const next = nextOf(record, chains);
    store<u64>(record, next, NEXT);
    now = max(now + 1, next);
  }
}

/** When the next head of a queue goes down, if none is in its way. */
function nextOf(record: usize, chains: usize): u64 {
  const queues = load<u32>(record, QUEUES);
  let next = NEVER;
  for (let level: u32 = 1; level < queues; level++) {
    const page = oldest(chains, level);
    if (page < pages) next = min(next, expiryOf(chains, page) + 1);
  }
  return next;
}

function expiryOf(chains: usize, page: u32): u64 {
  return load<u64>(wordOf(chains, page)) >> USES_BITS;
}

function setExpiry(chains: usize, page: u32, expiry: u64): void {
  const word = wordOf(chains, page);
  store<u64>(word, (expiry << USES_BITS) | (load<u64>(word) & USES_MASK));
}
