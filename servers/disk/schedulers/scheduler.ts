/**
 * Scheduler: which of the waiting requests the device gets next. A plugin, one file each. It sees
 * the queue alone, never the kernel, and is told of what happens; what a stream has had is counted
 * for all of them alike in servers/disk/queue.ts.
 */

import type { DiskQueue, DiskRequest } from '../state.ts';

export interface Scheduler {
  readonly name: string;
  /** One sentence, with the source. */
  readonly summary: string;
  /** A request has come for a stream that had none. */
  woken?(queue: DiskQueue, stream: number, nowNs: number): void;
  /**
   * Number of the request that goes next, or NONE. A scheduler that lets requests wait though the
   * device is free says in `askAgainNs` until when.
   */
  choose(queue: DiskQueue, nowNs: number): number;
  /** A piece of this request keeps the device busy for `ns` from now on; false: not of its slice. */
  charge?(queue: DiskQueue, request: DiskRequest, ns: number, nowNs: number): boolean;
  /** The stream's last request is done. */
  emptied?(queue: DiskQueue, stream: number, nowNs: number): void;
}
