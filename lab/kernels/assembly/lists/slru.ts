/** Segmented LRU (clients/policies/slru.ts): each reference lifts a page into the next list. */

import { countFault, countWriteBack, OWN, takeFree, WRITE } from '../lane';
import {
  append,
  clean,
  countOf,
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
const SEGMENTS: usize = OWN + 4;
/** Pages that a segment may hold. */
const ROOM: usize = OWN + 8;
const FILLS: usize = OWN + 12;

export function layOutSlru(record: usize, segments: u32, roomOfEach: u32, fills: u32): void {
  store<usize>(record + CHAINS, layOutChains(segments));
  store<u32>(record + SEGMENTS, segments);
  store<u32>(record + ROOM, roomOfEach);
  store<u32>(record + FILLS, fills);
}

export function slruHolds(record: usize, page: u32): bool {
  return listOf(load<usize>(record + CHAINS), page) !== 0;
}

/** Quiet: in the highest segment. */
export function isQuietSlru(record: usize, page: u32): bool {
  return listOf(load<usize>(record + CHAINS), page) === load<u32>(record + SEGMENTS);
}

/** `page`, which is quiet, is used. */
export function useSlru(record: usize, page: u32, isWritten: bool): void {
  const chains = load<usize>(record + CHAINS);
  if (isWritten) modify(chains, page);
  moveToEnd(chains, load<u32>(record + SEGMENTS) - 1, page);
}

/** Runs [from, to) at a size, one by one. */
export function runsOfSlru(record: usize, from: usize, to: usize): void {
  const chains = load<usize>(record + CHAINS);
  const segments = load<u32>(record + SEGMENTS);
  for (let at = from; at < to; ) {
    const end = lookAhead(chains, at, to);
    for (; at < end; at += 4) {
      const run = load<u32>(at);
      const page = run >>> 8;
      if (((run >>> 6) & 3) === WRITE) modify(chains, page);
      const list = listOf(chains, page);
      if (list === segments) moveToEnd(chains, segments - 1, page);
      else if (list !== 0) lift(record, chains, page, (run & 63) + 1);
      else fault(record, run);
    }
  }
}

function fault(record: usize, run: u32): void {
  const chains = load<usize>(record + CHAINS);
  const segments = load<u32>(record + SEGMENTS);
  const page = run >>> 8;
  countFault(record, (run >>> 6) & 3);
  if (!takeFree(record)) {
    let segment: u32 = 0;
    while (countOf(chains, segment) === 0) segment++;
    const victim = oldest(chains, segment);
    remove(chains, victim);
    if (clean(chains, victim)) countWriteBack(record);
  }
  let entered: u32 = 0;
  if (load<u32>(record + FILLS) !== 0) {
    const most = load<u32>(record + ROOM);
    while (entered < segments && countOf(chains, entered) >= most) entered++;
    if (entered === segments) entered = 0;
  }
  append(chains, entered, page);
  lift(record, chains, page, run & 63);
}

/** So many references to `page`. */
function lift(record: usize, chains: usize, page: u32, hits: u32): void {
  const segments = load<u32>(record + SEGMENTS);
  const most = load<u32>(record + ROOM);
  for (let left = hits; left > 0; left--) {
    const to = listOf(chains, page);
    if (to === segments) {
      moveToEnd(chains, to - 1, page);
      return;
    }
    move(chains, to, page);
    for (let segment = to; segment > 0; segment--)
      while (countOf(chains, segment) > most) {
        const lowered = oldest(chains, segment);
        move(chains, segment - 1, lowered);
      }
  }
}
