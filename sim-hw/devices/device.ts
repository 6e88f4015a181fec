/**
 * Device: a block store with a queue. It serves requests first come, first served, so the moment of
 * completion is known when a request is accepted: `submit` answers it, and the caller puts an event
 * there. Contents (stamps) live with the swap server's store, not here: a device only takes time.
 *
 * A block is 4 KiB. Times are integer nanoseconds. State is plain data.
 */

export interface DeviceState {
  readonly kind: string;
  /** Requests accepted, and the sum of their service and queueing times, for reports. */
  requests: number;
  busyNs: number;
  queuedNs: number;
}

export interface DeviceModel<S extends DeviceState = DeviceState> {
  readonly name: string;
  /** One sentence and the source of its figures. */
  readonly summary: string;
  /** 4 KiB blocks it holds. */
  readonly blocks: number;
  create(seed: number): S;
  /** Accepts a one-block request at `nowNs`; returns the completion time (> nowNs). */
  submit(state: S, nowNs: number, block: number, write: boolean): number;
}
