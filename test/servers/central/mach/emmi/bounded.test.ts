/** Bounded state: whatever tasks map, name and leave behind, the kernel's records keep their size. Row 65. */

import { expect, test } from 'vitest';
import { emmiMessages } from '../../../../../contracts/emmi-messages.ts';
import { type MessageName, OP } from '../../../../../contracts/messages.ts';
import {
  clientTask,
  createWorld,
  emmiIn,
  get,
  mapObject,
  mappedAt,
  pagerStateIn,
  pass,
  put,
  replaceClient,
  replacePager,
  say,
  touch,
  unmap,
  type World,
} from '../../../../../lab/conformance/world.ts';
import type { PagerModule } from '../../../../../servers/central/mach/emmi/pager.ts';
import { silentPager } from '../../../../../servers/central/mach/emmi/pagers/silent.ts';
import {
  type StoreState,
  storePager,
} from '../../../../../servers/central/mach/emmi/pagers/store.ts';
import { checkVm } from '../../../../../servers/central/mach/vm/index.ts';
import { createRandom, nextBelow } from '../../../../../sim-hw/random.ts';
import { cloneState } from '../../../../../sim-hw/state.ts';

const MS = 1_000_000;

/** Whatever it is asked for it gives, of any object; how it may be copied depends on the number. */
const willing: PagerModule<{ control: Record<number, number> }> = {
  name: 'willing',
  summary: 'has any object that is named',
  create: () => ({ control: {} }),
  hear: (state, { name, fields }, kernel) => {
    const { object = 0, control = 0, offset = 0, address = 0 } = fields;
    if (name === 'memoryObjectInit') {
      state.control[object] = control;
      if (object % 7 > 0)
        kernel.send('memoryObjectReady', { control, mayCache: object & 1, strategy: object & 3 });
    }
    if (name === 'memoryObjectDataRequest' && object % 5 > 0)
      kernel.send('memoryObjectDataUnavailable', {
        control: state.control[object] ?? 0,
        offset,
        length: 1,
      });
    if (name === 'memoryObjectDataReturn' && object % 3 > 0) kernel.free(address, 1);
    if (name === 'memoryObjectTerminate') delete state.control[object];
  },
};

/** Places of all lists and pools of records, those of records that are gone included. */
function places(world: World): number {
  const { state, vm } = emmiIn(world);
  const { managed, generations, waits, requests, laundry, unasked, underWay } = state;
  const { objects, maps, entries, copies, store, cachedObjects, news } = vm.state;
  const lists = [managed, generations, waits, requests, laundry, unasked, underWay, news];
  const pools = [objects, maps, entries, copies, store.pagers];
  const inLists = [...lists, cachedObjects].reduce((sum, list) => sum + list.length, 0);
  const inPools = pools.reduce((sum, { records, free }) => sum + records.length + free.length, 0);
  return inLists + inPools + world.kernel.state.timers.size;
}

/** Records that are in use. */
function inUse(world: World): number[] {
  const { state, vm } = emmiIn(world);
  const { objects, entries, copies, store } = vm.state;
  const used = [objects, entries, copies, store.pagers].map(
    ({ records, free }) => records.length - free.length,
  );
  return [...used, state.managed.filter((one) => one !== null).length, state.waits.length];
}

type Draw = (below: number) => number;

/** One client maps, touches, writes, unmaps, or a pager or a client dies. */
function deed(world: World, draw: Draw): void {
  const client = draw(3);
  const what = draw(40);
  const at = 1 + draw(60);
  if (what < 14) mapObject(world, client, draw(2 ** 20), 1 + draw(8), draw(2), what < 4);
  else if (what < 20) touch(world, client, at);
  else if (what < 24) put(world, client, at, what);
  else if (what < 38) unmap(world, client, draw(60), 1 + draw(30));
  else if (what === 38 && draw(10) === 0) replaceClient(world, client);
  else if (what === 39 && draw(10) === 0) replacePager(world, draw(2), willing);
  else pass(world, MS);
}

