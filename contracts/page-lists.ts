/**
 * Lists of pages, oldest first: each page stands in one list or in none. Links run through arrays by
 * page, so that entering, leaving and moving cost the same wherever a page stands. 9 bytes a page; 10
 * where there are more lists than a byte tells.
 */

import type { PolicyView } from './policy.ts';

export interface PageLists {
  readonly next: Int32Array;
  readonly previous: Int32Array;
  /** By page: its list plus one, or 0. */
  readonly listOf: Uint8Array | Uint16Array;
  /** By list. */
  readonly head: Int32Array;
  readonly tail: Int32Array;
  readonly count: Int32Array;
}

export const NONE = -1;
/** So many lists and none need more than a byte. */
const BYTE = 256;

export function createLists(pages: number, lists: number): PageLists {
  return {
    next: new Int32Array(pages).fill(NONE),
    previous: new Int32Array(pages).fill(NONE),
    listOf: lists < BYTE ? new Uint8Array(pages) : new Uint16Array(pages),
    head: new Int32Array(lists).fill(NONE),
    tail: new Int32Array(lists).fill(NONE),
    count: new Int32Array(lists),
  };
}

/** The list that `page` stands in, or NONE. */
export function listOf(lists: PageLists, page: number): number {
  return lists.listOf[page] - 1;
}

/** Puts `page`, which stands in no list, at the end of one. */
export function append(lists: PageLists, list: number, page: number): void {
  const last = lists.tail[list];
  lists.listOf[page] = list + 1;
  lists.previous[page] = last;
  lists.next[page] = NONE;
  if (last === NONE) lists.head[list] = page;
  else lists.next[last] = page;
  lists.tail[list] = page;
  lists.count[list] = lists.count[list] + 1;
}

/** Puts `page`, which stands in no list, at the front of one: it is the oldest then. */
export function prepend(lists: PageLists, list: number, page: number): void {
  const first = lists.head[list];
  lists.listOf[page] = list + 1;
  lists.next[page] = first;
  lists.previous[page] = NONE;
  if (first === NONE) lists.tail[list] = page;
  else lists.previous[first] = page;
  lists.head[list] = page;
  lists.count[list] = lists.count[list] + 1;
}

/** Takes `page` out of its list, if it stands in one. */
export function remove(lists: PageLists, page: number): void {
  const list = listOf(lists, page);
  if (list === NONE) return;
  const before = lists.previous[page];
  const after = lists.next[page];
  if (before === NONE) lists.head[list] = after;
  else lists.next[before] = after;
  if (after === NONE) lists.tail[list] = before;
  else lists.previous[after] = before;
  lists.next[page] = NONE;
  lists.previous[page] = NONE;
  lists.listOf[page] = 0;
  lists.count[list] = lists.count[list] - 1;
}

/** `page` to the end of `list`, in which it stands: what `move` does, for references that come often. */
export function moveToEnd(lists: PageLists, list: number, page: number): void {
  const { next, previous, head, tail } = lists;
  const after = next[page] as number;
  if (after === NONE) return;
  const before = previous[page] as number;
  const last = tail[list] as number;
  previous[after] = before;
  if (before === NONE) head[list] = after;
  else next[before] = after;
  next[last] = page;
  previous[page] = last;
  next[page] = NONE;
  tail[list] = page;
}

/** To the end of another list, or of its own. */
export function move(lists: PageLists, list: number, page: number): void {
  if (lists.tail[list] === page) return;
  remove(lists, page);
  append(lists, list, page);
}

/** The oldest page of a list that may go now; or NONE. */
export function oldestEvictable(
  { head, next }: PageLists,
  list: number,
  view: Pick<PolicyView, 'evictable'>,
): number {
  let page = head[list];
  while (page !== NONE && !view.evictable(page)) page = next[page];
  return page;
}

/** Walks all lists again; what is wrong, or undefined. */
export function checkLists(lists: PageLists): string | undefined {
  for (const [list, head] of lists.head.entries()) {
    let count = 0;
    let before = NONE;
    for (let page = head; page !== NONE; page = lists.next[page]) {
      if (listOf(lists, page) !== list) return `page ${page} stands in list ${list}, not of it`;
      if (lists.previous[page] !== before) return `page ${page} has a wrong neighbour`;
      if (++count > lists.next.length) return `list ${list} has no end`;
      before = page;
    }
    if (before !== lists.tail[list]) return `list ${list} ends at ${before}`;
    if (count !== lists.count[list]) return `list ${list} holds ${count} pages`;
  }
  return undefined;
}

/** Puts `page`, which stands in no list, before `other` in its list; NONE: at the end. */
function insertBefore(lists: PageLists, list: number, other: number, page: number): void {
  if (other === NONE) return append(lists, list, page);
  const before = lists.previous[other];
  lists.listOf[page] = list + 1;
  lists.next[page] = other;
  lists.previous[page] = before;
  lists.previous[other] = page;
  if (before === NONE) lists.head[list] = page;
  else lists.next[before] = page;
  lists.count[list] = lists.count[list] + 1;
}

/** Two pages that stand in lists change places: each has the other's neighbours then. */
export function swapPlaces(lists: PageLists, one: number, other: number): void {
  if (one === other) return;
  // Of neighbours the first one goes behind the second.
  if (lists.next[other] === one) return swapPlaces(lists, other, one);
  const listOne = listOf(lists, one);
  const listOther = listOf(lists, other);
  const afterOne = lists.next[one];
  const afterOther = lists.next[other];
  remove(lists, one);
  remove(lists, other);
  insertBefore(lists, listOther, afterOther, one);
  insertBefore(lists, listOne, afterOne === other ? one : afterOne, other);
}
