/**
 * Buffers of an external pager: a frame for each page that it moves. Those of its reserve are
 * guaranteed to it, in hand from the first on, and never returned [LAST1]; beyond these it borrows.
 */

import { OP } from '../../contracts/messages.ts';
import { send } from '../../nucleus/ipc.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import type { ExternalPagerState } from './external-pager-state.ts';
import { NO_SLOT } from './external-pager-state.ts';

/** Proposes its contract: its reserve is guaranteed, all other buffers are extras. */
export function openExternalPager(kernel: Kernel, pager: ExternalPagerState): void {
  const { id, memoryPort, reserve, buffers } = pager;
  send(kernel, id, memoryPort, OP.contract, reserve, buffers - reserve, 0, 0, 0);
}

/** It was granted the buffer in `slot`. */
export function takeBuffer(kernel: Kernel, pager: ExternalPagerState, slot: number): void {
  pager.asking = false;
  pager.held++;
  pager.spare.push(slot);
  fillReserve(kernel, pager);
}

/** Takes what is guaranteed to it before anybody needs it [LAST1]. */
export function fillReserve(kernel: Kernel, pager: ExternalPagerState): void {
  if (pager.held < pager.reserve) askForBuffer(kernel, pager);
}

/** Asks for one more buffer, one request at a time [LAST2]. */
export function askForBuffer(kernel: Kernel, pager: ExternalPagerState): void {
  if (pager.asking) return;
  pager.asking = true;
  send(kernel, pager.id, pager.memoryPort, OP.allocate, 0, 0, 0, 0, 0);
}

/** A buffer was taken; what was being done with it goes on, from the container itself. */
export function loseBuffer(pager: ExternalPagerState, slot: number): void {
  const at = pager.spare.indexOf(slot);
  if (at >= 0) pager.spare.splice(at, 1);
  for (const passage of pager.passages) if (passage.slot === slot) passage.slot = NO_SLOT;
  pager.held--;
  pager.owed = Math.max(0, pager.owed - 1);
}

/** Beyond the reserve a buffer goes home as soon as nothing waits for it, or it is owed. */
export function putBack(kernel: Kernel, pager: ExternalPagerState, slot: number): void {
  const isExtra = pager.held > pager.reserve;
  if (!isExtra || (pager.queue.length > 0 && pager.owed === 0)) {
    pager.spare.push(slot);
    return;
  }
  pager.held--;
  pager.owed = Math.max(0, pager.owed - 1);
  send(kernel, pager.id, pager.memoryPort, OP.returnFrames, slot, 0, 0, 0, 0);
}
