/**
 * Locks: a server that was handed a container pins its frames for a bounded time.
 *
 * A lock opens a DMA window to its holder, number = container id; whatever ends the lock closes it
 * [CONT6]. It ends at its time limit, whatever the holder does [CONT4]; a container made for one
 * lock dissolves with it [CONT11].
 */

import { OP } from '../../../contracts/messages.ts';
import { LOCKED_NOW, NO_SUCH_CONTAINER, TOO_LONG } from '../../../contracts/refusals.ts';
import { IN_CONTAINER, LOCKED_OUT, WEAK_CONTAINER } from '../../../nucleus/capabilities.ts';
import { termNow, timerAt } from '../../../nucleus/clock.ts';
import { closeWindow, openWindow, windowSerial } from '../../../nucleus/dma.ts';
import { reply } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { dropMappingsOfFrame } from '../../../nucleus/memory-map.ts';
import { observe, refuse } from '../answers.ts';
import {
  CONTAINER_LOCKED,
  CONTAINER_SHARED,
  type Container,
  type MemoryServerState,
} from '../state.ts';
import { TIMER_LOCKS, timerWord } from '../timers.ts';
import { dissolve, resolve, setSlotBits } from './containers.ts';
import { unlockPages } from './page-locks.ts';

export function lockContainer(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  capability: number,
  duration: number,
  unmap: number,
  tag: number,
): void {
  const container = resolve(kernel, server, from, capability, WEAK_CONTAINER);
  if (container === null)
    return refuse(kernel, server, from, tag, NO_SUCH_CONTAINER, OP.lockContainer);
  if (container.status === CONTAINER_LOCKED)
    return refuse(kernel, server, from, tag, LOCKED_NOW, OP.lockContainer);
  if (duration > container.lockMax)
    return refuse(kernel, server, from, tag, TOO_LONG, OP.lockContainer);
  const { id, frame } = container;
  if (unmap === 1) {
    dropMappingsOfFrame(kernel, frame);
    setSlotBits(kernel, container, IN_CONTAINER | LOCKED_OUT);
  }
  container.status = CONTAINER_LOCKED;
  server.containers.locked++;
  container.holder = from;
  container.lockedUntil = termNow(kernel) + duration;
  openWindow(kernel, id, frame, from);
  const opening = windowSerial(kernel, id);
  armLockTimer(kernel, server, container.lockedUntil);
  reply(kernel, server.id, from, OP.locked, tag, id, container.version, opening, 0);
}

export function unlockContainer(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  capability: number,
): void {
  const container = resolve(kernel, server, from, capability, WEAK_CONTAINER);
  if (container === null) return unlockPages(kernel, server, from, capability);
  if (container.holder !== from || container.status !== CONTAINER_LOCKED)
    return refuse(kernel, server, from, capability, NO_SUCH_CONTAINER, OP.unlockContainer);
  endLock(kernel, server, container);
}

/** Ends every lock whose time limit has come [CONT4]; sets the timer for the next. */
export function expireLocks(kernel: Kernel, server: MemoryServerState): void {
  const { containers } = server;
  const now = termNow(kernel);
  let next = Number.POSITIVE_INFINITY;
  let left = containers.locked;
  for (const container of containers.records) {
    if (left === 0) break;
    if (container.status !== CONTAINER_LOCKED) continue;
    left--;
    const until = container.lockedUntil;
    if (until > now) next = Math.min(next, until);
    if (until > now || server.planted === 'lock-without-end') continue;
    observe(kernel, container.owner, { kind: 'lockExpired' });
    endLock(kernel, server, container);
  }
  containers.timerAt = Number.POSITIVE_INFINITY;
  if (next !== Number.POSITIVE_INFINITY) armLockTimer(kernel, server, next);
}

/** The holder is dead: its locks are over [CONT42]. */
export function endLocksOf(kernel: Kernel, server: MemoryServerState, holder: number): void {
  let left = server.containers.locked;
  for (const container of server.containers.records) {
    if (left === 0) return;
    if (container.status !== CONTAINER_LOCKED) continue;
    left--;
    if (container.holder === holder) endLock(kernel, server, container);
  }
}

function endLock(kernel: Kernel, server: MemoryServerState, container: Container): void {
  if (container.once) return dissolve(kernel, server, container);
  closeWindow(kernel, container.id);
  setSlotBits(kernel, container, IN_CONTAINER);
  container.status = CONTAINER_SHARED;
  server.containers.locked--;
  container.version = (container.version + 1) % 2 ** 24;
}

/** One timer runs for all locks: at the earliest limit, or earlier. */
function armLockTimer(kernel: Kernel, server: MemoryServerState, at: number): void {
  if (at >= server.containers.timerAt) return;
  server.containers.timerAt = at;
  timerAt(kernel, at, server.id, timerWord(TIMER_LOCKS, 0));
}
