/** 2Q (clients/policies/2q.ts): a queue for what is used once, ghosts of it, LRU for what comes back. */

import { countFault, countWriteBack, OWN, takeFree, WRITE } from '../lane';
import {
  append,
  clean,
  countOf,
  layOutChains,
  listOf,
  modify,
  move,
  moveToEnd,
  oldest,
  remove,
} from './chains';

const CHAINS: usize = OWN;
/** Pages that the queue may hold before it gives one up; ghosts. */
const IN_MOST: usize = OWN + 4;
const OUT_MOST: usize = OWN + 8;

const IN: u32 = 0;
const OUT: u32 = 1;
const MAIN: u32 = 2;

export function layOutTwoQueue(record: usize, inMost: u32, outMost: u32): void {
  store<usize>(record + CHAINS, layOutChains(3));
  store<u32>(record + IN_MOST, inMost);
  store<u32>(record + OUT_MOST, outMost);
}

export function twoQueueHolds(record: usize, page: u32): bool {
  const list = listOf(load<usize>(record + CHAINS), page);
  return list === IN + 1 || list === MAIN + 1;
}

/** `page`, which is resident, is used: all pages are quiet. */
export function useTwoQueue(record: usize, page: u32, isWritten: bool): void {
  const chains = load<usize>(record + CHAINS);
  if (isWritten) modify(chains, page);
  if (listOf(chains, page) === MAIN + 1) moveToEnd(chains, MAIN, page);
}

/** Runs [from, to) at a size, one by one. */
export function runsOfTwoQueue(record: usize, from: usize, to: usize): void {
  const chains = load<usize>(record + CHAINS);
  for (let at = from; at < to; at += 4) {
    const run = load<u32>(at);
    const page = run >>> 8;
    if (((run >>> 6) & 3) === WRITE) modify(chains, page);
    const list = listOf(chains, page);
    if (list === MAIN + 1) moveToEnd(chains, MAIN, page);
    else if (list !== IN + 1) fault(record, run, list === OUT + 1);
  }
}

function fault(record: usize, run: u32, isGhost: bool): void {
  const chains = load<usize>(record + CHAINS);
  const page = run >>> 8;
  countFault(record, (run >>> 6) & 3);
  if (isGhost) remove(chains, page);
  if (!takeFree(record)) evict(record, chains);
  append(chains, isGhost ? MAIN : IN, page);
}

function evict(record: usize, chains: usize): void {
  const isInFull = countOf(chains, IN) > load<u32>(record + IN_MOST);
  // Of the other one where it is empty.
  const isOfIn = isInFull ? countOf(chains, IN) > 0 : countOf(chains, MAIN) === 0;
  const victim = oldest(chains, isOfIn ? IN : MAIN);
  if (isOfIn) {
    move(chains, OUT, victim);
    while (countOf(chains, OUT) > load<u32>(record + OUT_MOST)) remove(chains, oldest(chains, OUT));
  } else remove(chains, victim);
  if (clean(chains, victim)) countWriteBack(record);
}
