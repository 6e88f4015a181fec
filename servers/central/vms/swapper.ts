/**
 * The swapper: looks once a tick whether FREELIM pages are available, and gets as many as FREEGOAL:
 *
 *   1  the modified list is written
 *   2  processes that have borrowed beyond their quota are trimmed to it
 *   3  one process is swapped out: the one with most pages that has been in for its residency
 *
 * One that is out comes in again when there is room for what it had, or when nobody else is in; and
 * after as long outside in place of another. VMS goes by priorities and states of waiting as well;
 * those are left out, as is the process header: what is swapped are pages.
 */

import type { CentralView } from '../../../contracts/central-management.ts';
import { writeModified } from './modified-writer.ts';
import {
  availableOf,
  shareOf,
  sizeOf,
  trim,
  type VmsState,
  type WorkingSet,
  WRITING,
} from './state.ts';

export function balanceSets(state: VmsState, view: CentralView): void {
  const low = shareOf(state, 'freeLowShare', 0);
  const goal = shareOf(state, 'freeGoalShare', 0);
  bringIn(state, view, goal);
  if (low === 0 || availableOf(state, view) >= low) return;
  writeModified(state, view, true);
  for (const [member, set] of state.sets.entries()) {
    if (availableOf(state, view) >= goal) return;
    const more = sizeOf(state, member) - set.quota;
    if (more <= 0) continue;
    set.limit = Math.max(set.quota, set.limit - more);
    trim(state, view, member, set.quota, -1);
  }
  // What is on its way to swap will be available too.
  if (availableOf(state, view) + writing(state) < low) swapOut(state, view);
}

/** A process has ended: somebody must be in. */
export function bringInOne(state: VmsState, view: CentralView): void {
  const living = state.sets.filter((_, member) => view.isLiving(member));
  if (living.length === 0 || living.some(({ isOut }) => !isOut)) return;
  swapIn(state, view, longestOut(state, view));
}

function bringIn(state: VmsState, view: CentralView, goal: number): void {
  const member = longestOut(state, view);
  if (member < 0) return;
  const set = state.sets[member] as WorkingSet;
  const waited = state.ticks - set.at >= (state.settings.residency as number);
  const hasRoom = availableOf(state, view) >= goal + set.outPages;
  if (!hasRoom && (!waited || !swapOut(state, view))) return;
  swapIn(state, view, member);
}

function swapIn(state: VmsState, view: CentralView, member: number): void {
  const set = state.sets[member] as WorkingSet;
  set.isOut = false;
  set.at = state.ticks;
  view.resume(member);
}

/** Swaps out whoever has most and has been in long enough; somebody stays. False: nobody can go. */
function swapOut(state: VmsState, view: CentralView): boolean {
  const { sets, ticks, settings } = state;
  let most = -1;
  let left = 0;
  for (const [member, { isOut, at }] of sets.entries()) {
    if (isOut || !view.isLiving(member)) continue;
    left++;
    if (ticks - at < (settings.residency as number)) continue;
    if (most < 0 || sizeOf(state, member) > sizeOf(state, most)) most = member;
  }
  if (most < 0 || left < 2 || sizeOf(state, most) === 0) return false;
  const set = sets[most] as WorkingSet;
  set.isOut = true;
  set.at = ticks;
  set.outPages = sizeOf(state, most);
  state.swapped++;
  view.suspend(most);
  trim(state, view, most, 0, -1);
  writeModified(state, view, true);
  return true;
}

function longestOut({ sets }: VmsState, view: CentralView): number {
  let longest = -1;
  for (const [member, { isOut, at }] of sets.entries())
    if (isOut && view.isLiving(member) && (longest < 0 || at < (sets[longest] as WorkingSet).at))
      longest = member;
  return longest;
}

function writing({ lists }: VmsState): number {
  return lists.count[WRITING] as number;
}
