/**
 * Containers: how a client hands memory to a server that it does not trust, without losing it.
 *
 *   private --share--> shared --lock(until)--> locked --unlock / time limit--> shared (version + 1)
 *      |                  |
 *      +--- cancel -------+--> free        (every capability to it dies; not while locked)
 *
 * The maximum lock time is fixed at creation [CONT3]. A weak capability can lock and unlock, no
 * more [CONT2]. A lock opens a DMA window, number = container id; whatever ends the lock closes it
 * [CONT6]. This is the thin path: one frame run each; copies, scatter and gather come later.
 */

import { OP } from '../../contracts/messages.ts';
import {
  IN_USE,
  LOCKED_NOW,
  NO_PLACE,
  NO_SUCH_CONTAINER,
  NO_SUCH_SLOT,
  TOO_LONG,
} from '../../contracts/refusals.ts';
import {
  addCapability,
  type CapabilityTable,
  CONTAINER,
  firstZero,
  frameAt,
  holdsKind,
  IN_CONTAINER,
  LOCKED_OUT,
  orderAt,
  removeCapability,
  WEAK_CONTAINER,
} from '../../nucleus/capabilities.ts';
import { closeWindow, openWindow } from '../../nucleus/dma.ts';
import { reply } from '../../nucleus/ipc.ts';
import { type Kernel, termNow, timerAt } from '../../nucleus/kernel.ts';
import { dropMappingOfFrame } from '../../nucleus/memory-map.ts';
import { observe, refuse } from './answers.ts';
import {
  CONTAINER_FREE,
  CONTAINER_LOCKED,
  CONTAINER_PRIVATE,
  CONTAINER_SHARED,
  type MemoryServerState,
} from './state.ts';
import { TIMER_LOCKS, timerWord } from './timers.ts';

const NO_CAPABILITY = -1;

export function createContainer(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  slot: number,
  lockMax: number,
  share: number,
  tag: number,
): void {
  const table = kernel.state.capabilities[from] as CapabilityTable;
  const frame = frameAt(table, slot);
  if (frame < 0) return refuse(kernel, server, from, tag, NO_SUCH_SLOT, OP.createContainer);
  if (((table.slotOrder[slot] as number) & IN_CONTAINER) !== 0)
    return refuse(kernel, server, from, tag, IN_USE, OP.createContainer);
  const { containers } = server;
  const id = firstZero(containers.status, containers.freeHint);
  if (id === containers.status.length)
    return refuse(kernel, server, from, tag, NO_PLACE, OP.createContainer);
  const generation = containers.generation[id] as number;
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
  containers.freeHint = id + 1;
  containers.status[id] = share === 1 ? CONTAINER_SHARED : CONTAINER_PRIVATE;
  containers.owner[id] = from;
  containers.slot[id] = slot;
  containers.frame[id] = frame;
  containers.version[id] = 0;
  containers.lockMax[id] = lockMax;
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
  const id = resolve(kernel, server, from, capability, CONTAINER);
  if (id < 0) return refuse(kernel, server, from, tag, NO_SUCH_CONTAINER, OP.shareContainer);
  const table = kernel.state.capabilities[from] as CapabilityTable;
  const { containers } = server;
  const weak = addCapability(table, WEAK_CONTAINER, id, containers.generation[id] as number);
  if (weak < 0) return refuse(kernel, server, from, tag, NO_PLACE, OP.shareContainer);
  if (containers.status[id] === CONTAINER_PRIVATE) containers.status[id] = CONTAINER_SHARED;
  reply(kernel, server.id, from, OP.containerIs, tag, capability, weak, 0, 0);
}

export function cancelContainer(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  capability: number,
): void {
  const id = resolve(kernel, server, from, capability, CONTAINER);
  if (id < 0)
    return refuse(kernel, server, from, capability, NO_SUCH_CONTAINER, OP.cancelContainer);
  if (server.containers.status[id] === CONTAINER_LOCKED)
    return refuse(kernel, server, from, capability, LOCKED_NOW, OP.cancelContainer);
  removeCapability(kernel.state.capabilities[from] as CapabilityTable, capability);
  dissolve(kernel, server, id);
}

