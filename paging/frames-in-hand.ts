/**
 * Frames in hand: which page a frame slot is bound to, the list of slots that are free, and for a
 * central pager the count of frames by task. The list runs through the slots themselves.
 */

import type { Kernel } from '../nucleus/kernel.ts';
import { changeFramesHeld, type TaskState } from '../nucleus/tasks.ts';
import { type Member, NO_PAGE, type PagerState } from './state.ts';

/** Binds a slot to a page, growing the table by an eighth where needed. */
export function bindSlot(pager: PagerState, slot: number, page: number): void {
  if (slot >= pager.slotPage.length) {
    const size = Math.max(slot + 1, pager.slotPage.length + (pager.slotPage.length >>> 3));
    const larger = new Int32Array(size).fill(NO_PAGE);
    larger.set(pager.slotPage);
    pager.slotPage = larger;
  }
  pager.slotPage[slot] = page;
}

export function pushFree(pager: PagerState, slot: number): void {
  bindSlot(pager, slot, -2 - pager.firstFree);
  pager.firstFree = slot;
  pager.freeSlots++;
}

/** A free slot, or -1. */
export function popFree(pager: PagerState): number {
  const slot = pager.firstFree;
  if (slot < 0) return -1;
  pager.firstFree = -2 - (pager.slotPage[slot] as number);
  pager.slotPage[slot] = NO_PAGE;
  pager.freeSlots--;
  return slot;
}

/** Takes a slot out of the free list wherever it stands (it was repossessed). */
export function dropFree(pager: PagerState, slot: number): boolean {
  let before = -1;
  let at = pager.firstFree;
  while (at >= 0 && at !== slot) {
    before = at;
    at = -2 - (pager.slotPage[at] as number);
  }
  if (at < 0) return false;
  const next = -2 - (pager.slotPage[slot] as number);
  if (before < 0) pager.firstFree = next;
  else pager.slotPage[before] = -2 - next;
  pager.slotPage[slot] = NO_PAGE;
  pager.freeSlots--;
  return true;
}

/** A central pager's frames are its own by contract; a client's count where they are granted. */
export function isCentral(pager: PagerState, member: Member): boolean {
  return member.task !== pager.id;
}

/** Frames of a central pager count for the task whose page they hold. */
export function countResident(kernel: Kernel, member: Member, frames: number): void {
  changeFramesHeld(kernel.state.tasks[member.task] as TaskState, frames, kernel.state.nowNs);
}
