import { expect, test } from 'vitest';
import { lend } from '../../nucleus/lent-mappings.ts';
import { dropMapping } from '../../nucleus/memory-map.ts';
import { dropSoftState, mendMapping } from '../../nucleus/soft-state.ts';
import { MESSAGE, type TaskState, TRAP } from '../../nucleus/tasks.ts';
import type { SpaceState } from '../../sim-hw/address-space.ts';
import { MODIFIED } from '../../sim-hw/page-table/format.ts';
import { pageTableFormats } from '../../sim-hw/page-table/index.ts';
import { holds, insertFirst } from '../../sim-hw/tlb.ts';
import { createDesk, FIRST } from '../support/desk.ts';

const names = Object.keys(pageTableFormats);
const FRAME = 3;

function machine(format: string) {
  const { kernel } = createDesk({ format, costs: { mapNs: 10, trapNs: 100 } });
  kernel.state.account = FIRST;
  const space = (task: number) => kernel.state.spaces[task - FIRST] as SpaceState;
  const loan = { word: 1, writable: false, alone: false };
  const lendTo = (task: number, page: number, frame = FRAME) =>
    lend(kernel, task, page, frame, loan);
  return { kernel, space, lendTo };
}

test.each(names)(
  '[PMAP1] %s: what is lost leaves the TLB, and comes back with its bits',
  (name) => {
    const { kernel, space, lendTo } = machine(name);
    const { table, mmu, tasks } = kernel.state;
    const own = space(FIRST);
    lendTo(FIRST, 2);
    const index = kernel.format.find(table, own.id, 2);
    table.entries[index] = (table.entries[index] as number) | MODIFIED;
    insertFirst(mmu.tlb, own.unitOf[2] as number, 1, true);
    expect(mendMapping(kernel, own, 2)).toBe(false);
    expect(dropSoftState(kernel, own, 2)).toBe(true);
    expect(dropSoftState(kernel, own, 2)).toBe(false);
    expect(holds(mmu.tlb, own.unitOf[2] as number)).toBe(false);
    expect(kernel.format.walk(table, own.id, 2)).toBe(-1);
    const { times } = tasks[FIRST] as TaskState;
    const before = [times[TRAP] as number, times[MESSAGE] as number];
    expect(mendMapping(kernel, own, 2)).toBe(true);
    expect([times[TRAP], times[MESSAGE]]).toEqual([before[0] + 100, before[1] + 10]);
    expect(kernel.format.walk(table, own.id, 2)).toBe(index);
    expect(table.counts).toMatchObject({ drops: 1, reloads: 1 });
    // Nor is a bit lost of what is unmapped meanwhile.
    dropSoftState(kernel, own, 2);
    expect(dropMapping(kernel, own, 2) & MODIFIED).toBe(MODIFIED);
    expect(mendMapping(kernel, own, 2)).toBe(false);
  },
);

test.each(names)(
  '[PMAP1] %s: two tasks in turn at one page; an inverted table faults each time',
  (name) => {
    const { kernel, space, lendTo } = machine(name);
    const TURNS = 20;
    let faults = 0;
    for (let turn = 0; turn < TURNS; turn++) {
      const task = FIRST + (turn % 2);
      if (kernel.format.walk(kernel.state.table, space(task).id, 2) >= 0) continue;
      faults++;
      if (!mendMapping(kernel, space(task), 2)) lendTo(task, 2);
    }
    const once = kernel.format.mapsFrameOnce === true;
    expect(faults).toBe(once ? TURNS : 2);
    expect(kernel.state.table.counts.aliasFaults).toBe(once ? TURNS - 1 : 0);
  },
);

test('[PMAP1] SUN 3: a stolen context takes the pages of its space out of the TLB', () => {
  const { kernel, space, lendTo } = machine('sun-3');
  const { table, mmu } = kernel.state;
  lendTo(FIRST, 0);
  lendTo(FIRST, 1, FRAME + 1);
  insertFirst(mmu.tlb, space(FIRST).unitOf[1] as number, 1, true);
  // Seven more spaces and one that is too many: as if so many tasks were there.
  const { enter } = kernel.format;
  const wide = kernel.format.create(64, 9);
  for (let id = 0; id < 8; id++) enter(wide, id, 0, id + 1, 0, 0);
  enter(wide, 8, 0, 20, 0, 0);
  expect(wide.lost).toEqual([0, 0]);
  table.lost.push(0, 0, 0, 1);
  lendTo(FIRST, 2, FRAME + 2);
  expect(table.lost).toEqual([]);
  expect(holds(mmu.tlb, space(FIRST).unitOf[1] as number)).toBe(true);
});
