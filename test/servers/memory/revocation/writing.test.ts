import { expect, test } from 'vitest';
import type { TaskState } from '../../../../nucleus/tasks.ts';
import {
  advance,
  checkBooks,
  createDesk,
  DEVICE_NS,
  type Desk,
  FIRST,
  hand,
  say,
  settleIn,
  takeHeard,
} from '../../../support/desk.ts';

const SECOND = FIRST + 1;
const GRACE = 150;

/** The first client holds 2 + 2 of 4 frames, and is asked for the two that it has borrowed. */
function asked(writeMax: number | undefined): { desk: Desk; slots: number[] } {
  const terms = {
    graceExtra: GRACE,
    penalty: 'repossess' as const,
    ...(writeMax !== undefined && { writeMax }),
  };
  const desk = createDesk({ frames: 4, terms });
  const slots = settleIn(desk, FIRST, 2, 2, 4);
  say(desk, SECOND, 'contract', [2, 0, 0, 0]);
  say(desk, SECOND, 'allocate', [1, 0, 1]);
  takeHeard(desk, FIRST);
  return { desk, slots };
}

/** Begins to write the page in `slot` out: the swap server locks it until the device is done. */
function write(desk: Desk, slot: number): void {
  const answer = say(desk, FIRST, 'createContainer', [slot, 1e6, 1, 5, 1])[0];
  hand(desk, FIRST, 'store', answer?.[3] as number, 0, 9);
}

function counts(desk: Desk): [met: number, missed: number] {
  const { revocationsMet, revocationsMissed } = desk.kernel.state.tasks[FIRST] as TaskState;
  return [revocationsMet, revocationsMissed];
}

const held = (desk: Desk) => desk.server.clients[FIRST]?.held;

test('[REV35] while a server moves a page of the client its deadline moves on', () => {
  const { desk, slots } = asked(20 * GRACE);
  write(desk, slots[0] as number);
  advance(desk, DEVICE_NS - 1);
  expect(counts(desk)).toEqual([0, 0]);
  expect(held(desk)).toBe(4);
  const until = desk.events.filter(({ kind }) => kind === 'writing') as unknown as {
    until: number;
  }[];
  expect(until.map((event) => event.until)).toEqual([300, 450, 600, 750, 900, 1050]);
  // Written: it can be given back, with another, and the notice is met.
  advance(desk, 1);
  for (const slot of slots.slice(0, 2)) say(desk, FIRST, 'returnFrames', [slot]);
  expect(counts(desk)).toEqual([1, 0]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[REV35] by writeMax in all: then the penalty falls, whatever is under way', () => {
  const { desk, slots } = asked(250);
  write(desk, slots[0] as number);
  advance(desk, GRACE + 249);
  expect(counts(desk)).toEqual([0, 0]);
  advance(desk, 1);
  expect(counts(desk)).toEqual([0, 1]);
  expect(held(desk)).toBe(2);
  expect(takeHeard(desk, SECOND)[0]?.[0]).toBe('granted');
  expect(checkBooks(desk)).toBeUndefined();
});

test.each([
  ['has nothing written', 20 * GRACE, false, 0],
  ['only makes containers', 20 * GRACE, true, 0],
  ['writes where the terms give no time for it', undefined, false, 1],
  ['writes where they say 0', 0, false, 1],
])('[REV35] who %s has its deadline and no more', (_who, writeMax, contains, writes) => {
  const { desk, slots } = asked(writeMax);
  if (contains) say(desk, FIRST, 'createContainer', [slots[0] as number, 1e6, 1, 5, 1]);
  if (writes > 0) write(desk, slots[0] as number);
  advance(desk, GRACE - 1);
  expect(counts(desk)).toEqual([0, 0]);
  advance(desk, 1);
  expect(counts(desk)).toEqual([0, 1]);
  expect(held(desk)).toBe(2);
});

test('[REV35] what a server moves of another client’s moves no deadline', () => {
  const { desk, slots } = asked(20 * GRACE);
  say(desk, FIRST, 'returnFrames', [slots[3] as number]);
  say(desk, SECOND, 'contract', [2, 0, 0, 0]);
  const other = createDesk({ frames: 6, clients: 3, terms: { graceExtra: GRACE, writeMax: 3000 } });
  const mine = settleIn(other, SECOND, 2, 0, 1);
  settleIn(other, FIRST, 2, 3, 5);
  say(other, SECOND + 1, 'contract', [2, 0, 0, 0]);
  say(other, SECOND + 1, 'allocate', [0, 0, 1]);
  const answer = say(other, SECOND, 'createContainer', [mine[0] as number, 1e6, 1, 5, 1])[0];
  hand(other, SECOND, 'store', answer?.[3] as number, 0, 9);
  advance(other, GRACE);
  expect(counts(other)).toEqual([0, 1]);
});

test('[REV35] it is over with the writing: the next deadline counts as ever', () => {
  const { desk, slots } = asked(20 * GRACE);
  write(desk, slots[0] as number);
  advance(desk, DEVICE_NS + GRACE);
  expect(counts(desk)).toEqual([0, 1]);
});

test('[REV35] it moves on to the moment that was told, whatever an earlier notice had told', () => {
  const terms = {
    graceExtra: GRACE,
    graceClean: 50,
    writeMax: 3000,
    penalty: 'repossess' as const,
  };
  const desk = createDesk({ frames: 4, terms });
  const slots = settleIn(desk, FIRST, 2, 2, 4);
  say(desk, SECOND, 'contract', [2, 0, 0, 0]);
  write(desk, slots[0] as number);
  advance(desk, DEVICE_NS - 150);
  say(desk, SECOND, 'allocate', [0, 0, 1]);
  advance(desk, 55);
  say(desk, FIRST, 'returnFrames', [slots[3] as number]);
  expect(counts(desk)).toEqual([1, 0]);
  say(desk, SECOND, 'allocate', [0, 0, 2]);
  const told = () => desk.events.findLast(({ kind }) => kind === 'writing') as { until?: number };
  const before = told().until as number;
  advance(desk, 50);
  const until = told().until as number;
  expect(until).toBeGreaterThan(before);
  // What was written is on swap; nothing is locked when the earlier moment comes.
  advance(desk, until - desk.kernel.state.nowNs - 1);
  expect(counts(desk)).toEqual([1, 0]);
  advance(desk, 1);
  expect(counts(desk)).toEqual([1, 1]);
});
