/**
 * Setting up what a lender lends: a container of its own, filled with frames of its guarantee one by
 * one (such a request may wait until others have returned theirs), and sealed.
 */

import { OP } from '../../contracts/messages.ts';
import { send } from '../../nucleus/ipc.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import type { PagerState } from '../../paging/state.ts';
import { LENT_TAG, type Lending, NO_PART, NOBODY, SETTING_UP } from './state.ts';

/** Begins: with nothing, or anew after the container has gone. */
export function open(kernel: Kernel, pager: PagerState, lending: Lending): void {
  lending.phase = SETTING_UP;
  lending.part = NO_PART;
  lending.own = NOBODY;
  lending.filled = 0;
  lending.asked = false;
  tell(kernel, pager, OP.openContainer, lending.window, NOBODY, 0, LENT_TAG);
}

/** Asks for one frame more. */
export function askFrame(kernel: Kernel, { id, memoryPort }: PagerState): void {
  send(kernel, id, memoryPort, OP.allocate, 0, 0, LENT_TAG, 0, 0);
}

/** A frame has gone in: the next one, or the seal. */
export function putIn(kernel: Kernel, pager: PagerState, lending: Lending): void {
  if (++lending.filled < lending.window) return askFrame(kernel, pager);
  seal(kernel, pager, lending);
}

export function seal(
  kernel: Kernel,
  { id, memoryPort }: PagerState,
  { own, lockMax }: Lending,
): void {
  send(kernel, id, memoryPort, OP.sealContainer, own, LENT_TAG, 0, 0, lockMax);
}

export function tell(
  kernel: Kernel,
  { id, memoryPort }: PagerState,
  op: number,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
): void {
  send(kernel, id, memoryPort, op, w0, w1, w2, w3, 0);
}
