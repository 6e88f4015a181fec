/**
 * Mach's default pager: a server of its own between the kernel's pageout and the swap server. It
 * speaks the swap server's protocol on both sides (memory_object_data_write and data_request become
 * `store` and `fetch`), hands the container on, and passes the answer back: two messages more a
 * page. It is wired and never blocks; requests under way are records, bounded. Nobody is trusted:
 * what is malformed or of the dead is refused, and what came along with it dropped.
 */

import { OP } from '../../contracts/messages.ts';
import { BUSY, MALFORMED } from '../../contracts/refusals.ts';
import { isRefusal, isValid } from '../../contracts/validator.ts';
import { type CapabilityTable, removeCapability } from '../../nucleus/capabilities.ts';
import { reply, sendCapability } from '../../nucleus/ipc.ts';
import { type Kernel, NUCLEUS } from '../../nucleus/kernel.ts';
import type { Message } from '../../nucleus/messages.ts';
import { isOver, type TaskState } from '../../nucleus/tasks.ts';

export interface DefaultPagerState {
  readonly id: number;
  readonly swapPort: number;
  /** By request: who asked (0: free) and its tag. */
  readonly client: Int32Array;
  readonly tag: Int32Array;
}

export function createDefaultPagerState(
  id: number,
  swapPort: number,
  requests: number,
): DefaultPagerState {
  return { id, swapPort, client: new Int32Array(requests), tag: new Int32Array(requests) };
}

export function defaultPagerStep(kernel: Kernel, state: object, message: Message): void {
  const pager = state as DefaultPagerState;
  const { op, from, w0, w1, w2, w3, cameAlong } = message;
  if (from === NUCLEUS) return;
  const table = kernel.state.capabilities[pager.id] as CapabilityTable;
  // Of what has been stored and fetched only the swap server is believed.
  if (from === table.object[pager.swapPort]) {
    if (op === OP.swapped) passBack(kernel, pager, w0, w1, w2);
    return;
  }
  const isDead = isOver(kernel.state.tasks[from] as TaskState);
  const sent = isValid(message) && cameAlong && !isDead ? op : MALFORMED;
  if (sent === OP.store || sent === OP.fetch) passOn(kernel, pager, op, from, w0, w1, 0, w2);
  else if (sent === OP.exchange) passOn(kernel, pager, op, from, w0, w1, w2, w3);
  else {
    if (cameAlong) removeCapability(table, w0);
    if (!isRefusal(message))
      reply(kernel, pager.id, from, OP.refused, 0, MALFORMED, op & 255, 0, 0);
  }
}

function passBack(
  kernel: Kernel,
  pager: DefaultPagerState,
  request: number,
  reason: number,
  stored: number,
): void {
  const client = pager.client[request] as number;
  pager.client[request] = 0;
  reply(kernel, pager.id, client, OP.swapped, pager.tag[request] as number, reason, stored, 0, 0);
}

function passOn(
  kernel: Kernel,
  pager: DefaultPagerState,
  op: number,
  from: number,
  capability: number,
  page: number,
  into: number,
  tag: number,
): void {
  const { id, swapPort } = pager;
  const request = firstFree(pager);
  const isExchange = op === OP.exchange;
  const w2 = isExchange ? into : request;
  const w3 = isExchange ? request : 0;
  if (request < 0 || !sendCapability(kernel, id, swapPort, op, capability, page, w2, w3)) {
    removeCapability(kernel.state.capabilities[id] as CapabilityTable, capability);
    reply(kernel, id, from, OP.swapped, tag, BUSY, 0, 0, 0);
    return;
  }
  pager.client[request] = from;
  pager.tag[request] = tag;
}

/** Number of the first free request, or -1. `indexOf` leaves compiled code; few are under way. */
function firstFree({ client }: DefaultPagerState): number {
  for (let request = 0; request < client.length; request++)
    if (client[request] === 0) return request;
  return -1;
}
