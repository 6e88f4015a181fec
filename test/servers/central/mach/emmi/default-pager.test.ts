/** The default pager as a task: objects of the kernel's own go to it, page by page, and from it to swap. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  checkWorld,
  differs,
  mapped,
  pageAllOut,
  settled,
  word,
  worldOf,
} from '../../../../../lab/conformance/probing.ts';
import {
  createWorld,
  emmiIn,
  mapObject,
  type Outcome,
  pagerStateIn,
  pass,
  put,
  recordIn,
  touch,
  unmap,
  type World,
  type WorldOptions,
} from '../../../../../lab/conformance/world.ts';
import { deliverAll } from '../../../../../nucleus/ipc.ts';
import type { Receiver } from '../../../../../nucleus/kernel.ts';
import { killServer } from '../../../../../nucleus/life.ts';
import type { PagerModule } from '../../../../../servers/central/mach/emmi/pager.ts';
import type { DefaultPagerState } from '../../../../../servers/central/mach/emmi/pagers/default/state.ts';
import {
  defaultPager,
  defaultPagerOf,
} from '../../../../../servers/central/mach/emmi/pagers/default.ts';
import { storePager } from '../../../../../servers/central/mach/emmi/pagers/store.ts';
import {
  checkVm,
  forkTask,
  vmAllocate,
  vmDeallocate,
} from '../../../../../servers/central/mach/vm/index.ts';
import type { MemoryServerState } from '../../../../../servers/memory/state.ts';
import { cloneState } from '../../../../../sim-hw/state.ts';

const PAGE = 4096;
const MS = 1_000_000;
const SMALL = { servers: 2, blocks: 64, buffers: 2, transfers: 4 };

interface Heard extends DefaultPagerState {
  readonly names: string[];
}

const recorder: PagerModule<Heard> = {
  ...(defaultPager as unknown as PagerModule<Heard>),
  create: (objects, pages) => ({ ...defaultPager.create(objects, pages), names: [] }),
  hear: (state, message, kernel) => {
    state.names.push(message.name.replace('memoryObject', ''));
    defaultPager.hear(state, message, kernel);
  },
};

function pressed(pages: number, pager: PagerModule = recorder, more: Partial<WorldOptions> = {}) {
  const world = createWorld({ pagers: [pager], frames: 48, defaultPager: 0, ...more });
  const size = pages * PAGE;
  const start = vmAllocate(emmiIn(world).vm, recordIn(world, 0).vmTask, size);
  return { world, at: (start as number) / PAGE };
}

const write = (world: World, client: number, page: number, what: number): Outcome =>
  settled(world, client, () => put(world, client, page, what));

test('[EMMI14] [EMMI18] memory without a pager is paged by the default pager, and comes back as it was', () => {
  const { world, at } = pressed(150);
  for (let page = 0; page < 150; page++) expect(write(world, 0, at + page, page + 1)).toBe('done');
  for (let page = 0; page < 150; page++) expect(word(world, 0, at + page)).toBe(page + 1);
  const { names, counts } = pagerStateIn<Heard>(world);
  expect(names.filter((name) => name === 'Create')).toHaveLength(1);
  expect(names[0]).toBe('Create');
  expect(names.filter((name) => name === 'DataInitialize').length).toBeGreaterThan(100);
  expect([counts.stored, counts.fetched].every((count) => count > 100)).toBe(true);
  expect(recordIn(world, 0).errors).toBe(0);
  expect(checkVm(emmiIn(world).vm)).toBeUndefined();
});

test('[EMMI14] a page is sent as new once; changed again it is returned; with its object it ends', () => {
  const { world, at } = pressed(100);
  for (let round = 0; round < 2; round++)
    for (let page = 0; page < 100; page++) write(world, 0, at + page, 1000 * round + page);
  for (let page = 0; page < 100; page++) expect(word(world, 0, at + page)).toBe(1000 + page);
  const state = pagerStateIn<Heard>(world);
  expect(state.names.filter((name) => name === 'DataInitialize').length).toBeLessThanOrEqual(100);
  expect(state.names.filter((name) => name === 'DataReturn').length).toBeGreaterThan(50);
  const { vm } = emmiIn(world);
  vmDeallocate(vm, recordIn(world, 0).vmTask, at * PAGE, 100 * PAGE);
  touch(world, 1, 5000);
  pass(world, MS);
  expect(state.names.at(-1)).toBe('Terminate');
  // Every block is free again.
  expect(state.freeBlocks.map((free) => free.length)).toEqual([2048, 2048]);
  expect(state.transfers.every(({ kind }) => kind === 'free')).toBe(true);
});

test('[EMMI14] what a shadow has not, its pager says, and it comes from below', () => {
  const { world, at } = pressed(60);
  for (let page = 0; page < 60; page++) write(world, 0, at + page, page + 1);
  const { vm } = emmiIn(world);
  pass(world, MS);
  const child = forkTask(vm, recordIn(world, 0).vmTask) as number;
  // The second client goes on in the child's space.
  recordIn(world, 1).vmTask = child;
  for (let page = 0; page < 60; page += 2) write(world, 1, at + page, 500 + page);
  for (let page = 0; page < 60; page++) {
    expect(word(world, 0, at + page)).toBe(page + 1);
    expect(word(world, 1, at + page)).toBe(page % 2 === 0 ? 500 + page : page + 1);
  }
  expect(checkVm(vm)).toBeUndefined();
});

test('[EMMI14] an initialize that comes a second time is ignored', () => {
  const state = defaultPager.create(0, 0);
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
    ask: () => true,
    fill: () => true,
    load: () => ({ low: 0, high: 0, bytes: new Uint8Array(0) }),
  };
  const tell = (name: string, fields: Record<string, number>) =>
    defaultPager.hear(state, { name: `memoryObject${name}`, fields }, kernel);
  tell('Create', { object: 2 ** 23 + 7, control: 7, length: 4 });
  tell('DataInitialize', { object: 2 ** 23 + 7, offset: 2, address: 10 });
  tell('DataInitialize', { object: 2 ** 23 + 7, offset: 2, address: 11 });
  expect(freed).toEqual([11]);
  expect(state.transfers.filter(({ kind }) => kind === 'store')).toMatchObject([{ address: 10 }]);
});

test('[EMMI18] [LAST1] [LAST8] it moves pages through its own frames, in hand from boot, and takes no others', () => {
  const { world, at } = pressed(120, defaultPagerOf(SMALL));
  const { kernel } = world;
  const { buffers } = pagerStateIn<DefaultPagerState>(world);
  const slots = buffers.map(({ slot }) => slot);
  expect(new Set(slots).size).toBe(2);
  const server = kernel.receivers.find(({ state }) => 'ledger' in state) as Receiver;
  const { ledger } = server.state as MemoryServerState;
  expect(ledger.heldSum).toBe(2);
  let most = 0;
  for (let round = 0; round < 2; round++)
    for (let page = 0; page < 120; page++) {
      expect(write(world, 0, at + page, page)).toBe('done');
      const { transfers } = pagerStateIn<DefaultPagerState>(world);
      most = Math.max(most, transfers.filter(({ buffer }) => buffer >= 0).length);
    }
  expect(most).toBe(2);
  expect([ledger.heldSum, ...buffers.map(({ slot }) => slot)]).toEqual([2, ...slots]);
});

test('[EMMI18] [LAST8] with no record free it hears nothing more for now, and loses nothing', () => {
  const { world, at } = pressed(120, defaultPagerOf({ ...SMALL, transfers: 1, buffers: 1 }));
  // All at once: no time passes for swap to work in.
  const written = Array.from({ length: 120 }, (_, page) => put(world, 0, at + page, page + 1));
  expect(written.filter((one) => one === 'done').length).toBeGreaterThan(30);
  pass(world, 20 * MS);
  for (const [page, one] of written.entries())
    if (one === 'done') expect(word(world, 0, at + page)).toBe(page + 1);
  expect(pagerStateIn<DefaultPagerState>(world).counts.lost).toBe(0);
});

test('[EMMI18] asked for a page that is still to be stored it gives it from its own memory', () => {
  const world = worldOf(defaultPagerOf({ ...SMALL, buffers: 1 }));
  const at = mapped(world, 0);
  for (let page = 0; page < 3; page++) settled(world, 0, () => put(world, 0, at + page, 5 + page));
  pageAllOut(world);
  // No time has passed: nothing is on swap.
  expect([0, 1, 2].map((page) => word(world, 0, at + page))).toEqual([5, 6, 7]);
  const { counts } = pagerStateIn<DefaultPagerState>(world);
  expect(counts.rescued).toBeGreaterThan(0);
});

test('[EMMI18] with a swap server dies what it alone had; the rest stays, and more goes to the other', () => {
  const world = worldOf(defaultPager);
  const at = mapped(world, 0);
  for (let page = 0; page < 24; page++) settled(world, 0, () => put(world, 0, at + page, 5 + page));
  pageAllOut(world);
  pass(world, MS);
  const state = pagerStateIn<DefaultPagerState>(world);
  expect(state.counts.stored).toBe(24);
  killServer(world.kernel, world.swaps[0] as number);
  deliverAll(world.kernel);
  const seen = Array.from({ length: 24 }, (_, page) => word(world, 0, at + page));
  const lost = seen.filter((one) => one === 'MEMORY_ERROR').length;
  expect([lost, state.counts.lost]).toEqual([12, 12]);
  for (const [page, one] of seen.entries()) expect([5 + page, 'MEMORY_ERROR']).toContain(one);
  // Others than those whose pages they were see nothing; written pages are kept by the living one.
  const other = mapped(world, 1, 1);
  for (let page = 0; page < 24; page++)
    expect(settled(world, 1, () => put(world, 1, other + page, 70 + page))).toBe('done');
  pageAllOut(world);
  pass(world, MS);
  expect(differs(world, 1, other, (page) => 70 + page)).toBeUndefined();
});

test('[EMMI18] what was on its way to a swap server that dies goes to another', () => {
  const world = worldOf(defaultPagerOf({ ...SMALL, transfers: 32 }));
  const at = mapped(world, 0);
  for (let page = 0; page < 24; page++) settled(world, 0, () => put(world, 0, at + page, 5 + page));
  pageAllOut(world);
  // Two are with servers, and the others wait.
  killServer(world.kernel, world.swaps[0] as number);
  deliverAll(world.kernel);
  pass(world, 5 * MS);
  expect(differs(world, 0, at, (page) => 5 + page)).toBeUndefined();
  expect(pagerStateIn<DefaultPagerState>(world).counts.lost).toBe(0);
});

test('[EMMI18] with all swap servers dead pages are lost one by one, and who has any is told', () => {
  const world = worldOf(defaultPager);
  const at = mapped(world, 0);
  for (let page = 0; page < 24; page++) settled(world, 0, () => put(world, 0, at + page, 5 + page));
  pageAllOut(world);
  pass(world, MS);
  for (const swap of world.swaps) killServer(world.kernel, swap);
  deliverAll(world.kernel);
  expect(word(world, 0, at)).toBe('MEMORY_ERROR');
  expect(checkWorld(world)).toBeUndefined();
});

test('[EMMI18] [SWAP24] a quota is told as a refusal: pages beyond it are lost, each to who asks for it', () => {
  const world = worldOf(defaultPager, { storage: { quota: 8 } });
  const at = mapped(world, 0);
  for (let page = 0; page < 24; page++) settled(world, 0, () => put(world, 0, at + page, 5 + page));
  pageAllOut(world);
  pass(world, 10 * MS);
  const { counts } = pagerStateIn<DefaultPagerState>(world);
  const seen = Array.from({ length: 24 }, (_, page) => word(world, 0, at + page));
  const kept = seen.filter((one, page) => one === 5 + page).length;
  const refused = seen.filter((one) => one === 'MEMORY_ERROR').length;
  expect([kept, refused, counts.lost]).toEqual([16, 8, 8]);
});

test('[EMMI18] an object that it has not is refused by its end', () => {
  const world = worldOf(defaultPager, { objects: 2 });
  const at = mapObject(world, 0, 2, 4);
  expect(word(world, 0, at as number)).toBe('MEMORY_ERROR');
});

test('[EMMI18] its state is plain: cloned while pages are on their way it goes on alike', () => {
  const world = worldOf(defaultPagerOf(SMALL));
  const at = mapped(world, 0);
  for (let page = 0; page < 24; page++) settled(world, 0, () => put(world, 0, at + page, 5 + page));
  pageAllOut(world);
  for (const receiver of world.kernel.receivers) {
    const { state } = receiver as { state: object };
    const copy = cloneState(state);
    expect(copy).toEqual(state);
    (receiver as { state: object }).state = copy;
  }
  pass(world, MS);
  expect(differs(world, 0, at, (page) => 5 + page)).toBeUndefined();
});

type Draw = readonly [what: number, client: number, object: number, page: number];
const draws = fc.array(
  fc.tuple(fc.nat({ max: 9 }), fc.nat({ max: 1 }), fc.nat({ max: 1 }), fc.nat({ max: 15 })),
  { maxLength: 120, size: 'max' },
);

/** What each access came to, in order. */
function played(pager: PagerModule, actions: readonly Draw[]): unknown[] {
  const world = worldOf(pager, { frames: 20 });
  const places = [0, 1].map((client) => [0, 1].map((object) => mapped(world, client, object)));
  const seen: unknown[] = [];
  for (const [step, [what, client, object, page]] of actions.entries()) {
    const at = (places[client] as number[])[object] as number;
    if (what < 4) seen.push(word(world, client, at + page));
    else if (what < 8) seen.push(settled(world, client, () => put(world, client, at + page, step)));
    else if (what === 8) pageAllOut(world);
    else {
      unmap(world, client, at, 24);
      (places[client] as number[])[object] = mapped(world, client, object);
    }
  }
  expect(checkWorld(world)).toBeUndefined();
  return seen;
}

test('[EMMI18] over swap it gives what a store in memory gives, whatever tasks do', () => {
  fc.assert(
    fc.property(draws, (actions) => {
      expect(played(defaultPagerOf(SMALL), actions)).toEqual(played(storePager, actions));
    }),
    { numRuns: 60, seed: 9 },
  );
});
