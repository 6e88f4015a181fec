/** Pagers: files, the default pager, copies of files, memory as a cache. Rows 17, 18, 19, 25, 26, 27, 32, 33. */

import { expect, test } from 'vitest';
import * as mach from '../../../../../servers/central/mach/vm/index.ts';
import { createContents } from '../../../../../sim-hw/contents.ts';
import {
  createDesk,
  depthOf,
  get,
  given,
  PAGE,
  pageAllOut,
  put,
  taskWith,
  topObject,
} from '../../../../support/memory-desk.ts';

test('[VM4] a file read again after all have let go of it costs no page-in while it is cached', () => {
  const vm = createDesk();
  const file = given(mach.createFile(vm, 20));
  const readAll = (): number => {
    const before = vm.state.counts.pageIns;
    const task = taskWith(vm, 0);
    given(mach.vmMap(vm, task, file, 0, 20 * PAGE, false, 0));
    for (let page = 0; page < 20; page++) get(vm, task, page);
    mach.endTask(vm, task);
    return vm.state.counts.pageIns - before;
  };
  expect([readAll(), readAll(), readAll()]).toEqual([20, 0, 0]);
  expect(vm.state.counts.objectCacheHits).toBe(2);
});

test('[VM4] more objects than may be cached: the one let go first ends, and what was written is kept', () => {
  const vm = createDesk({ cachedObjects: 2 });
  const files = [1, 2, 3].map(() => given(mach.createFile(vm, 4)));
  const task = taskWith(vm, 0);
  for (const [i, file] of files.entries()) {
    given(mach.vmMap(vm, task, file, 0, 4 * PAGE, false, 0));
    put(vm, task, 1, 100 + i);
    mach.vmDeallocate(vm, task, 0, 4 * PAGE);
  }
  expect(vm.state.cachedObjects.length).toBe(2);
  expect(mach.pagerOf(vm, files[0]).object).toBe(mach.NONE);
  for (const [i, file] of files.entries()) {
    given(mach.vmMap(vm, task, file, 0, 4 * PAGE, false, 0));
    expect(get(vm, task, 1)).toBe(100 + i);
    mach.vmDeallocate(vm, task, 0, 4 * PAGE);
  }
});

test('[VM18] what is mapped is the file, once it is synchronised also on its pager', () => {
  const vm = createDesk();
  const file = given(mach.createFile(vm, 4));
  const [one, two] = [taskWith(vm, 0), taskWith(vm, 0)];
  for (const task of [one, two]) given(mach.vmMap(vm, task, file, 0, 4 * PAGE, false, 0));
  put(vm, one, 2, 9);
  expect(get(vm, two, 2)).toBe(9);
  expect([mach.syncFile(vm, file), mach.syncFile(vm, file)]).toEqual([1, 0]);
  put(vm, two, 2, 10);
  // A writable mapping is told of again after it was cleaned.
  expect(mach.syncFile(vm, file)).toBe(1);
  pageAllOut(vm);
  expect(get(vm, one, 2)).toBe(10);
});

test('[VM18] a pager that fails costs who asks an error, and nobody else anything', () => {
  const vm = createDesk();
  const file = given(mach.createFile(vm, 4));
  const task = taskWith(vm, 0);
  given(mach.vmMap(vm, task, file, 0, 4 * PAGE, false, 0));
  const other = taskWith(vm, 4);
  put(vm, task, 1, 3);
  mach.pagerOf(vm, file).isFailing = true;
  expect([get(vm, task, 0), get(vm, task, 1), put(vm, other, 0, 4)]).toEqual([
    'MEMORY_ERROR',
    3,
    undefined,
  ]);
  pageAllOut(vm);
  // The page that it does not take stays.
  expect(get(vm, task, 1)).toBe(3);
  mach.pagerOf(vm, file).isFailing = false;
  expect(get(vm, task, 0)).toBe(0);
});

test('[VM10] pages without a file survive eviction; a pager is made with the first to leave', () => {
  const vm = createDesk({ frames: 64, blocks: 400 });
  const task = taskWith(vm, 300);
  put(vm, task, 0, 1);
  expect(mach.objectAt(vm, topObject(vm, task)).pager).toBe(mach.NONE);
  for (let page = 0; page < 300; page++) put(vm, task, page, 1000 + page);
  expect(mach.objectAt(vm, topObject(vm, task)).pager).not.toBe(mach.NONE);
  for (let page = 0; page < 300; page++) expect(get(vm, task, page)).toBe(1000 + page);
  expect(vm.state.counts.pageOuts).toBeGreaterThan(200);
  expect(mach.checkVm(vm)).toBeUndefined();
  mach.endTask(vm, task);
  expect(mach.blocksInUse(vm)).toBe(0);
});

