/**
 * Start-time fair queueing (Goyal, Vin and Cheng 1996; with several requests under way SFQ(D): Jin,
 * Chase and Kaur 2004). A request's start tag is the later of the virtual time and its stream's
 * finish tag; the least start tag goes first and is the virtual time from then on. A stream's finish
 * tag moves on by time of the device / weight.
 *
 * The weight is the stream's contract, slice / period, so that it can be compared with contracts;
 * whoever has none weighs as much as 1 %. The device is never idle while somebody waits, and no
 * stream is owed what it did not ask for: no deadlines, no admission, no laxity.
 */

import { type DiskQueue, type DiskRequest, NONE, type Stream } from '../state.ts';
import type { Scheduler } from './scheduler.ts';
import { oldestOf } from './waiting.ts';

const WEIGHT_LEAST = 0.01;

export const fair: Scheduler = {
  name: 'fair',
  summary: 'start-time fair queueing, weights slice / period (Goyal, Vin and Cheng 1996)',
  choose,
  charge,
};

function choose(queue: DiskQueue): number {
  let best = NONE;
  let least = Number.POSITIVE_INFINITY;
  for (const stream of queue.active) {
    const oldest = oldestOf(queue, stream);
    if (oldest === NONE) continue;
    const start = startTag(queue, queue.streams[stream]);
    if (start > least) continue;
    if (start === least && queue.requests[oldest].sequence > queue.requests[best].sequence)
      continue;
    best = oldest;
    least = start;
  }
  return best;
}

function charge(queue: DiskQueue, request: DiskRequest, ns: number): boolean {
  const stream = queue.streams[request.stream];
  const start = startTag(queue, stream);
  queue.virtualTime = start;
  stream.finishTag = start + ns / weightOf(stream);
  return true;
}

function startTag({ virtualTime }: DiskQueue, { finishTag }: Stream): number {
  return Math.max(virtualTime, finishTag);
}

function weightOf({ contract: { sliceNs, periodNs } }: Stream): number {
  return sliceNs === 0 ? WEIGHT_LEAST : sliceNs / periodNs;
}
