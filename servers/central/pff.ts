/**
 * Page fault frequency with load control (Chu and Opderbeck, "The Page Fault Frequency Replacement
 * Algorithm", 1972). A task whose faults come less than `threshold` of its own references apart gets
 * a frame more; at a fault that comes later all pages that it has not used since the fault before
 * leave its set, and go first. Referenced bits are read and cleared at each fault and at no other
 * time.
 *
 *   fault --sooner than threshold--> the set grows
 *        `--later----------------->  what was not used since the last fault is outside
 *
 * Not a stack algorithm: more memory may mean more faults. Where nothing stands outside and a frame
 * is needed a task is suspended (load-control.ts; `load: 0`: none is). What stands outside keeps
 * its frame until one is needed; `eager: 1` gives it up at the next period. Left out: the minimum
 * and maximum allotments of the paper.
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

interface PffState {
  readonly sets: ResidentSets;
  readonly load: LoadControl;
  readonly members: readonly CentralMember[];
  readonly threshold: number;
  /** By member: own time of its last fault; before the first one long ago. */
  readonly lastFault: Float64Array;
  readonly eager: boolean;
  readonly controlsLoad: boolean;
}

const LONG_AGO = -(2 ** 52);

const pff: CentralManagement<PffState> = {
  name: 'pff',
  sight: 'hardware',
  summary: 'sets grow while faults come fast, shrink when they do not (Chu and Opderbeck 1972)',
  control: 'pages',
  parameters: { threshold: 20_000, turn: 16, eager: 0, load: 1 },
  ranges: {
    threshold: {
      least: 0,
      most: 1e15,
      means: 'references between faults from which a set shrinks',
    },
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
  admitted,
  removed: ({ sets }, page) => dropPage(sets, page),
  ended: ({ sets, load }, member, view) => memberEnded(load, sets, member, view),
  ticked({ sets, load, eager }, view) {
    look(load, sets, view);
    return eager ? sets.lists.count[sets.outside] : 0;
  },
  victim,
  check: ({ sets, members }) => {
    const wrong = checkSets(sets, members);
    return wrong === undefined ? undefined : `pff: ${wrong}`;
  },
};

export default pff;

function create({ pages, members, parameters }: CentralContext): PffState {
  const { threshold, turn, eager, load } = parameters;
  return {
    sets: createSets(pages, members),
    load: createLoadControl(members.length, turn),
    members,
    threshold,
    lastFault: new Float64Array(members.length).fill(LONG_AGO),
    eager: eager !== 0,
    controlsLoad: load !== 0,
  };
}

/** A fault of the page's task: its set is looked at, and the page is in it from now on. */
function admitted({ sets, lastFault, threshold }: PffState, page: number, view: CentralView): void {
  const member = view.memberOf(page);
  const now = view.taskTime(member);
  const grows = now - lastFault[member] < threshold;
  scanSet(sets, member, grows ? Number.POSITIVE_INFINITY : 0, view);
  lastFault[member] = now;
  enterSet(sets, page, view);
}

function victim({ sets, load, controlsLoad, lastFault }: PffState, view: CentralView): number {
  noteGivenUp(load);
  let page = takeOutside(sets, view);
  if (page !== NONE) return page;
  if (controlsLoad && suspendOne(load, sets, view)) page = takeOutside(sets, view);
  if (page !== NONE) return page;
  // Of the largest set the page used longest ago.
  let largest = sets.outside;
  for (let member = 0; member < lastFault.length; member++)
    if (sets.lists.count[member] > sets.lists.count[largest]) largest = member;
  page = oldestOf(sets, largest, view);
  for (let list = 0; page === NONE && list <= sets.outside; list++)
    page = oldestOf(sets, list, view);
  return page;
}
