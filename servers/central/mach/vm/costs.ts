/**
 * Costs: what work of the virtual memory takes on a machine, from counts before and after it.
 *
 *   map    entries of address maps made, `entryNs` each
 *   pmap   mappings made or removed, `mapNs` each; mappings write-protected together, as PROTN is
 *          charged: `mapNs` for the first, `scanNs` for each more
 *   memory pages copied and zeroed
 *   traps  faults
 *
 * Left out: looking through objects and hashes, which no source tells apart from the trap.
 */

import type { Costs } from '../../../../sim-hw/costs/profile.ts';
import type { Vm, VmCounts } from './state.ts';

export interface WorkNs {
  readonly mapNs: number;
  readonly pmapNs: number;
  readonly memoryNs: number;
  readonly trapNs: number;
}

/** Bytes of a map entry: two links, two addresses, object, offset, four small fields (recalled, about). */
const ENTRY_BYTES = 96;
const FRAME_BYTES = 4096;

/**
 * What an entry of an address map takes to be made: assumed to be what copying as many bytes takes. No
 * source tells it apart; with a process of five entries it is lost in the 41 to 68 ms of Mach's fork
 * (Rashid et al. 1987, table 7-1).
 */
export function entryNsOf({ copyNs }: Costs): number {
  return Math.ceil((copyNs * ENTRY_BYTES) / FRAME_BYTES);
}

/** What has been done since `before`, the counts of then. */
export function workSince(
  { state, parameters }: Vm,
  before: VmCounts,
  costs: Costs,
  entryNs: number,
): WorkNs {
  const done = (count: keyof VmCounts) => state.counts[count] - before[count];
  const isProtected = done('mappingsProtected') > 0;
  const batch = costs.mapNs + (done('mappingsProtected') - 1) * costs.scanNs;
  const mapped = done('mappingsEntered') + done('mappingsRemoved');
  const pages = done('pageCopies') * costs.copyNs + done('zeroFills') * costs.zeroNs;
  return {
    mapNs: done('entriesMade') * entryNs,
    pmapNs: mapped * costs.mapNs + (isProtected ? batch : 0),
    memoryNs: pages * (1 << parameters.pageOrder),
    trapNs: done('faults') * costs.trapNs,
  };
}
