/**
 * 2Q (clients/policies/2q.ts): a queue for what is used once, ghosts of it, LRU for what comes back. What the first
 * queue gives up is the youngest ghost, so that both are one.
 */

import { countFault, framesOf, OWN, takeFree } from '../lane';
import {
  enter,
  forgetGhost,
  GHOST,
  ghostsOf,
  giveUp,
  HELD,
  layOutQueues,
  leave,
  lookAhead,
  modifyHeld,
  QUEUES,
  rejoin,
  residentIn,
  stateOf,
} from './queues';

/** Pages that the queue may hold before it gives one up; ghosts. */
const IN_MOST: usize = OWN + 4;
const OUT_MOST: usize = OWN + 8;

/** In, and its ghosts, out; main, which has none. */
const IN: u32 = 0;
const MAIN: u32 = 1;

export function layOutTwoQueue(record: usize, inMost: u32, outMost: u32): void {
  const frames = <u64>framesOf(record);
  layOutQueues(record, frames + outMost + 1, frames);
  store<u32>(record + IN_MOST, inMost);
  store<u32>(record + OUT_MOST, outMost);
}

/** Runs [from, to) at a size, one by one. */
export function runsOfTwoQueue(record: usize, from: usize, to: usize): void {
  const queues = load<usize>(record + QUEUES);
  for (let at = from; at < to; ) {
    const end = lookAhead(queues, at, to);
    for (; at < end; at += 4) {
      const run = load<u32>(at);
      const page = run >>> 8;
      const state = stateOf(queues, page);
      if (state < HELD) {
        fault(record, run, state === GHOST + IN);
        continue;
      }
      if (((run >>> 6) & 1) !== 0) modifyHeld(queues, page);
      if (state === HELD + MAIN) rejoin(queues, MAIN, page);
    }
  }
}

function fault(record: usize, run: u32, isGhost: bool): void {
  const queues = load<usize>(record + QUEUES);
  const page = run >>> 8;
  countFault(record, (run >>> 6) & 3);
  if (isGhost) leave(queues, page);
  if (!takeFree(record)) evict(record, queues);
  enter(queues, isGhost ? MAIN : IN, page, (run >>> 6) & 1);
}

function evict(record: usize, queues: usize): void {
  const isInFull = residentIn(queues, IN) > load<u32>(record + IN_MOST);
  // Of the other one where it is empty.
  const isOfIn = isInFull ? residentIn(queues, IN) > 0 : residentIn(queues, MAIN) === 0;
  giveUp(queues, isOfIn ? IN : MAIN);
  if (!isOfIn) forgetGhost(queues, MAIN);
  else while (ghostsOf(queues, IN) > load<u32>(record + OUT_MOST)) forgetGhost(queues, IN);
}
