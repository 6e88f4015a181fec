/** Runs marked as unused, at their edges: which of them go, and which stay. */

import { expect, test } from 'vitest';
import { checkBooks, createDesk, type Desk, FIRST, say, takeHeard } from '../../../support/desk.ts';

const [A, B] = [FIRST, FIRST + 1];

/** A holds runs of these orders within 0 + 8, all marked; B is guaranteed what is asked of it. */
function marked(orders: readonly number[], guaranteed: number, wiredMax = 0) {
  const desk = createDesk({ frames: 8, terms: { wiredMax, wiredTimeMax: 1000 } });
  say(desk, A, 'contract', [guaranteed, 8 - guaranteed, 0, 0]);
  const slots = orders.map((order) => say(desk, A, 'allocate', [order, 0, 1])[0]?.[2] as number);
  for (const slot of slots) say(desk, A, 'markUnused', [slot, 1]);
  say(desk, B, 'contract', [8 - guaranteed, 0, 0, 0]);
  return { desk, slots };
}

function claim(desk: Desk, order: number): (number | undefined)[] {
  say(desk, B, 'allocate', [order, 0, 1]);
  return takeHeard(desk, A).map(([, count]) => count);
}

function silent(desk: Desk): unknown[] {
  return desk.events.filter(({ kind }) => kind === 'silent');
}

/** Slots of which A hears that the run is there still. */
function kept(desk: Desk, slots: readonly number[]): number[] {
  return slots.filter((slot) => say(desk, A, 'markUnused', [slot, 0])[0]?.[0] === 'kept');
}

test('[REV17] the highest slots first, whole runs that are no more than is wanted', () => {
  const { desk, slots } = marked([0, 1, 0, 2], 0);
  expect(claim(desk, 1)).toEqual([]);
  expect(silent(desk)).toEqual([
    { at: 0, task: 'client0', kind: 'silent', frames: 1 },
    { at: 0, task: 'client0', kind: 'silent', frames: 1 },
  ]);
  expect(kept(desk, slots)).toEqual([slots[1], slots[3]]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[REV17] a run of just as many frames as are wanted goes whole', () => {
  const { desk, slots } = marked([0, 0, 1, 2], 0);
  expect(claim(desk, 1)).toEqual([]);
  expect(silent(desk)).toHaveLength(1);
  expect(desk.server.clients[B]?.held).toBe(2);
  expect(kept(desk, slots)).toEqual([slots[0], slots[1], slots[3]]);
});

test('[REV17] where the marked ones do not do the rest is asked for', () => {
  const { desk } = marked([2, 2], 0);
  expect(claim(desk, 0)).toEqual([1]);
  expect(silent(desk)).toEqual([]);
  const some = marked([0, 0, 0, 0, 0, 0, 0, 0], 0);
  for (const slot of some.slots.slice(1)) say(some.desk, A, 'markUnused', [slot, 0]);
  expect(claim(some.desk, 1)).toEqual([1]);
  expect(silent(some.desk)).toHaveLength(1);
  expect(some.desk.server.clients[A]?.held).toBe(7);
});

test('[REV17] [MEM10] a wired run stays, marked or not', () => {
  const { desk, slots } = marked([0, 0, 0, 0, 0, 0, 0, 0], 2, 1);
  for (const slot of slots.slice(6)) say(desk, A, 'wire', [slot, 0, 500]);
  expect(claim(desk, 2)).toEqual([]);
  expect(kept(desk, slots)).toEqual([0, 1, 6, 7].map((at) => slots[at]));
  expect(checkBooks(desk)).toBeUndefined();
});

test('[REV17] marked twice it goes once; what was marked in vain costs no look', () => {
  const { desk, slots } = marked([0, 0, 0, 0, 0, 0, 0, 0], 0);
  say(desk, A, 'markUnused', [slots[7] as number, 1]);
  expect(desk.server.clients[A]?.unused).toBe(9);
  expect(claim(desk, 2)).toEqual([]);
  expect(desk.server.clients[A]).toMatchObject({ held: 4, unused: 9 });
  expect(claim(desk, 2)).toEqual([]);
  expect(desk.server.clients[A]).toMatchObject({ held: 0, unused: 9 });
  expect(checkBooks(desk)).toBeUndefined();
});
