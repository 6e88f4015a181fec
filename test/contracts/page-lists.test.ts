/** Lists of pages against arrays. */

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  append,
  checkLists,
  createLists,
  listOf,
  move,
  moveToEnd,
  NONE,
  type PageLists,
  prepend,
  remove,
} from '../../contracts/page-lists.ts';

function pagesOf(lists: PageLists, list: number): number[] {
  const pages: number[] = [];
  for (let page = lists.head[list]; page !== NONE; page = lists.next[page]) pages.push(page);
  return pages;
}

test('pages stand where they would stand in arrays, whatever is done [CENT8]', () => {
  const step = fc.record({
    what: fc.constantFrom('append', 'prepend', 'remove', 'move', 'to end'),
    page: fc.integer({ min: 0, max: 9 }),
    list: fc.integer({ min: 0, max: 2 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (all) => {
      const lists = createLists(10, 3);
      const naive: number[][] = [[], [], []];
      for (const { what, page, list } of all) {
        const at = naive.findIndex((pages) => pages.includes(page));
        expect(listOf(lists, page)).toBe(at);
        // What enters a list stands in none.
        if (at >= 0 && (what === 'append' || what === 'prepend')) continue;
        if (at < 0 && what === 'to end') continue;
        if (at >= 0) naive[at] = (naive[at] as number[]).filter((other) => other !== page);
        if (what === 'prepend') naive[list]?.unshift(page);
        else if (what === 'to end') naive[at]?.push(page);
        else if (what !== 'remove') naive[list]?.push(page);
        if (what === 'append') append(lists, list, page);
        else if (what === 'prepend') prepend(lists, list, page);
        else if (what === 'remove') remove(lists, page);
        else if (what === 'to end') moveToEnd(lists, at, page);
        else move(lists, list, page);
        expect([0, 1, 2].map((one) => pagesOf(lists, one))).toEqual(naive);
        expect(checkLists(lists)).toBeUndefined();
      }
    }),
    { numRuns: 200, seed: 4 },
  );
});

test('the check notices a wrong neighbour, a wrong count, a page in two lists [CENT8]', () => {
  const broken = (wreck: (lists: PageLists) => void) => {
    const lists = createLists(6, 2);
    for (const page of [0, 1, 2]) append(lists, 0, page);
    append(lists, 1, 3);
    wreck(lists);
    return checkLists(lists);
  };
  expect(broken(() => {})).toBeUndefined();
  expect(broken(({ previous }) => (previous[1] = 2))).toContain('wrong neighbour');
  expect(broken(({ count }) => (count[0] = 4))).toContain('holds 3 pages');
  expect(broken(({ next }) => (next[3] = 0))).toContain('stands in list 1');
  expect(broken(({ tail }) => (tail[0] = 1))).toContain('ends at 2');
});
