/** Fork: what is inherited, sharing maps, vfork. Rows 15, 24, 35. */

import { expect, test } from 'vitest';
import * as mach from '../../../../../servers/central/mach/vm/index.ts';
import { createDesk, get, given, PAGE, put, taskWith } from '../../../../support/memory-desk.ts';

test('[VM14] after a fork each page is shared, private or missing, as its range said', () => {
  const vm = createDesk();
  const parent = taskWith(vm, 3);
  for (let page = 0; page < 3; page++) put(vm, parent, page, 10 + page);
  mach.vmInherit(vm, parent, 0, PAGE, 'share');
  mach.vmInherit(vm, parent, 2 * PAGE, PAGE, 'none');
  const child = given(mach.forkTask(vm, parent));
  put(vm, child, 0, 20);
  put(vm, child, 1, 21);
  put(vm, parent, 1, 31);
  expect([get(vm, parent, 0), get(vm, child, 0)]).toEqual([20, 20]);
  expect([get(vm, parent, 1), get(vm, child, 1)]).toEqual([31, 21]);
  expect([get(vm, parent, 2), get(vm, child, 2)]).toEqual([12, 'INVALID_ADDRESS']);
});

test('[VM14] fork copies nothing, the eager one all that there is', () => {
  const vm = createDesk();
  const parent = taskWith(vm, 64);
  for (let page = 0; page < 40; page++) put(vm, parent, page, page);
  const copied = () => vm.state.counts.pageCopies;
  const child = given(mach.forkTask(vm, parent));
  expect(copied()).toBe(0);
  const other = given(mach.forkTask(vm, parent, true));
  expect(copied()).toBe(40);
  for (const task of [child, other]) put(vm, task, 1, 100 + task);
  expect(copied()).toBe(41);
  expect([get(vm, parent, 1), get(vm, child, 1), get(vm, other, 1), get(vm, other, 9)]).toEqual([
    1,
    100 + child,
    100 + other,
    9,
  ]);
});

test('[VM14] vfork lends the map: no entry made, no mapping touched, and the parent waits', () => {
  const vm = createDesk();
  const parent = taskWith(vm, 100);
  for (let page = 0; page < 100; page++) put(vm, parent, page, page);
  const before = { ...vm.state.counts };
  const child = given(mach.vforkTask(vm, parent));
  expect(vm.state.counts).toEqual(before);
  expect(get(vm, parent, 0)).toBe('TASK_SUSPENDED');
  put(vm, child, 3, 333);
  expect(mach.clearTask(vm, child)).toBeUndefined();
  expect([get(vm, parent, 3), get(vm, child, 3)]).toEqual([333, 'INVALID_ADDRESS']);
  const second = given(mach.vforkTask(vm, parent));
  mach.endTask(vm, second);
  expect(get(vm, parent, 3)).toBe(333);
  expect(mach.checkVm(vm)).toBeUndefined();
});

test('[VM8] what is done to a shared range once is seen by all who share it', () => {
  const vm = createDesk();
  const first = taskWith(vm, 4);
  put(vm, first, 0, 5);
  put(vm, first, 2, 6);
  mach.vmInherit(vm, first, 0, 2 * PAGE, 'share');
  const second = given(mach.forkTask(vm, first));
  const third = given(mach.forkTask(vm, second));
  for (const task of [first, second, third]) expect(get(vm, task, 0)).toBe(5);
  // A copy over the shared range: one object takes the place of another, below.
  expect(mach.vmCopy(vm, first, 2 * PAGE, 2 * PAGE, 0)).toBeUndefined();
  for (const task of [first, second, third]) expect(get(vm, task, 0)).toBe(6);
  put(vm, third, 0, 8);
  expect([first, second, third].map((task) => get(vm, task, 0))).toEqual([8, 8, 8]);
  expect(get(vm, first, 2)).toBe(6);
  // Rights stay above: each task has its own.
  mach.vmProtect(vm, second, 0, PAGE, mach.READ);
  expect(put(vm, second, 0, 9)).toBe('PROTECTION_FAILURE');
  expect(put(vm, third, 0, 9)).toBeUndefined();
  expect(get(vm, second, 0)).toBe(9);
  expect(mach.checkVm(vm)).toBeUndefined();
});

test('[VM8] a copy of a shared range is private, and the sharers go on sharing', () => {
  const vm = createDesk();
  const first = taskWith(vm, 2);
  put(vm, first, 0, 5);
  mach.vmInherit(vm, first, 0, PAGE, 'share');
  const second = given(mach.forkTask(vm, first));
  expect(get(vm, second, 0)).toBe(5);
  const at = given(mach.vmRead(vm, first, 0, PAGE, first)) / PAGE;
  put(vm, second, 0, 50);
  expect([get(vm, first, 0), get(vm, second, 0), get(vm, first, at)]).toEqual([50, 50, 5]);
  put(vm, first, at, 7);
  expect([get(vm, first, 0), get(vm, second, 0)]).toEqual([50, 50]);
});

test('[VM8] when the last who shares it is gone so is a sharing map, and all it held', () => {
  const vm = createDesk();
  const first = taskWith(vm, 2);
  put(vm, first, 0, 5);
  mach.vmInherit(vm, first, 0, 2 * PAGE, 'share');
  const second = given(mach.forkTask(vm, first));
  mach.endTask(vm, first);
  expect(get(vm, second, 0)).toBe(5);
  mach.endTask(vm, second);
  expect(mach.vmStatistics(vm).free).toBe(256);
  const { maps, entries, objects } = vm.state;
  expect([mach.placesOf<unknown>(maps), mach.placesOf<unknown>(entries)]).toEqual([[], []]);
  expect(mach.placesOf(objects)).toEqual([]);
});
