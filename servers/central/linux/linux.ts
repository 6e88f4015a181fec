/**
 * Linux's two lists with working-set detection (mm/vmscan.c and mm/workingset.c as of 5.9 to 6.x), one
 * pair for each control group.
 *
 *   fault --> inactive --oldest, not referenced--> evicted, a shadow stays
 *               |   ^                                        |
 *   referenced  |   | inactive is low: oldest active         | back within as many evictions and
 *   twice       v   |                                        | activations as active pages are there
 *              active <-------------------------------------+
 *
 * A page that the scan finds referenced is marked and stays; found so again, it is activated. A shadow
 * is the group's age (evictions and activations) when the page left; a page that comes back sooner than
 * the active list is long goes to it at once, since it would have stayed had the lists been divided
 * otherwise. The inactive list is low below 1/ratio of the active one: ratio is the root of ten times
 * the memory in GiB, at least 1.
 *
 * Groups give in proportion to what they have beyond their protection (limits.ts). Pages are anonymous,
 * so there is no swappiness. Left out: the throttling of who is beyond high (it is taken from instead),
 * the killer of who cannot be reclaimed, groups within groups, reading ahead on swap (page-cluster).
 */

import type {
  CentralContext,
  CentralManagement,
  CentralView,
} from '../../../contracts/central-management.ts';
import {
  append,
  checkLists,
  createLists,
  listOf,
  move,
  NONE,
  type PageLists,
  remove,
} from '../../../contracts/page-lists.ts';
import {
  beyondHigh,
  framesOf,
  groupsOf,
  isAtMax,
  LIMIT_PARAMETERS,
  LIMIT_RANGES,
  type Limits,
} from './limits.ts';
import { type GroupPages, reclaim } from './reclaim.ts';
import { watermarks } from './watermarks.ts';

const FRAMES_PER_GIB = 262_144;
const NO_SHADOW = -1;

interface LinuxState {
  /** Of group g: inactive list 2g, active list 2g + 1. */
  readonly lists: PageLists;
  /** Found referenced once since it was put on its list. */
  readonly marked: Uint8Array;
  /** By page: the group's age when it was evicted, or NO_SHADOW. */
  readonly shadow: Float64Array;
  /** By group. */
  readonly age: Float64Array;
  readonly held: Int32Array;
  readonly credits: Int32Array;
  readonly limits: Limits[];
  /** By member. */
  readonly groupOf: Int32Array;
  readonly ratio: number;
  refaults: number;
  activatedRefaults: number;
  activations: number;
}

const linux: CentralManagement<LinuxState> = {
  name: 'linux',
  sight: 'hardware',
  summary: 'two lists, refault distance, limits of control groups (Linux 5.9 and later)',
  control: 'pages',
  period: { ns: 10_000_000, references: 10_000 },
  parameters: { apart: 0 },
  ranges: {
    apart: { least: 0, most: 1, whole: true, means: '1: each task is a group of its own' },
  },
  taskParameters: LIMIT_PARAMETERS,
  taskRanges: LIMIT_RANGES,
  thresholds: watermarks,
  create,
  admitted,
  removed(state, page, view) {
    const group = state.groupOf[view.memberOf(page)] as number;
    if (listOf(state.lists, page) === NONE) return;
    remove(state.lists, page);
    add(state.held, group, -1);
    state.shadow[page] = state.age[group] as number;
    add(state.age, group, 1);
  },
  // What is being written out is charged until it is gone.
  mayTakeFree: ({ limits, groupOf }, member, view) =>
    !isAtMax(limits[groupOf[member] as number] as Limits, framesOf(groupOf, member, view)),
  // Whoever is beyond high gives the rest, now.
  ticked: ({ limits, held }) =>
    limits.reduce((sum, limit, group) => sum + beyondHigh(limit, held[group] as number), 0),
  victim: (state, view) => reclaim(groupPages, state, view),
  counters: ({ refaults, activatedRefaults, activations }) => ({
    refaults,
    'refaults activated': activatedRefaults,
    activations,
  }),
  check,
};

