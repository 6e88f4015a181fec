import { expect, test } from 'vitest';
import { frameAt } from '../../nucleus/capabilities.ts';
import {
  allowWrite,
  clearReferenced,
  copyRun,
  dropMappingsOfFrame,
  map,
  pageBits,
  protect,
  spaceOfGlobalPage,
  unmap,
  zero,
} from '../../nucleus/memory-map.ts';
import { MESSAGE, SCAN, type TaskState, ZERO } from '../../nucleus/tasks.ts';
import { FAULTED, runBatch, TIME_UP } from '../../sim-hw/mmu.ts';
import { MODIFIED, PRESENT, REFERENCED, USED, WRITABLE } from '../../sim-hw/page-table/format.ts';
import type { ReferenceString } from '../../sim-hw/references.ts';
import { hashState } from '../../sim-hw/state.ts';
import { holds } from '../../sim-hw/tlb.ts';
import { createDesk, type Desk, FIRST, settleIn, tableOf } from '../support/desk.ts';

const SECOND = FIRST + 1;

/** Two frames in slots 0 and 1 of the first client, one in slot 0 of the second. */
function ready(costs = {}): Desk {
  const desk = createDesk({ costs });
  settleIn(desk, FIRST, 4, 0, 2);
  settleIn(desk, SECOND, 4, 0, 1);
  return desk;
}

test('[CAP5] a mapping needs an own task, a page of it, a held frame nobody maps, an empty page', () => {
  const desk = ready();
  const { kernel } = desk;
  expect(map(kernel, FIRST, FIRST, 2, 0, true)).toBe(true);
  const { table, frames, mmu } = kernel.state;
  const before = hashState([table, frames, mmu]);
  const refused: [number, number, number, number][] = [
    [FIRST, SECOND, 3, 1],
    [FIRST, 99, 3, 1],
    [FIRST, 1, 3, 1],
    [FIRST, FIRST, 8, 1],
    [FIRST, FIRST, -1, 1],
    [FIRST, FIRST, 3, 2],
    [FIRST, FIRST, 3, -1],
    [FIRST, FIRST, 3, 0],
    [FIRST, FIRST, 2, 1],
    [SECOND, FIRST, 3, 0],
  ];
  for (const [pager, target, page, slot] of refused)
    expect(map(kernel, pager, target, page, slot, true), `${pager} ${target} ${page} ${slot}`).toBe(
      false,
    );
  expect(unmap(kernel, SECOND, FIRST, 2)).toBe(0);
  expect(protect(kernel, SECOND, FIRST, 2, true)).toBe(0);
  expect(allowWrite(kernel, SECOND, FIRST, 2)).toBe(false);
  expect(pageBits(kernel, SECOND, FIRST, 2)).toBe(0);
  expect(zero(kernel, FIRST, 7)).toBe(false);
  expect(hashState([table, frames, mmu])).toBe(before);
});

test('[CAP5] a run of another size than the pages of the task is refused', () => {
  const desk = ready();
  (tableOf(desk, FIRST).slotOrder as Uint8Array)[1] = 1;
  expect(map(desk.kernel, FIRST, FIRST, 3, 1, true)).toBe(false);
});

