/**
 * Working sets with load control (Denning, "The Working Set Model for Program Behavior", 1968;
 * "Working Sets Past and Present", 1980). The working set of a task is what it has used within the
 * last `tau` of its own references. Pages in a working set stay, others go first; where nothing
 * stands outside and a frame is needed, the working sets do not fit: a task is suspended.
 *
 *   used within tau          stays
 *   found unused for tau     outside of its set: goes first; used again, it is back
 *
 * Use is found by scans of the referenced bits, `samples` in a window: exact with as many as tau, as
 * far as it can be seen otherwise. By default what stands outside keeps its frame until one is
 * needed, as in systems that rescue pages from a free list; `eager: 1` gives it up at once, which is
 * the textbook's working set. `load: 0` does without load control.
 *
 * Left out: an estimate of tau; sampled scans cost what they do, charged like any look.
 */

import type {
  CentralContext,
  CentralManagement,
  CentralMember,
  CentralView,
} from '../../contracts/central-management.ts';
import { NONE } from '../../contracts/page-lists.ts';
import {
  createLoadControl,
  type LoadControl,
  look,
  memberEnded,
  noteGivenUp,
  suspendOne,
} from './load-control.ts';
import {
  checkSets,
  createSets,
  dropPage,
  enterSet,
  oldestOf,
  type ResidentSets,
  scanSet,
  takeOutside,
} from './resident-sets.ts';

interface WorkingSetState {
  readonly sets: ResidentSets;
  readonly load: LoadControl;
  readonly members: readonly CentralMember[];
  readonly tau: number;
  /** References of its own after which a member is scanned again; by member, when it was last. */
  readonly interval: number;
  readonly scanned: Float64Array;
  readonly eager: boolean;
  readonly controlsLoad: boolean;
}

const workingSet: CentralManagement<WorkingSetState> = {
  name: 'working-set',
  sight: 'hardware',
  summary:
    'working sets within tau references, tasks suspended when they do not fit (Denning 1968)',
  control: 'pages',
  parameters: { tau: 100_000, samples: 4, turn: 16, eager: 0, load: 1 },
  ranges: {
    tau: { least: 0, most: 1e15, means: 'references that make the window' },
    samples: { least: 1, most: 1e6, means: 'looks at the bits in a window' },
    turn: {
      least: 0,
      most: 1e9,
      means: 'pages given to others, for each of its set, that make a turn of who is suspended',
    },
    eager: { least: 0, most: 1, whole: true, means: '1: what left a set is given up at each tick' },
    load: { least: 0, most: 1, whole: true, means: '1: tasks are suspended where sets do not fit' },
  },
  period: { ns: 10_000_000, references: 10_000 },
  thresholds: (frames) => ({ freeMin: frames >> 7, freeTarget: frames >> 6 }),
  create,
  admitted: ({ sets }, page, view) => enterSet(sets, page, view),
  removed: ({ sets }, page) => dropPage(sets, page),
  ended: ({ sets, load }, member, view) => memberEnded(load, sets, member, view),
  ticked,
  victim,
  check: ({ sets, members }) => {
    const wrong = checkSets(sets, members);
    return wrong === undefined ? undefined : `working-set: ${wrong}`;
  },
};

export default workingSet;

function create({ pages, members, parameters }: CentralContext): WorkingSetState {
  const { tau, samples, turn, eager, load } = parameters;
  return {
    sets: createSets(pages, members),
    load: createLoadControl(members.length, turn),
    members,
    tau,
    interval: Math.max(1, Math.floor(tau / samples)),
    scanned: new Float64Array(members.length),
    eager: eager !== 0,
    controlsLoad: load !== 0,
  };
}

function ticked(state: WorkingSetState, view: CentralView): number {
  const { sets, eager } = state;
  scanDue(state, view, state.interval);
  look(state.load, sets, view);
  return eager ? sets.lists.count[sets.outside] : 0;
}

/** Scans the members that have executed `interval` references since they were scanned last. */
function scanDue(state: WorkingSetState, view: CentralView, interval: number): boolean {
  const { sets, scanned, tau } = state;
  let hasScanned = false;
  for (let member = 0; member < scanned.length; member++) {
    const now = view.taskTime(member);
    if (now - scanned[member] < interval || !view.isLiving(member)) continue;
    scanned[member] = now;
    hasScanned = true;
    scanSet(sets, member, tau, view);
  }
  return hasScanned;
}

function victim(state: WorkingSetState, view: CentralView): number {
  const { sets, load, scanned } = state;
  noteGivenUp(load);
  let page = takeOutside(sets, view);
  if (page !== NONE) return page;
  // A look ahead of time, but not at each fault: half an interval after the last one.
  if (scanDue(state, view, Math.max(1, state.interval >> 1))) page = takeOutside(sets, view);
  if (page !== NONE) return page;
  if (state.controlsLoad && suspendOne(load, sets, view)) page = takeOutside(sets, view);
  if (page !== NONE) return page;
  return oldestOfAll(sets, scanned.length, view);
}

/** The page that was in use longest ago in its task's own time, of all that may go. */
function oldestOfAll(sets: ResidentSets, members: number, view: CentralView): number {
  let oldest = NONE;
  let most = -1;
  for (let member = 0; member < members; member++) {
    const page = oldestOf(sets, member, view);
    if (page === NONE) continue;
    const age = (view.taskTime(member) - sets.lastUse[page]) >>> 0;
    if (age <= most) continue;
    most = age;
    oldest = page;
  }
  if (oldest !== NONE) return oldest;
  // All of it stands outside and is in use again.
  return oldestOf(sets, sets.outside, view);
}
