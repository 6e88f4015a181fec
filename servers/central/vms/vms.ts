/**
 * VMS: each process pages against itself, by a working-set list that is first in, first out; what it
 * lets go of lies on the free or modified list of the system, and comes back by a soft fault if it is
 * touched before its frame is needed (Levy and Lipman, "Virtual Memory Management in the VAX/VMS
 * Operating System", Computer 15(3), 1982). So a cheap order at the front has a second chance behind.
 *
 * Names of settings are those of SYSGEN, in lower case, where there is one; where SYSGEN has pages,
 * here is a share of memory, since that differs by three orders of magnitude from scenario to
 * scenario. Defaults: AWSTIME 200 ms, WRTCLUSTER 64, PFRATH 120 and PFRATL 0 faults in ten seconds
 * (read in the help of OpenVMS, the last two recalled); WSINC, WSDEC in pages of 512 bytes, 150 and 35,
 * are 18 and 4 pages here (recalled); all shares are assumed.
 *
 * Left out: skipping of pages that the translation buffer has (TBSKIPWSL), priorities, process
 * headers, image activation, reading ahead of page clusters (PFC).
 */

import type { CentralManagement, CentralView } from '../../../contracts/central-management.ts';
import { append, checkLists, listOf, NONE, remove } from '../../../contracts/page-lists.ts';
import { adjust, countFault } from './adjustment.ts';
import { writeModified } from './modified-writer.ts';
import {
  createVms,
  FREE,
  MODIFIED,
  sizeOf,
  trim,
  type VmsState,
  WORKING_SETS,
  type WorkingSet,
  WRITING,
} from './state.ts';
import { balanceSets, bringInOne } from './swapper.ts';

const vms: CentralManagement<VmsState> = {
  name: 'vms',
  sight: 'hardware',
  summary: 'working-set lists, free and modified lists with soft faults (VMS; Levy, Lipman 1982)',
  control: 'pages',
  period: { ns: 10_000_000, references: 10_000 },
  parameters: {
    quotaShare: 0.75,
    extentShare: 0.75,
    limitShare: 0.5,
    pfrath: 12,
    pfratl: 0,
    wsInc: 18,
    wsDec: 4,
    wsLeast: 8,
    awsTime: 200_000,
    borrowShare: 1 / 16,
    mpwHighShare: 1 / 8,
    mpwLowShare: 1 / 32,
    cluster: 64,
    freeLowShare: 1 / 64,
    freeGoalShare: 1 / 16,
    residency: 20,
  },
  ranges: {
    quotaShare: { least: 0, most: 1, means: 'share of memory, quotas of all together' },
    extentShare: { least: 0, most: 1, means: 'share of memory, the extent of each' },
    limitShare: { least: 0, most: 1, means: 'share of the quota, the limit at the start' },
    pfrath: {
      least: 0,
      most: 1e9,
      means: 'faults in a million references above which a limit grows',
    },
    pfratl: { least: 0, most: 1e9, means: 'faults in a million references below which it shrinks' },
    wsInc: { least: 0, most: 1e9, means: 'pages that it grows by' },
    wsDec: { least: 0, most: 1e9, means: 'pages that it shrinks by' },
    wsLeast: { least: 0, most: 1e9, means: 'pages that it keeps' },
    awsTime: { least: 0, most: 1e15, means: 'references between looks at a limit' },
    borrowShare: {
      least: 0,
      most: 1,
      means: 'share of memory that must be available for growth beyond the quota',
    },
    mpwHighShare: {
      least: 0,
      most: 1,
      means: 'share of memory: the modified list is written from here',
    },
    mpwLowShare: { least: 0, most: 1, means: 'share of memory: down to here' },
    cluster: { least: 0, most: 4096, whole: true, means: 'pages written together at most' },
    freeLowShare: {
      least: 0,
      most: 1,
      means: 'share of memory: below it sets are trimmed, then swapped out',
    },
    freeGoalShare: { least: 0, most: 1, means: 'share of memory that is then freed' },
    residency: { least: 0, most: 1e9, means: 'ticks that a set stays in or out at least' },
  },
  taskParameters: { limit: 0, quota: 0, extent: 0 },
  taskRanges: {
    limit: { least: 0, most: 1e9, whole: true, means: 'pages it begins with; 0: by limitShare' },
    quota: {
      least: 0,
      most: 1e9,
      whole: true,
      means: 'pages it always may have; 0: an equal part',
    },
    extent: {
      least: 0,
      most: 1e9,
      whole: true,
      means: 'pages it may borrow up to; 0: extentShare',
    },
  },
  create: createVms,
  admitted: enter,
  rescued(state, page, view) {
    if (listOf(state.lists, page) === FREE) state.softFree++;
    else state.softModified++;
    remove(state.lists, page);
    enter(state, page, view);
  },
  removed: ({ lists }, page) => remove(lists, page),
  cleaned(state, page, view) {
    if (listOf(state.lists, page) === WRITING) {
      remove(state.lists, page);
      append(state.lists, FREE, page);
    }
    writeModified(state, view, false);
  },
  ticked(state, view) {
    state.ticks++;
    for (let member = 0; member < state.sets.length; member++)
      if (view.isLiving(member)) adjust(state, view, member, NONE);
    writeModified(state, view, false);
    balanceSets(state, view);
    return 0;
  },
  ended: (state, _, view) => bringInOne(state, view),
  victim,
  counters: (state) => ({
    'soft from the free list': state.softFree,
    'soft from the modified list': state.softModified,
    'clusters written': state.clusters,
    'limits grown': state.grown,
    'limits shrunk': state.shrunk,
    'swapped out': state.swapped,
  }),
  check: ({ lists }) => checkLists(lists),
};

export default vms;

/** A page comes into the working set of its process; the oldest leaves where that is full. */
function enter(state: VmsState, page: number, view: CentralView): void {
  const member = view.memberOf(page);
  append(state.lists, WORKING_SETS + member, page);
  countFault(state, member);
  adjust(state, view, member, page);
  trim(state, view, member, (state.sets[member] as WorkingSet).limit, page);
  writeModified(state, view, false);
}

/** The oldest page of the free list; else of the modified one; else of a working set. */
function victim(state: VmsState, view: CentralView): number {
  for (const list of [FREE, MODIFIED]) {
    const page = firstEvictable(state, view, list);
    if (page !== NONE) return page;
  }
  let largest = -1;
  let most = Number.NEGATIVE_INFINITY;
  for (const [member, { quota }] of state.sets.entries()) {
    const more = sizeOf(state, member) - quota;
    if (more <= most || firstEvictable(state, view, WORKING_SETS + member) === NONE) continue;
    largest = member;
    most = more;
  }
  return largest < 0 ? NONE : firstEvictable(state, view, WORKING_SETS + largest);
}

function firstEvictable({ lists }: VmsState, view: CentralView, list: number): number {
  let page = lists.head[list] as number;
  while (page !== NONE && !view.evictable(page)) page = lists.next[page] as number;
  return page;
}
