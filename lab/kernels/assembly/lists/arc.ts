/**
 * ARC (clients/policies/arc.ts): pages seen once and again, ghosts of either, a target between them. What T1 gives
 * up is the youngest of B1, so that both are one queue, and so are T2 and B2.
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
  NOWHERE,
  QUEUES,
  rejoin,
  residentIn,
  stateOf,
} from './queues';

/** A double: pages that T1 should hold. */
const TARGET: usize = OWN + 8;

/** T1 and B1, seen once; T2 and B2, seen again. */
const ONCE: u32 = 0;
const AGAIN: u32 = 1;

export function layOutArc(record: usize): void {
  const frames = <u64>framesOf(record);
  layOutQueues(record, frames + 1, 2 * frames + 1);
}

/** Runs [from, to) at a size, one by one. */
export function runsOfArc(record: usize, from: usize, to: usize): void {
  const queues = load<usize>(record + QUEUES);
  for (let at = from; at < to; ) {
    const end = lookAhead(queues, at, to);
    for (; at < end; at += 4) {
      const run = load<u32>(at);
      const state = stateOf(queues, run >>> 8);
      if (state < HELD) {
        fault(record, run, state);
        continue;
      }
      if (((run >>> 6) & 1) !== 0) modifyHeld(queues, run >>> 8);
      rejoin(queues, AGAIN, run >>> 8);
    }
  }
}

function fault(record: usize, run: u32, state: u32): void {
  const queues = load<usize>(record + QUEUES);
  const page = run >>> 8;
  const isWritten = (run >>> 6) & 1;
  countFault(record, (run >>> 6) & 3);
  if (state !== NOWHERE) adapt(record, queues, state);
  if (!takeFree(record)) evict(record, queues, state === GHOST + AGAIN);
  if (state !== NOWHERE) leave(queues, page);
  enter(queues, state === NOWHERE ? ONCE : AGAIN, page, isWritten);
  forget(queues, framesOf(record));
  // The further references of the run.
  if ((run & 63) !== 0 && state === NOWHERE) rejoin(queues, AGAIN, page);
}

function evict(record: usize, queues: usize, isOfB2: bool): void {
  const held = residentIn(queues, ONCE);
  const target = load<f64>(record + TARGET);
  const isOfT1 = held > 0 && (<f64>held > target || (isOfB2 && <f64>held === target));
  // Where T2 is empty T1 is not.
  giveUp(queues, isOfT1 || residentIn(queues, AGAIN) === 0 ? ONCE : AGAIN);
}

/** A ghost that returns shifts the target towards the list whose ghost it was. */
function adapt(record: usize, queues: usize, state: u32): void {
  const b1 = <f64>ghostsOf(queues, ONCE);
  const b2 = <f64>ghostsOf(queues, AGAIN);
  let target = load<f64>(record + TARGET);
  if (state === GHOST + ONCE) target += max<f64>(1, b2 / b1);
  else target -= max<f64>(1, b1 / b2);
  store<f64>(record + TARGET, max<f64>(0, min<f64>(<f64>framesOf(record), target)));
}

function forget(queues: usize, frames: u32): void {
  while (residentIn(queues, ONCE) + ghostsOf(queues, ONCE) > frames && ghostsOf(queues, ONCE) > 0)
    forgetGhost(queues, ONCE);
  while (total(queues) > <u64>frames * 2 && ghostsOf(queues, AGAIN) > 0) forgetGhost(queues, AGAIN);
}

function total(queues: usize): u64 {
  const once = <u64>residentIn(queues, ONCE) + ghostsOf(queues, ONCE);
  return once + residentIn(queues, AGAIN) + ghostsOf(queues, AGAIN);
}
