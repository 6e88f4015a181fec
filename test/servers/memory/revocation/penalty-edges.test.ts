/** Penalties, at their edges: in which order things are taken, and what is left alone. */

import { expect, test } from 'vitest';
import { ALLOCATE_EXTRA } from '../../../../contracts/messages.ts';
import type { Penalty, TermsWish } from '../../../../contracts/terms.ts';
import { map } from '../../../../nucleus/memory-map.ts';
import { createTableFrames, giveTable } from '../../../../nucleus/table-frames.ts';
import { MODIFIED } from '../../../../sim-hw/page-table/format.ts';
import {
  advance,
  checkBooks,
  createDesk,
  type Desk,
  FIRST,
  type Heard,
  say,
  settleIn,
  take,
  takeHeard,
} from '../../../support/desk.ts';
import { fill, open } from '../../../support/pages.ts';

const [A, B] = [FIRST, FIRST + 1];

/** B claims 2^order frames of A, who does nothing until the deadline. */
function missBy(desk: Desk, order: number): Heard[] {
  say(desk, B, 'contract', [2 ** order, 0, 0, 0]);
  say(desk, B, 'allocate', [order, 0, 1]);
  takeHeard(desk, A);
  advance(desk, 100);
  return takeHeard(desk, A);
}

function lostSlots(heard: readonly Heard[]): unknown[] {
  return heard.filter(([name]) => name === 'loss').map(([, slot]) => slot);
}

/** A run of each order for A, who may have `guaranteed` and `extra`; their slots. */
function runs(desk: Desk, guaranteed: number, extra: number, orders: readonly number[]): number[] {
  say(desk, A, 'contract', [guaranteed, extra, 0, 0]);
  return orders.map((order) => say(desk, A, 'allocate', [order, 0, 1])[0]?.[2] as number);
}

test('[REV5] of runs that are all more than is due the smallest goes, of these the highest slot', () => {
  const desk = createDesk({ frames: 16 });
  const slots = runs(desk, 12, 4, [2, 1, 1, 2, 2]);
  const lost = missBy(desk, 0);
  expect(lost).toEqual([['loss', slots[2], 0, 0, 0, 0]]);
  expect(desk.server.clients[A]?.held).toBe(14);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[REV5] the only run goes whole, and may leave less than G by less than its size', () => {
  const desk = createDesk({ frames: 4 });
  const slots = runs(desk, 3, 1, [2]);
  expect(lostSlots(missBy(desk, 0))).toEqual(slots);
  expect(desk.server.clients[A]?.held).toBe(0);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[REV5] what fits is taken first, then one run that is more than is left due', () => {
  const desk = createDesk({ frames: 8 });
  const slots = runs(desk, 4, 4, [1, 0, 1, 0, 1]);
  // Three are due: by the highest slots two, then one.
  const lost = missBy(desk, 2);
  expect(lostSlots(lost)).toEqual([slots[4], slots[3], slots[1]]);
  expect(lost.map(([, , left]) => left)).toEqual([2, 1, 0]);
  expect(desk.server.clients[A]?.held).toBe(4);
});

test('[REV5] a run of as many frames as are due goes, and no smaller ones', () => {
  const desk = createDesk({ frames: 8 });
  const slots = runs(desk, 6, 2, [1, 0, 1, 1, 0]);
  expect(lostSlots(missBy(desk, 1))).toEqual([slots[4], slots[1]]);
  const other = createDesk({ frames: 8 });
  const more = runs(other, 6, 2, [0, 0, 1, 2]);
  // The four are more than is due; the two are not.
  expect(lostSlots(missBy(other, 1))).toEqual([more[2]]);
  expect(other.server.clients[A]?.held).toBe(6);
});

