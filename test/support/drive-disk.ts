/** Drives a disk scheduler over a device whose every request takes as long as the test says. */

import { arrive, beginNext, ended, sent, setContract, streamOf } from '../../servers/disk/queue.ts';
import type { Scheduler } from '../../servers/disk/schedulers/index.ts';
import {
  createDiskQueue,
  type DiskQueue,
  type DiskRequest,
  NONE,
  type StreamContract,
} from '../../servers/disk/state.ts';

/** One request: who pays, when it comes, and how long it takes. */
export interface Wish {
  readonly account: number;
  readonly at: number;
  readonly ns: number;
  readonly block?: number;
}

/** [moment, number of the wish] of each request as the device got it. */
export type Sent = [number, number][];

export interface Drive {
  readonly queue: DiskQueue;
  readonly sent: Sent;
  /** Time in which the device had nothing to do. */
  readonly idleNs: number;
}

/**
 * Serves `wishes` (in order of time) until `until`. `after(wish)`: what its stream wants next, from
 * the moment that it is done.
 */
export function driveDisk(
  scheduler: Scheduler,
  contracts: readonly (StreamContract | null)[],
  wishes: readonly Wish[],
  until: number,
  after: (wish: Wish, done: number) => Wish | null = () => null,
): Drive {
  const queue = createDiskQueue<DiskRequest>(1);
  for (const [account, contract] of contracts.entries())
    if (contract !== null) setContract(queue, streamOf(queue, account), contract, 0);
  const coming = wishes.map((wish, number) => ({ wish, number }));
  let wished = wishes.length;
  const of: Wish[] = [...wishes];
  const log: Sent = [];
  let idleNs = 0;
  let now = 0;
  let busyUntil = Number.POSITIVE_INFINITY;
  let current = NONE;
  while (now < until) {
    if (busyUntil <= now) {
      ended(queue, scheduler, current, now);
      const next = after(of[current], now);
      if (next !== null) {
        of[wished] = next;
        const place = coming.findIndex(({ wish }) => wish.at > next.at);
        coming.splice(place < 0 ? coming.length : place, 0, { wish: next, number: wished++ });
      }
      busyUntil = Number.POSITIVE_INFINITY;
    }
    while (coming.length > 0 && coming[0].wish.at <= now) {
      const { wish, number } = coming.shift() as { wish: Wish; number: number };
      queue.requests[number] = createRequest(queue, wish);
      arrive(queue, scheduler, number, now);
    }
    const number = beginNext(queue, scheduler, now);
    if (number !== NONE) {
      current = number;
      log.push([now, number]);
      busyUntil = now + of[number].ns;
      sent(queue, scheduler, number, of[number].ns, now);
    }
    const nextWish = coming[0]?.wish.at ?? Number.POSITIVE_INFINITY;
    const next = Math.min(busyUntil, nextWish, queue.askAgainNs, until);
    if (busyUntil === Number.POSITIVE_INFINITY) idleNs += next - now;
    now = next;
  }
  // What has begun to be held free or to be served is not over: counted as far as it has come.
  if (queue.holder !== NONE) {
    queue.streams[queue.holder].counts.laxNs += now - queue.heldSinceNs;
    queue.holder = NONE;
  }
  if (busyUntil !== Number.POSITIVE_INFINITY) idleNs -= busyUntil - now;
  return { queue, sent: log, idleNs };
}

function createRequest(queue: DiskQueue, { account, block = 0 }: Wish): DiskRequest {
  return {
    stream: streamOf(queue, account),
    block,
    left: 1,
    writes: false,
    sequence: 0,
    arrivedNs: 0,
    isUnderWay: false,
  };
}
