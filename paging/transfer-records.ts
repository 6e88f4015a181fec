/** Transfers of a pager: one record for each page that is under way between a frame and swap. */

/** Purposes of a transfer. */
export const IDLE = 0;
/** Write the page out and free its frame. */
export const EVICT = 1;
/** Write the page out and keep it. */
export const CLEAN = 2;
/** Read the page in for a fault. */
export const FETCH = 3;

export interface Transfer {
  purpose: number;
  page: number;
  /** FETCH: the page that is written out of the frame first, or NO_PAGE. */
  out: number;
  slot: number;
  /** Capability to the container that the frame is in, or -1. */
  container: number;
  /** Member whose fault waits for this transfer, or -1. */
  waiter: number;
  /** The frame was taken, or the page's task died, while the transfer was under way. */
  orphan: boolean;
}

export interface TransfersState {
  /** By number, which is the tag of its messages. */
  readonly records: Transfer[];
  active: number;
  /** Transfers that will free a frame. */
  evictions: number;
}
