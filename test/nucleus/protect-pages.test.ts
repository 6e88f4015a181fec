import { expect, test } from 'vitest';
import { allowWrite, map, pageBits } from '../../nucleus/memory-map.ts';
import { protectPages } from '../../nucleus/protect-pages.ts';
import { MESSAGE, type TaskState } from '../../nucleus/tasks.ts';
import { WRITABLE } from '../../sim-hw/page-table/format.ts';
import { hashState } from '../../sim-hw/state.ts';
import { createDesk, FIRST, settleIn } from '../support/desk.ts';

function ready() {
  const desk = createDesk({ costs: { mapNs: 1000, scanNs: 10 } });
  settleIn(desk, FIRST, 4, 0, 3);
  for (const page of [0, 1, 2]) map(desk.kernel, FIRST, FIRST, page, page, true);
  return desk;
}

test('PROTN: one operation for many pages, the entries beyond the first alone', () => {
  const { kernel } = ready();
  kernel.state.account = FIRST;
  const task = kernel.state.tasks[FIRST] as TaskState;
  const before = task.times[MESSAGE] as number;
  expect(protectPages(kernel, FIRST, FIRST, Uint32Array.of(0, 1, 2))).toBe(3);
  expect((task.times[MESSAGE] as number) - before).toBe(1020);
  for (const page of [0, 1, 2]) expect(pageBits(kernel, FIRST, FIRST, page) & WRITABLE).toBe(0);
  allowWrite(kernel, FIRST, FIRST, 1);
  expect(pageBits(kernel, FIRST, FIRST, 1) & WRITABLE).toBe(WRITABLE);
});

test('PROTN passes over pages that are not mapped, and those of others', () => {
  const { kernel } = ready();
  expect(protectPages(kernel, FIRST, FIRST, Uint32Array.of(2, 5, 99))).toBe(1);
  const { table, mmu } = kernel.state;
  const before = hashState([table, mmu]);
  expect(protectPages(kernel, FIRST + 1, FIRST, Uint32Array.of(0, 1))).toBe(0);
  expect(protectPages(kernel, FIRST, FIRST, new Uint32Array(0))).toBe(0);
  expect(hashState([table, mmu])).toBe(before);
});
