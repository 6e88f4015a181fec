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

function machine(format: string, clients = 2) {
  const { kernel } = createDesk({ format, clients, frames: 32, costs: { mapNs: 10, trapNs: 100 } });
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

test('[PMAP1] SUN 3: a stolen context takes the pages of its space out of the TLB, and no others', () => {
  const { kernel, space, lendTo } = machine('sun-3', 9);
  const { table, mmu } = kernel.state;
  for (let client = 0; client < 8; client++)
    for (const page of [0, 1]) {
      lendTo(FIRST + client, page, 2 * client + page);
      // A set has four ways: not all spaces can be in the TLB.
      if (client < 2 || client > 5)
        insertFirst(mmu.tlb, space(FIRST + client).unitOf[page] as number, 9 - client, true);
    }
  const held = () =>
    [...Array(8).keys()].filter((client) =>
      [0, 1].some((page) => holds(mmu.tlb, space(FIRST + client).unitOf[page] as number)),
    );
  const before = held();
  expect(before.slice(0, 2)).toEqual([0, 1]);
  lendTo(FIRST + 8, 0, 16);
  expect(table.counts.contextSteals).toBe(1);
  expect(held()).toEqual(before.filter((client) => client !== 0));
  expect(kernel.format.walk(table, 0, 0)).toBe(-1);
  // Page by page it comes back, for another's context.
  expect(mendMapping(kernel, space(FIRST), 0)).toBe(true);
  expect(held()).not.toContain(1);
  expect(kernel.format.walk(table, 0, 1)).toBe(-1);
});
