/** State of the disk server's queue: streams, their contracts and their requests; plain data. */

import { holdingDoubles } from '../../sim-hw/shape.ts';

/** No stream, no request, no moment. */
export const NONE = -1;

/** What a stream is promised: `sliceNs` of the device in every `periodNs` [DISK1]. */
export interface StreamContract {
  periodNs: number;
  /** 0: no contract, best effort. */
  sliceNs: number;
  /** How long it stays runnable without a request. */
  laxityNs: number;
  /** 1: it wants slack time beyond its slice. */
  slack: number;
}

/** How long a contract lasts, on the clock of terms. */
export interface ContractLife {
  /** 0: without end. */
  term: number;
  expiresAt: number;
  renewed: boolean;
}

/** The requests that one task pays for, and what it has had of the device. */
export interface Stream {
  /** The task whose requests they are. */
  readonly account: number;
  readonly contract: StreamContract;
  readonly life: ContractLife;
  /** Requests that wait, in the order they came; one of several pieces stays until its last. */
  readonly waiting: number[];
  /** Pieces that the device has. */
  underWay: number;
  /** Left of its slice; below 0: debt. */
  leftNs: number;
  /** End of its period. */
  deadlineNs: number;
  /** Since when it has no request but is runnable still, or NONE. */
  laxSinceNs: number;
  /** Schedulers' own: when it was last served in slack time; start-time fair queueing's finish tag. */
  slackTurn: number;
  finishTag: number;
  readonly counts: StreamCounts;
}

/** What it has had, for reports. Times are nanoseconds of the device. */
export interface StreamCounts {
  requests: number;
  blocksRead: number;
  blocksWritten: number;
  /** Within its slice, in slack time or by best effort, and held free for it (laxity). */
  sliceNs: number;
  slackNs: number;
  laxNs: number;
  /** From a request's arrival until the device began with it. */
  waitedNs: number;
  waitedMostNs: number;
  /** Requests that went beyond the slice, and by how much. */
  overruns: number;
  overrunNs: number;
}

/** What a scheduler sees of a request. */
export interface DiskRequest {
  stream: number;
  /** The next block to be moved, on the device, and how many are left from there. */
  block: number;
  left: number;
  writes: boolean;
  /** Place in the order of arrival, and the moment. */
  sequence: number;
  arrivedNs: number;
  /** The device has a piece of it, or is about to get one. */
  isUnderWay: boolean;
}

export interface DiskQueue<R extends DiskRequest = DiskRequest> {
  readonly streams: Stream[];
  readonly requests: R[];
  /** Streams that have requests waiting, or are lax. */
  readonly active: number[];
  /** Requests that the device may have at a time. */
  readonly depth: number;
  underWay: number;
  /** Block after the last one that the device was given. */
  head: number;
  arrivals: number;
  /** A lax stream for which the device is held free, or NONE, and since when. */
  holder: number;
  heldSinceNs: number;
  /** When the scheduler wants to be asked again though nothing has happened, or infinity. */
  askAgainNs: number;
  slackTurns: number;
  /** Of start-time fair queueing: start tag of the request sent last. */
  virtualTime: number;
}

export function createDiskQueue<R extends DiskRequest>(depth: number): DiskQueue<R> {
  return {
    streams: [],
    requests: [],
    active: [],
    depth,
    underWay: 0,
    head: 0,
    arrivals: 0,
    holder: NONE,
    heldSinceNs: 0,
    askAgainNs: Number.POSITIVE_INFINITY,
    slackTurns: 0,
    virtualTime: 0,
  };
}

export function createStream(account: number): Stream {
  return holdingDoubles(
    {
      account,
      contract: { periodNs: 0, sliceNs: 0, laxityNs: 0, slack: 0 },
      life: { term: 0, expiresAt: Number.POSITIVE_INFINITY, renewed: false },
      waiting: [],
      underWay: 0,
      leftNs: 0,
      deadlineNs: 0,
      laxSinceNs: NONE,
      slackTurn: 0,
      finishTag: 0,
      counts: {
        requests: 0,
        blocksRead: 0,
        blocksWritten: 0,
        sliceNs: 0,
        slackNs: 0,
        laxNs: 0,
        waitedNs: 0,
        waitedMostNs: 0,
        overruns: 0,
        overrunNs: 0,
      },
    },
    'leftNs',
    'deadlineNs',
    'laxSinceNs',
    'finishTag',
  );
}
