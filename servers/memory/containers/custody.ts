/**
 * Custody: a frame run goes into a client's hands and comes back out of them.
 *
 * Frames are zeroed on request; unasked only when they were not the task's own before [MEM4]:
 * nobody sees what another left.
 */

import { OP } from '../../../contracts/messages.ts';
import {
  addFrames,
  addNeighbours,
  type CapabilityTable,
  frameAt,
  orderAt,
  removeFrames,
} from '../../../nucleus/capabilities.ts';
import { reply } from '../../../nucleus/ipc.ts';
import type { Kernel, Receiver } from '../../../nucleus/kernel.ts';
import { dropMappingsOfFrame, zeroRun } from '../../../nucleus/memory-map.ts';
import { RETURNED } from '../../../nucleus/probe.ts';
import { forgetTable } from '../../../nucleus/table-frames.ts';
import { giveBackRun, takeRun } from '../../../sim-hw/frames.ts';
import { observe } from '../answers.ts';
import { changeHeld } from '../holding.ts';
import { endSoftOf, SOFT } from '../revocation/soft-runs.ts';
import type { Client, MemoryServerState } from '../state.ts';
import { poolOf } from '../upstream/upstream.ts';
import { forgetWire } from '../wiring.ts';

/** Grants a free run if there is one. */
export function grant(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  order: number,
  zero: number,
  tag: number,
  waited: number,
): boolean {
  const first = takeRun(poolOf(kernel, server), order, client.id);
  if (first < 0) return false;
  const count = 1 << order;
  const mustZero = zero === 1 || isForeign(kernel, server, client.id, first, count);
  if (mustZero) zeroRun(kernel, first, order);
  if (server.soft.count > 0) endSoftOf(kernel, server, first, count);
  const slot = addFrames(kernel.state.capabilities[client.id] as CapabilityTable, first, order);
  enterHands(kernel, server, client, first, order, waited);
  reply(kernel, server.id, client.id, OP.granted, tag, slot, order, mustZero ? 1 : 0, 0);
  return true;
}

/** Grants a free run if there is one, each frame in a slot of its own, neighbour by neighbour. */
export function grantNeighbours(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  order: number,
  zero: number,
  tag: number,
): boolean {
  const first = takeRun(poolOf(kernel, server), order, client.id);
  if (first < 0) return false;
  const count = 1 << order;
  const mustZero = zero === 1 || isForeign(kernel, server, client.id, first, count);
  if (mustZero) zeroRun(kernel, first, order);
  if (server.soft.count > 0) endSoftOf(kernel, server, first, count);
  const table = kernel.state.capabilities[client.id] as CapabilityTable;
  const slot = addNeighbours(table, first, count);
  enterHands(kernel, server, client, first, order, 0);
  reply(kernel, server.id, client.id, OP.reserved, tag, slot, order, mustZero ? 1 : 0, 0);
  return true;
}

/** A run is in a client's hands from here on: counted, and told to whoever watches. */
export function enterHands(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  first: number,
  order: number,
  waited: number,
): void {
  const count = 1 << order;
  changeHeld(kernel, server, client, count);
  if (kernel.probe !== null) kernel.probe.granted(kernel, client.id, first, order);
  const extra = client.held > client.guaranteed;
  if (kernel.observer !== null)
    observe(kernel, client.id, { kind: 'grant', frames: count, extra, waited });
}

/** Whether any frame of the run was not the client's own before. */
function isForeign(
  kernel: Kernel,
  server: MemoryServerState,
  id: number,
  first: number,
  count: number,
): boolean {
  const { lastOwner } = kernel.state.frames;
  for (let frame = first; frame < first + count; frame++)
    if (lastOwner[frame] !== id) return server.planted !== 'no-zero-for-strangers';
  return false;
}

/**
 * What a client that lends on has lent of a run leaves all hands with it [STACK4]; before the
 * mappings go, which tell whoever has it whether it was written.
 */
export function reclaimFrom(kernel: Kernel, id: number, first: number, order: number): void {
  const { reclaim, state } = kernel.receivers[id] as Receiver;
  if (reclaim !== undefined) reclaim(kernel, state, first, order);
}

/**
 * Takes the run in a slot away from its holder, mapped or not; returns how many frames it was.
 * `cause`: RETURNED, TAKEN, INHERITED or RECLAIMED. The slot is free then, unless a soft reference stays in it.
 */
export function releaseSlot(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  slot: number,
  cause: number,
  softly = false,
): number {
  const table = kernel.state.capabilities[client.id] as CapabilityTable;
  const first = frameAt(table, slot);
  const order = orderAt(table, slot);
  if (cause !== RETURNED) reclaimFrom(kernel, client.id, first, order);
  if (server.planted !== 'grant-mapped-frame') dropMappingsOfFrame(kernel, first);
  forgetWire(kernel, server, client.id, slot);
  if (kernel.state.tables !== null) forgetTable(kernel, client.id, slot);
  if (softly) table.slotFrame[slot] = first - SOFT;
  else removeFrames(table, slot);
  const count = 1 << order;
  changeHeld(kernel, server, client, -count);
  if (server.planted !== 'leak-on-return') giveBackRun(poolOf(kernel, server), first, order);
  if (kernel.probe !== null) kernel.probe.released(kernel, client.id, first, order, cause);
  return count;
}
