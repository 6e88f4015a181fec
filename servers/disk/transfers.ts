/**
 * Transfers: one request's way through the disk server.
 *
 *   WAITING --chosen--> LOCKING --locked--> MOVING --piece by piece--> unlock, answer
 *                          `--refused--> answer   `--window closed, bad block--> answer
 *
 * Frames are locked when their turn has come, not when the request does: a lock is short, a queue may
 * be long. A piece is moved when the device is done with it, through the window, if that is open still.
 */

import { LOCK_EXCLUSIVE, LOCK_PHYSICAL, LOCK_WRITES, OP } from '../../contracts/messages.ts';
import { DONE, LOCK_LOST, NO_SUCH_CONTAINER } from '../../contracts/refusals.ts';
import { type CapabilityTable, removeCapability, WEAK_PAGES } from '../../nucleus/capabilities.ts';
import { deviceEventAt } from '../../nucleus/clock.ts';
import { workFor } from '../../nucleus/donated-time.ts';
import { reply, send, sendCapability } from '../../nucleus/ipc.ts';
import { givePort, type Kernel } from '../../nucleus/kernel.ts';
import { isOver, type TaskState } from '../../nucleus/tasks.ts';
import type { DeviceModel } from '../../sim-hw/devices/device.ts';
import { movePiece } from './pieces.ts';
import { beginNext, drop, ended, goOn, pieceOf, sent } from './queue.ts';
import type { Scheduler } from './schedulers/index.ts';
import { type DiskServerState, FREE, LOCKING, MOVING, RETURNING, WAITING } from './server-state.ts';
import { NONE } from './state.ts';

/** What a disk server is made of beside its state. */
export interface DiskCode {
  readonly model: DeviceModel;
  readonly scheduler: Scheduler;
}

/** Word of the event by which the server has itself woken; transfers have lower numbers. */
export const WAKE = 1 << 24;

/** Gives the device what it can take, in the scheduler's order. */
export function serveDevice(kernel: Kernel, server: DiskServerState, code: DiskCode): void {
  const { queue } = server;
  const { account } = kernel.state;
  for (;;) {
    const number = beginNext(queue, code.scheduler, kernel.state.nowNs);
    if (number === NONE) break;
    const transfer = queue.requests[number];
    workFor(kernel, server.id, transfer.account);
    if (transfer.phase === WAITING) lock(kernel, server, code, number);
    else beginPiece(kernel, server, code, number);
  }
  workFor(kernel, server.id, account);
  if (queue.askAgainNs >= server.wakeAtNs) return;
  server.wakeAtNs = Math.max(queue.askAgainNs, kernel.state.nowNs);
  deviceEventAt(kernel, server.wakeAtNs, server.id, WAKE);
}

/** Nobody else may look at what is being filled; what is only read others may look at too. */
function lock(kernel: Kernel, server: DiskServerState, code: DiskCode, number: number): void {
  const transfer = server.queue.requests[number];
  const { capability, writes, next } = transfer;
  const { id, memoryPort, lockTime } = server;
  const table = kernel.state.capabilities[id] as CapabilityTable;
  const fills = !writes || next >= 0;
  transfer.phase = LOCKING;
  transfer.isList = table.kind[capability] === WEAK_PAGES;
  const how = LOCK_PHYSICAL + (fills ? LOCK_EXCLUSIVE + LOCK_WRITES : 0);
  const op = transfer.isList ? OP.lockPages : OP.lockContainer;
  const word = transfer.isList ? how : Number(fills);
  // No memory server: no lock, and nobody to say so.
  if (!send(kernel, id, memoryPort, op, capability, word, number, 0, lockTime))
    giveUp(kernel, server, code, number, NO_SUCH_CONTAINER);
}

/** The frames are locked: the device may begin. */
export function locked(
  kernel: Kernel,
  server: DiskServerState,
  code: DiskCode,
  number: number,
  window: number,
  opening: number,
): void {
  const transfer = server.queue.requests[number];
  if (transfer?.phase !== LOCKING) return;
  transfer.phase = MOVING;
  transfer.window = window;
  transfer.serial = opening;
  beginPiece(kernel, server, code, number);
}

/** There is no lock: the request is over before the device has heard of it. */
export function lockRefused(
  kernel: Kernel,
  server: DiskServerState,
  code: DiskCode,
  number: number,
  reason: number,
): void {
  if (server.queue.requests[number]?.phase !== LOCKING) return;
  giveUp(kernel, server, code, number, reason);
  serveDevice(kernel, server, code);
}

