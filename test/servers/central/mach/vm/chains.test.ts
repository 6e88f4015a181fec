/** Chains of shadow objects: how deep they get, and what they hold. Rows 21 to 23, M-E9. */

import { expect, test } from 'vitest';
import type { Collapsing, Vm } from '../../../../../servers/central/mach/vm/index.ts';
import * as mach from '../../../../../servers/central/mach/vm/index.ts';
import {
  createDesk,
  depthOf,
  get,
  given,
  PAGE,
  pageAllOut,
  pagesHeld,
  put,
  taskWith,
  topObject,
  xorshift,
} from '../../../../support/memory-desk.ts';

const PAGES = 64;

/** A task that maps a copy of a file whose pages are in memory: a program that has just begun. */
function beginProgram(collapsing: Collapsing): { vm: Vm; task: number } {
  const vm = createDesk({ frames: 2048, collapsing });
  const file = given(mach.createFile(vm, PAGES, 'temporary'));
  const task = taskWith(vm, 0);
  given(mach.vmMap(vm, task, file, 0, PAGES * PAGE, true, 0));
  for (let page = 0; page < PAGES; page++) expect(get(vm, task, page)).toBe(0);
  return { vm, task };
}

/** Fork, eight writes by the child, end of the parent; returns the child. */
function round(vm: Vm, task: number, next: () => number, written: Map<number, number>): number {
  const child = given(mach.forkTask(vm, task));
  for (let write = 0; write < 8; write++) {
    const [page, word] = [next() % PAGES, written.size * 100 + write + 1];
    expect(put(vm, child, page, word)).toBeUndefined();
    written.set(page, word);
  }
  expect(mach.endTask(vm, task)).toBeUndefined();
  return child;
}

test.each([
  { collapsing: 'existence', depth: 2, pages: 128 },
  { collapsing: 'resident', depth: 2, pages: 128 },
  { collapsing: 'off', depth: 51, pages: 449 },
] as const)(
  '[VM6] 50 rounds of fork, 8 writes, exit: collapsing $collapsing',
  ({ collapsing, depth, pages }) => {
    const begun = beginProgram(collapsing);
    const { vm } = begun;
    let { task } = begun;
    const next = xorshift(1);
    const written = new Map<number, number>();
    for (let i = 0; i < 50; i++) task = round(vm, task, next, written);
    expect(depthOf(vm, task)).toBe(depth);
    expect(pagesHeld(vm)).toBe(pages);
    for (let page = 0; page < PAGES; page++)
      expect(get(vm, task, page)).toBe(written.get(page) ?? 0);
    expect(mach.checkVm(vm)).toBeUndefined();
  },
);

test('[VM6] of zeros alone nothing is left below: depth 1 and 64 pages', () => {
  const vm = createDesk({ frames: 2048 });
  let task = taskWith(vm, PAGES);
  for (let page = 0; page < PAGES; page++) put(vm, task, page, 7);
  const next = xorshift(1);
  for (let i = 0; i < 50; i++) task = round(vm, task, next, new Map());
  expect([depthOf(vm, task), pagesHeld(vm)]).toEqual([1, PAGES]);
  expect(vm.state.counts.collapses).toBe(50);
});

test('[VM6] while the first parent lives its object is bypassed, once all of it is hidden', () => {
  const vm = createDesk({ frames: 2048 });
  const ancestor = taskWith(vm, PAGES);
  for (let page = 0; page < PAGES; page++) put(vm, ancestor, page, 7);
  let task = given(mach.forkTask(vm, ancestor));
  const next = xorshift(1);
  const written = new Map<number, number>();
  for (let i = 0; i < 50; i++) task = round(vm, task, next, written);
  expect(written.size).toBe(PAGES);
  // The last page was hidden before the last fault: a fault tries again.
  expect(vm.state.counts.bypasses).toBe(1);
  expect([depthOf(vm, task), pagesHeld(vm)]).toEqual([1, 2 * PAGES]);
  expect(get(vm, ancestor, 3)).toBe(7);
});

test('[VM5] a shadow is born without pages or pager, and holds what was written alone', () => {
  const vm = createDesk();
  const parent = taskWith(vm, 8);
  for (let page = 0; page < 8; page++) put(vm, parent, page, page + 1);
  const child = given(mach.forkTask(vm, parent));
  const shared = topObject(vm, child);
  expect(topObject(vm, parent)).toBe(shared);
  const before = vm.state.counts.pageCopies;
  expect(get(vm, child, 2)).toBe(3);
  expect(vm.state.counts.pageCopies).toBe(before);
  put(vm, child, 2, 30);
  put(vm, child, 5, 60);
  const shadow = topObject(vm, child);
  expect(mach.objectAt(vm, shadow)).toMatchObject({ shadow: shared, pager: mach.NONE });
  expect(mach.residentPagesOf(vm, shadow)).toBe(2);
  expect(vm.state.counts.pageCopies).toBe(before + 2);
  expect([get(vm, child, 2), get(vm, parent, 2), get(vm, child, 6)]).toEqual([30, 3, 7]);
});

test('[VM7] an object that has been paged out is in the way by resident rules, not by existence', () => {
  const depths = (['resident', 'existence'] as const).map((collapsing) => {
    const vm = createDesk({ collapsing });
    let task = taskWith(vm, 8);
    for (let page = 0; page < 8; page++) put(vm, task, page, page);
    for (let i = 0; i < 10; i++) {
      const child = given(mach.forkTask(vm, task));
      put(vm, child, i % 8, 1000 + i);
      // Parent and child have pagers from here on.
      pageAllOut(vm);
      mach.endTask(vm, task);
      task = child;
      expect(get(vm, task, i % 8)).toBe(1000 + i);
      expect(mach.checkVm(vm)).toBeUndefined();
    }
    return depthOf(vm, task);
  });
  expect(depths[0]).toBeGreaterThan(8);
  expect(depths[1]).toBe(1);
});

/** Rounds of fork, write, page out, exit; returns blocks of swap in use after each tenth of them. */
function swapInUse(collapsing: Collapsing, rounds: number): number[] {
  const vm = createDesk({ collapsing, frames: 128, blocks: 4096 });
  let task = taskWith(vm, 16);
  for (let page = 0; page < 16; page++) put(vm, task, page, 1);
  const next = xorshift(9);
  const used: number[] = [];
  for (let i = 1; i <= rounds; i++) {
    const child = given(mach.forkTask(vm, task));
    for (let write = 0; write < 3; write++) put(vm, child, next() % 16, i);
    pageAllOut(vm);
    mach.endTask(vm, task);
    task = child;
    if (i % (rounds / 10) === 0) used.push(mach.blocksInUse(vm));
  }
  mach.endTask(vm, task);
  expect(mach.blocksInUse(vm)).toBe(0);
  return used;
}

test('[VM7] no swap leaks over 10,000 rounds of fork, write, pageout, exit', () => {
  expect(Math.max(...swapInUse('existence', 10_000))).toBe(16);
});

test('[VM7] by resident rules it does leak while the task lives', () => {
  const used = swapInUse('resident', 500);
  expect(used[9]).toBeGreaterThan(1000);
  expect(used.every((blocks, i) => i === 0 || blocks > used[i - 1])).toBe(true);
});