test('[TIME5] map, unmap, protect and rights one mapNs, a look one scanNs, zeros and copies by the frame', () => {
  const desk = ready({ mapNs: 200, scanNs: 50, zeroNs: 250, copyNs: 400 });
  const task = desk.kernel.state.tasks[FIRST] as TaskState;
  const { kernel } = desk;
  kernel.state.account = FIRST;
  const spent = (part: number, action: () => void) => {
    const before = task.times[part] as number;
    const sum = task.times.reduce((a, b) => a + b, 0);
    action();
    const cost = (task.times[part] as number) - before;
    expect(task.times.reduce((a, b) => a + b, 0) - sum).toBe(cost);
    return cost;
  };
  expect(spent(MESSAGE, () => map(kernel, FIRST, FIRST, 2, 0, true))).toBe(200);
  expect(spent(MESSAGE, () => protect(kernel, FIRST, FIRST, 2, false))).toBe(200);
  expect(spent(MESSAGE, () => allowWrite(kernel, FIRST, FIRST, 2))).toBe(200);
  expect(spent(SCAN, () => pageBits(kernel, FIRST, FIRST, 2))).toBe(50);
  expect(spent(SCAN, () => clearReferenced(kernel, FIRST, FIRST, 2))).toBe(50);
  expect(spent(MESSAGE, () => unmap(kernel, FIRST, FIRST, 2))).toBe(200);
  expect(spent(ZERO, () => zero(kernel, FIRST, 0))).toBe(250);
  expect(spent(ZERO, () => copyRun(kernel, 4, 6, 1))).toBe(800);
  // What is refused costs the attempt.
  expect(spent(MESSAGE, () => map(kernel, FIRST, FIRST, 99, 0, true))).toBe(200);
});

test('clearing, lowering rights and unmapping drop the TLB entry, raising rights does not', () => {
  const desk = ready();
  const { kernel } = desk;
  const space = kernel.state.spaces[0] as (typeof kernel.state.spaces)[0];
  const { tlb } = kernel.state.mmu;
  const unit = space.unitOf[0] as number;
  const touch = () => {
    space.cursor = 0;
    space.offset = 0;
    const program = kernel.programs[0] as ReferenceString;
    expect(runBatch(kernel.translation, space, program, 1)).toBe(TIME_UP);
    expect(holds(tlb, unit)).toBe(true);
  };
  expect(map(kernel, FIRST, FIRST, 0, 0, false)).toBe(true);
  touch();
  allowWrite(kernel, FIRST, FIRST, 0);
  expect(holds(tlb, unit)).toBe(true);
  clearReferenced(kernel, FIRST, FIRST, 0);
  expect(holds(tlb, unit)).toBe(false);
  expect(pageBits(kernel, FIRST, FIRST, 0)).toBe(PRESENT | WRITABLE);
  touch();
  expect(pageBits(kernel, FIRST, FIRST, 0)).toBe(PRESENT | WRITABLE | REFERENCED);
  protect(kernel, FIRST, FIRST, 0, false);
  expect(holds(tlb, unit)).toBe(false);
  touch();
  expect(unmap(kernel, FIRST, FIRST, 0) & 0xff).toBe(PRESENT | REFERENCED | USED);
  expect(holds(tlb, unit)).toBe(false);
  space.cursor = 0;
  const program = kernel.programs[0] as ReferenceString;
  expect(runBatch(kernel.translation, space, program, 1)).toBe(FAULTED);
});

test('protect makes a written page clean, so that the next write shows again', () => {
  const desk = ready();
  const { kernel } = desk;
  map(kernel, FIRST, FIRST, 0, 0, true);
  const { table } = kernel.state;
  const index = kernel.format.find(table, 0, 0);
  table.entries[index] = (table.entries[index] as number) | MODIFIED;
  const space = kernel.state.spaces[0] as (typeof kernel.state.spaces)[0];
  space.written[0] = 1;
  expect(protect(kernel, FIRST, FIRST, 0, true) & MODIFIED).toBe(MODIFIED);
  expect(pageBits(kernel, FIRST, FIRST, 0)).toBe(PRESENT | WRITABLE);
  expect(space.written[0]).toBe(0);
});

test('a frame finds back to the page that maps it', () => {
  const desk = ready();
  const { kernel } = desk;
  map(kernel, SECOND, SECOND, 5, 0, true);
  const frame = frameAt(tableOf(desk, SECOND), 0);
  expect(spaceOfGlobalPage(kernel, (kernel.state.frames.mappedBy[frame] as number) - 1).id).toBe(1);
  expect(dropMappingsOfFrame(kernel, frame) >>> 8).toBe(frame);
  expect(dropMappingsOfFrame(kernel, frame)).toBe(0);
  expect(unmap(kernel, SECOND, SECOND, 5)).toBe(0);
});
