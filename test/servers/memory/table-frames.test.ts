import { expect, test } from 'vitest';
import { READ } from '../../../contracts/messages.ts';
import { IN_USE, NO_PLACE } from '../../../contracts/refusals.ts';
import { checkTableFrames } from '../../../lab/oracles/table-frames.ts';
import { map, unmap } from '../../../nucleus/memory-map.ts';
import { createTableFrames, giveTable, takeTableBack } from '../../../nucleus/table-frames.ts';
import { relocateRun } from '../../../servers/memory/containers/relocation.ts';
import {
  advance,
  checkBooks,
  createDesk,
  type Desk,
  type DeskOptions,
  FIRST,
  hashDesk,
  MEMORY,
  say,
  settleIn,
  tableOf,
  takeHeard,
} from '../../support/desk.ts';
import { fill, open, refusal } from '../../support/pages.ts';

const TARGET = 0;

/** A desk where page tables are charged; the first client holds `frames`. */
function charged(frames: number, options: DeskOptions = {}, extra = 0) {
  const desk = createDesk(options);
  desk.kernel.state.tables = createTableFrames(2);
  const slots = settleIn(desk, FIRST, options.frames ?? 8, extra, frames);
  return { desk, slots };
}

function give(desk: Desk, slots: readonly number[]): boolean[] {
  return slots.map((slot) => giveTable(desk.kernel, FIRST, FIRST, slot));
}

test('[MEM15] [MEM16] a page is mapped only when its tables have been given; they stay held', () => {
  const { desk, slots } = charged(6);
  const { kernel } = desk;
  const page = slots[5] as number;
  expect(give(desk, slots.slice(0, 3))).toEqual([true, true, true]);
  const before = hashDesk(desk);
  expect(map(kernel, FIRST, FIRST, 0, page, true)).toBe(false);
  expect(hashDesk(desk)).toBe(before);
  give(desk, [slots[3] as number]);
  expect(map(kernel, FIRST, FIRST, 0, page, true)).toBe(true);
  expect(desk.server.clients[FIRST]?.held).toBe(6);
  expect(kernel.state.tables?.used[TARGET]).toBe(4);
  expect(checkTableFrames(kernel)).toBeUndefined();
  // A neighbour page needs no more of them, and while one is mapped none comes back.
  expect(map(kernel, FIRST, FIRST, 1, slots[4] as number, true)).toBe(true);
  expect(takeTableBack(kernel, FIRST, FIRST, -1)).toBe(-1);
  unmap(kernel, FIRST, FIRST, 1);
  unmap(kernel, FIRST, FIRST, 0);
  expect(kernel.state.tables?.used[TARGET]).toBe(0);
  expect(takeTableBack(kernel, FIRST, FIRST, 0)).toBe(-1);
  expect(slots).toContain(takeTableBack(kernel, FIRST, FIRST, -1));
  expect(checkBooks(desk)).toBeUndefined();
});

test('[MEM16] the server lends no mapping either while tables are wanting', () => {
  const { desk, slots } = charged(4);
  const own = open(desk, FIRST);
  fill(desk, FIRST, own, 0, 1);
  const asked = () => say(desk, FIRST, 'mapPage', [own, 0, 3, READ])[0];
  expect(asked()).toEqual(refusal(own, NO_PLACE, 'mapPage'));
  give(desk, slots);
  expect(asked()?.[0]).toBe('pageMapped');
  expect(checkTableFrames(desk.kernel)).toBeUndefined();
});

test('[MEM17] [MEM18] a frame given for tables is in use, and is not moved', () => {
  const { desk, slots } = charged(5);
  const slot = slots[0] as number;
  const frame = tableOf(desk, FIRST).slotFrame[slot] as number;
  give(desk, [slot]);
  expect(give(desk, [slot, 60])).toEqual([false, false]);
  expect(giveTable(desk.kernel, FIRST, MEMORY, slots[1] as number)).toBe(false);
  expect(say(desk, FIRST, 'returnFrames', [slot])).toEqual([refusal(slot, IN_USE, 'returnFrames')]);
  expect(say(desk, FIRST, 'markUnused', [slot, 1])).toEqual([refusal(slot, IN_USE, 'markUnused')]);
  expect(map(desk.kernel, FIRST, FIRST, 0, slot, false)).toBe(false);
  expect(relocateRun(desk.kernel, desk.server, frame, 0, 12)).toBe(false);
  takeTableBack(desk.kernel, FIRST, FIRST, -1);
  expect(relocateRun(desk.kernel, desk.server, frame, 0, 12)).toBe(true);
  expect(say(desk, FIRST, 'returnFrames', [slot])).toEqual([]);
});

test('[MEM17] what is due is taken from tables last, when they are empty; wires yield then', () => {
  for (const wired of [false, true]) {
    const terms = { wiredMax: 1, wiredTimeMax: 1000, term: 500 };
    const { desk, slots } = charged(6, { frames: 8, terms });
    give(desk, slots.slice(0, 4));
    const { kernel } = desk;
    for (const [page, slot] of slots.slice(4).entries())
      expect(map(kernel, FIRST, FIRST, page, slot, true)).toBe(true);
    if (wired) say(desk, FIRST, 'wire', [slots[4] as number, 1, 900]);
    // A smaller guarantee: 5 of the 6 are due.
    say(desk, FIRST, 'contract', [1, 0, 0, 0]);
    advance(desk, 1200);
    expect(desk.server.clients[FIRST]?.held).toBe(1);
    const lost = takeHeard(desk, FIRST).filter(([name]) => name === 'loss');
    expect(lost.slice(0, 2).map(([, slot]) => slot)).toEqual([slots[5], slots[4]]);
    expect(lost).toHaveLength(5);
    expect(checkTableFrames(kernel)).toBeUndefined();
    expect(checkBooks(desk)).toBeUndefined();
  }
});

test('[MEM15] the check notices tables that nobody gave, and frames given twice', () => {
  for (const wrong of [
    ({ used }: { used: Int32Array }) => {
      used[TARGET] = 3;
    },
    ({ given }: { given: number[][] }) => given[TARGET]?.pop(),
    ({ given }: { given: number[][] }) => given[TARGET]?.push(given[TARGET]?.[0] as number),
    ({ given }: { given: number[][] }) => given[TARGET]?.splice(0, 1, 7),
  ]) {
    const { desk, slots } = charged(5);
    give(desk, slots.slice(0, 4));
    map(desk.kernel, FIRST, FIRST, 0, slots[4] as number, true);
    const { tables } = desk.kernel.state;
    if (tables === null) throw new Error('tables are not charged');
    expect(checkTableFrames(desk.kernel)).toBeUndefined();
    wrong(tables);
    expect(checkTableFrames(desk.kernel)).toBeDefined();
  }
});
