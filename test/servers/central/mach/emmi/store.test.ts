/** A pager that does all that is asked of it: contents, rights, returns, the end of an object. */

import { expect, test } from 'vitest';
import {
  createWorld,
  emmiIn,
  get,
  mapObject,
  pagerStateIn,
  put,
  recordIn,
  touch,
  unmap,
  type World,
} from '../../../../../lab/conformance/world.ts';
import { cloneKernel } from '../../../../../nucleus/kernel.ts';
import {
  type StoreState,
  storePager,
} from '../../../../../servers/central/mach/emmi/pagers/store.ts';
import { checkVm, pageOut } from '../../../../../servers/central/mach/vm/index.ts';

const PAGES = 16;

function pageAllOut(world: World): void {
  const { vm } = emmiIn(world);
  const { queue } = vm.state.resident;
  for (let page = 0; page < queue.length; page++) if (queue[page] >= 2) pageOut(vm, page);
  // Any message lets the kernel tell its pagers.
  touch(world, 1, 5000);
}

test('[EMMI3] who maps an object sees what its pager has, and zeros where it has nothing', () => {
  const world = createWorld({ pagers: [storePager] });
  const at = mapObject(world, 0) as number;
  expect(get(world, 0, at + 3)).toBe(0);
  expect(put(world, 0, at + 3, 77)).toBe('done');
  const other = mapObject(world, 1) as number;
  expect(get(world, 1, other + 3)).toBe(77);
  expect(checkVm(emmiIn(world).vm)).toBeUndefined();
});

test('[EMMI6] what was changed goes back, is let go of, and comes again', () => {
  const world = createWorld({ pagers: [storePager] });
  const at = mapObject(world, 0) as number;
  for (let page = 0; page < PAGES; page++) put(world, 0, at + page, 100 + page);
  pageAllOut(world);
  const { state, vm } = emmiIn(world);
  expect([state.laundry.length, vm.state.laundry.length]).toEqual([0, 0]);
  expect(pagerStateIn<StoreState>(world).objects[0]?.pages[5]?.low).toBe(105);
  const before = state.counts.requests;
  for (let page = 0; page < PAGES; page++) expect(get(world, 0, at + page)).toBe(100 + page);
  expect(state.counts.requests - before).toBe(PAGES);
  expect(checkVm(vm)).toBeUndefined();
});

test('[EMMI7] with the last mapping what was changed is sent, then the object ends', () => {
  const world = createWorld({ pagers: [storePager] });
  const at = mapObject(world, 0) as number;
  put(world, 0, at + 2, 9);
  unmap(world, 0, at, PAGES);
  const store = pagerStateIn<StoreState>(world);
  expect([store.objects[0]?.control, store.objects[0]?.pages[2]?.low]).toEqual([-1, 9]);
  const again = mapObject(world, 1) as number;
  expect(get(world, 1, again + 2)).toBe(9);
});

test('[EMMI6] a pager larger than memory: all that was written is read again', () => {
  const world = createWorld({ pagers: [storePager], frames: 48, pages: 200 });
  const at = mapObject(world, 0, 0, 200) as number;
  for (let page = 0; page < 200; page++) expect(put(world, 0, at + page, 1 + page)).toBe('done');
  for (let page = 0; page < 200; page++) expect(get(world, 0, at + page)).toBe(1 + page);
  expect(emmiIn(world).state.counts.paidTwice).toBe(0);
  expect(emmiIn(world).vm.state.store.freeBlocks.length).toBe(4 * 48);
  expect(recordIn(world, 0).errors).toBe(0);
  expect(checkVm(emmiIn(world).vm)).toBeUndefined();
});

test('[EMMI1] cloned in the middle, a world goes on alike', () => {
  const world = createWorld({ pagers: [storePager], frames: 48, pages: 100 });
  const at = mapObject(world, 0, 0, 100) as number;
  for (let page = 0; page < 60; page++) put(world, 0, at + page, page);
  const twin: World = { ...world, kernel: cloneKernel(world.kernel) };
  const run = (one: World) => {
    for (let page = 99; page >= 0; page--) put(one, 0, at + page, 2 * page);
    return Array.from({ length: 100 }, (_, page) => get(one, 0, at + page));
  };
  expect(run(twin)).toEqual(run(world));
  expect(emmiIn(twin).state.counts).toEqual(emmiIn(world).state.counts);
});
