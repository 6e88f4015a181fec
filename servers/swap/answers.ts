/** Answers of the swap server: to the client, and to the memory server whose lock it had. */

import { OP } from '../../contracts/messages.ts';
import type { CapabilityTable } from '../../nucleus/capabilities.ts';
import { reply, send } from '../../nucleus/ipc.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import { FREE, type Operation, type SwapServerState } from './state.ts';

/** The port to the memory server that made a container: objects are numbered through them [STACK5]. */
export function makerOf(kernel: Kernel, server: SwapServerState, capability: number): number {
  const { memories, memoryPort } = server;
  if (memories === 1) return memoryPort;
  const { object } = kernel.state.capabilities[server.id] as CapabilityTable;
  return memoryPort + ((object[capability] as number) % memories);
}

/** The frames of an operation are their owner's again. */
export function unlock(kernel: Kernel, server: SwapServerState, { capability }: Operation): void {
  const port = makerOf(kernel, server, capability);
  send(kernel, server.id, port, OP.unlockContainer, capability, 0, 0, 0, 0);
}

/** An operation is over: its client hears how, and its record is free. */
export function answer(
  kernel: Kernel,
  server: SwapServerState,
  number: number,
  reason: number,
): void {
  const operation = server.operations[number] as Operation;
  const { client, tag, stored } = operation;
  reply(kernel, server.id, client, OP.swapped, tag, reason, stored, 0, 0);
  operation.kind = FREE;
}
