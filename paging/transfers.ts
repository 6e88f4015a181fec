/**
 * Transfers: a page's trip to swap or back. The pager never gives its memory away for it: the frame
 * goes into a container, the swap server gets a weak capability, locks, moves the page, unlocks,
 * answers; then the pager cancels the container.
 *
 *   pager           memory server          swap server
 *     |--createContainer-->|                    |
 *     |<---containerIs-----|                    |
 *     |-----------store / fetch (weak)--------->|
 *     |                    |<--lockContainer----|
 *     |                    |------locked------->|  device ...
 *     |                    |<--unlockContainer--|
 *     |<-----------------swapped----------------|
 *     |--cancelContainer-->|
 *
 * The tag of every message is the transfer's number. Transfers are bounded; who finds none free
 * waits for one to end.
 */

import { OP } from '../contracts/messages.ts';
import { send, sendCapability } from '../nucleus/ipc.ts';
import type { Kernel } from '../nucleus/kernel.ts';
import {
  EVICT,
  FETCH,
  IDLE,
  type PagerState,
  type Transfer,
  type TransfersState,
} from './state.ts';

/** Begins a transfer; returns its number, or -1 when all are in use. */
export function beginTransfer(
  kernel: Kernel,
  pager: PagerState,
  purpose: number,
  page: number,
  slot: number,
  waiter: number,
): number {
  const { transfers } = pager;
  const number = firstIdle(transfers);
  if (number === transfers.records.length) return -1;
  const transfer = transfers.records[number] as Transfer;
  transfer.purpose = purpose;
  transfer.page = page;
  transfer.slot = slot;
  transfer.waiter = waiter;
  transfer.orphan = false;
  transfer.container = -1;
  transfers.active++;
  if (purpose === EVICT) transfers.evictions++;
  send(kernel, pager.id, pager.memoryPort, OP.createContainer, slot, 1, number, 0, pager.lockMax);
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
  const op = transfer.purpose === FETCH ? OP.fetch : OP.store;
  return sendCapability(kernel, pager.id, pager.swapPort, op, weak, transfer.page, number, 0);
}

/** The transfer is over, well or not: take the frame out of its container. */
export function endTransfer(kernel: Kernel, pager: PagerState, transfer: Transfer): void {
  const { transfers } = pager;
  const { container } = transfer;
  if (container >= 0)
    send(kernel, pager.id, pager.memoryPort, OP.cancelContainer, container, 0, 0, 0, 0);
  if (transfer.purpose === EVICT) transfers.evictions--;
  transfer.purpose = IDLE;
  transfers.active--;
}

/** The transfer that has `page` under way, or null. */
export function transferOf({ transfers }: PagerState, page: number): Transfer | null {
  for (const transfer of transfers.records)
    if (transfer.purpose !== IDLE && transfer.page === page) return transfer;
  return null;
}

/** The transfer that has frame slot `slot`, or null. */
export function transferOfSlot({ transfers }: PagerState, slot: number): Transfer | null {
  for (const transfer of transfers.records)
    if (transfer.purpose !== IDLE && transfer.slot === slot) return transfer;
  return null;
}

/** Number of the first idle transfer, or how many there are. */
function firstIdle({ records }: TransfersState): number {
  let number = 0;
  while (number < records.length && (records[number] as Transfer).purpose !== IDLE) number++;
  return number;
}
