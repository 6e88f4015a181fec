/** Memory of messages: out of line, from space to space, a whole address space in one. Row 29. */

import { expect, test } from 'vitest';
import { deliverAll } from '../../../../../nucleus/ipc.ts';
import { killTask } from '../../../../../nucleus/life.ts';
import * as mach from '../../../../../servers/central/mach/vm/index.ts';
import { memoryOf } from '../../../../../servers/central/mach/vm-server.ts';
import { get, put } from '../../../../support/memory-desk.ts';
import {
  A,
  B,
  C,
  createVmDesk,
  type Desk,
  hand,
  newest,
  say,
  spaceOf,
} from '../../../../support/vm-desk.ts';

/** A has a space with `pages` pages, page i holding i + 1; its number in the virtual memory. */
function filled(desk: Desk, pages: number): { space: number; task: number } {
  const space = spaceOf(desk, A, pages);
  const task = newest(desk);
  const vm = memoryOf(desk.kernel, desk.server);
  for (let page = 0; page < pages; page++) put(vm, task, page, page + 1);
  return { space, task };
}

test('[VM22] memory goes from space to space in a message, copies no page, and is what it was when taken', () => {
  const desk = createVmDesk();
  const vm = memoryOf(desk.kernel, desk.server);
  const { space, task } = filled(desk, 8);
  const [tag, memory, pages] = say(desk, A, 'vmTake', space, 2, 4, 7) as number[];
  expect([tag, pages]).toEqual([7, 4]);
  put(vm, task, 3, 99);
  const handed = hand(desk, A, memory, 'vmMessage');
  const other = spaceOf(desk, B, 2);
  const [, , at] = say(desk, B, 'vmReceive', other, -1, handed) as number[];
  expect(at).toBe(2);
  expect([2, 3, 4, 5].map((page) => get(vm, newest(desk), page))).toEqual([3, 4, 5, 6]);
  // One page, which the sender wrote after it had sent it.
  expect(vm.state.counts.pageCopies).toBe(1);
  // Once.
  expect(say(desk, B, 'vmReceive', other, -1, handed)).toBe('NO_SUCH_MEMORY');
  expect(say(desk, A, 'vmReceive', space, -1, memory)).toBe('NO_SUCH_MEMORY');
  expect(mach.checkVm(vm)).toBeUndefined();
});

test('[VM22] a whole address space goes in one message, with its holes, and its sender may be dead by then', () => {
  const desk = createVmDesk();
  const vm = memoryOf(desk.kernel, desk.server);
  const { space, task } = filled(desk, 4);
  say(desk, A, 'vmDeallocate', space, 0, 1);
  say(desk, A, 'vmAllocate', space, 10, 5);
  put(vm, task, 12, 120);
  const [, memory, pages] = say(desk, A, 'vmTake', space, -1, 1, 0) as number[];
  // From its first page, 1, to its last, 14.
  expect(pages).toBe(14);
  const handed = hand(desk, A, memory, 'vmMessage');
  killTask(desk.kernel, A);
  deliverAll(desk.kernel);
  const other = spaceOf(desk, B);
  expect(say(desk, B, 'vmReceive', other, 1, handed)).toEqual([other, expect.any(Number), 1]);
  const found = [1, 2, 3, 10, 12].map((page) => get(vm, newest(desk), page));
  expect(found).toEqual([2, 3, 4, 0, 120]);
  expect(get(vm, newest(desk), 5)).toBe('INVALID_ADDRESS');
  expect(vm.state.counts.pageCopies).toBe(0);
  say(desk, B, 'vmEnd', other);
  expect(mach.vmStatistics(vm).free).toBe(64);
});

test('[VM22] vm_write: memory under way over what is there, holes apart; refused, it is under way still', () => {
  const desk = createVmDesk();
  const vm = memoryOf(desk.kernel, desk.server);
  const { space, task } = filled(desk, 5);
  say(desk, A, 'vmDeallocate', space, 2, 1);
  const [, memory] = say(desk, A, 'vmTake', space, -1, 1, 0) as number[];
  const other = spaceOf(desk, A, 6);
  for (let page = 0; page < 6; page++) put(vm, newest(desk), page, 50 + page);
  say(desk, A, 'vmProtect', other, 4, 1, 1);
  expect(say(desk, A, 'vmWrite', other, 0, memory)).toBe('NO_RIGHT');
  expect(say(desk, A, 'vmWrite', other, 1, memory)).toBe('NO_RIGHT');
  expect([0, 3, 5].map((page) => get(vm, newest(desk), page))).toEqual([50, 53, 55]);
  say(desk, A, 'vmProtect', other, 4, 1, 3);
  say(desk, A, 'vmWrite', other, 1, memory);
  const now = [0, 1, 2, 3, 4, 5].map((page) => get(vm, newest(desk), page));
  expect(now).toEqual([50, 1, 2, 53, 4, 5]);
  put(vm, newest(desk), 1, 77);
  expect(get(vm, task, 0)).toBe(1);
  expect(mach.checkVm(vm)).toBeUndefined();
});

test('[VM22] memory that nobody can take out any more is let go of: dropped, or lost with who had it', () => {
  const desk = createVmDesk({}, { underWayMax: 2 });
  const vm = memoryOf(desk.kernel, desk.server);
  const { space } = filled(desk, 3);
  const takeOne = () => (say(desk, A, 'vmTake', space, 0, 1, 0) as number[])[1];
  const [first, second] = [takeOne(), takeOne()];
  const lost = hand(desk, B, hand(desk, A, first, 'vmMessage'), 'vmMessage');
  expect(lost).toBeTypeOf('number');
  killTask(desk.kernel, C);
  deliverAll(desk.kernel);
  say(desk, A, 'vmDrop', second);
  // Sent to the server itself, which takes none: the last one is gone too.
  const third = takeOne();
  hand(desk, A, takeOne(), 'vmMessage');
  expect(desk.server.underWay.values.filter((memory) => memory !== mach.NONE).length).toBe(2);
  expect(say(desk, A, 'vmTake', space, 0, 1, 0)).toBe('NO_PLACE');
  say(desk, A, 'vmDrop', third);
  killTask(desk.kernel, B);
  killTask(desk.kernel, A);
  deliverAll(desk.kernel);
  expect(mach.vmStatistics(vm).free).toBe(64);
  expect(vm.state.copies.records.every((record) => record === null)).toBe(true);
});
