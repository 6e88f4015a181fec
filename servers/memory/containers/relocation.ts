/**
 * Relocation: the server moves frames whenever it likes (SPEC [CONT32]). A client names slots and
 * pages of containers, never frames, so what it has stays what it is; only frames under a lock, which
 * a device may be reaching, stay where they are.
 *
 * Defragmenting makes large runs free: single frames from the top of memory go into holes at the
 * bottom. When to do so is a policy; nothing here does it unasked.
 */

import { type CapabilityTable, frameAt, orderAt } from '../../../nucleus/capabilities.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { isInWindow, moveRun } from '../../../nucleus/move-frames.ts';
import { isTableFrame } from '../../../nucleus/table-frames.ts';
import { findFreeRun, giveBackRun, NOBODY, takeFrame } from '../../../sim-hw/frames.ts';
import { endSoftOf } from '../revocation/soft-runs.ts';
import { CONTAINER_FREE, type MemoryServerState } from '../state.ts';
import { poolOf } from '../upstream/upstream.ts';
import { bind, type Page, pagesOn, unbind } from './page-state.ts';

const NO_SLOT = -1;
const ANYWHERE = { colour: 0, colours: 1, below: 0 };

/**
 * Moves the run of 2^order frames at `first`, which must be one run of a slot, or a frame of
 * container pages with order 0, to `into`. False, and nothing has changed: no such run, a lock upon
 * it, page tables in it [MEM18], or no free and aligned run at `into`.
 */
export function relocateRun(
  kernel: Kernel,
  server: MemoryServerState,
  first: number,
  order: number,
  into: number,
  evenPinned = false,
): boolean {
  const frames = poolOf(kernel, server);
  if (!(first >= 0 && first + (1 << order) <= frames.count)) return false;
  const owner = frames.owner[first] as number;
  if (owner === frames.keeper || findFreeRun(frames, order, into, ANYWHERE) !== into) return false;
  if (!isMovable(kernel, server, owner)) return false;
  const pages = pagesOn(server.pages, first).map((id) => server.pages.pages[id] as Page);
  const table = kernel.state.capabilities[owner] as CapabilityTable;
  const slot = pages.length > 0 ? NO_SLOT : slotOf(table, first, order);
  if (pages.length > 0 ? order !== 0 : slot === NO_SLOT) return false;
  if (slot !== NO_SLOT && isTableFrame(kernel, owner, slot)) return false;
  const isPinned = isInWindow(kernel, first) || pages.some(({ pins }) => pins > 0);
  if (isPinned && !evenPinned) return false;
  moveThinContainer(server, owner, slot, into);
  if (server.soft.count > 0) endSoftOf(kernel, server, into, 1 << order);
  for (let frame = into; frame < into + (1 << order); frame++) takeFrame(frames, frame, owner);
  moveRun(kernel, first, order, into);
  if (slot !== NO_SLOT) table.slotFrame[slot] = into;
  for (const page of pages) {
    unbind(server.pages, page);
    bind(server.pages, page, into);
  }
  giveBackRun(frames, first, order);
  // Nobody has left these behind: what is in them is nobody's own, and they come zeroed [MEM4].
  frames.lastOwner.fill(NOBODY, first, first + (1 << order));
  kernel.probe?.moved?.(kernel, owner, first, order, into);
  return true;
}

/** Frames that are lent on, or kept to be, are in the books of another server [STACK6]. */
function isMovable(kernel: Kernel, server: MemoryServerState, owner: number): boolean {
  return (server.clients[owner] ?? null) !== null && kernel.receivers[owner]?.reclaim === undefined;
}

/** Moves single frames down into free ones, from the top; returns how many were moved. */
export function defragment(kernel: Kernel, server: MemoryServerState): number {
  const frames = poolOf(kernel, server);
  let moved = 0;
  for (let frame = frames.count - 1; frame > 0; frame--) {
    if (frames.owner[frame] === frames.keeper) continue;
    const hole = findFreeRun(frames, 0, 0, ANYWHERE);
    if (hole < 0 || hole > frame) break;
    if (relocateRun(kernel, server, frame, 0, hole)) moved++;
  }
  return moved;
}

function slotOf(table: CapabilityTable, first: number, order: number): number {
  for (let slot = 0; slot < table.slots; slot++)
    if (frameAt(table, slot) === first && orderAt(table, slot) === order) return slot;
  return NO_SLOT;
}

/** A container of one run learns where it is now. */
function moveThinContainer(
  server: MemoryServerState,
  owner: number,
  slot: number,
  into: number,
): void {
  for (const container of server.containers.records) {
    if (container.status === CONTAINER_FREE) continue;
    if (container.owner === owner && container.slot === slot) container.frame = into;
  }
}
