/**
 * A nagger: a client like any other, but that it proposes a contract which nobody can have, and again
 * as soon as it is refused, for as long as it lives. So there is always a message of its own under
 * way; what that costs it has to pay itself [TIME9].
 */

import { OP } from '../../contracts/messages.ts';
import { send } from '../../nucleus/ipc.ts';
import { FAULT, type Kernel } from '../../nucleus/kernel.ts';
import type { TaskState } from '../../nucleus/tasks.ts';
import type { PagerCode } from '../../paging/policy-call.ts';
import type { PagerState } from '../../paging/state.ts';
import { type ClientStep, clientStep } from '../pager/memory-control.ts';

/** A guarantee of more frames than any machine here has. */
const TOO_MANY = 2 ** 23;
const TAG = 1;

/** Receiver step of a nagger. */
export function naggerStep(code: PagerCode): ClientStep {
  const inner = clientStep(code);
  return (kernel, state, message) => {
    const { op, w0, w2 } = message;
    const pager = state as PagerState;
    const { faults } = kernel.state.tasks[pager.id] as TaskState;
    const isRefused = op === OP.refused && w2 === OP.contract && w0 === TAG;
    if (!isRefused) inner(kernel, state, message);
    if (isRefused || (op === FAULT && faults === 1)) nag(kernel, pager);
  };
}

function nag(kernel: Kernel, { id, memoryPort }: PagerState): void {
  send(kernel, id, memoryPort, OP.contract, TOO_MANY, 0, TAG, 0, 0);
}