test('[MEM17] no deadline waits for a wire that keeps page tables in use', () => {
  const desk = createDesk({ frames: 8, terms: { wiredMax: 1, wiredTimeMax: 1e6 } });
  const { kernel } = desk;
  kernel.state.tables = createTableFrames(2);
  const slots = settleIn(desk, A, 1, 6, 5) as [number, number, number, number, number];
  for (const slot of slots.slice(0, 4)) expect(giveTable(kernel, A, A, slot)).toBe(true);
  expect(map(kernel, A, A, 3, slots[4], true)).toBe(true);
  say(desk, A, 'wire', [slots[4], 0, 1e5]);
  take(desk, B, 1);
  const others = settleIn(desk, B, 7, 0, 3);
  expect(others).toHaveLength(3);
  const heard = missBy(desk, 2);
  // The wired page first, since its tables are in use, then the tables.
  expect(lostSlots(heard)).toEqual([slots[4], slots[3], slots[2], slots[1]]);
  expect(heard.map(([, , left]) => left)).toEqual([3, 2, 1, 0]);
  expect(desk.server.clients[A]?.held).toBe(1);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[MEM10] [REV5] a wired run is not the smallest that is left', () => {
  const desk = createDesk({ frames: 8, terms: { wiredMax: 1, wiredTimeMax: 1000 } });
  const slots = runs(desk, 4, 4, [1, 1, 0, 1, 0]);
  for (const slot of [slots[2], slots[4]]) say(desk, A, 'wire', [slot as number, 0, 900]);
  expect(lostSlots(missBy(desk, 0))).toEqual([slots[3]]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[REV14] [MEM11] drop: what is wired is taken with the rest', () => {
  const desk = createDesk({
    frames: 8,
    terms: { penalty: 'drop', wiredMax: 1, wiredTimeMax: 1e6 },
  });
  const slots = runs(desk, 4, 4, [1, 1, 1, 1]);
  say(desk, A, 'wire', [slots[1] as number, 0, 1e5]);
  expect(lostSlots(missBy(desk, 0)).sort()).toEqual([...slots].sort());
  expect(desk.server.clients[A]?.held).toBe(0);
  expect(desk.server.wirings[A]?.frames).toBe(0);
});

/** A holds a single frame, one in a container, and four pages in containers of pages: 2 + 4. */
function mixed(penalty: Penalty) {
  const desk = createDesk({ frames: 6, terms: { penalty } });
  const [single, contained] = settleIn(desk, A, 2, 4, 2) as [number, number];
  say(desk, A, 'createContainer', [contained, 50, 0, 0, 0]);
  const lending = open(desk, A, { pages: 2, extras: 1 });
  fill(desk, A, lending, 0, 2, ALLOCATE_EXTRA);
  say(desk, A, 'contract', [6, 0, 0, 0]);
  const kept = open(desk, A, { pages: 2 });
  fill(desk, A, kept, 0, 2);
  say(desk, A, 'contract', [0, 6, 0, 0]);
  advance(desk, 1000);
  takeHeard(desk, A);
  expect(desk.server.clients[A]).toMatchObject({ held: 6, guaranteed: 0 });
  return { desk, single, contained };
}

test.each([
  [0, 1, 0],
  [1, 1, 1],
  [2, 2, 2],
])(
  '[REV5] frames outside containers, then extras in them, then the rest: of 2^%i',
  (order, runsLost, pagesLost) => {
    const { desk, single, contained } = mixed('repossess');
    const heard = missBy(desk, order);
    expect(lostSlots(heard)).toEqual([single, contained].slice(0, runsLost));
    const pages = heard.filter(([name]) => name === 'pageLost').map((words) => words[4]);
    expect(pages.reduce<number>((sum, lost) => sum + (lost as number), 0)).toBe(
      order === 2 ? 2 : pagesLost,
    );
    expect(desk.server.clients[A]?.held).toBe(6 - 2 ** order);
    expect(checkBooks(desk)).toBeUndefined();
  },
);

test('[REV14] drop: pages in containers go too, whether they may hold extras or not', () => {
  const { desk } = mixed('drop');
  const heard = missBy(desk, 0);
  expect(heard.filter(([name]) => name === 'pageLost').map((words) => words[4])).toEqual([2, 2]);
  expect(desk.server.clients[A]?.held).toBe(0);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[REV5] each loss is told to whoever observes, with how much it was and whether it was written', () => {
  const desk = createDesk({ frames: 8 });
  const slots = runs(desk, 2, 6, [0, 0, 1, 0, 0, 1]);
  const { state, format } = desk.kernel;
  expect(map(desk.kernel, A, A, 2, slots[4] as number, true)).toBe(true);
  const index = format.find(state.table, 0, 2);
  state.table.entries[index] = (state.table.entries[index] as number) | MODIFIED;
  missBy(desk, 2);
  expect(desk.events.filter(({ kind }) => kind === 'penalty' || kind === 'loss')).toEqual([
    { at: 100, task: 'client0', kind: 'penalty', penalty: 'repossess', frames: 4 },
    { at: 100, task: 'client0', kind: 'loss', frames: 2, modified: false },
    { at: 100, task: 'client0', kind: 'loss', frames: 1, modified: true },
    { at: 100, task: 'client0', kind: 'loss', frames: 1, modified: false },
  ]);
});

test.each<Partial<TermsWish>>([
  { penalty: 'none' },
  { penalty: 'karma' },
  { penalty: 'repossess' },
  { penalty: 'drop' },
  { penalty: 'kill' },
])('[REV8] the order of victims is right after a deadline, whatever the penalty: %o', (terms) => {
  const desk = createDesk({ frames: 8, clients: 3, terms });
  settleIn(desk, A, 2, 4, 6);
  settleIn(desk, B + 1, 0, 2, 2);
  missBy(desk, 1);
  expect(checkBooks(desk)).toBeUndefined();
  take(desk, A, 1);
  expect(checkBooks(desk)).toBeUndefined();
});
