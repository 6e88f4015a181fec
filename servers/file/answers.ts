/** Answers: what ends a request, and what the server says to the memory server for one. */

import { OP } from '../../contracts/messages.ts';
import { type CapabilityTable, removeCapability } from '../../nucleus/capabilities.ts';
import { reply, send } from '../../nucleus/ipc.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import { freeRequest, type Request } from './requests.ts';
import type { FileServerState } from './state.ts';

/** The request is over, and its record free. */
export function answer(
  kernel: Kernel,
  server: FileServerState,
  number: number,
  { client, tag }: Request,
  reason: number,
  pages: number,
): void {
  freeRequest(server.requests, number);
  reply(kernel, server.id, client, OP.fileDone, tag, reason, pages, 0, 0);
}

export function unlock(kernel: Kernel, server: FileServerState, { capability }: Request): void {
  const { id, memoryPort } = server;
  send(kernel, id, memoryPort, OP.unlockContainer, capability, 0, 0, 0, 0);
}

/** How large is the container, and which version? containerStands, with the request's number. */
export function inspect(
  kernel: Kernel,
  { id, memoryPort }: FileServerState,
  number: number,
  { capability }: Request,
): void {
  send(kernel, id, memoryPort, OP.inspectContainer, capability, number, 0, 0, 0);
}

/**
 * The request before was answered while the unlock that names its capability was still on its way. It
 * has been heard by now, since what this request has asked came after it; so the capability may go.
 */
export function dropPrevious(kernel: Kernel, server: FileServerState, request: Request): void {
  if (request.previous < 0) return;
  removeCapability(kernel.state.capabilities[server.id] as CapabilityTable, request.previous);
  request.previous = -1;
}

/** Refused at once: no request was begun. */
export function refuse(
  kernel: Kernel,
  server: FileServerState,
  to: number,
  tag: number,
  reason: number,
  op: number,
): void {
  reply(kernel, server.id, to, OP.refused, tag, reason, op & 255, 0, 0);
}
