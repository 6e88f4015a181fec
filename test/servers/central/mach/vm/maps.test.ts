/** Address maps, operations on ranges, rights. Rows 12, 13, 16, 20. */

import { expect, test } from 'vitest';
import type { Vm } from '../../../../../servers/central/mach/vm/index.ts';
import * as mach from '../../../../../servers/central/mach/vm/index.ts';
import { createDesk, get, given, PAGE, put, taskWith } from '../../../../support/memory-desk.ts';

function entries(vm: Vm, task: number): number {
  return mach.mapAt(vm, given(mach.mapOf(vm, task))).entries;
}

test('[VM2] a change within a range clips its entry, and undoing it merges them again', () => {
  const vm = createDesk();
  const task = taskWith(vm, 10);
  for (let page = 0; page < 10; page++) put(vm, task, page, page);
  expect(entries(vm, task)).toBe(1);
  mach.vmProtect(vm, task, 3 * PAGE, 2 * PAGE, mach.READ);
  expect(entries(vm, task)).toBe(3);
  expect([put(vm, task, 3, 9), put(vm, task, 2, 9), put(vm, task, 5, 9)]).toEqual([
    'PROTECTION_FAILURE',
    undefined,
    undefined,
  ]);
  mach.vmInherit(vm, task, 4 * PAGE, 3 * PAGE, 'none');
  expect(entries(vm, task)).toBe(5);
  mach.vmInherit(vm, task, 4 * PAGE, 3 * PAGE, 'copy');
  mach.vmProtect(vm, task, 3 * PAGE, 2 * PAGE, mach.READ | mach.WRITE);
  expect(entries(vm, task)).toBe(1);
  expect(mach.checkVm(vm)).toBeUndefined();
  expect([get(vm, task, 4), get(vm, task, 9)]).toEqual([4, 9]);
});

test('[VM2] allocations side by side are one entry; a hole is used again, the lowest first', () => {
  const vm = createDesk();
  const task = taskWith(vm, 4);
  expect(mach.vmAllocate(vm, task, 2 * PAGE)).toBe(4 * PAGE);
  put(vm, task, 5, 55);
  expect(mach.vmAllocate(vm, task, PAGE)).toBe(6 * PAGE);
  expect(entries(vm, task)).toBe(1);
  mach.vmDeallocate(vm, task, 5 * PAGE, PAGE);
  expect([get(vm, task, 5), entries(vm, task)]).toEqual(['INVALID_ADDRESS', 2]);
  expect(mach.vmAllocate(vm, task, PAGE)).toBe(5 * PAGE);
  expect(get(vm, task, 5)).toBe(0);
  expect(mach.vmAllocate(vm, task, PAGE, 0)).toBe('NO_SPACE');
});

test('[VM2] a look-up begins where the last one ended: faults in order need no search', () => {
  const vm = createDesk({ frames: 1024 });
  const task = taskWith(vm, 0);
  for (let i = 0; i < 100; i++) given(mach.vmAllocate(vm, task, PAGE, 2 * i * PAGE));
  const before = { ...vm.state.counts };
  for (let i = 0; i < 100; i++) expect(put(vm, task, 2 * i, i)).toBeUndefined();
  const misses = vm.state.counts.hintMisses - before.hintMisses;
  // One step for each new entry, however many there are.
  expect(misses).toBe(100);
  for (let i = 0; i < 10; i++) mach.vmMachineAttribute(vm, task, 0, PAGE, 'cache', 'flush');
  for (let i = 0; i < 10; i++) get(vm, task, 0);
  expect(vm.state.counts.hintHits).toBeGreaterThanOrEqual(before.hintHits);
});

