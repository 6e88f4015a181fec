/** Pagers that do not do what is asked of them: each class of failure, and who has to bear it. */

import { expect, test } from 'vitest';
import {
  createWorld,
  emmiIn,
  get,
  lastTag,
  mapObject,
  outcomeOf,
  pass,
  put,
  recordIn,
  touch,
  type World,
} from '../../../../../lab/conformance/world.ts';
import type { PagerModule } from '../../../../../servers/central/mach/emmi/pager.ts';
import { ficklePager } from '../../../../../servers/central/mach/emmi/pagers/fickle.ts';
import { floodingPager } from '../../../../../servers/central/mach/emmi/pagers/flooding.ts';
import { hoardingPager } from '../../../../../servers/central/mach/emmi/pagers/hoarding.ts';
import { selfFaultingPager } from '../../../../../servers/central/mach/emmi/pagers/self-faulting.ts';
import { silentPager } from '../../../../../servers/central/mach/emmi/pagers/silent.ts';
import { storePager } from '../../../../../servers/central/mach/emmi/pagers/store.ts';
import { checkVm, pageOut } from '../../../../../servers/central/mach/vm/index.ts';

const MS = 1_000_000;

function pageAllOut(world: World): void {
  const { vm } = emmiIn(world);
  const { queue } = vm.state.resident;
  for (let page = 0; page < queue.length; page++) if (queue[page] >= 2) pageOut(vm, page);
  touch(world, 1, 5000);
}

test('[EMMI8] a pager that does not answer: who waits has a memory exception when patience is over', () => {
  const world = createWorld({ pagers: [silentPager], emmi: { patienceNs: 5 * MS } });
  const at = mapObject(world, 0) as number;
  expect(touch(world, 0, at)).toBe('waits');
  const tag = lastTag(world);
  pass(world, 4 * MS);
  expect(outcomeOf(world, 0, tag)).toBe('waits');
  pass(world, MS);
  expect(outcomeOf(world, 0, tag)).toBe('MEMORY_ERROR');
  const { counts, requests, waits } = emmiIn(world).state;
  expect([counts.silences, requests.length, waits.length]).toEqual([1, 0, 0]);
  expect(recordIn(world, 0).waitedNs).toBe(5 * MS);
});

test.each([
  ['zeros', 'SUCCESS'],
  ['wait', 'waits'],
] as const)('[EMMI8] silence may be answered otherwise: %s', (onSilence, outcome) => {
  const emmi = { patienceNs: MS, onSilence };
  const world = createWorld({ pagers: [silentPager], emmi });
  const at = mapObject(world, 0) as number;
  touch(world, 0, at);
  const tag = lastTag(world);
  pass(world, 10 * MS);
  expect(outcomeOf(world, 0, tag)).toBe(outcome);
});

test('[EMMI9] of a pager that holds on to what it is sent memory is had back from the default pager', () => {
  const world = createWorld({
    pagers: [hoardingPager],
    frames: 48,
    pages: 40,
    emmi: { laundryNs: MS },
  });
  const at = mapObject(world, 0, 0, 40) as number;
  for (let page = 0; page < 40; page++) put(world, 0, at + page, page + 1);
  pageAllOut(world);
  const { state, vm } = emmiIn(world);
  expect(state.laundry.length).toBe(40);
  pass(world, 2 * MS);
  expect([vm.state.laundry.length, vm.state.resident.queued[1]]).toEqual([0, 48]);
  // Its clients find what they wrote: it has it, if not its memory.
  for (let page = 0; page < 40; page++) expect(get(world, 0, at + page)).toBe(page + 1);
  expect(checkVm(vm)).toBeUndefined();
});

test('[EMMI9] a pager that holds on to too much is not heard any more, and its clients are told', () => {
  const emmi = { laundryNs: MS, laundryMax: 8 };
  const world = createWorld({ pagers: [hoardingPager, storePager], frames: 64, emmi });
  const at = mapObject(world, 0) as number;
  const good = mapObject(world, 1, 0, 16, 1) as number;
  put(world, 1, good, 5);
  for (let page = 0; page < 16; page++) put(world, 0, at + page, page);
  pageAllOut(world);
  pass(world, 2 * MS);
  expect(emmiIn(world).state.counts.destroyed).toBe(1);
  expect(get(world, 0, at)).toBe('MEMORY_ERROR');
  expect(get(world, 1, good)).toBe(5);
});

