/**
 * Frame contents: what a task without a space of its own writes into a frame of its own, and reads there. A
 * server's buffer for a device is filled so, by the CPU: each costs a copied page. Refused: no such slot,
 * or a lock on it by which its owner may not touch it [CONT8].
 */

import type { Contents } from '../sim-hw/contents.ts';
import { readFrame, writeFrame } from '../sim-hw/frames.ts';
import { type CapabilityTable, frameAt, LOCKED_OUT } from './capabilities.ts';
import { charge } from './clock.ts';
import type { Kernel } from './kernel.ts';
import { ZERO } from './tasks.ts';

/** Fills `contents` from the frame in `slot` of the task's own. */
export function readSlot(kernel: Kernel, task: number, slot: number, contents: Contents): boolean {
  const frame = openFrame(kernel, task, slot);
  if (frame < 0) return false;
  readFrame(kernel.state.frames, frame, contents);
  return true;
}

export function writeSlot(kernel: Kernel, task: number, slot: number, contents: Contents): boolean {
  const frame = openFrame(kernel, task, slot);
  if (frame < 0) return false;
  writeFrame(kernel.state.frames, frame, contents);
  return true;
}

/** The frame, once the copy is paid for; or -1. */
function openFrame(kernel: Kernel, task: number, slot: number): number {
  const table = kernel.state.capabilities[task] as CapabilityTable;
  const frame = frameAt(table, slot);
  if (frame < 0 || ((table.slotOrder[slot] as number) & LOCKED_OUT) !== 0) return -1;
  charge(kernel, ZERO, kernel.costs.copyNs);
  return frame;
}
