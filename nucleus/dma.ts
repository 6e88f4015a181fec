/**
 * DMA windows: how a device reaches memory. A window is one frame run opened to one server's device
 * for as long as a lock on it lasts; the memory server opens and closes it, the nucleus (the IOMMU)
 * lets nothing through a closed one. So a transfer that is still in flight when its lock expires,
 * its owner dies or its container is cancelled moves no data (SPEC [CONT6]), not even when the
 * window has been opened to the same device again meanwhile: each opening has its own serial.
 */

import type { SpaceState } from '../sim-hw/address-space.ts';
import type { Contents } from '../sim-hw/contents.ts';
import { readFrame, UNMAPPED, writeFrame } from '../sim-hw/frames.ts';
import type { Kernel } from './kernel.ts';
import { spaceOfGlobalPage } from './memory-map.ts';
import { endWriting } from './tlb-consistency.ts';

export function openWindow(kernel: Kernel, window: number, frame: number, holder: number): void {
  kernel.state.windowFrame[window] = frame;
  kernel.state.windowHolder[window] = holder;
  kernel.state.windowSerial[window] = (kernel.state.windowSerial[window] as number) + 1;
}

/** Which opening of the window this is. */
export function windowSerial(kernel: Kernel, window: number): number {
  return kernel.state.windowSerial[window] as number;
}

export function closeWindow(kernel: Kernel, window: number): void {
  kernel.state.windowFrame[window] = -1;
  kernel.state.windowHolder[window] = -1;
}

/** Device reads memory: fills `contents`; false when that opening of the window (or any) is over. */
export function readThrough(
  kernel: Kernel,
  holder: number,
  window: number,
  contents: Contents,
  serial: number = windowSerial(kernel, window),
): boolean {
  const frame = frameThrough(kernel, holder, window, serial);
  if (frame < 0) return false;
  readFrame(kernel.state.frames, frame, contents);
  if (kernel.probe !== null) kernel.probe.transferred(kernel, window, frame);
  endWriteEpoch(kernel, frame);
  return true;
}

/** From here on a further write makes a new version: what the device has is this one. */
export function endWriteEpoch(kernel: Kernel, frame: number): void {
  const mapped = kernel.state.frames.mappedBy[frame] as number;
  if (mapped === UNMAPPED) return;
  const space: SpaceState = spaceOfGlobalPage(kernel, mapped - 1);
  space.written[mapped - 1 - space.base] = 0;
  endWriting(kernel, mapped);
}

/** Device writes memory; false when that opening of the window is over. */
export function writeThrough(
  kernel: Kernel,
  holder: number,
  window: number,
  contents: Contents,
  serial: number = windowSerial(kernel, window),
): boolean {
  const frame = frameThrough(kernel, holder, window, serial);
  if (frame < 0) return false;
  writeFrame(kernel.state.frames, frame, contents);
  if (kernel.probe !== null) kernel.probe.transferred(kernel, window, frame);
  return true;
}

/** The frame behind that opening of the window, or -1 when it is over. */
function frameThrough(kernel: Kernel, holder: number, window: number, serial: number): number {
  const { windowFrame, windowHolder, windowSerial: serials } = kernel.state;
  if (windowHolder[window] !== holder) return -1;
  if (serials[window] !== serial && kernel.state.planted !== 'stale-serial') return -1;
  return windowFrame[window] as number;
}
