/** What a lender has lent, and to whom: plain data, part of what its pager's owner keeps. */

import { HINT_NONE } from '../../contracts/messages.ts';

/** Tag of messages about what is lent, and the first of those to its servers. */
export const LENT_TAG = 1 << 20;
/** No capability, no page. */
export const NOBODY = -1;
/** No part of the pages is in the container. */
export const NO_PART = -1;

/** The container is not there, is being filled and sealed, or can be shared. */
export const NONE = 0;
export const SETTING_UP = 1;
export const READY = 2;

/** A file: the words of its name, and the handle, or -1 as long as it is not open. */
export interface LentFile {
  readonly low: number;
  readonly high: number;
  handle: number;
}

export interface Lending {
  /** The pages that are read from servers: [from, to), in parts of `window` pages. */
  readonly from: number;
  readonly to: number;
  readonly window: number;
  /** Port slots of the servers, and the one whose turn it is. */
  readonly servers: number[];
  /** By server: its file of these pages, where it is a file server. */
  readonly files: (LentFile | undefined)[];
  turn: number;
  /** Longest lock, on the clock of terms. */
  readonly lockMax: number;
  phase: number;
  /** The client's capability to its container. */
  own: number;
  /** Pages put in so far. */
  filled: number;
  /** The slot of a frame that is to be put in, or NOBODY. */
  slot: number;
  /** The part that is in the container, and the one that is being read. */
  part: number;
  wanted: number;
  /** Number of the request that runs; one that was given up has another. */
  request: number;
  /** A server has the container, or is about to get it. */
  asked: boolean;
  /** The page its program waits for, and how it was touched. */
  page: number;
  writes: boolean;
  /** How the fault will count. */
  how: number;
  /** What is written goes back to the file; how the file is going to be read: HINT_... */
  readonly writesBack: boolean;
  readonly hint: number;
  /** The part that is there has been written to; and it is going back. */
  dirty: boolean;
  returning: boolean;
}

export function createLending(
  from: number,
  to: number,
  window: number,
  lockMax: number,
  writesBack = false,
  hint = HINT_NONE,
): Lending {
  return {
    from,
    to,
    window,
    servers: [],
    files: [],
    turn: 0,
    lockMax,
    phase: NONE,
    own: NOBODY,
    filled: 0,
    slot: NOBODY,
    part: NO_PART,
    wanted: NO_PART,
    request: 0,
    asked: false,
    page: NOBODY,
    writes: false,
    how: 0,
    writesBack,
    hint,
    dirty: false,
    returning: false,
  };
}
