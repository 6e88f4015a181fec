/**
 * Automatic working-set adjustment: once a process has run for AWSTIME, its limit grows by WSINC if it
 * faulted at a rate above PFRATH, and shrinks by WSDEC if below PFRATL. It grows up to its quota in
 * any case, up to its extent while more than BORROWLIM pages are available. VMS counts faults per ten
 * seconds of processor time; here they are counted per million references, which a VAX-11/780 takes
 * about a second for (assumed).
 */

import type { CentralView } from '../../../contracts/central-management.ts';
import { availableOf, shareOf, sizeOf, trim, type VmsState, type WorkingSet } from './state.ts';

const MILLION = 1_000_000;
/** A set that is emptier than this share of its limit does not need a larger one (recalled). */
const FULL = 0.75;

/** Counts a fault of the process, soft or hard. */
export function countFault(state: VmsState, member: number): void {
  const set = state.sets[member] as WorkingSet;
  set.faults++;
}

/** Adjusts the limit if it is time to; `but` is a page that may not go now. */
export function adjust(state: VmsState, view: CentralView, member: number, but: number): void {
  const set = state.sets[member] as WorkingSet;
  const { awsTime, pfrath, pfratl, wsInc, wsDec, wsLeast } = state.settings as Record<
    'awsTime' | 'pfrath' | 'pfratl' | 'wsInc' | 'wsDec' | 'wsLeast',
    number
  >;
  const ran = view.taskTime(member) - set.since;
  if (ran < awsTime) return;
  const rate = (set.faults * MILLION) / Math.max(1, ran);
  set.faults = 0;
  set.since += ran;
  const size = sizeOf(state, member);
  if (rate > pfrath && size >= set.limit * FULL) {
    const mayBorrow = availableOf(state, view) > shareOf(state, 'borrowShare', 1);
    const limit = Math.min(mayBorrow ? set.extent : set.quota, set.limit + wsInc);
    if (limit > set.limit) state.grown++;
    set.limit = Math.max(set.limit, limit);
  } else if (rate < pfratl && set.limit > wsLeast) {
    set.limit = Math.max(wsLeast, set.limit - wsDec);
    state.shrunk++;
    trim(state, view, member, set.limit, but);
  }
}
