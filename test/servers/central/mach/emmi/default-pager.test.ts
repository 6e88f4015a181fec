/** The default pager as a task: objects of the kernel's own go to it, page by page. */

import { expect, test } from 'vitest';
import {
  createWorld,
  emmiIn,
  get,
  pagerStateIn,
  put,
  recordIn,
  touch,
  type World,
} from '../../../../../lab/conformance/world.ts';
import type { PagerModule } from '../../../../../servers/central/mach/emmi/pager.ts';
import { defaultPager } from '../../../../../servers/central/mach/emmi/pagers/default.ts';
import type { StoreState } from '../../../../../servers/central/mach/emmi/pagers/store.ts';
import {
  checkVm,
  forkTask,
  vmAllocate,
  vmDeallocate,
} from '../../../../../servers/central/mach/vm/index.ts';

const PAGE = 4096;

interface Heard extends StoreState {
  readonly names: string[];
}

const recorder: PagerModule<Heard> = {
  ...(defaultPager as PagerModule<Heard>),
  create: () => ({ objects: {}, names: [] }),
  hear: (state, message, kernel) => {
    state.names.push(message.name.replace('memoryObject', ''));
    defaultPager.hear(state, message, kernel);
  },
};

function pressed(pages: number): { world: World; at: number } {
  const world = createWorld({ pagers: [recorder], frames: 48, defaultPager: 0 });
  const size = pages * PAGE;
  const start = vmAllocate(emmiIn(world).vm, recordIn(world, 0).vmTask, size);
  return { world, at: (start as number) / PAGE };
}

test('[EMMI14] memory without a pager is paged by the default pager, and comes back as it was', () => {
  const { world, at } = pressed(150);
  for (let page = 0; page < 150; page++) expect(put(world, 0, at + page, page + 1)).toBe('done');
  for (let page = 0; page < 150; page++) expect(get(world, 0, at + page)).toBe(page + 1);
  const { names } = pagerStateIn<Heard>(world);
  expect(names.filter((name) => name === 'Create')).toHaveLength(1);
  expect(names[0]).toBe('Create');
  expect(names.filter((name) => name === 'DataInitialize').length).toBeGreaterThan(100);
  expect(recordIn(world, 0).errors).toBe(0);
  expect(checkVm(emmiIn(world).vm)).toBeUndefined();
});

test('[EMMI14] a page is sent as new once; changed again it is returned; with its object it ends', () => {
  const { world, at } = pressed(100);
  for (let round = 0; round < 2; round++)
    for (let page = 0; page < 100; page++) put(world, 0, at + page, 1000 * round + page);
  for (let page = 0; page < 100; page++) expect(get(world, 0, at + page)).toBe(1000 + page);
  const state = pagerStateIn<Heard>(world);
  expect(state.names.filter((name) => name === 'DataInitialize').length).toBeLessThanOrEqual(100);
  expect(state.names.filter((name) => name === 'DataReturn').length).toBeGreaterThan(50);
  const { vm } = emmiIn(world);
  vmDeallocate(vm, recordIn(world, 0).vmTask, at * PAGE, 100 * PAGE);
  touch(world, 1, 5000);
  expect(state.names.at(-1)).toBe('Terminate');
  expect(Object.keys(pagerStateIn<Heard>(world).objects)).toEqual([]);
});

test('[EMMI14] what a shadow has not, its pager says, and it comes from below', () => {
  const { world, at } = pressed(60);
  for (let page = 0; page < 60; page++) put(world, 0, at + page, page + 1);
  const { vm } = emmiIn(world);
  const child = forkTask(vm, recordIn(world, 0).vmTask) as number;
  // The second client goes on in the child's space.
  recordIn(world, 1).vmTask = child;
  for (let page = 0; page < 60; page += 2) put(world, 1, at + page, 500 + page);
  for (let page = 0; page < 60; page++) {
    expect(get(world, 0, at + page)).toBe(page + 1);
    expect(get(world, 1, at + page)).toBe(page % 2 === 0 ? 500 + page : page + 1);
  }
  expect(checkVm(vm)).toBeUndefined();
});

test('[EMMI14] an initialize that comes a second time is ignored', () => {
  const state = defaultPager.create(0, 0) as StoreState;
  const freed: number[] = [];
  const kernel = {
    task: 0,
    nowNs: 0,
    send: () => {},
    supply: () => {},
    read: (address: number) => ({ low: address, high: 1, bytes: new Uint8Array(0) }),
    free: (address: number) => freed.push(address),
    map: () => {},
    touch: () => true,
    alarm: () => {},
  };
  const tell = (name: string, fields: Record<string, number>) =>
    defaultPager.hear(state, { name: `memoryObject${name}`, fields }, kernel);
  tell('Create', { object: 7, control: 1, length: 4 });
  tell('DataInitialize', { object: 7, offset: 2, address: 10 });
  tell('DataInitialize', { object: 7, offset: 2, address: 11 });
  expect([state.objects[7]?.pages[2]?.low, freed]).toEqual([10, [10, 11]]);
});
