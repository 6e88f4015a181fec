/**
 * Queue: the requests that wait for one device, by who pays for them.
 *
 *   arrive --> waiting --choose--> begun --sent(ns)--> with the device --ended--> next piece, or over
 *                  ^                 `--dropped: no lock, its sender is dead       |
 *                  +------------------------ pieces are left ---------------------+
 *
 * A long request goes in pieces, so that no other one waits longer than a piece takes. What a piece
 * costs is known when the device is given it, and counted then.
 */

import type { Scheduler } from './schedulers/scheduler.ts';
import { createStream, type DiskQueue, type DiskRequest, NONE, type Stream } from './state.ts';

/** Blocks of a piece, at the most. */
export const PIECE_BLOCKS = 16;

/** Number of the stream of requests that `account` pays for; there is one from its first on. */
export function streamOf({ streams }: DiskQueue, account: number): number {
  const number = streams.findIndex((stream) => stream.account === account);
  return number >= 0 ? number : streams.push(createStream(account)) - 1;
}

/** Request `number` has come, with its stream, block, length and way filled in. */
export function arrive(
  queue: DiskQueue,
  scheduler: Scheduler,
  number: number,
  nowNs: number,
): void {
  const request = queue.requests[number];
  const stream = queue.streams[request.stream];
  request.sequence = queue.arrivals++;
  request.arrivedNs = nowNs;
  request.isUnderWay = false;
  stream.counts.requests++;
  const wasIdle = stream.waiting.length === 0 && stream.underWay === 0;
  if (wasIdle) scheduler.woken?.(queue, request.stream, nowNs);
  stream.waiting.push(number);
  if (!queue.active.includes(request.stream)) queue.active.push(request.stream);
}

/** The scheduler's choice is about to be sent to the device; NONE: nothing is to be sent now. */
export function beginNext(queue: DiskQueue, scheduler: Scheduler, nowNs: number): number {
  queue.askAgainNs = Number.POSITIVE_INFINITY;
  if (queue.underWay >= queue.depth) return NONE;
  const number = scheduler.choose(queue, nowNs);
  if (number === NONE) return NONE;
  const request = queue.requests[number];
  request.isUnderWay = true;
  queue.underWay++;
  queue.streams[request.stream].underWay++;
  return number;
}

/** Blocks of the request's next piece. */
export function pieceOf({ left }: DiskRequest): number {
  return Math.min(left, PIECE_BLOCKS);
}

/** The device is at work on the next piece for `ns` from now on: that is what it costs. */
export function sent(
  queue: DiskQueue,
  scheduler: Scheduler,
  number: number,
  ns: number,
  nowNs: number,
): void {
  const request = queue.requests[number];
  const stream = queue.streams[request.stream];
  const { counts } = stream;
  const blocks = pieceOf(request);
  // Several places at a time: each of them is so large a part of the device.
  const share = ns / queue.depth;
  if (scheduler.charge?.(queue, request, share, nowNs) ?? true) counts.sliceNs += share;
  else counts.slackNs += share;
  if (request.writes) counts.blocksWritten += blocks;
  else counts.blocksRead += blocks;
  const waitedNs = nowNs - request.arrivedNs;
  counts.waitedNs += waitedNs;
  counts.waitedMostNs = Math.max(counts.waitedMostNs, waitedNs);
  request.block += blocks;
  request.left -= blocks;
  queue.head = request.block;
  if (request.left === 0) leave(queue, number);
}

/** The device is done with a piece. What is left waits again, in its old place. */
export function ended(queue: DiskQueue, scheduler: Scheduler, number: number, nowNs: number): void {
  const request = queue.requests[number];
  const stream = queue.streams[request.stream];
  request.isUnderWay = false;
  request.arrivedNs = nowNs;
  queue.underWay--;
  stream.underWay--;
  if (isEmpty(stream)) scheduler.emptied?.(queue, request.stream, nowNs);
}

/** The request, whose last piece the device has, goes on elsewhere: first of its stream. */
export function goOn(queue: DiskQueue, number: number, block: number, writes: boolean): void {
  const request = queue.requests[number];
  request.block = block;
  request.left = 1;
  request.writes = writes;
  queue.streams[request.stream].waiting.unshift(number);
  if (!queue.active.includes(request.stream)) queue.active.push(request.stream);
}

/** A request that is waiting or was begun goes, served or not. */
export function drop(queue: DiskQueue, scheduler: Scheduler, number: number, nowNs: number): void {
  const request = queue.requests[number];
  leave(queue, number);
  if (request.isUnderWay) ended(queue, scheduler, number, nowNs);
}

/** The stream's contract from now on; slice 0: best effort. Debts stay. */
export function setContract(
  queue: DiskQueue,
  number: number,
  terms: Stream['contract'],
  nowNs: number,
): void {
  const stream = queue.streams[number];
  const hadNone = stream.contract.sliceNs === 0;
  Object.assign(stream.contract, terms);
  if (queue.holder === number) queue.holder = NONE;
  stream.laxSinceNs = NONE;
  if (stream.waiting.length === 0) remove(queue.active, number);
  if (terms.sliceNs === 0) return;
  if (hadNone) {
    // Its first slice is there at once, but not before the last period of an earlier contract ends:
    // nobody gets more by ending a contract and proposing it anew.
    stream.leftNs = Math.min(stream.leftNs, 0);
    stream.deadlineNs = Math.max(stream.deadlineNs, nowNs);
    return;
  }
  stream.leftNs = Math.min(stream.leftNs, terms.sliceNs);
  stream.deadlineNs = Math.max(stream.deadlineNs, nowNs + terms.periodNs);
}

/** Share of the device that streams are promised, `but` apart. */
export function promisedShare({ streams }: DiskQueue, but: number): number {
  let share = 0;
  for (const [number, { contract }] of streams.entries())
    if (number !== but && contract.sliceNs > 0) share += contract.sliceNs / contract.periodNs;
  return share;
}

function leave(queue: DiskQueue, number: number): void {
  const { stream: at } = queue.requests[number];
  const stream = queue.streams[at];
  remove(stream.waiting, number);
  if (stream.waiting.length === 0 && stream.laxSinceNs === NONE) remove(queue.active, at);
}

function isEmpty({ waiting, underWay }: Stream): boolean {
  return waiting.length === 0 && underWay === 0;
}

function remove(list: number[], value: number): void {
  const at = list.indexOf(value);
  if (at >= 0) list.splice(at, 1);
}
