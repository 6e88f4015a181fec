/**
 * Contracts: a slice of every period for each stream, earliest deadline first, as in Nemesis' user
 * safe disk (Barham 1997; Hand 1999) [DISK1] to [DISK6].
 *
 *   IDLE ---request---> RUNNABLE ---slice used up---> SPENT ---end of the period---> RUNNABLE
 *     ^                  |    ^
 *     |     last request |    | request
 *     |          done    v    |
 *     +---laxity over--- LAX -+
 *
 * The device is charged by the time that a request takes, not by its bytes. A request that was begun
 * within the slice is finished; what it takes beyond is debt, and the next slice is that much
 * shorter. Who could not be served until its deadline keeps its place, before all that end later.
 *
 * A stream whose next request depends on its last one (a pager: fault after fault) has none for a
 * moment after each. For up to its laxity it is chosen all the same when its turn it is: the device
 * waits for it, and that time is charged to it as if it had used it.
 *
 * A stream that comes back after a pause does not wait for a new period, as it does in Nemesis: what
 * is left to it stands if that is no more than its share of what is left of the period; else a
 * period begins now (Abeni and Buttazzo 1998, constant bandwidth server). So pauses hurt nobody else.
 *
 * Left out: laxity where the device takes several requests at a time; the arm is nobody's then.
 */

import { type DiskQueue, type DiskRequest, NONE, type Stream } from '../state.ts';
import type { Scheduler } from './scheduler.ts';
import { oldestOf } from './waiting.ts';

export const contracts: Scheduler = {
  name: 'contracts',
  summary: 'slices of periods, earliest deadline first, laxity, slack (Barham 1997, Hand 1999)',
  woken,
  choose,
  charge,
  emptied,
};

/** Its first request after a pause: what is left of its slice, or a new period. */
function woken(queue: DiskQueue, number: number, nowNs: number): void {
  const stream = queue.streams[number];
  const { sliceNs, periodNs } = stream.contract;
  if (sliceNs === 0) return;
  if (stream.laxSinceNs !== NONE) {
    // It was runnable all the time.
    stopHolding(queue, nowNs);
    const isLax = nowNs <= stream.laxSinceNs + stream.contract.laxityNs;
    stream.laxSinceNs = NONE;
    if (isLax && stream.leftNs > 0) return;
  }
  const untilEndNs = stream.deadlineNs - nowNs;
  if (untilEndNs > 0 && stream.leftNs * periodNs <= untilEndNs * sliceNs) return;
  stream.leftNs = Math.min(stream.leftNs, 0) + sliceNs;
  stream.deadlineNs = nowNs + periodNs;
}

function choose(queue: DiskQueue, nowNs: number): number {
  stopHolding(queue, nowNs);
  endLaxity(queue, nowNs);
  let first = NONE;
  let againNs = Number.POSITIVE_INFINITY;
  for (const number of queue.active) {
    const stream = queue.streams[number];
    if (stream.contract.sliceNs === 0) continue;
    if (stream.leftNs <= 0 && stream.deadlineNs <= nowNs) refill(stream, nowNs);
    if (stream.leftNs <= 0) {
      if (stream.waiting.length > 0) againNs = Math.min(againNs, readyAt(stream));
      continue;
    }
    if (stream.laxSinceNs === NONE && oldestOf(queue, number) === NONE) continue;
    if (first === NONE || stream.deadlineNs < queue.streams[first].deadlineNs) first = number;
  }
  queue.askAgainNs = againNs;
  if (first === NONE) return chooseInSlack(queue);
  const stream = queue.streams[first];
  if (stream.laxSinceNs === NONE) return oldestOf(queue, first);
  queue.holder = first;
  queue.heldSinceNs = nowNs;
  const laxUntilNs = stream.laxSinceNs + stream.contract.laxityNs;
  queue.askAgainNs = Math.min(laxUntilNs, nowNs + stream.leftNs);
  return NONE;
}

/** A slice for each period that is over, until there is something left: a debt may eat up several. */
function refill(stream: Stream, nowNs: number): void {
  const { sliceNs, periodNs } = stream.contract;
  const over = Math.floor((nowNs - stream.deadlineNs) / periodNs) + 1;
  const wanted = Math.floor(-stream.leftNs / sliceNs) + 1;
  const periods = Math.min(over, wanted);
  stream.leftNs += periods * sliceNs;
  stream.deadlineNs += periods * periodNs;
}

/** When there will be something left again: the debt may be larger than a slice. */
function readyAt({ leftNs, deadlineNs, contract }: Stream): number {
  return deadlineNs + Math.floor(-leftNs / contract.sliceNs) * contract.periodNs;
}

/** Time that nobody has a slice for: to those who want more and those without a contract, in turn. */
function chooseInSlack(queue: DiskQueue): number {
  let best = NONE;
  let least = Number.POSITIVE_INFINITY;
  for (const number of queue.active) {
    const { contract, slackTurn } = queue.streams[number];
    if ((contract.sliceNs > 0 && contract.slack === 0) || slackTurn >= least) continue;
    const oldest = oldestOf(queue, number);
    if (oldest === NONE) continue;
    best = oldest;
    least = slackTurn;
  }
  return best;
}

/** Whoever has something left of its slice pays with that; a debt is carried over. */
function charge(queue: DiskQueue, request: DiskRequest, ns: number): boolean {
  const stream = queue.streams[request.stream];
  if (stream.contract.sliceNs === 0 || stream.leftNs <= 0) {
    stream.slackTurn = ++queue.slackTurns;
    return false;
  }
  stream.leftNs -= ns;
  if (stream.leftNs < 0) {
    stream.counts.overruns++;
    stream.counts.overrunNs -= stream.leftNs;
  }
  return true;
}

function emptied(queue: DiskQueue, number: number, nowNs: number): void {
  const stream = queue.streams[number];
  const { sliceNs, laxityNs } = stream.contract;
  if (sliceNs === 0 || laxityNs === 0 || stream.leftNs <= 0 || queue.depth > 1) return;
  stream.laxSinceNs = nowNs;
  queue.active.push(number);
}

/** Streams without requests whose laxity is over are idle from here on. */
function endLaxity({ active, streams }: DiskQueue, nowNs: number): void {
  for (let at = active.length - 1; at >= 0; at--) {
    const stream = streams[active[at]];
    if (stream.laxSinceNs === NONE) continue;
    if (nowNs < stream.laxSinceNs + stream.contract.laxityNs) continue;
    stream.laxSinceNs = NONE;
    active.splice(at, 1);
  }
}

/** The device was held free for somebody until now, at its expense. */
function stopHolding(queue: DiskQueue, nowNs: number): void {
  if (queue.holder === NONE) return;
  const stream = queue.streams[queue.holder];
  const heldNs = nowNs - queue.heldSinceNs;
  stream.leftNs -= heldNs;
  stream.counts.laxNs += heldNs;
  queue.holder = NONE;
}
