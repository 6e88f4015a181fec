/**
 * Mach's default pager: a server of its own between the kernel's pageout and the swap server. It
 * speaks the swap server's protocol on both sides (memory_object_data_write and data_request become
 * `store` and `fetch`), hands the container on, and passes the answer back: two messages more a
 * page. It is trusted, wired and never blocks; requests under way are records, bounded.
 */

import { OP } from '../../contracts/messages.ts';
import { BUSY } from '../../contracts/refusals.ts';
import { type CapabilityTable, removeCapability } from '../../nucleus/capabilities.ts';
import { reply, sendCapability } from '../../nucleus/ipc.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import type { Message } from '../../nucleus/messages.ts';

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
  const { op, from, w0, w1, w2, w3 } = message;
  if (op === OP.store || op === OP.fetch) {
    if (message.cameAlong) passOn(kernel, pager, op, from, w0, w1, 0, w2);
  } else if (op === OP.exchange) {
    if (message.cameAlong) passOn(kernel, pager, op, from, w0, w1, w2, w3);
  } else if (op === OP.swapped) {
    const client = pager.client[w0] as number;
    pager.client[w0] = 0;
    reply(kernel, pager.id, client, OP.swapped, pager.tag[w0] as number, w1, w2, 0, 0);
  }
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
  const request = pager.client.indexOf(0);
  if (request < 0) {
    removeCapability(kernel.state.capabilities[pager.id] as CapabilityTable, capability);
    reply(kernel, pager.id, from, OP.swapped, tag, BUSY, 0, 0, 0);
    return;
  }
  pager.client[request] = from;
  pager.tag[request] = tag;
  const { id, swapPort } = pager;
  if (op === OP.exchange) sendCapability(kernel, id, swapPort, op, capability, page, into, request);
  else sendCapability(kernel, id, swapPort, op, capability, page, request, 0);
}