export function lockContainer(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  capability: number,
  duration: number,
  unmap: number,
  tag: number,
): void {
  const id = resolve(kernel, server, from, capability, WEAK_CONTAINER);
  if (id < 0) return refuse(kernel, server, from, tag, NO_SUCH_CONTAINER, OP.lockContainer);
  const { containers } = server;
  if (containers.status[id] === CONTAINER_LOCKED)
    return refuse(kernel, server, from, tag, LOCKED_NOW, OP.lockContainer);
  if (duration > (containers.lockMax[id] as number))
    return refuse(kernel, server, from, tag, TOO_LONG, OP.lockContainer);
  const frame = containers.frame[id] as number;
  if (unmap === 1) {
    dropMappingOfFrame(kernel, frame);
    setSlotBits(kernel, server, id, IN_CONTAINER | LOCKED_OUT);
  }
  containers.status[id] = CONTAINER_LOCKED;
  containers.holder[id] = from;
  containers.lockedUntil[id] = termNow(kernel) + duration;
  openWindow(kernel, id, frame, from);
  armLockTimer(kernel, server, containers.lockedUntil[id] as number);
  reply(kernel, server.id, from, OP.locked, tag, id, containers.version[id] as number, 0, 0);
}

export function unlockContainer(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  capability: number,
): void {
  const id = resolve(kernel, server, from, capability, WEAK_CONTAINER);
  const { containers } = server;
  const isHolder = id >= 0 && containers.holder[id] === from;
  if (!isHolder || containers.status[id] !== CONTAINER_LOCKED)
    return refuse(kernel, server, from, capability, NO_SUCH_CONTAINER, OP.unlockContainer);
  unlock(kernel, server, id);
}

/** Ends every lock whose time limit has come [CONT4]; sets the timer for the next. */
export function expireLocks(kernel: Kernel, server: MemoryServerState): void {
  const { containers } = server;
  const now = termNow(kernel);
  let next = Number.POSITIVE_INFINITY;
  for (let id = 0; id < containers.status.length; id++) {
    if (containers.status[id] !== CONTAINER_LOCKED) continue;
    const until = containers.lockedUntil[id] as number;
    if (until > now) next = Math.min(next, until);
    if (until > now || server.planted === 'lock-without-end') continue;
    observe(kernel, containers.owner[id] as number, { kind: 'lockExpired' });
    unlock(kernel, server, id);
  }
  containers.timerAt = Number.POSITIVE_INFINITY;
  if (next !== Number.POSITIVE_INFINITY) armLockTimer(kernel, server, next);
}

/** Frees every container of a client, locked or not; returns how many were locked. */
export function breakContainersOf(
  kernel: Kernel,
  server: MemoryServerState,
  owner: number,
): number {
  const { containers } = server;
  const table = kernel.state.capabilities[owner] as CapabilityTable;
  let locked = 0;
  for (let id = 0; id < containers.status.length; id++) {
    if (containers.status[id] === CONTAINER_FREE || containers.owner[id] !== owner) continue;
    if (containers.status[id] === CONTAINER_LOCKED) locked++;
    for (let slot = 0; slot < table.kind.length; slot++)
      if (holdsKind(table, slot, CONTAINER) && table.object[slot] === id)
        removeCapability(table, slot);
    dissolve(kernel, server, id);
  }
  return locked;
}

function unlock(kernel: Kernel, server: MemoryServerState, id: number): void {
  const { containers } = server;
  closeWindow(kernel, id);
  setSlotBits(kernel, server, id, IN_CONTAINER);
  containers.status[id] = CONTAINER_SHARED;
  containers.version[id] = ((containers.version[id] as number) + 1) % 2 ** 24;
}

function dissolve(kernel: Kernel, server: MemoryServerState, id: number): void {
  const { containers } = server;
  closeWindow(kernel, id);
  setSlotBits(kernel, server, id, 0);
  containers.status[id] = CONTAINER_FREE;
  containers.generation[id] = (containers.generation[id] as number) + 1;
  if (id < containers.freeHint) containers.freeHint = id;
}

function setSlotBits(kernel: Kernel, server: MemoryServerState, id: number, bits: number): void {
  const { containers } = server;
  const table = kernel.state.capabilities[containers.owner[id] as number] as CapabilityTable;
  const slot = containers.slot[id] as number;
  table.slotOrder[slot] = orderAt(table, slot) | bits;
}

/** The container a capability names, or -1 when it names none that lives. */
function resolve(
  kernel: Kernel,
  server: MemoryServerState,
  task: number,
  slot: number,
  kind: number,
): number {
  const table = kernel.state.capabilities[task] as CapabilityTable;
  if (!holdsKind(table, slot, kind)) return -1;
  const id = table.object[slot] as number;
  const { containers } = server;
  return table.generation[slot] === containers.generation[id] ? id : -1;
}

/** One timer runs for all locks: at the earliest limit, or earlier. */
function armLockTimer(kernel: Kernel, server: MemoryServerState, at: number): void {
  if (at >= server.containers.timerAt) return;
  server.containers.timerAt = at;
  timerAt(kernel, at, server.id, timerWord(TIMER_LOCKS, 0, 0));
}
