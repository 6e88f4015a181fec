/**
 * W-TinyLFU (clients/policies/w-tinylfu.ts): a window, then probation for whoever counts more than the page that
 * is there, then protected pages. References are counted run by run even where a digest moves the pages: a count
 * depends on how many came before the last halving.
 *
 *   count of a page   | halvings that it has taken part in (28) | references (4) |
 */

import { countFault, countWriteBack, framesOf, NONE, OWN, pages, takeFree, WRITE } from '../lane';
import { room } from '../memory';
import {
  append,
  clean,
  countOf,
  headOf,
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
/** By page. */
const COUNTS: usize = OWN + 4;
/** Halvings so far. */
const EPOCH: usize = OWN + 8;
/** Pages that the window and the protected part may hold. */
const WINDOW_MOST: usize = OWN + 12;
const PROTECTED_MOST: usize = OWN + 16;
/** Doubles: references counted since the last halving, and those at which the next one comes. */
const COUNTED: usize = OWN + 24;
const FULL: usize = OWN + 32;

const WINDOW: u32 = 0;
const PROBATION: u32 = 1;
const PROTECTED: u32 = 2;

const COUNT_BITS: u32 = 4;
const COUNT_MAX: u32 = 15;
/** Below what its bits tell, by the references of a run. */
const EPOCH_MAX: u32 = 0xffffff0;

/** `sample`: references a frame after which all counts are halved. */
export function layOutWTinyLfu(
  record: usize,
  windowMost: u32,
  protectedMost: u32,
  sample: f64,
): void {
  store<usize>(record, layOutChains(3), CHAINS);
  store<usize>(record, room((<usize>pages) << 2), COUNTS);
  store<u32>(record, windowMost, WINDOW_MOST);
  store<u32>(record, protectedMost, PROTECTED_MOST);
  store<f64>(record, sample * <f64>framesOf(record), FULL);
}

export function wTinyLfuHolds(record: usize, page: u32): bool {
  return listOf(load<usize>(record, CHAINS), page) !== 0;
}

/** Quiet: in the window or protected. */
export function isQuietWTinyLfu(record: usize, page: u32): bool {
  const list = listOf(load<usize>(record, CHAINS), page);
  return list === WINDOW + 1 || list === PROTECTED + 1;
}

/** `page`, which is quiet, is used; its references are counted apart. */
export function useWTinyLfu(record: usize, page: u32, isWritten: bool): void {
  const chains = load<usize>(record, CHAINS);
  if (isWritten) modify(chains, page);
  moveToEnd(chains, listOf(chains, page) - 1, page);
}

/** Counts the references of runs [from, to). */
export function countForWTinyLfu(record: usize, from: usize, to: usize): void {
  const counts = load<usize>(record, COUNTS);
  const full = load<f64>(record, FULL);
  let counted = load<f64>(record, COUNTED);
  let least = load<u32>(record, EPOCH) << COUNT_BITS;
  for (let at = from; at < to; at += 4) {
    const run = load<u32>(at);
    const length = (run & 63) + 1;
    const after = counted + <f64>length;
    const word = load<u32>(counts + ((<usize>(run >>> 8)) << 2));
    // Mostly the page has been counted since the last halving, and none comes now.
    if (word >= least && after < full) {
      counted = after;
      const sum = word + length;
      store<u32>(counts + ((<usize>(run >>> 8)) << 2), min(sum, least | COUNT_MAX));
      continue;
    }
    store<f64>(record, counted, COUNTED);
    count(record, run >>> 8, length);
    counted = load<f64>(record, COUNTED);
    least = load<u32>(record, EPOCH) << COUNT_BITS;
  }
  store<f64>(record, counted, COUNTED);
}

/** Runs [from, to) at a size, one by one. */
export function runsOfWTinyLfu(record: usize, from: usize, to: usize): void {
  const chains = load<usize>(record, CHAINS);
  for (let at = from; at < to; ) {
    const end = lookAhead(chains, at, to);
    for (; at < end; at += 4) {
      const run = load<u32>(at);
      const page = run >>> 8;
      const list = listOf(chains, page);
      if (list === 0) {
        countFault(record, (run >>> 6) & 3);
        if (!takeFree(record)) evict(record, chains);
        enter(record, chains, page);
        if ((run & 63) !== 0) hit(record, chains, page);
      } else hit(record, chains, page);
      count(record, page, (run & 63) + 1);
      if (((run >>> 6) & 3) === WRITE) modify(chains, page);
    }
  }
}

function evict(record: usize, chains: usize): void {
  const victim = victimOf(record, chains);
  remove(chains, victim);
  if (clean(chains, victim)) countWriteBack(record);
}

/** Who leaves the window against who has been on probation for longest; ties go against the newcomer. */
function victimOf(record: usize, chains: usize): u32 {
  const candidate = oldestOf(chains, WINDOW);
  const onProbation = oldestOf(chains, PROBATION);
  const kept = onProbation === NONE ? oldestOf(chains, PROTECTED) : onProbation;
  if (kept === NONE) return candidate;
  if (candidate === NONE || countOf(chains, WINDOW) < load<u32>(record, WINDOW_MOST)) return kept;
  return referencesOf(record, candidate) > referencesOf(record, kept) ? kept : candidate;
}

function oldestOf(chains: usize, list: u32): u32 {
  const page = oldest(chains, list);
  return page === headOf(list) ? NONE : page;
}

/** `page` comes; whoever the window has no room for any more goes on. */
function enter(record: usize, chains: usize, page: u32): void {
  append(chains, WINDOW, page);
  const most = load<u32>(record, WINDOW_MOST);
  while (countOf(chains, WINDOW) > most) move(chains, PROBATION, oldest(chains, WINDOW));
}

function hit(record: usize, chains: usize, page: u32): void {
  const list = listOf(chains, page) - 1;
  if (list !== PROBATION) {
    moveToEnd(chains, list, page);
    return;
  }
  move(chains, PROTECTED, page);
  const most = load<u32>(record, PROTECTED_MOST);
  while (countOf(chains, PROTECTED) > most) move(chains, PROBATION, oldest(chains, PROTECTED));
}

/** Counts references of a page; halves all counts each time that the sample is full. */
function count(record: usize, page: u32, references: u32): void {
  const at = load<usize>(record, COUNTS) + ((<usize>page) << 2);
  const full = load<f64>(record, FULL);
  let counted = load<f64>(record, COUNTED);
  for (let left = <f64>references; left > 0; ) {
    const now = counted + left < full ? left : min(left, max<f64>(1, ceil(full) - counted));
    const sum = min(COUNT_MAX, referencesOf(record, page) + <u32>now);
    store<u32>(at, (load<u32>(record, EPOCH) << COUNT_BITS) | sum);
    counted += now;
    left -= now;
    if (counted < full) continue;
    counted = floor(counted / 2);
    halve(record);
  }
  store<f64>(record, counted, COUNTED);
}

/** All counts: a page's when it is looked at. */
function halve(record: usize): void {
  const epoch = load<u32>(record, EPOCH);
  store<u32>(record, epoch + 1, EPOCH);
  if (epoch + 1 < EPOCH_MAX) return;
  // The numbers are at their end: from now on they are counted from 0 again.
  const counts = load<usize>(record, COUNTS);
  for (let page: u32 = 0; page < pages; page++)
    store<u32>(counts + ((<usize>page) << 2), referencesOf(record, page));
  store<u32>(record, 0, EPOCH);
}

function referencesOf(record: usize, page: u32): u32 {
  const word = load<u32>(load<usize>(record, COUNTS) + ((<usize>page) << 2));
  const halvings = load<u32>(record, EPOCH) - (word >>> COUNT_BITS);
  return halvings > 3 ? 0 : (word & COUNT_MAX) >>> halvings;
}
