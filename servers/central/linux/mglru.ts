/**
 * Linux's multi-gen LRU (Documentation/mm/multigen_lru.rst and mm/vmscan.c, 6.1 and later), for one
 * control group a task.
 *
 *   youngest (max)                                       oldest (min)
 *   +------------+  +------------+  +------------+  +------------+
 *   | generation |  | generation |  | generation |  | generation | --> tier protected? next generation
 *   +------------+  +------------+  +------------+  +------------+     referenced?     youngest
 *     ^ faulted in                                                     else            evicted
 *     +-- aging: all that was referenced since the last one comes here, and a new generation begins
 *
 * There are two to four generations. Aging runs when only the two youngest are left: it walks the
 * page table of the task, a look at each of its pages, and opens a generation. Eviction empties the
 * oldest one. What comes back within the generations that a shadow can tell is counted against its
 * tier, and tiers that come back too often are protected (tiers.ts). A tier counts uses of a page that
 * no page table shows, in Linux those through file descriptors; our pages have none, so that a page's
 * uses are the times it came back.
 *
 * min_ttl: a group whose oldest generation is younger than that many ticks gives nothing as long as
 * another one can; Linux would kill somebody then. Limits are those of limits.ts. Left out: Bloom
 * filters and the walk's skipping of cold tables, looking around at neighbours of a referenced page,
 * swappiness (all pages are anonymous), generations of groups among each other (memcg LRU).
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
import { carryOver, createTiers, evictableTier, TIERS, type TierState, tierOf } from './tiers.ts';
import { watermarks } from './watermarks.ts';

export const GENERATIONS = 4;
const GENERATIONS_MIN = 2;
const NO_SHADOW = -1;
/** Uses of a page that are counted: more than the last tier needs would tell nothing. */
const USES_MAX = 15;

export interface MglruState {
  /** Of member m: generation g stands in list GENERATIONS * m + g % GENERATIONS. */
  readonly lists: PageLists;
  /** By member: number of its oldest and its youngest generation. */
  readonly oldest: Int32Array;
  readonly youngest: Int32Array;
  /** By list: tick at which its generation was opened. */
  readonly born: Int32Array;
  /** By page: oldest generation when it was evicted, or NO_SHADOW; times it came back. */
  readonly shadow: Int32Array;
  readonly uses: Uint8Array;
  readonly tiers: TierState;
  readonly held: Int32Array;
  readonly credits: Int32Array;
  readonly limits: Limits[];
  readonly minTtl: number;
  ticks: number;
  agings: number;
  promoted: number;
  protectedPages: number;
  refaults: number;
}

const mglru: CentralManagement<MglruState> = {
  name: 'linux-mglru',
  sight: 'hardware',
  summary: 'generations aged by page-table walks, tiers protected by refaults (Linux 6.1)',
  control: 'pages',
  period: { ns: 10_000_000, references: 10_000 },
  parameters: { minTtl: 0, batch: 8 },
  taskParameters: LIMIT_PARAMETERS,
  thresholds: watermarks,
  create,
  admitted,
  removed(state, page, view) {
    const { lists, shadow, oldest, held, tiers } = state;
    if (listOf(lists, page) === NONE) return;
    const member = view.memberOf(page);
    remove(lists, page);
    held[member] = (held[member] as number) - 1;
    shadow[page] = oldest[member] as number;
    add(tiers.evicted, TIERS * member + tierOf(state.uses[page] as number));
  },
  mayTakeFree: ({ limits, held }, member) =>
    !isAtMax(limits[member] as Limits, held[member] as number),
  ticked(state) {
    state.ticks++;
    const { limits, held } = state;
    return limits.reduce((sum, limit, at) => sum + beyondHigh(limit, held[at] as number), 0);
  },
  victim,
  counters: ({ agings, promoted, protectedPages, refaults }) => ({
    agings,
    promoted,
    protected: protectedPages,
    refaults,
  }),
  check,
};

export default mglru;

function create({ pages, parameters, members }: CentralContext): MglruState {
  const count = members.length;
  return {
    lists: createLists(pages, GENERATIONS * count),
    oldest: new Int32Array(count),
    youngest: new Int32Array(count).fill(GENERATIONS_MIN - 1),
    born: new Int32Array(GENERATIONS * count),
    shadow: new Int32Array(pages).fill(NO_SHADOW),
    uses: new Uint8Array(pages),
    tiers: createTiers(count, parameters.batch as number),
    held: new Int32Array(count),
    credits: new Int32Array(count),
    limits: members.map(limitsOf),
    minTtl: parameters.minTtl as number,
    ticks: 0,
    agings: 0,
    promoted: 0,
    protectedPages: 0,
    refaults: 0,
  };
}

function add(counts: Float64Array, at: number): void {
  counts[at] = (counts[at] as number) + 1;
}

function listAt(member: number, generation: number): number {
  return GENERATIONS * member + (generation % GENERATIONS);
}

