/**
 * Load control: as many tasks run as have their resident sets in memory (Denning, "Working Sets Past
 * and Present", 1980). Where nothing stands outside of all sets and a frame is needed, a task is
 * suspended, and all of its set stands outside. It goes on when as many frames can be had as its set
 * had pages, or when it has waited for a turn and another one has run as long.
 *
 *   runs --no frame to be had--> suspended --its set fits, or its turn has come--> runs
 *
 * Who is suspended: of those that have run for a turn who has longest, else who came last. One task
 * always runs; if its set alone does not fit, its page used longest ago goes. Left out: priorities;
 * prefetching the set of a task that goes on.
 */

import type { CentralView } from '../../contracts/central-management.ts';
import { emptySet, type ResidentSets, sizeOf } from './resident-sets.ts';

export interface LoadControl {
  /** By member: the look (below) since which it runs or is suspended; pages of its set then. */
  readonly since: Float64Array;
  readonly setSize: Float64Array;
  /** Members that are suspended, longest first. */
  readonly suspended: number[];
  /** Looks that make a turn. */
  readonly turn: number;
  looks: number;
  suspensions: number;
}

export function createLoadControl(members: number, turn: number): LoadControl {
  return {
    since: new Float64Array(members),
    setSize: new Float64Array(members),
    suspended: [],
    turn,
    looks: 0,
    suspensions: 0,
  };
}

/** Suspends a task, so that its set stands outside; false: only one runs. */
export function suspendOne(load: LoadControl, sets: ResidentSets, view: CentralView): boolean {
  const member = chooseSuspended(load, sets, view);
  if (member < 0) return false;
  load.suspensions++;
  load.setSize[member] = sizeOf(sets, member);
  load.since[member] = load.looks;
  load.suspended.push(member);
  view.suspend(member);
  emptySet(sets, member);
  return true;
}

function chooseSuspended(
  { since, suspended, turn, looks }: LoadControl,
  sets: ResidentSets,
  view: CentralView,
): number {
  let longest = -1;
  let last = -1;
  let running = 0;
  for (let member = 0; member < since.length; member++) {
    if (!view.isLiving(member) || suspended.includes(member)) continue;
    running++;
    if (sizeOf(sets, member) === 0) continue;
    if (looks - since[member] >= turn && (longest < 0 || since[member] < since[longest]))
      longest = member;
    if (last < 0 || since[member] >= since[last]) last = member;
  }
  if (running <= 1) return -1;
  return longest < 0 ? last : longest;
}

/** Once a period: who has waited longest goes on if its set fits, or its turn has come. */
export function look(load: LoadControl, sets: ResidentSets, view: CentralView): void {
  load.looks++;
  letGoOn(load, sets, view);
}

function letGoOn(load: LoadControl, sets: ResidentSets, view: CentralView): void {
  const { suspended, since, setSize, turn } = load;
  while (suspended.length > 0) {
    const member = suspended[0];
    const room = view.freeFrames() + view.comingFrames() + sets.lists.count[sets.outside];
    const isAlone = !since.some((_, other) => view.isLiving(other) && !suspended.includes(other));
    const fits = room >= setSize[member] + promised(load, sets);
    if (!isAlone && !fits && load.looks - since[member] < turn) return;
    suspended.shift();
    since[member] = load.looks;
    view.resume(member);
  }
}

/** Pages that members which went on within a turn have not got back yet. */
function promised(
  { since, setSize, suspended, looks, turn }: LoadControl,
  sets: ResidentSets,
): number {
  let pages = 0;
  for (let member = 0; member < since.length; member++)
    if (!suspended.includes(member) && looks - since[member] < turn)
      pages += Math.max(0, setSize[member] - sizeOf(sets, member));
  return pages;
}

/** A member has ended: its frames are others', and if all others are suspended one goes on. */
export function memberEnded(
  load: LoadControl,
  sets: ResidentSets,
  member: number,
  view: CentralView,
): void {
  const at = load.suspended.indexOf(member);
  if (at >= 0) load.suspended.splice(at, 1);
  emptySet(sets, member);
  letGoOn(load, sets, view);
}