export default linux;

const groupPages: GroupPages<LinuxState> = { victimOf, anyEvictable };

function create({ pages, guaranteedFrames, parameters, members }: CentralContext): LinuxState {
  const { groupOf, limits } = groupsOf(members, parameters.apart !== 0);
  return {
    lists: createLists(pages, 2 * limits.length),
    marked: new Uint8Array(pages),
    shadow: new Float64Array(pages).fill(NO_SHADOW),
    age: new Float64Array(limits.length),
    held: new Int32Array(limits.length),
    credits: new Int32Array(limits.length),
    limits,
    groupOf,
    ratio: Math.max(1, Math.floor(Math.sqrt((10 * guaranteedFrames) / FRAMES_PER_GIB))),
    refaults: 0,
    activatedRefaults: 0,
    activations: 0,
  };
}

function add(counts: Int32Array | Float64Array, group: number, by: number): void {
  counts[group] = (counts[group] as number) + by;
}

/** A page that comes back within the length of the active list is part of the working set. */
function admitted(state: LinuxState, page: number, view: CentralView): void {
  const { lists, shadow, age } = state;
  const group = state.groupOf[view.memberOf(page)] as number;
  const active = 2 * group + 1;
  let list = active - 1;
  const left = shadow[page] as number;
  if (left !== NO_SHADOW) {
    state.refaults++;
    const distance = (age[group] as number) - left;
    if (distance <= (lists.count[active] as number)) {
      list = active;
      state.activatedRefaults++;
      add(age, group, 1);
    }
  }
  shadow[page] = NO_SHADOW;
  state.marked[page] = 0;
  append(lists, list, page);
  add(state.held, group, 1);
}

/** The oldest inactive page of a group that has not been referenced; NONE: it has none to give. */
function victimOf(state: LinuxState, view: CentralView, group: number): number {
  const { lists, marked } = state;
  const inactive = 2 * group;
  const pages = (lists.count[inactive] as number) + (lists.count[inactive + 1] as number);
  // Each page is marked once, activated once and demoted once at most.
  for (let step = 0; step <= 4 * pages; step++) {
    deactivate(state, view, group);
    const page = lists.head[inactive] as number;
    if (page === NONE) break;
    if (!view.evictable(page)) move(lists, inactive, page);
    else if (!view.referenced(page)) return page;
    else {
      view.clearReferenced(page);
      if (marked[page] === 1) activate(state, group, page);
      else {
        marked[page] = 1;
        move(lists, inactive, page);
      }
    }
  }
  return anyEvictable(state, view, group);
}

function activate(state: LinuxState, group: number, page: number): void {
  state.marked[page] = 0;
  state.activations++;
  add(state.age, group, 1);
  move(state.lists, 2 * group + 1, page);
}

/** While the inactive list is low the oldest active page goes there, referenced or not. */
function deactivate({ lists, marked, ratio }: LinuxState, view: CentralView, group: number): void {
  const inactive = 2 * group;
  const active = inactive + 1;
  while ((lists.count[inactive] as number) * ratio < (lists.count[active] as number)) {
    const page = lists.head[active] as number;
    if (view.evictable(page)) view.clearReferenced(page);
    marked[page] = 0;
    move(lists, inactive, page);
  }
}

function anyEvictable({ lists }: LinuxState, view: CentralView, group: number): number {
  for (const list of [2 * group, 2 * group + 1])
    for (let page = lists.head[list] as number; page !== NONE; page = lists.next[page] as number)
      if (view.evictable(page)) return page;
  return NONE;
}

function check({ lists, held }: LinuxState): string | undefined {
  for (const [group, count] of held.entries()) {
    const listed = (lists.count[2 * group] as number) + (lists.count[2 * group + 1] as number);
    if (listed !== count) return `group ${group} holds ${count} pages, ${listed} are listed`;
  }
  return checkLists(lists);
}
