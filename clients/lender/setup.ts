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

/** Frames have been taken out of the container, as after the end of a term: another one. */
export function refill(kernel: Kernel, pager: PagerState, lending: Lending): void {
  tell(kernel, pager, OP.dropContainer, lending.own, 0, 0, 0);
  open(kernel, pager, lending);
}

/** Asks for one frame more, or puts in the one that it has. */
export function askFrame(kernel: Kernel, pager: PagerState, lending: Lending): void {
  const { own, filled, slot } = lending;
  if (slot === NOBODY) tell(kernel, pager, OP.allocate, 0, 0, LENT_TAG, 0);
  else tell(kernel, pager, OP.putRuns, own, filled, slot, 1);
}

/** A frame has been granted. */
export function putIn(kernel: Kernel, pager: PagerState, lending: Lending, slot: number): void {
  lending.slot = slot;
  askFrame(kernel, pager, lending);
}

/** It has gone in: the next one, or the seal. */
export function goOn(kernel: Kernel, pager: PagerState, lending: Lending): void {
  lending.slot = NOBODY;
  if (++lending.filled < lending.window) return askFrame(kernel, pager, lending);
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
