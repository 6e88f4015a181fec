/** Answers of the memory server: refusals to a client, notifications to whoever observes. */

import type { ContractEvent } from '../../contracts/events.ts';
import { OP } from '../../contracts/messages.ts';
import { termNow } from '../../nucleus/clock.ts';
import { reply } from '../../nucleus/ipc.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import type { TaskState } from '../../nucleus/tasks.ts';
import type { MemoryServerState } from './state.ts';

/** Answers `refused`; the only way a server says no. */
export function refuse(
  kernel: Kernel,
  server: MemoryServerState,
  to: number,
  tag: number,
  reason: number,
  op: number,
): void {
  reply(kernel, server.id, to, OP.refused, tag, reason, op & 255, 0, 0);
}

/** The same, with the index of the page or pair that it failed at. */
export function refuseAt(
  kernel: Kernel,
  server: MemoryServerState,
  to: number,
  tag: number,
  reason: number,
  op: number,
  index: number,
): void {
  reply(kernel, server.id, to, OP.refused, tag, reason, op & 255, index, 0);
}

type WithoutStamp<E> = E extends ContractEvent ? Omit<E, 'at' | 'task'> : never;

/** Tells an observer, if there is one, of something that befell task `id`. */
export function observe(kernel: Kernel, id: number, event: WithoutStamp<ContractEvent>): void {
  if (kernel.observer === null) return;
  const { name } = kernel.state.tasks[id] as TaskState;
  kernel.observer({ at: termNow(kernel), task: name, ...event });
}
