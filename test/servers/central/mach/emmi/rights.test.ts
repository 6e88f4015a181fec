/** Locks, copies, attributes: what a pager says of its object besides its contents. */

import { expect, test } from 'vitest';
import { lockOrder, STRATEGIES } from '../../../../../contracts/emmi-messages.ts';
import { OP } from '../../../../../contracts/messages.ts';
import {
  createWorld,
  emmiIn,
  get,
  lastTag,
  mapObject,
  mappedAt,
  outcomeOf,
  pagerStateIn,
  pass,
  put,
  say,
  touch,
  unmap,
  type World,
} from '../../../../../lab/conformance/world.ts';
import type { PagerMessage, PagerModule } from '../../../../../servers/central/mach/emmi/pager.ts';
import {
  createStoreState,
  hearAsStore,
  type StoreState,
  storePager,
} from '../../../../../servers/central/mach/emmi/pagers/store.ts';
import { checkVm, READ, WRITE } from '../../../../../servers/central/mach/vm/index.ts';
import { pagerOf } from '../../../../../servers/central/mach/vm/pager-store.ts';
import { stamped } from '../../../../../sim-hw/contents.ts';

interface Heard extends StoreState {
  readonly heard: PagerMessage[];
}

/** A store that writes down what it hears, and answers some of it otherwise. */
function recorder(
  other: Record<string, PagerModule<Heard>['hear']> = {},
  name = 'recorder',
): PagerModule<Heard> {
  return {
    name,
    summary: 'writes down what it hears',
    create: (objects, pages) => ({ ...createStoreState(objects, pages), heard: [] }),
    hear: (state, message, kernel) => {
      state.heard.push(message);
      (other[message.name] ?? hearAsStore)(state, message, kernel);
    },
  };
}

const ready =
  (mayCache: number, strategy: number): PagerModule<Heard>['hear'] =>
  (state, message, kernel) => {
    hearAsStore(state, message, { ...kernel, send: () => {} });
    kernel.send('memoryObjectReady', {
      control: message.fields.control as number,
      mayCache,
      strategy,
    });
  };

function namesHeard(world: World): string[] {
  return pagerStateIn<Heard>(world).heard.map(({ name }) => name.replace('memoryObject', ''));
}

/** The pager sends a lock request for pages [first, first + length). */
function lock(world: World, first: number, length: number, order: number): void {
  const control = pagerStateIn<Heard>(world).objects[0]?.control as number;
  const task = world.pagers[0] as number;
  say(world, task, OP.memoryObjectLockRequest, [control, first, length, order]);
}

const KEEP = { returns: 'none', flush: false, wantsReply: false } as const;

test('[EMMI2] a pager hears of its object when it is mapped first; requests wait until it is ready', () => {
  const module = recorder({
    memoryObjectInit: (state, message) => {
      const kept = state.objects[0];
      if (kept !== undefined) kept.control = message.fields.control as number;
    },
  });
  const world = createWorld({ pagers: [module] });
  const at = mapObject(world, 0) as number;
  mapObject(world, 1);
  expect(touch(world, 0, at)).toBe('waits');
  const tag = lastTag(world);
  expect(namesHeard(world)).toEqual(['Init']);
  const control = pagerStateIn<Heard>(world).objects[0]?.control as number;
  say(world, world.pagers[0] as number, OP.memoryObjectReady, [control, 0, 1]);
  expect(namesHeard(world)).toEqual(['Init', 'DataRequest']);
  expect(outcomeOf(world, 0, tag)).toBe('SUCCESS');
});

test('[EMMI2] nobody but its pager may speak of an object', () => {
  const world = createWorld({ pagers: [recorder(), storePager] });
  mapObject(world, 0);
  const control = pagerStateIn<Heard>(world).objects[0]?.control as number;
  say(world, world.pagers[1] as number, OP.memoryObjectDestroy, [control, 0]);
  say(world, world.pagers[1] as number, OP.memoryObjectReady, [control, 1, 3]);
  expect(emmiIn(world).state.counts.destroyed).toBe(0);
  expect(pagerOf(emmiIn(world).vm, control)).toMatchObject({ mayCache: false, strategy: 'delay' });
});

