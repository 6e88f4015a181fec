/**
 * Soft runs: which free frames somebody may still ask to have back (soft-references.ts).
 *
 * In the client's table the slot stays taken: its frame number less SOFT, which is no frame and no
 * link of free slots. One bit a frame tells that a soft run covers it; whose it is, the frame's
 * last owner is.
 */

import { OP } from '../../../contracts/messages.ts';
import { type CapabilityTable, orderAt, removeFrames } from '../../../nucleus/capabilities.ts';
import { reply } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import type { Client, MemoryServerState } from '../state.ts';

/** Below any link of free slots. */
export const SOFT = 2 ** 30;

export interface SoftState {
  /** Soft runs there are. */
  count: number;
  /** By frame, a bit: some soft run covers it. */
  readonly covered: Uint8Array;
  /** By client, where the terms limit them: slots of its soft runs, the oldest first. */
  readonly slotsOf: number[][];
}

export function createSoft(frames: number): SoftState {
  return { count: 0, covered: new Uint8Array((frames + 7) >>> 3), slotsOf: [] };
}

/** Frames have been granted to somebody: soft references to them are dead, and that is told. */
export function endSoftOf(
  kernel: Kernel,
  server: MemoryServerState,
  first: number,
  count: number,
): void {
  const { soft } = server;
  if (server.planted === 'soft-outlives-grant') return;
  for (let frame = first; frame < first + count && soft.count > 0; frame++) {
    if (!isCovered(soft, frame)) continue;
    const owner = kernel.state.frames.lastOwner[frame] as number;
    const table = kernel.state.capabilities[owner] as CapabilityTable;
    killSoft(kernel, server, owner, slotCovering(table, frame));
  }
}

/** A soft run of `client` has come to be in `slot`: beyond the limit its oldest is dead [SOFT6]. */
export function enlistSoft(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  slot: number,
): void {
  const { softMax } = server.terms;
  if (softMax === undefined) return;
  const { slotsOf } = server.soft;
  while (slotsOf.length <= client.id) slotsOf.push([]);
  const slots = slotsOf[client.id] as number[];
  slots.push(slot);
  if (slots.length > softMax) killSoft(kernel, server, client.id, slots[0] as number);
}

/** The soft run in `slot` is one no more. */
export function delistSoft({ soft }: MemoryServerState, owner: number, slot: number): void {
  const slots = soft.slotsOf[owner];
  if (slots !== undefined) slots.splice(slots.indexOf(slot), 1);
}

/** The reference in `slot` of `owner` is dead, which is told. */
function killSoft(kernel: Kernel, server: MemoryServerState, owner: number, slot: number): void {
  endSoft(server, kernel.state.capabilities[owner] as CapabilityTable, owner, slot);
  reply(kernel, server.id, owner, OP.softGone, slot, 0, 0, 0, 0);
}

/** The soft references of the dead die with them. */
export function forgetSoft(kernel: Kernel, server: MemoryServerState, client: Client): void {
  if (server.soft.count === 0) return;
  const table = kernel.state.capabilities[client.id] as CapabilityTable;
  for (let slot = 0; slot < table.slots; slot++)
    if (softFrameAt(table, slot) >= 0) endSoft(server, table, client.id, slot);
}

function endSoft(
  server: MemoryServerState,
  table: CapabilityTable,
  owner: number,
  slot: number,
): void {
  delistSoft(server, owner, slot);
  coverRun(server.soft, softFrameAt(table, slot), orderAt(table, slot), false);
  removeFrames(table, slot);
}

/** First frame of the soft run in `slot`, or -1. */
export function softFrameAt(table: CapabilityTable, slot: number): number {
  // Of a slot that there is not this is no number, and so below nothing.
  const frame = (table.slotFrame[slot] as number) + SOFT;
  return frame < SOFT / 2 ? frame : -1;
}

function slotCovering(table: CapabilityTable, frame: number): number {
  for (let slot = 0; slot < table.slots; slot++) {
    const first = softFrameAt(table, slot);
    if (first >= 0 && frame >= first && frame < first + (1 << orderAt(table, slot))) return slot;
  }
  return -1;
}

function isCovered({ covered }: SoftState, frame: number): boolean {
  return ((covered[frame >>> 3] as number) & (1 << (frame & 7))) !== 0;
}

/** A soft run begins to cover its frames, or ceases to. */
export function coverRun(soft: SoftState, first: number, order: number, on: boolean): void {
  const { covered } = soft;
  soft.count += on ? 1 : -1;
  for (let frame = first; frame < first + (1 << order); frame++) {
    const bit = 1 << (frame & 7);
    const byte = covered[frame >>> 3] as number;
    covered[frame >>> 3] = on ? byte | bit : byte & ~bit;
  }
}
