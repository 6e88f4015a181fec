/**
 * Mach's virtual memory beside the management `mach`, which has its queues and nothing else: for plain
 * memory of tasks that share nothing both take the same faults, and give up the same pages.
 */

import { expect, test } from 'vitest';
import type { CentralManagement } from '../../../../../contracts/central-management.ts';
import { centralManagements } from '../../../../../servers/central/index.ts';
import { frameAt } from '../../../../../servers/central/mach/vm/access.ts';
import * as mach from '../../../../../servers/central/mach/vm/index.ts';
import { referenceOne, startCentral, tick } from '../../../../support/drive-central.ts';
import {
  createDesk,
  get,
  given,
  PAGE,
  put,
  taskWith,
  xorshift,
} from '../../../../support/memory-desk.ts';
import { loop } from '../../../../support/reference-strings.ts';

type Strings = readonly (readonly number[])[];

const plain = centralManagements.mach as CentralManagement;

/** Faults of each task as the management serves them, with Mach's thresholds: free pages before a fault. */
function byManagement(strings: Strings, frames: number): number[][] {
  const faults: number[][] = [];
  const { freeMin, freeTarget } = mach.thresholds(createDesk({ frames }));
  let short = 0;
  // What it gives up, it gives up before the fault that finds too few frames free.
  const management = { ...plain, ticked: () => short } as CentralManagement;
  const drive = startCentral(management, strings, { frames });
  for (const member of turns(strings)) {
    const page = drive.firstPage[member] + strings[member][drive.done[member]];
    const free = frames - drive.residentCount;
    const isFault = drive.resident[page] === 0;
    short = isFault && free < freeMin ? freeTarget - free : 0;
    if (short > 0) tick(drive);
    if (isFault) faults.push([member, strings[member][drive.done[member]]]);
    referenceOne(drive, member);
  }
  return faults;
}

/** The same by virtual memory: a space for each task, all of it allocated, nothing shared. */
function byVirtualMemory(strings: Strings, frames: number): number[][] {
  const faults: number[][] = [];
  const vm = createDesk({ frames, blocks: 4096 });
  const tasks = strings.map((pages) => taskWith(vm, 1 + Math.max(...pages)));
  const done = strings.map(() => 0);
  for (const member of turns(strings)) {
    const page = strings[member][done[member]++];
    const isThere = frameAt(vm, tasks[member], page * PAGE, mach.READ | mach.WRITE) !== mach.NONE;
    if (!isThere) {
      faults.push([member, page]);
      expect(put(vm, tasks[member], page, page)).toBeUndefined();
    }
  }
  expect(mach.checkVm(vm)).toBeUndefined();
  expect(vm.state.counts.faults).toBe(faults.length);
  return faults;
}

/** Members in turn, one reference each, as long as they have any. */
function turns(strings: Strings): number[] {
  const most = Math.max(...strings.map(({ length }) => length));
  return Array.from({ length: most }, (_, at) => at).flatMap((at) =>
    strings.flatMap(({ length }, member) => (at < length ? [member] : [])),
  );
}

test('[VM10] for plain memory virtual memory takes the faults of the management, to the last one', () => {
  let all = 0;
  for (let seed = 1; seed <= 12; seed++) {
    const random = xorshift(seed * 31);
    const frames = 80 + (random() % 80);
    // Some pages are used often, and all now and then.
    const hot = (pages: number, count: number) =>
      Array.from({ length: count }, () => random() % (random() % 3 === 0 ? pages : pages >> 2));
    const strings = [hot(90, 3000), hot(140, 3000), loop(60, 50)];
    const faults = byManagement(strings, frames);
    expect(byVirtualMemory(strings, frames), `seed ${seed}`).toEqual(faults);
    all += faults.length;
  }
  expect(all).toBeGreaterThan(10_000);
});

test('[VM10] [VM14] after a fork what both tasks read is in memory once; a pager that knows of tasks alone would have it twice', () => {
  const [pages, frames, rounds] = [60, 100, 20];
  const vm = createDesk({ frames, blocks: 4096 });
  const parent = taskWith(vm, pages);
  for (let page = 0; page < pages; page++) put(vm, parent, page, page);
  const child = given(mach.forkTask(vm, parent));
  const before = vm.state.counts.pageIns;
  for (let round = 0; round < rounds; round++)
    for (let page = 0; page < pages; page++)
      for (const task of [parent, child]) expect(get(vm, task, page)).toBe(page);
  expect(vm.state.counts.pageIns - before).toBe(0);
  // To a pager that knows tasks' pages alone they are twice as many as there are frames.
  const apart = byManagement([loop(pages, rounds), loop(pages, rounds)], frames);
  expect(apart.length).toBeGreaterThan(rounds * pages);
});
