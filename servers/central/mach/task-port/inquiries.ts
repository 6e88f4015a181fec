/** What a task may ask: vm_regions of a space, vm_statistics of all memory [VM24]. */

import { OP } from '../../../../contracts/messages.ts';
import * as refusals from '../../../../contracts/refusals.ts';
import { regionOf, STATISTIC_MAX, STATISTICS } from '../../../../contracts/vm-messages.ts';
import { reply } from '../../../../nucleus/ipc.ts';
import type { Kernel } from '../../../../nucleus/kernel.ts';
import type { Message } from '../../../../nucleus/messages.ts';
import * as mach from '../vm/index.ts';
import { reasons } from './answers.ts';
import { inheritances } from './ranges.ts';
import { memoryOf, type VmServerState } from './state.ts';

export function tellRegion(
  kernel: Kernel,
  server: VmServerState,
  { from, w0, w1 }: Message,
  task: number,
): number {
  const { pageBytes } = server.parameters;
  const region = mach.vmRegion(memoryOf(kernel, server), task, w1 * pageBytes);
  if (region === undefined) return refusals.NO_SUCH_PAGE;
  if (typeof region === 'string') return reasons[region];
  const { start, size, protection: rights, protectionMax: rightsMax, inheritance } = region;
  const how = inheritances.indexOf(inheritance);
  const what = regionOf({ rights, rightsMax, how, isShared: region.isShared });
  const [page, pages] = [start / pageBytes, size / pageBytes];
  reply(kernel, server.id, from, OP.vmRegionIs, w0, page, pages, what, 0);
  return refusals.DONE;
}

export function tellStatistics(
  kernel: Kernel,
  server: VmServerState,
  { from, w1: group }: Message,
): number {
  const all = mach.vmStatistics(memoryOf(kernel, server));
  const names = STATISTICS[group] as (typeof STATISTICS)[number];
  const [first, second, third] = names.map((name) => Math.min(all[name], STATISTIC_MAX)) as [
    number,
    number,
    number,
  ];
  reply(kernel, server.id, from, OP.vmStatisticsAre, group, first, second, third, 0);
  return refusals.DONE;
}
