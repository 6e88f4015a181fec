/** What schedulers look for among the requests that wait. */

import { type DiskQueue, type DiskRequest, NONE } from '../state.ts';

/** A stream's oldest request that the device has no piece of, or NONE. */
export function oldestOf({ streams, requests }: DiskQueue, stream: number): number {
  for (const number of streams[stream].waiting) if (!requests[number].isUnderWay) return number;
  return NONE;
}

/** The waiting request for which `key` is least, the one that came first among equals; or NONE. */
export function leastBy(
  { active, streams, requests }: DiskQueue,
  key: (request: DiskRequest) => number,
): number {
  let best = NONE;
  let least = Number.POSITIVE_INFINITY;
  for (const stream of active)
    for (const number of streams[stream].waiting) {
      const request = requests[number];
      if (request.isUnderWay) continue;
      const value = key(request);
      const isFirst = value === least && request.sequence < requests[best].sequence;
      if (value < least || isFirst) {
        best = number;
        least = value;
      }
    }
  return best;
}
