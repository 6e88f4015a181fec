/** Answers: what a refusal of the virtual memory is in a message, and the word that something is done. */

import { OP } from '../../../../contracts/messages.ts';
import * as refusals from '../../../../contracts/refusals.ts';
import { reply } from '../../../../nucleus/ipc.ts';
import type { Kernel } from '../../../../nucleus/kernel.ts';
import type { Message } from '../../../../nucleus/messages.ts';
import type { VmRefusal } from '../vm/index.ts';
import type { VmServerState } from './state.ts';

export const reasons: Readonly<Record<VmRefusal, number>> = {
  INVALID_ADDRESS: refusals.NO_SUCH_PAGE,
  INVALID_ARGUMENT: refusals.MALFORMED,
  INVALID_TASK: refusals.NO_SUCH_TASK,
  PROTECTION_FAILURE: refusals.NO_RIGHT,
  NO_SPACE: refusals.NO_PLACE,
  RESOURCE_SHORTAGE: refusals.NO_FREE_FRAMES,
  MEMORY_ERROR: refusals.DEVICE_FAILED,
  TASK_SUSPENDED: refusals.BUSY,
};

/** What the message asks for is done, at `address` (bytes), or why not. */
export function answer(
  kernel: Kernel,
  { id, parameters }: VmServerState,
  { from, w0, op }: Message,
  address: number | VmRefusal,
): number {
  if (typeof address === 'string') return reasons[address];
  reply(kernel, id, from, OP.vmDone, w0, op, address / parameters.pageBytes, 0, 0);
  return refusals.DONE;
}
