/**
 * Load control: as many tasks run as have their resident sets in memory (Denning, "Working Sets Past
 * and Present", 1980). Where nothing stands outside of all sets and a frame is needed, a task is
 * suspended, and all of its set stands outside. It goes on when as many frames can be had as its set
 * had pages, or when its turn has come.
 *
 *   runs --no frame to be had--> suspended --its set fits, or its turn has come--> runs
 *
 * Who is suspended: who has run longest since it came. A turn is over when others have been given
 * `turn` times as many pages as its set had: what it costs to bring the set back is then small beside
 * what was gained, however fast the device is. Or when for `turn` periods nobody has given up a page:
 * then nobody needs the memory that it waits for. One task always runs; if its set alone does not
 * fit, its page used longest ago goes. Left out: priorities; prefetching the set of one that goes on.
 */

import type { CentralView } from '../../contracts/central-management.ts';
import { emptySet, type ResidentSets, sizeOf } from './resident-sets.ts';

export interface LoadControl {
  /** By member: the moment since which it runs or is suspended; pages of its set then. */
  readonly since: Float64Array;
  readonly setSize: Float64Array;
  /** Members that are suspended, longest first. */
  readonly suspended: number[];
  /** Pages given to others for each of its set that make a turn. */
  readonly turn: number;
  /** Its clock: pages given up, and periods. */
  now: number;
  /** Periods since a page was given up, or a task went on. */
  quiet: number;
  suspensions: number;
}

export function createLoadControl(members: number, turn: number): LoadControl {
  return {
    since: new Float64Array(members),
    setSize: new Float64Array(members),
    suspended: [],
    turn,
    now: 0,
    quiet: 0,
    suspensions: 0,
  };
}

/** Suspends a task, so that its set stands outside; false: only one runs. */
export function suspendOne(load: LoadControl, sets: ResidentSets, view: CentralView): boolean {
  const member = chooseSuspended(load, sets, view);
  if (member < 0) return false;
  load.suspensions++;
  load.setSize[member] = sizeOf(sets, member);
  load.since[member] = load.now;
  load.suspended.push(member);
  view.suspend(member);
  emptySet(sets, member);
  return true;
}

function chooseSuspended(
  { since, suspended }: LoadControl,
  sets: ResidentSets,
  view: CentralView,
): number {
  let chosen = -1;
  let running = 0;
  for (let member = 0; member < since.length; member++) {
    if (!view.isLiving(member) || suspended.includes(member)) continue;
    running++;
    if (sizeOf(sets, member) > 0 && (chosen < 0 || since[member] <= since[chosen])) chosen = member;
  }
  return running <= 1 ? -1 : chosen;
}

/** A page is given up. */
export function noteGivenUp(load: LoadControl): void {
  load.now++;
  load.quiet = 0;
}

/** Once a period, or two tasks would change places with each page: who has waited longest may go on. */
export function look(load: LoadControl, sets: ResidentSets, view: CentralView): void {
  load.now++;
  load.quiet++;
  if (load.suspended.length > 0) letGoOn(load, sets, view);
}

function letGoOn(load: LoadControl, sets: ResidentSets, view: CentralView): void {
  const { suspended, since, setSize } = load;
  while (suspended.length > 0) {
    const member = suspended[0];
    const room = view.freeFrames() + view.comingFrames() + sets.lists.count[sets.outside];
    const isAlone = !since.some((_, other) => view.isLiving(other) && !suspended.includes(other));
    const fits = room >= setSize[member] + promised(load, sets);
    if (!isAlone && !fits && !isTurn(load, member) && load.quiet < load.turn) return;
    load.quiet = 0;
    suspended.shift();
    since[member] = load.now;
    view.resume(member);
  }
}

function isTurn({ since, setSize, turn, now }: LoadControl, member: number): boolean {
  return now - since[member] >= turn * setSize[member];
}

/** Pages that members which went on have not got back yet, while a turn has not passed. */
function promised(load: LoadControl, sets: ResidentSets): number {
  const { since, setSize, suspended } = load;
  let pages = 0;
  for (let member = 0; member < since.length; member++)
    if (!suspended.includes(member) && !isTurn(load, member))
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
