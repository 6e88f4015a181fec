/** Devices by the name that scenarios and cost profiles use. */

import { commandedDisk } from './commanded-disk.ts';
import type { DeviceModel } from './device.ts';
import { disk, plainDisk } from './disk.ts';
import { nvme } from './nvme.ts';

export type { DeviceModel, DeviceState } from './device.ts';

export const devices: Record<'disk' | 'commanded-disk' | 'disk-plain' | 'nvme', DeviceModel> = {
  disk,
  'commanded-disk': commandedDisk,
  'disk-plain': plainDisk,
  nvme,
};
