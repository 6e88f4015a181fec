/**
 * Page-table use: what a run cost its page table, and a digest of what it left behind, for
 * comparing formats. Formats may differ in the former and in nothing of the latter.
 */

import { type PageTableFormat, pageBytesOf } from '../../sim-hw/page-table/format.ts';
import { hashState } from '../../sim-hw/state.ts';
import type { PageTableUse } from '../results.ts';
import type { World } from './boot.ts';

/** Of a world that has run to its end. */
export function pageTableUse({ kernel, clients, options }: World): PageTableUse {
  const { table, tasks, spaces, frames, nowNs } = kernel.state;
  const { hardwarePageBytes = 4096 } = kernel.format;
  const pageBytes = options.machine.pageBytes ?? pageBytesOf(kernel.format as PageTableFormat);
  const walks = clients.reduce((sum, id) => sum + (tasks[id]?.walks ?? 0), 0);
  const { counts } = table;
  return {
    hardwarePages: pageBytes / hardwarePageBytes,
    tableBytes: counts.bytesMost,
    tlbMisses: walks,
    traps: counts.traps + counts.reloads,
    reloads: counts.reloads,
    aliasFaults: counts.aliasFaults,
    contextSteals: counts.contextSteals,
    groupSteals: counts.groupSteals,
    misreports: counts.misreports,
    drops: counts.drops,
    ns: nowNs,
    contents: hashState([
      spaces.map(({ versions }) => versions),
      [frames.owner, frames.stampLow, frames.stampHigh],
    ]),
    servers: hashState(timeless(kernel.receivers.map(({ state }) => state))),
    faults: hashState(
      tasks.map(({ faults, hardFaults, softFaults, lostFaults, pageIns, pageOuts }) => [
        [faults, hardFaults, softFaults, lostFaults],
        [pageIns, pageOuts],
      ]),
    ),
  };
}

/** A copy without what is a time: fields whose name ends in Ns. */
function timeless(state: unknown): unknown {
  if (Array.isArray(state)) return state.map(timeless);
  if (state === null || typeof state !== 'object' || ArrayBuffer.isView(state)) return state;
  const kept = Object.entries(state).filter(([key]) => !key.endsWith('Ns'));
  return Object.fromEntries(kept.map(([key, value]) => [key, timeless(value)]));
}
