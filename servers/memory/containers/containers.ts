/**
 * Containers: how a client hands memory to a server that it does not trust, without losing it.
 *
 *   private --share--> shared --lock(until)--> locked --unlock / time limit--> shared (version + 1)
 *      |                  |                       |
 *      +--- cancel -------+--> free <-- once ------+   (every capability to it dies)
 *
 * The maximum lock time is fixed at creation [CONT3], and whether the container outlives its first
 * lock [CONT11]. A weak capability can lock and unlock, no more [CONT2]; locks.ts has what it does
 * with it. This is the thin path: one frame run each; page-containers.ts has those of many pages, and
 * serves the messages that both kinds share.
 */

import { OP } from '../../../contracts/messages.ts';
import { IN_USE, LOCKED_NOW, NO_PLACE, NO_SUCH_SLOT } from '../../../contracts/refusals.ts';
import {
  addCapability,
  type CapabilityTable,
  CONTAINER,
  frameAt,
  holdsKind,
  IN_CONTAINER,
  orderAt,
  removeCapability,
  WEAK_CONTAINER,
} from '../../../nucleus/capabilities.ts';
import { closeWindow } from '../../../nucleus/dma.ts';
import { reply } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { isOver, type TaskState } from '../../../nucleus/tasks.ts';
import { refuse } from '../answers.ts';
import {
  CONTAINER_FREE,
  CONTAINER_LOCKED,
  CONTAINER_PRIVATE,
  CONTAINER_SHARED,
  type Container,
  type ContainersState,
  idOf,
  type MemoryServerState,
} from '../state.ts';
import { cancelPages, sharePages } from './page-containers.ts';

const NO_CAPABILITY = -1;

export function createContainer(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  slot: number,
  lockMax: number,
  share: number,
  tag: number,
  once: boolean,
): void {
  const table = kernel.state.capabilities[from] as CapabilityTable;
  const frame = frameAt(table, slot);
  if (frame < 0) return refuse(kernel, server, from, tag, NO_SUCH_SLOT, OP.createContainer);
  if (((table.slotOrder[slot] as number) & IN_CONTAINER) !== 0)
    return refuse(kernel, server, from, tag, IN_USE, OP.createContainer);
  const container = firstFree(server.containers, from);
  if (container === undefined)
    return refuse(kernel, server, from, tag, NO_PLACE, OP.createContainer);
  const { id, generation } = container;
  const own = addCapability(table, CONTAINER, id, generation);
  if (own < 0) return refuse(kernel, server, from, tag, NO_PLACE, OP.createContainer);
  let weak = NO_CAPABILITY;
  if (share === 1) {
    weak = addCapability(table, WEAK_CONTAINER, id, generation);
    if (weak < 0) {
      removeCapability(table, own);
      return refuse(kernel, server, from, tag, NO_PLACE, OP.createContainer);
    }
  }
  server.containers.freeHint = idOf(server, id) + 1;
  server.containers.ofOwner[from] = (server.containers.ofOwner[from] as number) + 1;
  container.status = share === 1 ? CONTAINER_SHARED : CONTAINER_PRIVATE;
  container.owner = from;
  container.capability = own;
  container.slot = slot;
  container.frame = frame;
  container.version = 0;
  container.lockMax = lockMax;
  container.once = once;
  table.slotOrder[slot] = (table.slotOrder[slot] as number) | IN_CONTAINER;
  reply(kernel, server.id, from, OP.containerIs, tag, own, weak, 0, 0);
}

export function shareContainer(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  capability: number,
  tag: number,
): void {
  const container = resolve(kernel, server, from, capability, CONTAINER);
  if (container === null) return sharePages(kernel, server, from, capability, tag);
  const table = kernel.state.capabilities[from] as CapabilityTable;
  const weak = addCapability(table, WEAK_CONTAINER, container.id, container.generation);
  if (weak < 0) return refuse(kernel, server, from, tag, NO_PLACE, OP.shareContainer);
  if (container.status === CONTAINER_PRIVATE) container.status = CONTAINER_SHARED;
  reply(kernel, server.id, from, OP.containerIs, tag, capability, weak, 0, 0);
}

export function cancelContainer(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  capability: number,
): void {
  const container = resolve(kernel, server, from, capability, CONTAINER);
  if (container === null) return cancelPages(kernel, server, from, capability);
  if (container.status === CONTAINER_LOCKED)
    return refuse(kernel, server, from, capability, LOCKED_NOW, OP.cancelContainer);
  dissolve(kernel, server, container);
}

/** Frees every container of a client, locked or not; returns how many were locked. */
export function breakContainersOf(
  kernel: Kernel,
  server: MemoryServerState,
  owner: number,
): number {
  let locked = 0;
  for (const container of server.containers.records) {
    if (container.status === CONTAINER_FREE || container.owner !== owner) continue;
    if (container.status === CONTAINER_LOCKED) {
      locked++;
      const isDead = isOver(kernel.state.tasks[owner] as TaskState);
      if (isDead && server.planted === 'lock-outlives-owner') continue;
    }
    const { id } = container;
    const holder = kernel.state.windowHolder[id] as number;
    dissolve(kernel, server, container);
    if (server.planted !== 'window-outlives-lock') continue;
    kernel.state.windowFrame[id] = container.frame;
    kernel.state.windowHolder[id] = holder;
  }
  return locked;
}

/** The run is the owner's as before; every capability to the container is dead. */
export function dissolve(kernel: Kernel, server: MemoryServerState, container: Container): void {
  closeWindow(kernel, container.id);
  const { owner, capability } = container;
  // One that its owner sent away is dead where it is.
  if (resolve(kernel, server, owner, capability, CONTAINER) === container)
    removeCapability(kernel.state.capabilities[owner] as CapabilityTable, capability);
  setSlotBits(kernel, container, 0);
  if (container.status === CONTAINER_LOCKED) server.containers.locked--;
  server.containers.ofOwner[owner] = (server.containers.ofOwner[owner] as number) - 1;
  container.status = CONTAINER_FREE;
  container.generation = (container.generation + 1) >>> 0;
  server.containers.freeHint = Math.min(server.containers.freeHint, idOf(server, container.id));
}

/** What the owner's slot says of the run, beside its order. */
export function setSlotBits(kernel: Kernel, container: Container, bits: number): void {
  const table = kernel.state.capabilities[container.owner] as CapabilityTable;
  const { slot } = container;
  table.slotOrder[slot] = orderAt(table, slot) | bits;
}

/** The first free container, or undefined when all are in use, or the owner has its share. */
function firstFree(state: ContainersState, owner: number): Container | undefined {
  const { records, freeHint, each, ofOwner } = state;
  while (ofOwner.length <= owner) ofOwner.push(0);
  if ((ofOwner[owner] as number) >= each) return undefined;
  for (let id = freeHint; id < records.length; id++) {
    const container = records[id] as Container;
    if (container.status === CONTAINER_FREE) return container;
  }
  return undefined;
}

/** The container a capability names, or null when it names none that lives. */
export function resolve(
  kernel: Kernel,
  server: MemoryServerState,
  task: number,
  slot: number,
  kind: number,
): Container | null {
  const table = kernel.state.capabilities[task] as CapabilityTable;
  if (!holdsKind(table, slot, kind)) return null;
  const container = server.containers.records[idOf(server, table.object[slot] as number)];
  // One that another memory server made is none of this one's [STACK5].
  if (container === undefined) return null;
  return table.generation[slot] === container.generation ? container : null;
}
