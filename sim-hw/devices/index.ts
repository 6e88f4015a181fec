/** Devices by the name that scenarios and cost profiles use. */

import type { DeviceModel } from './device.ts';
import { disk } from './disk.ts';
import { nvme } from './nvme.ts';

export type { DeviceModel, DeviceState } from './device.ts';

export const devices: Record<'disk' | 'nvme', DeviceModel> = { disk, nvme };