/** A fault: into the youngest generation; what came back soon is counted against its tier. */
function admitted(state: MglruState, page: number, view: CentralView): void {
  const { lists, shadow, uses, tiers, held, youngest, oldest } = state;
  const member = view.memberOf(page);
  const left = shadow[page] as number;
  if (left !== NO_SHADOW && (oldest[member] as number) - left < GENERATIONS) {
    state.refaults++;
    add(tiers.refaulted, TIERS * member + tierOf(uses[page] as number));
    uses[page] = Math.min(USES_MAX, (uses[page] as number) + 1);
  } else uses[page] = 0;
  shadow[page] = NO_SHADOW;
  append(lists, listAt(member, youngest[member] as number), page);
  held[member] = (held[member] as number) + 1;
}

/** From the group that has to pay itself, one that is beyond high, or whose turn it is. */
function victim(state: MglruState, view: CentralView): number {
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
  for (const spares of [true, false]) {
    const tried: number[] = [];
    if (spares && state.minTtl > 0) tried.push(...youngGroups(state));
    for (let left = limits.length; left > 0; left--) {
      const member = nextGroup(limits, held, credits, tried);
      if (member < 0) break;
      const page = victimOf(state, view, member);
      if (page !== NONE) return page;
      tried.push(member);
    }
  }
  for (let member = 0; member < limits.length; member++) {
    const page = anyEvictable(state, view, member);
    if (page !== NONE) return page;
  }
  return NONE;
}

/** Groups whose oldest pages are too young to go. */
function youngGroups({ oldest, youngest, lists, born, ticks, minTtl }: MglruState): number[] {
  const young: number[] = [];
  for (const [member, least] of oldest.entries()) {
    let generation = least;
    while (
      generation < (youngest[member] as number) &&
      lists.count[listAt(member, generation)] === 0
    )
      generation++;
    if (ticks - (born[listAt(member, generation)] as number) < minTtl) young.push(member);
  }
  return young;
}

/** The oldest page of a group's oldest generation that may go; NONE: it has none to give. */
function victimOf(state: MglruState, view: CentralView, member: number): number {
  const { lists, oldest, youngest, uses, held, tiers } = state;
  let tierMost = evictableTier(tiers, member);
  // Each page can be protected, promoted and found busy once before one has to go.
  for (let step = 0; step <= 4 * (held[member] as number) + GENERATIONS; step++) {
    if ((youngest[member] as number) - (oldest[member] as number) < GENERATIONS_MIN)
      age(state, view, member);
    const list = listAt(member, oldest[member] as number);
    const page = lists.head[list] as number;
    if (page === NONE) {
      oldest[member] = (oldest[member] as number) + 1;
      carryOver(tiers, member);
      tierMost = evictableTier(tiers, member);
    } else if (!view.evictable(page)) move(lists, listAt(member, youngest[member] as number), page);
    else if (view.referenced(page)) {
      view.clearReferenced(page);
      move(lists, listAt(member, youngest[member] as number), page);
      state.promoted++;
    } else if (tierOf(uses[page] as number) > tierMost) {
      move(lists, listAt(member, (oldest[member] as number) + 1), page);
      add(tiers.protectedPages, TIERS * member + tierOf(uses[page] as number));
      state.protectedPages++;
    } else return page;
  }
  return anyEvictable(state, view, member);
}

/** Walks the pages of a task: what was referenced comes into the youngest generation; a new one. */
function age(state: MglruState, view: CentralView, member: number): void {
  const { lists, oldest, youngest, born } = state;
  const last = youngest[member] as number;
  const into = listAt(member, last);
  // The youngest first, so that what comes into it is not looked at once more.
  for (let generation = last; generation >= (oldest[member] as number); generation--) {
    const list = listAt(member, generation);
    let page = lists.head[list] as number;
    for (let left = lists.count[list] as number; left > 0; left--) {
      const next = lists.next[page] as number;
      if (view.evictable(page) && view.referenced(page)) {
        view.clearReferenced(page);
        if (list !== into) move(lists, into, page);
        state.promoted++;
      }
      page = next;
    }
  }
  youngest[member] = last + 1;
  born[listAt(member, last + 1)] = state.ticks;
  state.agings++;
}

function anyEvictable(state: MglruState, view: CentralView, member: number): number {
  const { lists, oldest, youngest } = state;
  for (let at = oldest[member] as number; at <= (youngest[member] as number); at++) {
    let page = lists.head[listAt(member, at)] as number;
    for (; page !== NONE; page = lists.next[page] as number) if (view.evictable(page)) return page;
  }
  return NONE;
}

function check({ lists, held, oldest, youngest }: MglruState): string | undefined {
  for (const [member, count] of held.entries()) {
    const generations = (youngest[member] as number) - (oldest[member] as number) + 1;
    if (generations < 1 || generations > GENERATIONS)
      return `member ${member}: ${generations} generations`;
    let listed = 0;
    for (let at = 0; at < GENERATIONS; at++)
      listed += lists.count[GENERATIONS * member + at] as number;
    if (listed !== count) return `member ${member} holds ${count} pages, ${listed} are listed`;
  }
  return checkLists(lists);
}
