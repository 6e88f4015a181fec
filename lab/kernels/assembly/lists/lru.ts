/**
 * LRU (clients/policies/lru.ts) without a list: a log of references in which each page knows its last entry.
 * The entries that are nobody's last are stale: the hand that looks for the page unused for longest passes
 * them, and they are closed up when the log has come to the end of its room. A reference costs two writes,
 * wherever its page stood. With `mostRecent` it is MRU: the hand comes from the other end.
 */

import { countFault, countWriteBack, OWN, pages, takeFree } from '../lane';
import { room } from '../memory';

const LOG: usize = OWN;
const CAPACITY: usize = OWN + 4;
const HAND: usize = OWN + 8;
const TAIL: usize = OWN + 12;
/** By page: its last entry plus one, twice, and whether it is modified; 0: not resident. */
const LAST: usize = OWN + 16;
const MOST_RECENT: usize = OWN + 20;

const MODIFIED: u32 = 1;

/** Entries beyond two a frame: so many references pass before stale ones are closed up. */
const SLACK: u32 = 1 << 12;

export function layOutLru(record: usize, capacity: u32, mostRecent: u32): void {
  const entries = 2 * capacity + SLACK;
  store<usize>(record + LOG, room((<usize>entries) << 2));
  store<u32>(record + CAPACITY, entries);
  store<usize>(record + LAST, room((<usize>pages) << 2));
  store<u32>(record + MOST_RECENT, mostRecent);
}

export function lruHolds(record: usize, page: u32): bool {
  return load<u32>(load<usize>(record + LAST) + ((<usize>page) << 2)) !== 0;
}

/** `page`, which is resident, is used: all pages are quiet. */
export function useLru(record: usize, page: u32, isWritten: bool): void {
  const at = load<usize>(record + LAST) + ((<usize>page) << 2);
  if (load<u32>(record + TAIL) === load<u32>(record + CAPACITY)) closeUp(record);
  const tail = load<u32>(record + TAIL);
  const before = load<u32>(at);
  const modified = (before & MODIFIED) | <u32>isWritten;
  // Where it is the last one already.
  if (before >>> 1 === tail) {
    store<u32>(at, before | modified);
    return;
  }
  store<u32>(load<usize>(record + LOG) + ((<usize>tail) << 2), page);
  store<u32>(record + TAIL, tail + 1);
  store<u32>(at, ((tail + 1) << 1) | modified);
}

/** Runs [from, to) at a size, one by one. */
export function runsOfLru(record: usize, from: usize, to: usize): void {
  const last = load<usize>(record + LAST);
  const log = load<usize>(record + LOG);
  const capacity = load<u32>(record + CAPACITY);
  let tail = load<u32>(record + TAIL);
  for (let at = from; at < to; at += 4) {
    const run = load<u32>(at);
    const page = run >>> 8;
    const place = last + ((<usize>page) << 2);
    const isWritten = (run >>> 6) & 1;
    let before = load<u32>(place);
    // Used last already, and what is written to it is known: nothing changes.
    if (
      before !== 0 &&
      (before | MODIFIED) === ((tail << 1) | 1) &&
      (before & isWritten) === isWritten
    )
      continue;
    if (before === 0 || tail === capacity) {
      store<u32>(record + TAIL, tail);
      if (before === 0) fault(record, run);
      if (tail === capacity) closeUp(record);
      tail = load<u32>(record + TAIL);
      before = load<u32>(place);
    }
    store<u32>(log + ((<usize>tail) << 2), page);
    store<u32>(place, (++tail << 1) | (before & MODIFIED) | isWritten);
  }
  store<u32>(record + TAIL, tail);
}

function fault(record: usize, run: u32): void {
  countFault(record, (run >>> 6) & 3);
  if (takeFree(record)) return;
  if (load<u32>(record + MOST_RECENT) !== 0) dropYoungest(record);
  else dropOldest(record);
}

function dropOldest(record: usize): void {
  const log = load<usize>(record + LOG);
  const last = load<usize>(record + LAST);
  let hand = load<u32>(record + HAND);
  while (true) {
    const page = load<u32>(log + ((<usize>hand) << 2));
    hand++;
    if (load<u32>(last + ((<usize>page) << 2)) >>> 1 === hand) {
      store<u32>(record + HAND, hand);
      drop(record, page);
      return;
    }
  }
}

/** The page of the youngest entry: the reference before this one was to it. */
function dropYoungest(record: usize): void {
  const tail = load<u32>(record + TAIL);
  drop(record, load<u32>(load<usize>(record + LOG) + ((<usize>(tail - 1)) << 2)));
}

function drop(record: usize, page: u32): void {
  const place = load<usize>(record + LAST) + ((<usize>page) << 2);
  if ((load<u32>(place) & MODIFIED) !== 0) countWriteBack(record);
  store<u32>(place, 0);
}

/** Entries that are a page's last, to the front. */
function closeUp(record: usize): void {
  const log = load<usize>(record + LOG);
  const last = load<usize>(record + LAST);
  const tail = load<u32>(record + TAIL);
  let to: u32 = 0;
  for (let at = load<u32>(record + HAND); at < tail; at++) {
    const page = load<u32>(log + ((<usize>at) << 2));
    const entry = last + ((<usize>page) << 2);
    const before = load<u32>(entry);
    if (before >>> 1 !== at + 1) continue;
    store<u32>(log + ((<usize>to) << 2), page);
    store<u32>(entry, (++to << 1) | (before & MODIFIED));
  }
  store<u32>(record + HAND, 0);
  store<u32>(record + TAIL, to);
}
