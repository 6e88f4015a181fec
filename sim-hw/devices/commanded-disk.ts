/**
 * Commanded disk: the same drive behind a host that issues a command once the one before it is over,
 * and a drive that takes time to understand it. Meanwhile the spindle turns: the block that follows
 * the last one has passed the head, and comes again a revolution later. That is why file systems of
 * the time left gaps between a file's blocks (McKusick et al. 1984), which paging files had not.
 */

import type { Figure } from '../costs/profile.ts';
import type { DeviceModel } from './device.ts';
import { type DiskState, disk } from './disk.ts';

/** Any figure from 0.1 to 14 ms gives the same for blocks in order: a revolution each. */
const commandNs: Figure = {
  value: 1_500_000,
  source: 'interrupt, driver and SCSI command of 1990, 1 to 2 ms (recalled)',
};

export const commandedDisk: DeviceModel<DiskState> = {
  ...disk,
  name: 'commanded-disk',
  summary: `${disk.summary} Each command takes 1.5 ms before the arm moves.`,
  submit(state, nowNs, block, write) {
    const fromNs = Math.max(nowNs, state.freeAtNs);
    const doneNs = disk.submit(state, fromNs + commandNs.value, block, write);
    state.queuedNs += fromNs - nowNs;
    state.busyNs += commandNs.value;
    return doneNs;
  },
};
