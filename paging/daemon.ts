/**
 * Pageout daemon: keeps frames free where not everybody may take the last ones, and where pages go
 * out through pagers that may be slow, or stuck (Mach 3.0, vm_pageout.c; SPEC [LAST5] to [LAST7]).
 *
 *   free frames
 *   ------------- target    the daemon stops here once it runs
 *   ------------- min       and begins to run here
 *   ------------- reserved  below: nobody takes any but the daemon        [LAST5]
 *   ------------- internal  below: dirty pages go to the default pager     [LAST6]
 *   ------------- really    below: it waits while any are on their way     [LAST7]
 *
 * After a burst of dirty pages, or with as many on their way to the default pager, it pauses; how
 * long adapts. A page on its way costs memory, for the message and what holds its data: a frame for
 * so many of them, and that is the daemon's own use of the reserve.
 */

import { termNow, timerAt } from '../nucleus/clock.ts';
import type { Kernel } from '../nucleus/kernel.ts';
import { evictOne } from './eviction.ts';
import { serveWaiters } from './frame-waiters.ts';
import { bindSlot, popFree, pushFree } from './frames-in-hand.ts';
import type { PagerCode } from './policy-call.ts';
import type { PagerState } from './state.ts';
import { EVICT } from './transfer-records.ts';

/** Timer word: a pause is over. */
export const PAUSE_OVER = 16;
/** In place of a page of a slot: its frame holds messages, or is lent (to the n-th borrower: less n). */
export const FOR_MESSAGES = -0x70000000;
/** Where a transfer goes: not said yet, to the default pager, to the member's external pager. */
export const UNDECIDED = 0;
export const DEFAULT = 1;
export const EXTERNAL = 2;
/** No external pager moves a member's pages. */
export const NO_PORT = -1;
const NS_PER_MS = 1_000_000;

export interface DaemonState {
  /** Free frames: the thresholds of [LAST5], [LAST6] and [LAST7]. */
  reserved: number;
  internal: number;
  really: number;
  /** Pages of a burst, and on their way to the default pager, before it pauses; 0: it never does. */
  readonly burstMax: number;
  /** More than these on their way after a pause: it was too short. */
  readonly burstMin: number;
  /** Pauses without a longer one before they get shorter. */
  readonly pausesMax: number;
  /** Milliseconds of a pause: for each page, and at least with nothing to send. */
  burstWait: number;
  readonly emptyWait: number;
  /** Milliseconds that an external pager has for a page; 0: any time [LAST6]. */
  readonly doubleAfter: number;
  /** Pages on their way that a frame holds messages for. */
  readonly messagesPerFrame: number;
  pauses: number;
  paused: boolean;
  /** Slots of frames that hold messages. */
  readonly messageFrames: number[];
  /** By member: port to its external pager, or NO_PORT. */
  readonly ports: number[];
  /** Tasks that frames are lent to, by place. */
  readonly borrowers: number[];
  /** By page: whether the default pager has it, and is to have it next, though another one moves it. */
  readonly doubled: Uint8Array;
  /** By transfer: where it goes, and how often one of this number has been handed over. */
  readonly to: Uint8Array;
  readonly serial: Uint16Array;
  /** By transfer: how far it has been recalled (backers.ts), what its container was, how it ended. */
  readonly recall: Uint8Array;
  readonly kept: Int32Array;
  readonly ending: Int32Array;
}

/** Whether a frame is left for whoever is not privileged [LAST5]. */
export function hasUnreserved({ daemon, freeSlots }: PagerState): boolean {
  return daemon === null || freeSlots >= daemon.reserved;
}

/** Pages on their way to the default pager. */
export function laundryOf(pager: PagerState, daemon: DaemonState): number {
  let count = 0;
  for (const [number, { purpose }] of pager.transfers.records.entries())
    if (purpose === EVICT && daemon.to[number] === DEFAULT) count++;
  return count;
}

/** Runs until enough frames are free, or it has to pause. */
export function runDaemon(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  daemon: DaemonState,
): void {
  if (daemon.paused) return;
  const target = Math.min(pager.spareHigh, pager.held >> 1);
  for (let burst = 0; pager.freeSlots < target; ) {
    const laundry = laundryOf(pager, daemon);
    const isAhead = daemon.burstMax > 0 && (burst >= daemon.burstMax || laundry >= daemon.burstMax);
    const isTight = pager.freeSlots < daemon.really && laundry > 0;
    if (isAhead || isTight || pager.idle === 0 || !holdMessages(pager, daemon, 1))
      return pause(kernel, pager, daemon, Math.max(burst, laundry));
    const evicted = evictOne(kernel, code, pager, null);
    if (evicted === 'nothing') return pause(kernel, pager, daemon, Math.max(burst, laundry));
    if (evicted === 'begun') burst++;
  }
  holdMessages(pager, daemon, 0);
}

/**
 * Takes frames for the messages of what is on its way and of `more` pages, or frees those that are
 * not needed; false: there is none to take.
 */
export function holdMessages(pager: PagerState, daemon: DaemonState, more: number): boolean {
  const { messageFrames, messagesPerFrame } = daemon;
  const needed = Math.ceil((pager.transfers.evictions + more) / messagesPerFrame);
  while (messageFrames.length > needed) pushFree(pager, messageFrames.pop() as number);
  while (messageFrames.length < needed) {
    const slot = popFree(pager);
    if (slot < 0) return false;
    bindSlot(pager, slot, FOR_MESSAGES);
    messageFrames.push(slot);
  }
  return true;
}

function pause(kernel: Kernel, pager: PagerState, daemon: DaemonState, pages: number): void {
  holdMessages(pager, daemon, 0);
  const least = pager.idle === 0 ? daemon.emptyWait : daemon.burstWait;
  const ms = Math.max(least, pages * daemon.burstWait);
  daemon.paused = true;
  timerAt(kernel, termNow(kernel) + ms * NS_PER_MS, pager.id, PAUSE_OVER);
}

/** A pause is over: the next one is longer if there is much on its way still, shorter at times. */
export function endPause(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  daemon: DaemonState,
): void {
  daemon.paused = false;
  if (laundryOf(pager, daemon) > daemon.burstMin) {
    daemon.burstWait++;
    daemon.pauses = 0;
  } else if (++daemon.pauses > daemon.pausesMax) {
    daemon.burstWait = Math.max(1, Math.floor((daemon.burstWait * 3) / 4));
    daemon.pauses = 0;
  }
  runDaemon(kernel, code, pager, daemon);
  serveWaiters(kernel, code, pager);
}
