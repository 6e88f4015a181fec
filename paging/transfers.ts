/**
 * Transfers: a page's trip to swap or back, or both with one frame: out goes one page, in comes
 * another. The pager never gives its memory away for it: the frame goes into a container, the swap
 * server gets a weak capability, locks, moves the page, unlocks, answers. The container is made for
 * one lock and dissolves with it; one that was never locked the pager cancels.
 *
 *   pager           memory server          swap server
 *     |--createContainer-->|                    |
 *     |<---containerIs-----|                    |
 *     |------store / fetch / exchange (weak)--->|
 *     |                    |<--lockContainer----|
 *     |                    |------locked------->|  device ...
 *     |                    |<--unlockContainer--|
 *     |<-----------------swapped----------------|
 *
 * The tag of every message is the transfer's number. Transfers are bounded; who finds none free
 * waits for one to end. One that was refused is tried again after a while [FAULT12].
 */

import { OP } from '../contracts/messages.ts';
import {
  DEVICE_FAILED,
  DONE,
  LOCK_LOST,
  LOST_PAGE,
  NO_DEVICE,
  NO_SUCH_CONTAINER,
  OVER_QUOTA,
  STORE_FULL,
} from '../contracts/refusals.ts';
import { type CapabilityTable, removeCapability } from '../nucleus/capabilities.ts';
import { termNow, timerAt } from '../nucleus/clock.ts';
import { send, sendCapability } from '../nucleus/ipc.ts';
import type { Kernel } from '../nucleus/kernel.ts';
import { routeTransfer, tagOf } from './backers.ts';
import { NO_PAGE, nextRetry, type PagerState } from './state.ts';
import { type SwapSlots, slotToRead, slotToWrite } from './swap-slots.ts';
import { EVICT, FETCH, IDLE, type Transfer, type TransfersState } from './transfer-records.ts';

/** Timer word of a refused transfer that is tried again; 256 times its number is added to it. */
export const RETRY_TRANSFER = 8;

/** Begins a transfer; nothing happens when all are in use. */
export function beginTransfer(
  kernel: Kernel,
  pager: PagerState,
  purpose: number,
  page: number,
  out: number,
  slot: number,
  waiter: number,
): void {
  const number = occupyTransfer(pager, purpose, page, out, slot, waiter);
  if (number >= 0) askForContainer(kernel, pager, number);
}

/**
 * Begins one again that has ended for `reason`: at once where its lock was lost, for then a device
 * has been at work meanwhile, and where swap did not take the page that was to go out, for that one is
 * lost now and not asked for again; else whoever refused would refuse again, and again.
 */
export function beginAgain(
  kernel: Kernel,
  pager: PagerState,
  purpose: number,
  page: number,
  out: number,
  slot: number,
  waiter: number,
  reason: number,
): void {
  const number = occupyTransfer(pager, purpose, page, out, slot, waiter);
  if (reason === LOCK_LOST || isLossOnSwap(reason)) askForContainer(kernel, pager, number);
  else {
    const word = RETRY_TRANSFER + 256 * number;
    timerAt(kernel, termNow(kernel) + nextRetry(pager), pager.id, word);
  }
}

/** The first step: a container for its frame. */
export function askForContainer(kernel: Kernel, pager: PagerState, number: number): void {
  const { id, memoryPort, lockMax, transfers } = pager;
  const { slot } = transfers.records[number] as Transfer;
  send(kernel, id, memoryPort, OP.createContainer, slot, 1, number, 1, lockMax);
}

/** Fills a record that is idle; returns its number, or -1 when all are in use. */
function occupyTransfer(
  { transfers }: PagerState,
  purpose: number,
  page: number,
  out: number,
  slot: number,
  waiter: number,
): number {
  const number = firstIdle(transfers);
  if (number === transfers.records.length) return -1;
  const transfer = transfers.records[number] as Transfer;
  transfer.purpose = purpose;
  transfer.page = page;
  transfer.out = out;
  transfer.slot = slot;
  transfer.waiter = waiter;
  transfer.orphan = false;
  transfer.container = -1;
  transfers.active++;
  if (purpose === EVICT) transfers.evictions++;
  return number;
}

/** The container is made: hand it to the swap server. */
export function handOver(
  kernel: Kernel,
  pager: PagerState,
  number: number,
  container: number,
  weak: number,
): boolean {
  const transfer = pager.transfers.records[number];
  if (transfer === undefined) return false;
  transfer.container = container;
  const { purpose, out } = transfer;
  const { id, daemon, swapSlots } = pager;
  const page = swapSlots === null ? transfer.page : placeOnSwap(swapSlots, transfer);
  const outTo = swapSlots === null || out === NO_PAGE ? out : slotToWrite(swapSlots, out);
  const isRouted = daemon !== null;
  const swapPort = isRouted ? routeTransfer(kernel, pager, daemon, number) : pager.swapPort;
  const tag = isRouted ? tagOf(daemon, number) : number;
  const op = purpose === FETCH ? OP.fetch : OP.store;
  const went =
    out === NO_PAGE
      ? sendCapability(kernel, id, swapPort, op, weak, page, tag, 0)
      : sendCapability(kernel, id, swapPort, OP.exchange, weak, outTo, page, tag);
  // Nobody took it: the container is cancelled, and what is left of it would fill the table.
  if (!went) removeCapability(kernel.state.capabilities[id] as CapabilityTable, weak);
  return went;
}

/** Where the page of a transfer comes from, or goes to. */
function placeOnSwap(slots: SwapSlots, { purpose, page }: Transfer): number {
  return purpose === FETCH ? slotToRead(slots, page) : slotToWrite(slots, page);
}

/** The transfer is over, well (DONE) or not: a container that is left over is cancelled. */
export function endTransfer(
  kernel: Kernel,
  pager: PagerState,
  transfer: Transfer,
  reason: number,
): void {
  const { transfers } = pager;
  const { container } = transfer;
  if (container >= 0 && !isGone(reason))
    send(kernel, pager.id, pager.memoryPort, OP.cancelContainer, container, 0, 0, 0, 0);
  if (transfer.purpose === EVICT) transfers.evictions--;
  transfer.purpose = IDLE;
  transfers.active--;
}

/** Whether swap has lost the page that was fetched, or will not have the one that was stored. */
export function isLossOnSwap(reason: number): boolean {
  return (
    reason === LOST_PAGE ||
    reason === DEVICE_FAILED ||
    reason === NO_DEVICE ||
    reason === STORE_FULL ||
    reason === OVER_QUOTA
  );
}

/** Whether a container made for one lock is no more after this answer. */
function isGone(reason: number): boolean {
  if (reason === NO_DEVICE) return false;
  return (
    reason === DONE || reason === LOCK_LOST || reason === NO_SUCH_CONTAINER || isLossOnSwap(reason)
  );
}

/** The transfer that has `page` under way, or null. */
export function transferOf({ transfers }: PagerState, page: number): Transfer | null {
  for (const transfer of transfers.records)
    if (transfer.purpose !== IDLE && transfer.page === page) return transfer;
  return null;
}

/** The transfer that has frame slot `slot`, or null; one that has lost it has it no more. */
export function transferOfSlot({ transfers }: PagerState, slot: number): Transfer | null {
  for (const transfer of transfers.records)
    if (transfer.purpose !== IDLE && transfer.slot === slot && !transfer.orphan) return transfer;
  return null;
}

/** Number of the first idle transfer, or how many there are. */
function firstIdle({ records }: TransfersState): number {
  let number = 0;
  while (number < records.length && (records[number] as Transfer).purpose !== IDLE) number++;
  return number;
}
