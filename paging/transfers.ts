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
import { firstZero } from '../nucleus/capabilities.ts';
import { send, sendCapability } from '../nucleus/ipc.ts';
import type { Kernel } from '../nucleus/kernel.ts';
import { EVICT, FETCH, IDLE, type PagerState } from './state.ts';

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
  const number = firstZero(transfers.purpose, 0);
  if (number === transfers.purpose.length) return -1;
  transfers.purpose[number] = purpose;
  transfers.page[number] = page;
  transfers.slot[number] = slot;
  transfers.waiter[number] = waiter;
  transfers.orphan[number] = 0;
  transfers.container[number] = -1;
  transfers.active++;
  if (purpose === EVICT) transfers.evictions++;
  send(kernel, pager.id, pager.memoryPort, OP.createContainer, slot, pager.lockMax, 1, number, 0);
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
  const { transfers } = pager;
  transfers.container[number] = container;
  const op = transfers.purpose[number] === FETCH ? OP.fetch : OP.store;
  const page = transfers.page[number] as number;
  return sendCapability(kernel, pager.id, pager.swapPort, op, weak, page, number, 0);
}

/** The transfer is over, well or not: take the frame out of its container. */
export function endTransfer(kernel: Kernel, pager: PagerState, number: number): void {
  const { transfers } = pager;
  const container = transfers.container[number] as number;
  if (container >= 0)
    send(kernel, pager.id, pager.memoryPort, OP.cancelContainer, container, 0, 0, 0, 0);
  if (transfers.purpose[number] === EVICT) transfers.evictions--;
  transfers.purpose[number] = IDLE;
  transfers.active--;
}

/** The transfer that has `page` under way, or -1. */
export function transferOf(pager: PagerState, page: number): number {
  const { transfers } = pager;
  for (let number = 0; number < transfers.purpose.length; number++)
    if (transfers.purpose[number] !== IDLE && transfers.page[number] === page) return number;
  return -1;
}

/** The transfer that has frame slot `slot`, or -1. */
export function transferOfSlot(pager: PagerState, slot: number): number {
  const { transfers } = pager;
  for (let number = 0; number < transfers.purpose.length; number++)
    if (transfers.purpose[number] !== IDLE && transfers.slot[number] === slot) return number;
  return -1;
}