test('[VM10] with no room on any pager a fault is refused, and nothing is lost', () => {
  const vm = createDesk({ frames: 16, blocks: 4 });
  const task = taskWith(vm, 40);
  const answers = Array.from({ length: 40 }, (_, page) => put(vm, task, page, page + 1));
  const refused = answers.findIndex((answer) => answer !== undefined);
  expect(answers[refused]).toBe('RESOURCE_SHORTAGE');
  const contents = createContents(false);
  for (let page = 0; page < refused; page++) {
    mach.lookAt(vm, task, page * PAGE, contents);
    expect(contents.low).toBe(page + 1);
  }
  expect(mach.checkVm(vm)).toBeUndefined();
});

test('[VM10] a page that was referenced has a second chance', () => {
  const vm = createDesk({ frames: 64, blocks: 400 });
  const task = taskWith(vm, 200);
  for (let page = 0; page < 200; page++) {
    put(vm, task, page, page);
    put(vm, task, 0, 7);
  }
  // The page that is touched all along has left once, at the first scan: nothing had been on
  // probation before.
  expect([vm.state.counts.pageIns, vm.state.counts.reactivations > 0]).toEqual([1, true]);
});

test('[VM12] what was written is not lost when its mapping is dropped before the pageout', () => {
  const vm = createDesk();
  const task = taskWith(vm, 2);
  const space = mach.mapAt(vm, given(mach.mapOf(vm, task))).space;
  put(vm, task, 0, 1);
  pageAllOut(vm);
  expect(get(vm, task, 0)).toBe(1);
  put(vm, task, 0, 2);
  expect(mach.dropMapping(vm, space, 0)).toBe(true);
  pageAllOut(vm);
  expect(get(vm, task, 0)).toBe(2);
  expect(vm.state.counts.pageOuts).toBe(2);
});

test('[VM11] a mapping that is dropped comes back by a fault, and nothing is read for it', () => {
  const vm = createDesk();
  const task = taskWith(vm, 3);
  const space = mach.mapAt(vm, given(mach.mapOf(vm, task))).space;
  for (let page = 0; page < 3; page++) put(vm, task, page, page + 1);
  const { faults, zeroFills } = vm.state.counts;
  mach.vmWire(vm, task, 0, PAGE, true);
  expect([0, 1, 2].map((page) => mach.dropMapping(vm, space, page * PAGE))).toEqual([
    false,
    true,
    true,
  ]);
  expect([0, 1, 2].map((page) => get(vm, task, page))).toEqual([1, 2, 3]);
  expect(vm.state.counts.faults - faults).toBe(3);
  expect([vm.state.counts.zeroFills - zeroFills, vm.state.counts.pageIns]).toEqual([0, 0]);
});

test('[VM17] before a page of a mapped file changes its copy object is given what it held', () => {
  const vm = createDesk();
  const file = given(mach.createFile(vm, 4, 'delay'));
  const [writer, reader] = [taskWith(vm, 0), taskWith(vm, 0)];
  given(mach.vmMap(vm, writer, file, 0, 4 * PAGE, false, 0));
  put(vm, writer, 0, 1);
  given(mach.vmMap(vm, reader, file, 0, 4 * PAGE, true, 0));
  expect([get(vm, reader, 0), vm.state.counts.pushes]).toEqual([1, 0]);
  put(vm, writer, 0, 2);
  put(vm, writer, 0, 3);
  expect([get(vm, reader, 0), get(vm, writer, 0), vm.state.counts.pushes]).toEqual([1, 3, 1]);
  // The copy has been given a page: the next copy gets an object of its own, between the two.
  const third = taskWith(vm, 0);
  given(mach.vmMap(vm, third, file, 0, 4 * PAGE, true, 0));
  expect(depthOf(vm, reader)).toBe(3);
  put(vm, writer, 1, 4);
  expect([get(vm, third, 0), get(vm, third, 1), get(vm, reader, 1)]).toEqual([3, 0, 0]);
  expect(vm.state.counts.pushes).toBe(2);
  put(vm, reader, 0, 8);
  expect([get(vm, writer, 0), get(vm, third, 0)]).toEqual([3, 3]);
  expect(mach.checkVm(vm)).toBeUndefined();
});

test('[VM17] a copy object that has been given nothing serves the next copy too', () => {
  const vm = createDesk();
  const file = given(mach.createFile(vm, 4, 'delay'));
  const tasks = [0, 1].map(() => taskWith(vm, 0));
  for (const task of tasks) given(mach.vmMap(vm, task, file, 0, 4 * PAGE, true, 0));
  expect(topObject(vm, tasks[0])).toBe(topObject(vm, tasks[1]));
  const [none] = [given(mach.createFile(vm, 4, 'none'))];
  given(mach.vmMap(vm, tasks[0], none, 0, 4 * PAGE, true, 8 * PAGE));
  // A pager that allows nothing late: all is read and copied at once.
  expect(mach.residentPagesOf(vm, topObject(vm, tasks[0], 8))).toBe(4);
});
