/**
 * Generations of multi-gen LRU (mglru.ts): where they stand in the lists, aging, who may go.
 */

import type { CentralView } from '../../../contracts/central-management.ts';
import { checkLists, move, NONE, type PageLists } from '../../../contracts/page-lists.ts';
import type { Limits } from './limits.ts';
import type { TierState } from './tiers.ts';

export const GENERATIONS = 4;
export const GENERATIONS_MIN = 2;

export interface MglruState {
  /** Of group g: generation g stands in list GENERATIONS * m + g % GENERATIONS. */
  readonly lists: PageLists;
  /** By group: number of its oldest and its youngest generation. */
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
  /** By member. */
  readonly groupOf: Int32Array;
  readonly minTtl: number;
  ticks: number;
  agings: number;
  promoted: number;
  protectedPages: number;
  refaults: number;
}

/** The list of a group's generation. */
export function listAt(group: number, generation: number): number {
  return GENERATIONS * group + (generation % GENERATIONS);
}

/** Groups whose oldest pages are too young to go. */
export function youngGroups({
  oldest,
  youngest,
  lists,
  born,
  ticks,
  minTtl,
}: MglruState): number[] {
  const young: number[] = [];
  if (minTtl === 0) return young;
  for (const [group, least] of oldest.entries()) {
    let generation = least;
    while (generation < (youngest[group] as number) && lists.count[listAt(group, generation)] === 0)
      generation++;
    if (ticks - (born[listAt(group, generation)] as number) < minTtl) young.push(group);
  }
  return young;
}

/** Walks the pages of a task: what was referenced comes into the youngest generation; a new one. */
export function age(state: MglruState, view: CentralView, group: number): void {
  const { lists, oldest, youngest, born } = state;
  const last = youngest[group] as number;
  const into = listAt(group, last);
  // The youngest first, so that what comes into it is not looked at once more.
  for (let generation = last; generation >= (oldest[group] as number); generation--) {
    const list = listAt(group, generation);
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
  youngest[group] = last + 1;
  born[listAt(group, last + 1)] = state.ticks;
  state.agings++;
}

/** The oldest page that may go, whatever speaks for it; NONE: there is none. */
export function anyEvictable(state: MglruState, view: CentralView, group: number): number {
  const { lists, oldest, youngest } = state;
  for (let at = oldest[group] as number; at <= (youngest[group] as number); at++) {
    let page = lists.head[listAt(group, at)] as number;
    for (; page !== NONE; page = lists.next[page] as number) if (view.evictable(page)) return page;
  }
  return NONE;
}

/** What does not add up. */
export function check({ lists, held, oldest, youngest }: MglruState): string | undefined {
  for (const [group, count] of held.entries()) {
    const generations = (youngest[group] as number) - (oldest[group] as number) + 1;
    if (generations < 1 || generations > GENERATIONS)
      return `group ${group}: ${generations} generations`;
    let listed = 0;
    for (let at = 0; at < GENERATIONS; at++)
      listed += lists.count[GENERATIONS * group + at] as number;
    if (listed !== count) return `group ${group} holds ${count} pages, ${listed} are listed`;
  }
  return checkLists(lists);
}