test('[EMMI3] one page is asked for once, however many wait for it, and an error is for those who wait', () => {
  const module = recorder({ memoryObjectDataRequest: () => {} });
  const world = createWorld({ pagers: [module], clients: 3 });
  const places = [0, 1, 2].map((client) => mapObject(world, client) as number);
  const tags = places.map((at, client) => {
    touch(world, client, at + 4);
    return lastTag(world);
  });
  expect(namesHeard(world)).toEqual(['Init', 'DataRequest']);
  const control = pagerStateIn<Heard>(world).objects[0]?.control as number;
  say(world, world.pagers[0] as number, OP.memoryObjectDataError, [control, 4, 1, 7]);
  expect(tags.map((tag, client) => outcomeOf(world, client, tag))).toEqual(
    tags.map(() => 'MEMORY_ERROR'),
  );
  touch(world, 0, (places[0] as number) + 4);
  expect(namesHeard(world).filter((name) => name === 'DataRequest')).toHaveLength(2);
});

test('[EMMI4] a lock withholds rights until the pager gives them, and replaces the one before', () => {
  const module = recorder({ memoryObjectDataUnlock: () => {} });
  const world = createWorld({ pagers: [module] });
  const at = mapObject(world, 0) as number;
  put(world, 0, at, 5);
  lock(world, 0, 1, lockOrder({ ...KEEP, lock: WRITE }));
  expect(get(world, 0, at)).toBe(5);
  expect(put(world, 0, at, 6)).toBe('waits');
  const tag = lastTag(world);
  expect(namesHeard(world).at(-1)).toBe('DataUnlock');
  lock(world, 0, 1, lockOrder({ ...KEEP, lock: READ | WRITE }));
  expect(touch(world, 1, mapObject(world, 1) as number)).toBe('waits');
  lock(world, 0, 1, lockOrder({ ...KEEP, lock: 0 }));
  expect(outcomeOf(world, 0, tag)).toBe('SUCCESS');
  expect(put(world, 0, at, 6)).toBe('done');
  // Of pages that come later a lock says nothing.
  lock(world, 8, 1, lockOrder({ ...KEEP, lock: WRITE }));
  expect(put(world, 0, at + 8, 7)).toBe('done');
});

test('[EMMI4] pages are cleaned, kept or not, and flushed, and the pager is told when it is done', () => {
  const world = createWorld({ pagers: [recorder()] });
  const at = mapObject(world, 0) as number;
  for (const page of [0, 1, 2]) put(world, 0, at + page, 10 + page);
  const heard = () => pagerStateIn<Heard>(world).heard.splice(0).slice();
  heard();
  lock(world, 0, 2, lockOrder({ returns: 'changed', flush: false, wantsReply: true }));
  expect(heard().map(({ name, fields }) => [name, fields.flags])).toEqual([
    ['memoryObjectDataReturn', 3],
    ['memoryObjectDataReturn', 3],
    ['memoryObjectLockCompleted', undefined],
  ]);
  // Clean now: nothing is sent again, until it is changed again.
  put(world, 0, at + 1, 21);
  lock(world, 0, 2, lockOrder({ returns: 'changed', flush: false, wantsReply: false }));
  expect(heard().map(({ fields }) => fields.offset)).toEqual([1]);
  lock(world, 0, 3, lockOrder({ returns: 'changed', flush: true, wantsReply: false }));
  expect(heard().map(({ fields }) => [fields.offset, fields.flags])).toEqual([[2, 1]]);
  expect([0, 1, 2].map((page) => get(world, 0, at + page))).toEqual([10, 21, 12]);
  // Flushed without a return, what was changed is gone.
  put(world, 0, at, 99);
  lock(world, 0, 1, lockOrder({ returns: 'none', flush: true, wantsReply: false }));
  expect(get(world, 0, at)).toBe(10);
  lock(world, 0, 1, lockOrder({ returns: 'all', flush: true, wantsReply: false }));
  expect(heard().at(-1)).toMatchObject({ name: 'memoryObjectDataReturn', fields: { flags: 0 } });
  expect(checkVm(emmiIn(world).vm)).toBeUndefined();
});

test('[EMMI6] precious pages come back unchanged, others do not', () => {
  for (const isPrecious of [true, false]) {
    const module = recorder({
      memoryObjectDataRequest: ({ objects }, { fields }, kernel) =>
        kernel.supply(objects[0]?.control as number, fields.offset as number, [stamped(4, 1)], {
          isPrecious,
          wantsReply: true,
        }),
    });
    const world = createWorld({ pagers: [module] });
    const at = mapObject(world, 0) as number;
    expect(get(world, 0, at)).toBe(4);
    unmap(world, 0, at, 16);
    const names = ['Init', 'DataRequest', 'SupplyCompleted'];
    const returned = isPrecious ? ['DataReturn'] : [];
    expect(namesHeard(world)).toEqual([...names, ...returned, 'Terminate']);
  }
});

