/** Memory under way, and wired memory. Rows 21, 29. */

import { expect, test } from 'vitest';
import * as mach from '../../../../../servers/central/mach/vm/index.ts';
import {
  createDesk,
  get,
  given,
  PAGE,
  pageAllOut,
  put,
  taskWith,
} from '../../../../support/memory-desk.ts';

test('[VM13] a message of n pages copies none, until somebody writes', () => {
  const vm = createDesk();
  const [sender, receiver] = [taskWith(vm, 50), taskWith(vm, 10)];
  for (let page = 0; page < 50; page++) put(vm, sender, page, page + 1);
  const at = given(mach.vmRead(vm, sender, 0, 50 * PAGE, receiver)) / PAGE;
  expect(at).toBe(10);
  for (let page = 0; page < 50; page++) expect(get(vm, receiver, at + page)).toBe(page + 1);
  expect(vm.state.counts.pageCopies).toBe(0);
  put(vm, sender, 3, 100);
  put(vm, receiver, at + 4, 200);
  expect(vm.state.counts.pageCopies).toBe(2);
  expect([get(vm, receiver, at + 3), get(vm, sender, 4)]).toEqual([4, 5]);
});

test('[VM13] a whole address space goes in one message: a piece for each entry, no page copied', () => {
  const vm = createDesk({ frames: 2048 });
  const sender = taskWith(vm, 1000);
  for (let page = 0; page < 1000; page++) put(vm, sender, page, page);
  mach.vmProtect(vm, sender, 100 * PAGE, 50 * PAGE, mach.READ);
  const map = given(mach.mapOf(vm, sender));
  const message = given(mach.copyIn(vm, map, 0, 1000 * PAGE));
  expect(vm.state.copies.records[message]?.pieces.length).toBe(mach.mapAt(vm, map).entries);
  // What the sender writes while the message is under way is not in it.
  put(vm, sender, 7, 70);
  mach.endTask(vm, sender);
  const receiver = taskWith(vm, 0);
  const at = given(mach.copyOut(vm, given(mach.mapOf(vm, receiver)), message)) / PAGE;
  expect([get(vm, receiver, at + 7), get(vm, receiver, at + 999)]).toEqual([7, 999]);
  expect(vm.state.counts.pageCopies).toBe(1);
  expect(mach.checkVm(vm)).toBeUndefined();
});

test('[VM13] copied memory that nobody takes is let go of, with all it held', () => {
  const vm = createDesk();
  const task = taskWith(vm, 4);
  put(vm, task, 0, 1);
  const map = given(mach.mapOf(vm, task));
  const copy = given(mach.copyIn(vm, map, 0, 4 * PAGE));
  mach.endTask(vm, task);
  expect(mach.vmStatistics(vm).active).toBe(1);
  mach.discardCopy(vm, copy);
  expect(mach.vmStatistics(vm).free).toBe(256);
});

test('[VM5] a virtual copy is equal to an eager one, and copies the pages that are written', () => {
  const vm = createDesk();
  const task = taskWith(vm, 20);
  for (let page = 0; page < 10; page++) put(vm, task, page, page + 1);
  expect(mach.vmCopy(vm, task, 0, 10 * PAGE, 10 * PAGE)).toBeUndefined();
  for (let page = 0; page < 10; page++) expect(get(vm, task, 10 + page)).toBe(page + 1);
  expect(vm.state.counts.pageCopies).toBe(0);
  for (const page of [2, 12, 13, 13]) put(vm, task, page, 99);
  expect(vm.state.counts.pageCopies).toBe(3);
  expect([get(vm, task, 3), get(vm, task, 12), get(vm, task, 2)]).toEqual([4, 99, 99]);
});

test('[VM15] wired pages stay: no pageout, no copy, no later write moves them', () => {
  const vm = createDesk({ frames: 64, blocks: 400 });
  const task = taskWith(vm, 100);
  for (let page = 0; page < 8; page++) put(vm, task, page, page + 1);
  expect(mach.vmWire(vm, task, 0, 4 * PAGE, true)).toBeUndefined();
  expect(mach.vmStatistics(vm).wired).toBe(4);
  const { faults } = vm.state.counts;
  const child = given(mach.forkTask(vm, task));
  pageAllOut(vm);
  for (let page = 0; page < 4; page++) put(vm, task, page, 50 + page);
  // None of these writes has faulted: a copy of wired memory is made at once.
  expect(vm.state.counts.faults).toBe(faults);
  expect([get(vm, child, 0), get(vm, child, 7), get(vm, task, 0)]).toEqual([1, 8, 50]);
  expect(mach.vmWire(vm, task, 0, 4 * PAGE, false)).toBeUndefined();
  expect(mach.vmWire(vm, task, 0, 4 * PAGE, false)).toBe('INVALID_ARGUMENT');
  expect(mach.vmStatistics(vm).wired).toBe(0);
  expect(mach.checkVm(vm)).toBeUndefined();
});

test('[VM15] wiring that cannot be done whole is not done at all', () => {
  const vm = createDesk({ frames: 16, blocks: 100 });
  const task = taskWith(vm, 40);
  expect(mach.vmWire(vm, task, 0, 40 * PAGE, true)).toBe('RESOURCE_SHORTAGE');
  expect(mach.vmStatistics(vm).wired).toBe(0);
  expect(mach.vmWire(vm, task, 38 * PAGE, 4 * PAGE, true)).toBe('INVALID_ADDRESS');
  expect(mach.checkVm(vm)).toBeUndefined();
});
