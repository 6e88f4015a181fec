/**
 * Resident sets: for each task the pages that its management holds on to, oldest use first, and one
 * list of what stands outside of all sets and goes first. Use is what a look at the hardware found,
 * in the task's own virtual time (references it has executed, modulo 2^32).
 *
 *   set of task 0   head: found in use longest ago ... tail: last
 *   set of task 1   ...
 *   outside         oldest departure first; what is in use again goes back to its set
 *
 * 17 bytes a page.
 */

import type { CentralMember, CentralView } from '../../contracts/central-management.ts';
import {
  append,
  checkLists,
  createLists,
  listOf,
  move,
  NONE,
  type PageLists,
  remove,
} from '../../contracts/page-lists.ts';

export interface ResidentSets {
  /** A list for each member, and after them the one of pages outside. */
  readonly lists: PageLists;
  readonly outside: number;
  readonly lastUse: Uint32Array;
}

export function createSets(pages: number, members: readonly CentralMember[]): ResidentSets {
  return {
    lists: createLists(pages, members.length + 1),
    outside: members.length,
    lastUse: new Uint32Array(pages),
  };
}

/** `page` has got a frame. */
export function enterSet(sets: ResidentSets, page: number, view: CentralView): void {
  const member = view.memberOf(page);
  sets.lastUse[page] = view.taskTime(member) >>> 0;
  append(sets.lists, member, page);
}

/** `page` has none any more. */
export function dropPage({ lists }: ResidentSets, page: number): void {
  remove(lists, page);
}

/**
 * Looks at every page of a set: what is in use goes to its tail. What is not, and has not been for
 * `keepFor` of the task's references, leaves the set.
 */
export function scanSet(
  sets: ResidentSets,
  member: number,
  keepFor: number,
  view: CentralView,
): void {
  const { lists, lastUse } = sets;
  const now = view.taskTime(member) >>> 0;
  let page = lists.head[member];
  for (let count = lists.count[member]; count > 0; count--) {
    const next = lists.next[page];
    if (view.referenced(page)) {
      view.clearReferenced(page);
      lastUse[page] = now;
      move(lists, member, page);
    } else if ((now - lastUse[page]) >>> 0 >= keepFor) {
      move(lists, sets.outside, page);
    }
    page = next;
  }
}

/** All of a member's pages leave its set. */
export function emptySet({ lists, outside }: ResidentSets, member: number): void {
  while (lists.head[member] !== NONE) move(lists, outside, lists.head[member]);
}

/** The page that has been outside longest, is not in use again and may go; or NONE. */
export function takeOutside(sets: ResidentSets, view: CentralView): number {
  const { lists, outside, lastUse } = sets;
  let page = lists.head[outside];
  for (let count = lists.count[outside]; count > 0; count--) {
    const next = lists.next[page];
    if (view.evictable(page)) {
      if (!view.referenced(page)) return page;
      view.clearReferenced(page);
      const member = view.memberOf(page);
      lastUse[page] = view.taskTime(member) >>> 0;
      move(lists, member, page);
    }
    page = next;
  }
  return NONE;
}

/** The page of a set that was in use longest ago and may go; or NONE. */
export function oldestOf({ lists }: ResidentSets, member: number, view: CentralView): number {
  for (let page = lists.head[member]; page !== NONE; page = lists.next[page])
    if (view.evictable(page)) return page;
  return NONE;
}

/** Pages of a member's set. */
export function sizeOf({ lists }: ResidentSets, member: number): number {
  return lists.count[member];
}

export function checkSets(
  sets: ResidentSets,
  members: readonly CentralMember[],
): string | undefined {
  const { lists, outside } = sets;
  const wrong = checkLists(lists);
  if (wrong !== undefined) return wrong;
  for (const [index, { firstPage, pages }] of members.entries())
    for (let page = firstPage; page < firstPage + pages; page++) {
      const list = listOf(lists, page);
      if (list !== NONE && list !== index && list !== outside)
        return `page ${page} of member ${index} stands in the set of member ${list}`;
    }
  return undefined;
}