test('[EMMI17] 10,000 rounds of mapping, unmapping and dying leave the state at its size', () => {
  const random = createRandom(11);
  const draw: Draw = (below) => nextBelow(random, below);
  const emmi = { patienceNs: 5 * MS, laundryNs: 5 * MS, laundryMax: 8, objectsMax: 16 };
  const world = createWorld({ pagers: [willing, willing], clients: 3, frames: 64, emmi });
  const empty = inUse(world);
  const sizes: number[] = [];
  for (let round = 1; round <= 10_000; round++) {
    deed(world, draw);
    if (round % 1000 > 0) continue;
    sizes.push(places(world));
    expect(checkVm(emmiIn(world).vm)).toBeUndefined();
    for (const client of [0, 1, 2]) replaceClient(world, client);
    for (const place of [0, 1]) replacePager(world, place, willing);
    pass(world, 100 * MS);
    expect([round, ...inUse(world)]).toEqual([round, ...empty]);
  }
  expect(Math.max(...sizes.slice(5))).toBeLessThan(1.2 * Math.max(...sizes.slice(0, 5)));
});

test('[EMMI17] state in the midst of it is plain: cloned it is the same', () => {
  const world = createWorld({ pagers: [willing, willing], clients: 3 });
  const random = createRandom(5);
  for (let i = 0; i < 200; i++) deed(world, (below) => nextBelow(random, below));
  const { state } = emmiIn(world);
  expect(cloneState(state)).toEqual(state);
});

const controlIn = (world: World) => pagerStateIn<StoreState>(world).objects[0]?.control as number;

test('[EMMI17] of an object that has ended its control number names nothing, also when its place serves again', () => {
  const world = createWorld({ pagers: [storePager] });
  const task = world.pagers[0] as number;
  const at = mapObject(world, 0) as number;
  const stale = controlIn(world);
  unmap(world, 0, at, 16);
  const again = mapObject(world, 0) as number;
  const control = controlIn(world);
  expect([stale, control, emmiIn(world).state.managed.length]).toEqual([0, 2 ** 13, 1]);
  put(world, 0, again, 5);
  say(world, task, OP.memoryObjectDestroy, [stale, 0]);
  say(world, task, OP.memoryObjectReady, [stale, 1, 3]);
  expect(get(world, 0, again)).toBe(5);
  expect(emmiIn(world).state.counts.destroyed).toBe(0);
  say(world, task, OP.memoryObjectDestroy, [control, 0]);
  expect(get(world, 0, again)).toBe('MEMORY_ERROR');
});

test('[EMMI17] who has mapped too many objects first is refused, and nobody else', () => {
  const world = createWorld({ pagers: [storePager], emmi: { objectsMax: 3 } });
  const places = [0, 1, 2].map((object) => mapObject(world, 0, object, 4));
  expect(places.every((at) => typeof at === 'number')).toBe(true);
  expect(mapObject(world, 0, 3, 4)).toBe('RESOURCE_SHORTAGE');
  // What another has mapped first is charged to that one.
  expect(mapObject(world, 1, 3, 4)).toBeTypeOf('number');
  expect(mapObject(world, 0, 3, 4)).toBeTypeOf('number');
  unmap(world, 0, places[1] as number, 4);
  expect(mapObject(world, 0, 1, 4)).toBeTypeOf('number');
  expect(mapObject(world, 0, 2 ** 20, 4)).toBe('RESOURCE_SHORTAGE');
});

test('[EMMI17] a task maps something at so many places, and tears no more holes into them', () => {
  const world = createWorld({ pagers: [storePager], pages: 64, emmi: { mappingsMax: 4 } });
  const at = mapObject(world, 0, 0, 64) as number;
  const { entries } = emmiIn(world).vm.state;
  const used = () => entries.records.length - entries.free.length;
  for (let page = 1; page < 60; page += 2) unmap(world, 0, at + page, 1);
  expect(used()).toBe(4);
  expect(mapObject(world, 0, 1, 4)).toBe('RESOURCE_SHORTAGE');
  unmap(world, 0, at, 64);
  expect(used()).toBe(0);
});

