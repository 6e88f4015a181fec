/**
 * Linux's two lists with working-set detection (mm/vmscan.c and mm/workingset.c as of 5.9 to 6.x), one
 * pair for each control group, which here is a task.
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
} from '../page-lists.ts';
import {
  beyondHigh,
  isAtMax,
  LIMIT_PARAMETERS,
  type Limits,
  limitsOf,
  nextGroup,
} from './limits.ts';
import { watermarks } from './watermarks.ts';

const FRAMES_PER_GIB = 262_144;
const NO_SHADOW = -1;
const NOBODY: number[] = [];

interface LinuxState {
  /** Of member m: inactive list 2m, active list 2m + 1. */
  readonly lists: PageLists;
  /** Found referenced once since it was put on its list. */
  readonly marked: Uint8Array;
  /** By page: the group's age when it was evicted, or NO_SHADOW. */
  readonly shadow: Float64Array;
  /** By member. */
  readonly age: Float64Array;
  readonly held: Int32Array;
  readonly credits: Int32Array;
  readonly limits: Limits[];
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
  taskParameters: LIMIT_PARAMETERS,
  thresholds: watermarks,
  create,
  admitted,
  removed(state, page, view) {
    const member = view.memberOf(page);
    if (listOf(state.lists, page) === NONE) return;
    remove(state.lists, page);
    add(state.held, member, -1);
    state.shadow[page] = state.age[member] as number;
    add(state.age, member, 1);
  },
  mayTakeFree: ({ limits, held }, member) =>
    !isAtMax(limits[member] as Limits, held[member] as number),
  // Whoever is beyond high gives the rest, now.
  ticked: ({ limits, held }) =>
    limits.reduce((sum, limit, member) => sum + beyondHigh(limit, held[member] as number), 0),
  victim,
  counters: ({ refaults, activatedRefaults, activations }) => ({
    refaults,
    'refaults activated': activatedRefaults,
    activations,
  }),
  check,
};

export default linux;

function create({ pages, guaranteedFrames, members }: CentralContext): LinuxState {
  return {
    lists: createLists(pages, 2 * members.length),
    marked: new Uint8Array(pages),
    shadow: new Float64Array(pages).fill(NO_SHADOW),
    age: new Float64Array(members.length),
    held: new Int32Array(members.length),
    credits: new Int32Array(members.length),
    limits: members.map(limitsOf),
    ratio: Math.max(1, Math.floor(Math.sqrt((10 * guaranteedFrames) / FRAMES_PER_GIB))),
    refaults: 0,
    activatedRefaults: 0,
    activations: 0,
  };
}

function add(counts: Int32Array | Float64Array, member: number, by: number): void {
  counts[member] = (counts[member] as number) + by;
}

/** A page that comes back within the length of the active list is part of the working set. */
function admitted(state: LinuxState, page: number, view: CentralView): void {
  const { lists, shadow, age } = state;
  const member = view.memberOf(page);
  const active = 2 * member + 1;
  let list = active - 1;
  const left = shadow[page] as number;
  if (left !== NO_SHADOW) {
    state.refaults++;
    const distance = (age[member] as number) - left;
    if (distance <= (lists.count[active] as number)) {
      list = active;
      state.activatedRefaults++;
      add(age, member, 1);
    }
  }
  shadow[page] = NO_SHADOW;
  state.marked[page] = 0;
  append(lists, list, page);
  add(state.held, member, 1);
}

/** From the group that has to pay itself, one that is beyond high, or whose turn it is. */
function victim(state: LinuxState, view: CentralView): number {
  const { limits, held, credits } = state;
  const own = view.faulting();
  if (own >= 0 && isAtMax(limits[own] as Limits, held[own] as number)) {
    const page = victimOf(state, view, own);
    if (page !== NONE) return page;
  }
  for (const [member, limit] of limits.entries()) {
    if (beyondHigh(limit, held[member] as number) === 0) continue;
    const page = victimOf(state, view, member);
    if (page !== NONE) return page;
  }
  let tried: number[] = NOBODY;
  for (let left = limits.length; left > 0; left--) {
    const member = nextGroup(limits, held, credits, tried);
    if (member < 0) break;
    const page = victimOf(state, view, member);
    if (page !== NONE) return page;
    tried = [...tried, member];
  }
  // All that is left is protected by min: Linux would kill somebody.
  for (let member = 0; member < limits.length; member++) {
    const page = anyEvictable(state, view, member);
    if (page !== NONE) return page;
  }
  return NONE;
}

/** The oldest inactive page of a group that has not been referenced; NONE: it has none to give. */
function victimOf(state: LinuxState, view: CentralView, member: number): number {
  const { lists, marked } = state;
  const inactive = 2 * member;
  const pages = (lists.count[inactive] as number) + (lists.count[inactive + 1] as number);
  // Each page is marked once, activated once and demoted once at most.
  for (let step = 0; step <= 4 * pages; step++) {
    deactivate(state, view, member);
    const page = lists.head[inactive] as number;
    if (page === NONE) break;
    if (!view.evictable(page)) move(lists, inactive, page);
    else if (!view.referenced(page)) return page;
    else {
      view.clearReferenced(page);
      if (marked[page] === 1) activate(state, member, page);
      else {
        marked[page] = 1;
        move(lists, inactive, page);
      }
    }
  }
  return anyEvictable(state, view, member);
}

function activate(state: LinuxState, member: number, page: number): void {
  state.marked[page] = 0;
  state.activations++;
  add(state.age, member, 1);
  move(state.lists, 2 * member + 1, page);
}

/** While the inactive list is low the oldest active page goes there, referenced or not. */
function deactivate({ lists, marked, ratio }: LinuxState, view: CentralView, member: number): void {
  const inactive = 2 * member;
  const active = inactive + 1;
  while ((lists.count[inactive] as number) * ratio < (lists.count[active] as number)) {
    const page = lists.head[active] as number;
    if (view.evictable(page)) view.clearReferenced(page);
    marked[page] = 0;
    move(lists, inactive, page);
  }
}

function anyEvictable({ lists }: LinuxState, view: CentralView, member: number): number {
  for (const list of [2 * member, 2 * member + 1])
    for (let page = lists.head[list] as number; page !== NONE; page = lists.next[page] as number)
      if (view.evictable(page)) return page;
  return NONE;
}

function check({ lists, held }: LinuxState): string | undefined {
  for (const [member, count] of held.entries()) {
    const listed = (lists.count[2 * member] as number) + (lists.count[2 * member + 1] as number);
    if (listed !== count) return `member ${member} holds ${count} pages, ${listed} are listed`;
  }
  return checkLists(lists);
}