test('[EMMI10] a pager that floods takes so many frames and no more, and the first when they are short', () => {
  const emmi = { unaskedMax: 6 };
  const world = createWorld({ pagers: [floodingPager], frames: 64, pages: 40, emmi });
  const at = mapObject(world, 0, 0, 40) as number;
  expect(get(world, 0, at)).toBe(0);
  const { vm, state } = emmiIn(world);
  expect(vm.state.resident.queued[1]).toBe(64 - 1 - 6);
  expect(state.counts.unaskedRefused).toBeGreaterThan(0);
  for (let page = 0; page < 40; page++) expect(put(world, 0, at + page, page)).toBe('done');
  expect(checkVm(vm)).toBeUndefined();
});

test('[EMMI11] a pager that changes its data deceives who maps it, and nobody else', () => {
  const world = createWorld({ pagers: [ficklePager, storePager] });
  const [at, good] = [mapObject(world, 0) as number, mapObject(world, 1, 0, 16, 1) as number];
  put(world, 1, good, 3);
  const first = get(world, 0, at);
  expect(first).toBe(1000);
  pageAllOut(world);
  expect(get(world, 0, at)).not.toBe(first);
  expect(get(world, 1, good)).toBe(3);
});

test('[EMMI12] a pager that needs its own page is refused it, and the circle is named', () => {
  const world = createWorld({ pagers: [selfFaultingPager, storePager] });
  const [at, good] = [mapObject(world, 0) as number, mapObject(world, 1, 0, 16, 1) as number];
  // It is told that there is no memory, and answers then.
  expect(get(world, 0, at)).toBe(0);
  expect(emmiIn(world).state.deadlocks).toEqual(['self-faulting waits for self-faulting']);
  expect(put(world, 1, good, 3)).toBe('done');
});

/** Before it answers it touches a page of the other pager's object. */
function leaning(name: string, other: number): PagerModule<{ at: number; offset: number }> {
  return {
    name,
    summary: 'needs a page of another pager',
    create: () => ({ at: -1, offset: -1 }),
    hear: (state, message, kernel) => {
      const { control = 0, offset = 0, address = 0, result = 0 } = message.fields;
      if (message.name === 'memoryObjectInit') {
        kernel.send('memoryObjectReady', { control });
        kernel.map(kernel.task + other, 0, 16);
      } else if (message.name === 'machMapped' && result === 0) state.at = address;
      else if (message.name === 'memoryObjectDataRequest') kernel.touch(state.at + offset, 1);
    },
  };
}

test('[EMMI12] so are two pagers that need each other', () => {
  const pagers = [leaning('one', 1), leaning('two', -1)];
  const world = createWorld({ pagers, emmi: { patienceNs: MS } });
  const at = mapObject(world, 0) as number;
  expect(touch(world, 0, at)).toBe('waits');
  const tag = lastTag(world);
  expect(emmiIn(world).state.deadlocks).toEqual(['two waits for one waits for two']);
  pass(world, 10 * MS);
  expect(outcomeOf(world, 0, tag)).toBe('MEMORY_ERROR');
});

test('[EMMI7] with a pager its objects end: who waits, and who comes, has a memory exception', async () => {
  const { killServer } = await import('../../../../../nucleus/life.ts');
  const world = createWorld({ pagers: [silentPager, storePager] });
  const at = mapObject(world, 0) as number;
  touch(world, 0, at);
  const tag = lastTag(world);
  killServer(world.kernel, world.pagers[0] as number);
  expect(touch(world, 0, at + 1)).toBe('MEMORY_ERROR');
  expect(outcomeOf(world, 0, tag)).toBe('MEMORY_ERROR');
  expect(mapObject(world, 1)).toBe('INVALID_ARGUMENT');
  expect(checkVm(emmiIn(world).vm)).toBeUndefined();
});
