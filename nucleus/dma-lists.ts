/**
 * DMA windows of several frames: what a lock on a container of pages opens. As with a window of one
 * run (dma.ts) nothing passes but to its holder, through the very opening a transfer was begun for,
 * and whatever ends the lock closes it (SPEC [CONT6], [CONT23]). A window may be open for reading
 * alone. Window numbers follow those of single windows, so no number names one of each kind.
 */

import type { Contents } from '../sim-hw/contents.ts';
import { copyFrame, readFrame, writeFrame } from '../sim-hw/frames.ts';
import { charge } from './clock.ts';
import { endWriteEpoch } from './dma.ts';
import type { Kernel } from './kernel.ts';
import { ZERO } from './tasks.ts';

export interface WindowList {
  /** The server whose device may use it, or -1 while it is closed. */
  holder: number;
  /** Times it was opened. */
  serial: number;
  writable: boolean;
  frames: number[];
}

/** Opens list `list`; returns its window number. */
export function openList(
  kernel: Kernel,
  list: number,
  frames: number[],
  holder: number,
  writable: boolean,
): number {
  const { windowLists, windowFrame } = kernel.state;
  while (windowLists.length <= list)
    windowLists.push({ holder: -1, serial: 0, writable: false, frames: [] });
  const window = windowLists[list] as WindowList;
  window.holder = holder;
  window.serial++;
  window.writable = writable;
  window.frames = frames;
  return windowFrame.length + list;
}

export function closeList(kernel: Kernel, list: number): void {
  const window = kernel.state.windowLists[list];
  if (window === undefined) return;
  window.holder = -1;
  window.frames = [];
}

/** Which opening of the window this is, or -1 when there is no such window. */
export function listSerial(kernel: Kernel, window: number): number {
  const { windowLists, windowFrame } = kernel.state;
  return windowLists[window - windowFrame.length]?.serial ?? -1;
}

/** Device reads page `index`: fills `contents`; false when that opening is over, or has no such page. */
export function readListThrough(
  kernel: Kernel,
  holder: number,
  window: number,
  index: number,
  contents: Contents,
  serial: number = listSerial(kernel, window),
): boolean {
  const frame = frameThrough(kernel, holder, window, index, serial, false);
  if (frame < 0) return false;
  readFrame(kernel.state.frames, frame, contents);
  if (kernel.probe !== null) kernel.probe.transferred(kernel, window, frame);
  endWriteEpoch(kernel, frame);
  return true;
}

/** Device writes page `index`; false also where the window is for reading alone. */
export function writeListThrough(
  kernel: Kernel,
  holder: number,
  window: number,
  index: number,
  contents: Contents,
  serial: number = listSerial(kernel, window),
): boolean {
  const frame = frameThrough(kernel, holder, window, index, serial, true);
  if (frame < 0) return false;
  writeFrame(kernel.state.frames, frame, contents);
  if (kernel.probe !== null) kernel.probe.transferred(kernel, window, frame);
  endWriteEpoch(kernel, frame);
  return true;
}

/** One page of a window, and the opening that it is of. */
export interface WindowPage {
  readonly window: number;
  readonly serial: number;
  readonly index: number;
}

/** Who holds two windows copies a page from one to the other; no device does, so the CPU pays. */
export function copyThrough(
  kernel: Kernel,
  holder: number,
  from: WindowPage,
  into: WindowPage,
): boolean {
  const source = frameThrough(kernel, holder, from.window, from.index, from.serial, false);
  const target = frameThrough(kernel, holder, into.window, into.index, into.serial, true);
  if (source < 0 || target < 0) return false;
  charge(kernel, ZERO, kernel.costs.copyNs);
  copyFrame(kernel.state.frames, source, target);
  endWriteEpoch(kernel, source);
  endWriteEpoch(kernel, target);
  return true;
}

function frameThrough(
  kernel: Kernel,
  holder: number,
  window: number,
  index: number,
  serial: number,
  writes: boolean,
): number {
  const { windowLists, windowFrame } = kernel.state;
  const list = windowLists[window - windowFrame.length];
  if (list === undefined || list.holder !== holder) return -1;
  if (list.serial !== serial && kernel.state.planted !== 'stale-serial') return -1;
  if (writes && !list.writable) return -1;
  return list.frames[index] ?? -1;
}