test('[VM3] operations take whole pages, and refuse what is not there', () => {
  const vm = createDesk();
  const task = taskWith(vm, 2);
  expect(mach.vmAllocate(vm, task, 100)).toBe('INVALID_ARGUMENT');
  expect(mach.vmAllocate(vm, task, PAGE, 17)).toBe('INVALID_ARGUMENT');
  expect(mach.vmAllocate(vm, task, 0)).toBe('INVALID_ARGUMENT');
  expect(mach.vmProtect(vm, task, PAGE, 2 * PAGE, mach.READ)).toBe('INVALID_ADDRESS');
  expect(mach.vmProtect(vm, task, 0, PAGE, mach.WRITE)).toBe('INVALID_ARGUMENT');
  expect(mach.vmInherit(vm, task, 4 * PAGE, PAGE, 'share')).toBe('INVALID_ADDRESS');
  expect(mach.vmCopy(vm, task, 0, PAGE, 5 * PAGE)).toBe('INVALID_ADDRESS');
  expect(mach.vmRead(vm, task, PAGE, 2 * PAGE, task)).toBe('INVALID_ADDRESS');
  expect(mach.vmMap(vm, task, 3, 0, PAGE, false)).toBe('INVALID_ARGUMENT');
  expect(mach.vmMachineAttribute(vm, task, 0, PAGE, 'cache', 'off')).toBe('INVALID_ARGUMENT');
  expect(mach.vmAllocate(vm, 99, PAGE)).toBe('INVALID_TASK');
  expect(mach.vmDeallocate(vm, task, 0, 8 * PAGE)).toBeUndefined();
  expect(mach.vmRegion(vm, task, 0)).toBeUndefined();
});

test('[VM3] regions tell ranges, rights, inheritance, and who maps the same', () => {
  const vm = createDesk();
  const task = taskWith(vm, 6);
  put(vm, task, 0, 1);
  mach.vmInherit(vm, task, 2 * PAGE, 2 * PAGE, 'share');
  const child = given(mach.forkTask(vm, task));
  const seen = [0, 2, 4].map((page) => mach.vmRegion(vm, task, page * PAGE));
  expect(seen).toMatchObject([
    { start: 0, size: 2 * PAGE, inheritance: 'copy', isShared: false, protection: 3 },
    { start: 2 * PAGE, size: 2 * PAGE, inheritance: 'share', isShared: true },
    { start: 4 * PAGE, size: 2 * PAGE, isShared: false, protectionMax: 7 },
  ]);
  const below = mach.vmRegion(vm, child, 2 * PAGE);
  expect(below).toMatchObject({ isShared: true, name: (seen[1] as mach.Region).name });
  expect(mach.vmRegion(vm, task, 7 * PAGE)).toBeUndefined();
});

test('[VM16] the maximum only falls, and takes the rights of now with it', () => {
  const vm = createDesk();
  const task = taskWith(vm, 1);
  put(vm, task, 0, 5);
  expect(mach.vmProtect(vm, task, 0, PAGE, mach.READ, true)).toBeUndefined();
  expect(mach.vmRegion(vm, task, 0)).toMatchObject({ protection: 1, protectionMax: 1 });
  expect(put(vm, task, 0, 6)).toBe('PROTECTION_FAILURE');
  expect(mach.vmProtect(vm, task, 0, PAGE, 3)).toBe('PROTECTION_FAILURE');
  expect(mach.vmProtect(vm, task, 0, PAGE, 3, true)).toBe('PROTECTION_FAILURE');
  expect(mach.vmProtect(vm, task, 0, PAGE, 0)).toBeUndefined();
  expect(get(vm, task, 0)).toBe('PROTECTION_FAILURE');
  expect(mach.vmProtect(vm, task, 0, PAGE, mach.READ)).toBeUndefined();
  expect(get(vm, task, 0)).toBe(5);
});

test('[VM9] fresh pages read as zeros, whatever their frames held', () => {
  const vm = createDesk({ frames: 32 });
  const first = taskWith(vm, 16);
  for (let page = 0; page < 16; page++) put(vm, first, page, 77);
  mach.endTask(vm, first);
  const second = taskWith(vm, 16);
  for (let page = 0; page < 16; page++) expect(get(vm, second, page)).toBe(0);
  expect(vm.state.counts.zeroFills).toBe(32);
});

test('[VM2] 2^40 bytes with three touched pages cost one entry, three pages and their tables', () => {
  const vm = createDesk();
  const task = given(mach.createTask(vm));
  given(mach.vmAllocate(vm, task, 2 ** 40, 0));
  for (const page of [0, 2 ** 20 + 1, 2 ** 28 - 1]) expect(put(vm, task, page, 9)).toBeUndefined();
  expect(entries(vm, task)).toBe(1);
  expect(mach.vmStatistics(vm).active).toBe(3);
  expect(vm.state.table.tableFrames).toBeLessThanOrEqual(1 + 3 * 3);
  expect(get(vm, task, 2 ** 28 - 1)).toBe(9);
  const child = given(mach.forkTask(vm, task));
  expect([get(vm, child, 2 ** 20 + 1), get(vm, child, 5)]).toEqual([9, 0]);
  mach.vmDeallocate(vm, task, 0, 2 ** 40);
  expect(mach.checkVm(vm)).toBeUndefined();
});
