/**
 * Linux's multi-gen LRU (Documentation/mm/multigen_lru.rst and mm/vmscan.c, 6.1 and later), for
 * each control group.
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
import { append, createLists, listOf, move, NONE, remove } from '../../../contracts/page-lists.ts';
import {
  age,
  anyEvictable,
  check,
  GENERATIONS,
  GENERATIONS_MIN,
  listAt,
  type MglruState,
  youngGroups,
} from './generations.ts';
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
import { carryOver, createTiers, evictableTier, TIERS, tierOf } from './tiers.ts';
import { watermarks } from './watermarks.ts';

const NO_SHADOW = -1;
/** Uses of a page that are counted: more than the last tier needs would tell nothing. */
const USES_MAX = 15;

const mglru: CentralManagement<MglruState> = {
  name: 'linux-mglru',
  sight: 'hardware',
  summary: 'generations aged by page-table walks, tiers protected by refaults (Linux 6.1)',
  control: 'pages',
  period: { ns: 10_000_000, references: 10_000 },
  parameters: { minTtl: 0, batch: 8, apart: 0 },
  ranges: {
    minTtl: { least: 0, most: 1e9, means: 'ticks that the youngest generations are safe for' },
    batch: { least: 0, most: 1e6, means: 'pages that come back before a tier is protected' },
    apart: { least: 0, most: 1, whole: true, means: '1: each task is a group of its own' },
  },
  taskParameters: LIMIT_PARAMETERS,
  taskRanges: LIMIT_RANGES,
  thresholds: watermarks,
  create,
  admitted,
  removed(state, page, view) {
    const { lists, shadow, oldest, held, tiers } = state;
    if (listOf(lists, page) === NONE) return;
    const group = state.groupOf[view.memberOf(page)] as number;
    remove(lists, page);
    held[group] = (held[group] as number) - 1;
    shadow[page] = oldest[group] as number;
    add(tiers.evicted, TIERS * group + tierOf(state.uses[page] as number));
  },
  // What is being written out is charged until it is gone.
  mayTakeFree: ({ limits, groupOf }, member, view) =>
    !isAtMax(limits[groupOf[member] as number] as Limits, framesOf(groupOf, member, view)),
  ticked(state) {
    state.ticks++;
    const { limits, held } = state;
    return limits.reduce((sum, limit, at) => sum + beyondHigh(limit, held[at] as number), 0);
  },
  victim: (state, view) => reclaim(groupPages, state, view),
  counters: ({ agings, promoted, protectedPages, refaults }) => ({
    agings,
    promoted,
    protected: protectedPages,
    refaults,
  }),
  check,
};

export default mglru;

const groupPages: GroupPages<MglruState> = { victimOf, anyEvictable, spared: youngGroups };

function create({ pages, parameters, members }: CentralContext): MglruState {
  const { groupOf, limits } = groupsOf(members, parameters.apart !== 0);
  const count = limits.length;
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
    limits,
    groupOf,
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

/** A fault: into the youngest generation; what came back soon is counted against its tier. */
function admitted(state: MglruState, page: number, view: CentralView): void {
  const { lists, shadow, uses, tiers, held, youngest, oldest } = state;
  const group = state.groupOf[view.memberOf(page)] as number;
  const left = shadow[page] as number;
  if (left !== NO_SHADOW && (oldest[group] as number) - left < GENERATIONS) {
    state.refaults++;
    add(tiers.refaulted, TIERS * group + tierOf(uses[page] as number));
    uses[page] = Math.min(USES_MAX, (uses[page] as number) + 1);
  } else uses[page] = 0;
  shadow[page] = NO_SHADOW;
  append(lists, listAt(group, youngest[group] as number), page);
  held[group] = (held[group] as number) + 1;
}

/** The oldest page of a group's oldest generation that may go; NONE: it has none to give. */
function victimOf(state: MglruState, view: CentralView, group: number): number {
  const { lists, oldest, youngest, uses, held, tiers } = state;
  let tierMost = evictableTier(tiers, group);
  // Each page can be protected, promoted and found busy once before one has to go.
  for (let step = 0; step <= 4 * (held[group] as number) + GENERATIONS; step++) {
    if ((youngest[group] as number) - (oldest[group] as number) < GENERATIONS_MIN)
      age(state, view, group);
    const list = listAt(group, oldest[group] as number);
    const page = lists.head[list] as number;
    if (page === NONE) {
      oldest[group] = (oldest[group] as number) + 1;
      carryOver(tiers, group);
      tierMost = evictableTier(tiers, group);
    } else if (!view.evictable(page)) move(lists, listAt(group, youngest[group] as number), page);
    else if (view.referenced(page)) {
      view.clearReferenced(page);
      move(lists, listAt(group, youngest[group] as number), page);
      state.promoted++;
    } else if (tierOf(uses[page] as number) > tierMost) {
      move(lists, listAt(group, (oldest[group] as number) + 1), page);
      add(tiers.protectedPages, TIERS * group + tierOf(uses[page] as number));
      state.protectedPages++;
    } else return page;
  }
  return anyEvictable(state, view, group);
}
