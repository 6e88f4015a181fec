/** vm_wire and vm_machine_attribute as messages, and what a task may ask. */

import { expect, test } from 'vitest';
import { OP } from '../../../../../contracts/messages.ts';
import {
  regionIs,
  regionOf,
  STATISTICS,
  VM_LEND,
  VM_MAXIMUM,
} from '../../../../../contracts/vm-messages.ts';
import * as mach from '../../../../../servers/central/mach/vm/index.ts';
import { memoryOf } from '../../../../../servers/central/mach/vm-server.ts';
import { get, pageAllOut, put } from '../../../../support/memory-desk.ts';
import { A, B, createVmDesk, hand, newest, say, spaceOf } from '../../../../support/vm-desk.ts';

test('[VM23] wired by a message pages stay; one maker has no more wired than one may, whoever asks', () => {
  const desk = createVmDesk({}, { wiredMax: 4 });
  const vm = memoryOf(desk.kernel, desk.server);
  const space = spaceOf(desk, A, 8);
  const task = newest(desk);
  expect(say(desk, A, 'vmWire', space, 0, 3, 1)).toEqual([space, OP.vmWire, 0]);
  pageAllOut(vm);
  expect(mach.vmStatistics(vm).wired).toBe(3);
  expect(say(desk, A, 'vmWire', space, 4, 2, 1)).toBe('OVER_WIRED');
  // Pages that are wired are not counted twice.
  expect(say(desk, A, 'vmWire', space, 0, 4, 1)).toBeTypeOf('object');
  // On loan to a child the space is the same, and so are its pages.
  const [, lent] = say(desk, A, 'vmFork', space, VM_LEND, 0) as number[];
  expect(say(desk, A, 'vmWire', lent, 5, 1, 1)).toBe('OVER_WIRED');
  say(desk, A, 'vmEnd', lent);
  // Nor does another who may work on it get more for its maker.
  const handed = hand(desk, A, space, 'handControl');
  expect(say(desk, B, 'vmWire', handed, 5, 1, 1)).toBe('OVER_WIRED');
  const own = spaceOf(desk, B, 4);
  expect(say(desk, B, 'vmWire', own, 0, 4, 1)).toBeTypeOf('object');
  expect(say(desk, B, 'vmWire', handed, 0, 4, 0)).toBeTypeOf('object');
  expect(say(desk, B, 'vmWire', handed, 3, 1, 0)).toBe('MALFORMED');
  expect(get(vm, task, 0)).toBe(0);
  expect(mach.checkVm(vm)).toBeUndefined();
});

test('[VM23] vm_machine_attribute: mappings are flushed and come back by faults; nothing else can be asked', () => {
  const desk = createVmDesk();
  const vm = memoryOf(desk.kernel, desk.server);
  const space = spaceOf(desk, A, 4);
  const task = newest(desk);
  for (let page = 0; page < 4; page++) put(vm, task, page, page + 1);
  const { faults } = vm.state.counts;
  say(desk, A, 'vmMachineAttribute', space, 1, 2, 0);
  expect([0, 1, 2, 3].map((page) => get(vm, task, page))).toEqual([1, 2, 3, 4]);
  expect(vm.state.counts.faults - faults).toBe(2);
  expect(say(desk, A, 'vmMachineAttribute', space, 1, 2, 1)).toBe('MALFORMED');
});

test('[VM24] vm_regions tells of each range, in order, what may be done to it', () => {
  const desk = createVmDesk();
  const space = spaceOf(desk, A, 6);
  say(desk, A, 'vmProtect', space, 2, 1, 1 + VM_MAXIMUM);
  say(desk, A, 'vmInherit', space, 3, 3, 1);
  say(desk, A, 'vmFork', space, 0, 0);
  const all: unknown[] = [];
  for (let page = 0; ; ) {
    const region = say(desk, A, 'vmRegions', space, page);
    if (typeof region === 'string') break;
    const { w1, w2, w3 } = desk.heard[0].message;
    all.push([w1, w2, regionIs(w3)]);
    page = w1 + w2;
  }
  const plain = { rights: 3, rightsMax: 7, how: 0, isShared: false };
  expect(all).toEqual([
    [0, 2, plain],
    [2, 1, { ...plain, rights: 1, rightsMax: 1 }],
    [3, 3, { ...plain, how: 1, isShared: true }],
  ]);
  for (let what = 0; what < 512; what++) expect(regionOf(regionIs(what))).toBe(what);
});

test('[VM24] vm_statistics tells what there is, three at a time', () => {
  const desk = createVmDesk();
  const vm = memoryOf(desk.kernel, desk.server);
  const space = spaceOf(desk, A, 6);
  for (let page = 0; page < 6; page++) put(vm, newest(desk), page, page);
  const all: Record<string, number> = {};
  for (const [group, names] of STATISTICS.entries()) {
    say(desk, A, 'vmStatistics', space, group);
    const { w0, w1, w2, w3 } = desk.heard[0].message;
    expect(w0).toBe(group);
    for (const [i, name] of names.entries()) all[name] = [w1, w2, w3][i];
  }
  expect(all).toMatchObject({ pageBytes: 4096, free: 58, active: 6, faults: 6, zeroFills: 6 });
  expect(mach.vmStatistics(vm)).toMatchObject(all);
});
