/**
 * Reclaim: which group gives the next page. One at max pays for itself; one beyond its high limit gives
 * first; then all by turns (limits.ts); and where protection leaves nothing, anybody, where Linux
 * would kill somebody.
 */

import type { CentralView } from '../../../contracts/central-management.ts';
import { NONE } from '../../../contracts/page-lists.ts';
import { beyondHigh, type Groups, isAtMax, type Limits, nextGroup } from './limits.ts';

/** What reclaim has to know of the groups of a management. */
export interface Reclaimable extends Groups {
  /** By group: frames it holds, and its credit among the turns. */
  readonly held: Int32Array;
  readonly credits: Int32Array;
}

/** How a management finds a page of one group. */
export interface GroupPages<State> {
  /** The page of the group that it would give; NONE: it has none. */
  victimOf(state: State, view: CentralView, group: number): number;
  /** Any page of the group that may go at all. */
  anyEvictable(state: State, view: CentralView, group: number): number;
  /** Groups that are let alone as long as another one can give. */
  spared?(state: State): number[];
}

/** The next page to go; NONE: no group has one that may. */
export function reclaim<State extends Reclaimable>(
  pages: GroupPages<State>,
  state: State,
  view: CentralView,
): number {
  const { limits, held } = state;
  const faulting = view.faulting();
  const own = faulting < 0 ? -1 : (state.groupOf[faulting] as number);
  if (own >= 0 && isAtMax(limits[own] as Limits, held[own] as number)) {
    const page = pages.victimOf(state, view, own);
    if (page !== NONE) return page;
  }
  for (const [group, limit] of limits.entries()) {
    if (beyondHigh(limit, held[group] as number) === 0) continue;
    const page = pages.victimOf(state, view, group);
    if (page !== NONE) return page;
  }
  const page = pages.spared ? byTurns(pages, state, view, pages.spared(state)) : NONE;
  if (page !== NONE) return page;
  const any = byTurns(pages, state, view, []);
  if (any !== NONE) return any;
  for (let group = 0; group < limits.length; group++) {
    const last = pages.anyEvictable(state, view, group);
    if (last !== NONE) return last;
  }
  return NONE;
}

/** From the group whose turn it is, and if it has nothing the next; `tried` have been asked. */
function byTurns<State extends Reclaimable>(
  pages: GroupPages<State>,
  state: State,
  view: CentralView,
  tried: number[],
): number {
  const { limits, held, credits } = state;
  for (let left = limits.length; left > 0; left--) {
    const group = nextGroup(limits, held, credits, tried);
    if (group < 0) return NONE;
    const page = pages.victimOf(state, view, group);
    if (page !== NONE) return page;
    tried.push(group);
  }
  return NONE;
}
