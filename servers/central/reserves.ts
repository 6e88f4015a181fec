/**
 * Reserves of Mach's pageout, and how it paces itself: figures of Mach 3.0, vm/vm_pageout.c revision
 * 2.24 (1993; Draves), each by its name there. What they do: paging/daemon.ts, paging/backers.ts.
 */

import { type DaemonState, NO_PORT } from '../../paging/daemon.ts';
import { machThresholds } from './mach.ts';

/** VM_PAGE_FREE_RESERVED. */
const FREE_RESERVED = 15;
/** VM_PAGEOUT_RESERVED_INTERNAL and _REALLY: so much below the first one. */
const INTERNAL_BELOW = 5;
const REALLY_BELOW = 10;
/** VM_PAGEOUT_BURST_MAX and _MIN, pages; the laundry is held to the same BURST_MAX. */
const BURST_MAX = 10;
const BURST_MIN = 5;
/** VM_PAGEOUT_BURST_WAIT, milliseconds a page; VM_PAGEOUT_EMPTY_WAIT, milliseconds. */
const BURST_WAIT = 30;
const EMPTY_WAIT = 200;
/** VM_PAGEOUT_PAUSE_MAX. */
const PAUSE_MAX = 10;
/**
 * Mach has no time for this: a page that was sent out stands in the queues once more, and is paged to the
 * default pager when its turn comes again. As long as the daemon waits with nothing to do: assumed.
 */
const DOUBLE_AFTER = EMPTY_WAIT;
/** A message, a map-copy object, a temporary object and a place-holder, 1 KiB together: assumed. */
const MESSAGES_PER_FRAME = 4;
/** `vm_page_free_target` is above `vm_page_free_min` by this at least. */
const TARGET_ABOVE = 5;

/** Frames below which a machine has not enough beside these reserves. */
export const MACH_FRAMES_MIN = 64;

/** Which of its defences the daemon has; all but in scenarios that show what they are there for. */
export interface PageoutDefences {
  readonly reserves: boolean;
  readonly doublePaging: boolean;
  readonly pauses: boolean;
}

export const ALL_DEFENCES: PageoutDefences = { reserves: true, doublePaging: true, pauses: true };

/** The pageout daemon of a pager with so many members, pages and transfers. */
export function createDaemon(
  members: number,
  pages: number,
  transfers: number,
  { reserves, doublePaging, pauses }: PageoutDefences,
): DaemonState {
  return {
    reserved: reserves ? FREE_RESERVED : 0,
    internal: reserves && doublePaging ? FREE_RESERVED - INTERNAL_BELOW : 0,
    really: reserves ? FREE_RESERVED - REALLY_BELOW : 0,
    burstMax: pauses ? BURST_MAX : 0,
    burstMin: BURST_MIN,
    pausesMax: PAUSE_MAX,
    burstWait: BURST_WAIT,
    emptyWait: EMPTY_WAIT,
    doubleAfter: doublePaging ? DOUBLE_AFTER : 0,
    messagesPerFrame: MESSAGES_PER_FRAME,
    pauses: 0,
    paused: false,
    messageFrames: [],
    ports: new Array(members).fill(NO_PORT),
    borrowers: [],
    doubled: new Uint8Array(pages),
    to: new Uint8Array(transfers),
    serial: new Uint16Array(transfers),
    recall: new Uint8Array(transfers),
    kept: new Int32Array(transfers),
    ending: new Int32Array(transfers),
  };
}

/** Free frames at which it begins to run, and stops: vm_page_free_min and vm_page_free_target. */
export function reservedThresholds(
  frames: number,
  reserved: number,
): { freeMin: number; freeTarget: number } {
  const beside = machThresholds(frames - reserved);
  const freeMin = reserved + beside.freeMin;
  return { freeMin, freeTarget: Math.max(freeMin + TARGET_ABOVE, reserved + beside.freeTarget) };
}