function beginPiece(kernel: Kernel, server: DiskServerState, code: DiskCode, number: number): void {
  const { queue, device } = server;
  const { nowNs } = kernel.state;
  const transfer = queue.requests[number];
  transfer.pieceBlock = transfer.block;
  transfer.piece = pieceOf(transfer);
  let endNs = nowNs;
  for (let at = 0; at < transfer.piece; at++)
    endNs = Math.max(endNs, code.model.submit(device, nowNs, transfer.block + at, transfer.writes));
  sent(queue, code.scheduler, number, endNs - nowNs, nowNs);
  deviceEventAt(kernel, endNs, server.id, number);
}

/** The device is done with a piece. */
export function pieceEnds(
  kernel: Kernel,
  server: DiskServerState,
  code: DiskCode,
  number: number,
): void {
  const { queue } = server;
  const transfer = queue.requests[number];
  const { tasks } = kernel.state;
  const { sender, account } = transfer;
  // Neither for the dead nor on their time, onto their blocks or into frames that others lent them.
  // What a server moves itself is its own, whoever pays.
  const isPayerDead = isOver(tasks[account] as TaskState) && !transfer.isOwn;
  const isDead = isOver(tasks[sender] as TaskState) || isPayerDead;
  const reason = isDead ? LOCK_LOST : movePiece(kernel, server, number);
  if (reason !== DONE) {
    giveUp(kernel, server, code, number, reason, reason === LOCK_LOST && !isDead);
    return serveDevice(kernel, server, code);
  }
  if (transfer.left === 0 && transfer.next >= 0) {
    goOn(queue, number, transfer.next, false);
    transfer.next = -1;
    transfer.index = 0;
  }
  const isDone = transfer.left === 0;
  ended(queue, code.scheduler, number, kernel.state.nowNs);
  if (isDone) finish(kernel, server, number, DONE, !transfer.isOwn);
  serveDevice(kernel, server, code);
}

/** Ends a request that has not been served to its end. */
function giveUp(
  kernel: Kernel,
  server: DiskServerState,
  code: DiskCode,
  number: number,
  reason: number,
  isLockLost = true,
): void {
  const { phase, isOwn } = server.queue.requests[number];
  const wasLocked = phase === MOVING;
  drop(server.queue, code.scheduler, number, kernel.state.nowNs);
  finish(kernel, server, number, reason, wasLocked && !isLockLost && !isOwn);
}

/** A request whose sender is dead goes, if the device has nothing of it. */
export function forget(
  kernel: Kernel,
  server: DiskServerState,
  code: DiskCode,
  number: number,
): void {
  const { phase, isUnderWay } = server.queue.requests[number];
  if (phase !== WAITING && phase !== MOVING) return;
  if (!isUnderWay) giveUp(kernel, server, code, number, LOCK_LOST, false);
}

/** Unlocks what is locked still, and answers. */
function finish(
  kernel: Kernel,
  server: DiskServerState,
  number: number,
  reason: number,
  unlocks: boolean,
): void {
  const { id, memoryPort } = server;
  const transfer = server.queue.requests[number];
  const { capability, sender, account } = transfer;
  workFor(kernel, id, account);
  const wasLocked = transfer.phase === MOVING;
  if (unlocks) send(kernel, id, memoryPort, OP.unlockContainer, capability, 0, 0, 0, 0);
  if (transfer.back) {
    // Heard after the unlock, which names the capability.
    transfer.phase = RETURNING;
    reply(kernel, id, id, OP.diskDone, number, transfer.tag, reason, transfer.moved, 0);
    return;
  }
  if (!wasLocked) {
    removeCapability(kernel.state.capabilities[id] as CapabilityTable, capability);
    transfer.capability = NONE;
  }
  transfer.phase = FREE;
  reply(kernel, id, sender, OP.diskDone, NONE, transfer.tag, reason, transfer.moved, 0);
}

/** What the server told itself: the unlock has been heard, the capability can go. */
export function handBack(
  kernel: Kernel,
  server: DiskServerState,
  number: number,
  reason: number,
): void {
  const transfer = server.queue.requests[number];
  if (transfer?.phase !== RETURNING) return;
  const { id } = server;
  const { sender, tag, capability, moved } = transfer;
  const table = kernel.state.capabilities[id] as CapabilityTable;
  transfer.phase = FREE;
  transfer.capability = NONE;
  const port = givePort(kernel, id, sender);
  const went =
    port >= 0 && sendCapability(kernel, id, port, OP.diskDone, capability, tag, reason, moved);
  if (port >= 0) removeCapability(table, port);
  if (went) return;
  removeCapability(table, capability);
  reply(kernel, id, sender, OP.diskDone, NONE, tag, reason, moved, 0);
}
