/**
 * Drive: the one place where the file server meets its disk: a device, which takes time, and a
 * medium, which holds blocks. A transfer is submitted and its completion comes as a device event
 * with the word it was given; only then does data move. A flush takes no time of its own: the device
 * models complete a write when it is safe.
 */

import { deviceEventAt } from '../../nucleus/clock.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import type { Contents } from '../../sim-hw/contents.ts';
import type { DeviceModel, DeviceState } from '../../sim-hw/devices/device.ts';
import {
  flushMedium,
  type MediumState,
  readBlock,
  writeBlock,
} from '../../sim-hw/devices/medium.ts';

export interface DriveState {
  readonly device: DeviceState;
  readonly medium: MediumState;
  /** Blocks that were moved either way. */
  blocksRead: number;
  blocksWritten: number;
}

export function createDrive(device: DeviceState, medium: MediumState): DriveState {
  return { device, medium, blocksRead: 0, blocksWritten: 0 };
}

/** Submits runs of blocks, first and length, and so on (first below 0: none); DEVICE_DONE follows. */
export function submitRuns(
  kernel: Kernel,
  model: DeviceModel,
  drive: DriveState,
  runs: readonly number[],
  writes: boolean,
  receiver: number,
  word: number,
): void {
  const { nowNs } = kernel.state;
  let end = nowNs;
  for (let run = 0; run < runs.length; run += 2) {
    if (runs[run] < 0) continue;
    for (let block = runs[run]; block < runs[run] + runs[run + 1]; block++)
      end = Math.max(end, model.submit(drive.device, nowNs, block, writes));
  }
  deviceEventAt(kernel, end, receiver, word);
}

/** False: the drive reports an error. */
export function takeBlock(drive: DriveState, block: number, contents: Contents): boolean {
  drive.blocksRead++;
  return readBlock(drive.medium, block, contents);
}

export function putBlock(drive: DriveState, block: number, contents: Contents): boolean {
  drive.blocksWritten++;
  return writeBlock(drive.medium, block, contents);
}

/** All that has been written is durable. */
export function flushDrive(drive: DriveState): void {
  flushMedium(drive.medium);
}
