/** The checks of the whole can fail: each planted fault is found. */

import { expect, test } from 'vitest';
import type { Vm } from '../../../../../servers/central/mach/vm/index.ts';
import * as mach from '../../../../../servers/central/mach/vm/index.ts';
import { enterMapping } from '../../../../../servers/central/mach/vm/pmap.ts';
import { cloneState, copyInto, hashState } from '../../../../../sim-hw/state.ts';
import {
  createDesk,
  given,
  PAGE,
  pageAllOut,
  put,
  taskWith,
  topObject,
} from '../../../../support/memory-desk.ts';

function busyDesk(): { vm: Vm; task: number } {
  const vm = createDesk({ frames: 64 });
  const task = taskWith(vm, 8);
  for (let page = 0; page < 8; page++) put(vm, task, page, page);
  pageAllOut(vm);
  for (let page = 0; page < 4; page++) put(vm, task, page, page);
  const child = given(mach.forkTask(vm, task));
  put(vm, child, 0, 9);
  return { vm, task };
}

const faults: Record<string, (vm: Vm, task: number) => void> = {
  'a page on no bucket': ({ state }) => state.resident.index.buckets.fill(-1),
  'a page of another object': ({ state }) => {
    state.resident.index.owner[0] = 77;
  },
  'a queue that lost its tail': ({ state }) => {
    state.resident.tail[2] = 5;
  },
  'a free page that has an object': ({ state }) => {
    state.resident.queue[state.resident.index.owner.findIndex((owner) => owner >= 0)] = 1;
  },
  'a block free and in use': ({ state }) => {
    state.store.freeBlocks[0] = state.store.index.owner.findIndex((owner) => owner >= 0);
  },
  'a reference too many': (vm, task) => {
    mach.objectAt(vm, topObject(vm, task)).references++;
  },
  'a shadow on no list': (vm, task) => {
    mach.objectAt(vm, topObject(vm, task)).firstShadow = -1;
  },
  'an entry that overlaps': (vm, task) => {
    const entry = vm.state.entries.records[mach.mapAt(vm, given(mach.mapOf(vm, task))).first];
    if (entry) entry.end = entry.start;
  },
  'a page mapped where nothing is': (vm, task) => {
    enterMapping(vm, mach.mapAt(vm, given(mach.mapOf(vm, task))).space, 90 * PAGE, 0, false, false);
  },
  'a page writable that is another’s as well': (vm, task) => {
    const { space } = mach.mapAt(vm, given(mach.mapOf(vm, task)));
    const { mappings } = vm.state;
    const at = mappings.firstOfSpace[space];
    enterMapping(vm, space, mappings.address[at], mappings.page[at], true, false);
  },
};

test.each(Object.keys(faults))('[VM1] the checker finds %s', (name) => {
  const { vm, task } = busyDesk();
  expect(mach.checkVm(vm)).toBeUndefined();
  faults[name](vm, task);
  expect(mach.checkVm(vm)).toBeTypeOf('string');
});

test('[VM1] its state is plain: cloned in the middle it goes on alike, and hashes alike', () => {
  const { vm, task } = busyDesk();
  const twin: Vm = { ...vm, state: cloneState(vm.state) };
  const third: Vm = createDesk({ frames: 64 });
  copyInto(third.state, vm.state);
  for (const one of [vm, twin, third]) {
    put(one, task, 2, 40);
    given(mach.forkTask(one, task));
    pageAllOut(one);
  }
  expect(hashState(twin.state)).toBe(hashState(vm.state));
  expect(hashState(third.state)).toBe(hashState(vm.state));
  put(twin, task, 2, 41);
  expect(hashState(twin.state)).not.toBe(hashState(vm.state));
});