test('[EMMI6] who set attributes the old way hears of changed pages by data_write', () => {
  const module = recorder({
    memoryObjectInit: (state, message, kernel) => {
      hearAsStore(state, message, { ...kernel, send: () => {} });
      const control = message.fields.control as number;
      kernel.send('memoryObjectSetAttributes', { control, ready: 1, strategy: 1 });
    },
  });
  const world = createWorld({ pagers: [module] });
  const at = mapObject(world, 0) as number;
  put(world, 0, at, 5);
  unmap(world, 0, at, 16);
  expect(namesHeard(world).slice(-2)).toEqual(['DataWrite', 'Terminate']);
});

test('[EMMI7] an object that may be cached outlives its last mapping, until its pager says otherwise', () => {
  const world = createWorld({ pagers: [recorder({ memoryObjectInit: ready(1, 1) })] });
  const at = mapObject(world, 0) as number;
  put(world, 0, at, 5);
  unmap(world, 0, at, 16);
  const again = mapObject(world, 0) as number;
  expect(get(world, 0, again)).toBe(5);
  expect(namesHeard(world)).toEqual(['Init', 'DataRequest']);
  const control = pagerStateIn<Heard>(world).objects[0]?.control as number;
  say(world, world.pagers[0] as number, OP.memoryObjectChangeAttributes, [control, 0, 1, 1]);
  unmap(world, 0, again, 16);
  expect(namesHeard(world).slice(2)).toEqual(['ChangeCompleted', 'DataReturn', 'Terminate']);
});

test('[EMMI7] destroyed, an object is gone at once and nothing comes back; mapped anew it is another', () => {
  const world = createWorld({ pagers: [recorder()] });
  const at = mapObject(world, 0) as number;
  put(world, 0, at, 5);
  const control = pagerStateIn<Heard>(world).objects[0]?.control as number;
  say(world, world.pagers[0] as number, OP.memoryObjectDestroy, [control, 0]);
  expect(get(world, 0, at)).toBe('MEMORY_ERROR');
  expect(namesHeard(world)).toEqual(['Init', 'DataRequest', 'Terminate']);
  expect(mapObject(world, 1)).toBe('MEMORY_ERROR');
  unmap(world, 0, at, 16);
  const again = mapObject(world, 1) as number;
  expect(get(world, 1, again)).toBe(0);
});

test.each(STRATEGIES)('[EMMI5] a copy is what the object was when it was made: %s', (strategy) => {
  const init = ready(0, STRATEGIES.indexOf(strategy));
  const world = createWorld({ pagers: [recorder({ memoryObjectInit: init })] });
  const at = mapObject(world, 0) as number;
  for (let page = 0; page < 8; page++) put(world, 0, at + page, 1 + page);
  const copy = mapObject(world, 1, 0, 8, 0, true) as number;
  expect(typeof copy).toBe('number');
  for (let page = 0; page < 4; page++) put(world, 0, at + page, 100 + page);
  put(world, 1, copy + 5, 200);
  const seen = Array.from({ length: 8 }, (_, page) => get(world, 1, copy + page));
  expect(seen).toEqual([1, 2, 3, 4, 5, 200, 7, 8]);
  expect(get(world, 0, at + 5)).toBe(6);
  const { pageCopies, pushes } = emmiIn(world).vm.state.counts;
  if (strategy === 'none') expect(pageCopies).toBeGreaterThanOrEqual(8);
  if (strategy === 'delay') expect(pushes).toBe(4);
  expect(namesHeard(world).includes('Copy')).toBe(strategy === 'call');
  expect(checkVm(emmiIn(world).vm)).toBeUndefined();
});

test('[EMMI5] a copy waits until its pager has said how, and is refused when that never comes', () => {
  const module = recorder({ memoryObjectInit: () => {} });
  const world = createWorld({ pagers: [module], emmi: { patienceNs: 1000 } });
  expect(mapObject(world, 0, 0, 8, 0, true)).toBe('waits');
  pass(world, 1000);
  expect(mappedAt(world, 0, 0)).toBe('MEMORY_ERROR');
  expect(emmiIn(world).state.waits).toEqual([]);
});