test('[EMMI17] copies wait like accesses, so many of a task, and of no more than memory holds', () => {
  const world = createWorld({ pagers: [silentPager], frames: 32 });
  const task = clientTask(world, 0);
  for (let object = 0; object < 70; object++)
    say(world, task, OP.machMap, [world.pagers[0] as number, object, 8, 1]);
  expect(emmiIn(world).state.waits).toHaveLength(64);
  expect(mappedAt(world, 0, 69)).toBe('RESOURCE_SHORTAGE');
  const large = createWorld({ pagers: [willing], frames: 32 });
  // Number 4: copied at once.
  expect(mapObject(large, 0, 4, 2 ** 20, 0, true)).toBe('RESOURCE_SHORTAGE');
  expect(emmiIn(large).state.requests).toEqual([]);
});

test('[EMMI17] nobody maps what the kernel has given a number to', () => {
  const world = createWorld({ pagers: [storePager], clients: 2, frames: 48, defaultPager: 0 });
  const first = createRandom(1);
  for (const object of [2 ** 23, 2 ** 23 + nextBelow(first, 2 ** 20), 2 ** 24])
    expect(mapObject(world, 0, object, 4)).toBe('INVALID_ARGUMENT');
});

test('[EMMI17] memory that a pager sent off before it died is had back', () => {
  const world = createWorld({ pagers: [storePager, storePager], frames: 40 });
  const at = mapObject(world, 0) as number;
  for (let page = 0; page < 8; page++) put(world, 0, at + page, page);
  replacePager(world, 0, storePager);
  unmap(world, 0, at, 16);
  const { state, vm } = emmiIn(world);
  expect([state.underWay, vm.state.resident.queued[1]]).toEqual([[], 40]);
});

/** A stirrer: a client and a pager that say anything to the kernel, beside two that behave. */
test('[EMMI16] [EMMI17] stirred by anything that tasks can say, others have their pages and the state its size', () => {
  const names = Object.keys(emmiMessages) as MessageName[];
  const random = createRandom(23);
  const draw: Draw = (below) => nextBelow(random, below);
  const emmi = { patienceNs: 5 * MS, laundryNs: 5 * MS, laundryMax: 8, objectsMax: 16 };
  const world = createWorld({ pagers: [willing, storePager], clients: 2, frames: 64, emmi });
  const at = mapObject(world, 1, 0, 16, 1) as number;
  for (let page = 0; page < 16; page++) put(world, 1, at + page, page);
  const sizes: number[] = [];
  for (let round = 1; round <= 3000; round++) {
    const task = draw(2) === 0 ? clientTask(world, 0) : (world.pagers[0] as number);
    const word = () => (draw(3) === 0 ? draw(2 ** 24) : draw(2) === 0 ? draw(2 ** 13) : draw(8));
    const name = names[draw(names.length)] as MessageName;
    const pager = world.pagers[draw(2)] as number;
    const words =
      name === 'machMap' ? [pager, word(), 1 + draw(16), draw(2)] : [0, 1, 2, 3].map(word);
    say(world, task, OP[name], words);
    if (draw(10) === 0) pass(world, MS);
    if (round % 50 === 0) expect(get(world, 1, at + draw(16))).toBeLessThan(16);
    if (round % 500 === 0) sizes.push(places(world));
  }
  for (let page = 0; page < 16; page++) expect(get(world, 1, at + page)).toBe(page);
  pass(world, 100 * MS);
  expect(checkVm(emmiIn(world).vm)).toBeUndefined();
  expect(emmiIn(world).state.waits).toEqual([]);
  expect(Math.max(...sizes.slice(3))).toBeLessThan(1.2 * Math.max(...sizes.slice(0, 3)));
});
