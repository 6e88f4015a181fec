/** Pages that are lost, at the edges: which go first, what goes with them, how it is told. */

import { expect, test } from 'vitest';
import {
  ALLOCATE_EXTRA,
  ALLOCATE_ZERO,
  COPY,
  LOCK_PHYSICAL,
  WRITE,
} from '../../../../contracts/messages.ts';
import { deliverAll } from '../../../../nucleus/ipc.ts';
import { killTask } from '../../../../nucleus/life.ts';
import { MODIFIED } from '../../../../sim-hw/page-table/format.ts';
import {
  advance,
  checkBooks,
  createDesk,
  type Desk,
  FIRST,
  say,
  settleIn,
  take,
  takeHeard,
} from '../../../support/desk.ts';
import {
  containerOf,
  entrust,
  fill,
  frameOf,
  load,
  lockPages,
  open,
  SECOND,
  transfer,
} from '../../../support/pages.ts';

const THIRD = FIRST + 2;

/** THIRD wants so many frames, and FIRST, who holds the rest of 8 beyond its 2, misses the deadline. */
function takeFromFirst(desk: Desk, frames: number): string[][] {
  say(desk, THIRD, 'contract', [frames, 0, 0, 0]);
  for (let frame = 0; frame < frames; frame++) {
    say(desk, THIRD, 'allocate', [0, 0, frame]);
    advance(desk, 100);
  }
  expect(desk.server.clients[THIRD]?.held).toBe(frames);
  return takeHeard(desk, FIRST).map((heard) => heard.map(String));
}

function lostOf(desk: Desk, own: number, pages = 4): number[] {
  const indices = Array.from({ length: pages }, (_, index) => index);
  return indices.filter((index) => {
    const { cells } = containerOf(desk, FIRST, own);
    return (cells[index] as number) >= 0 && frameOf(desk, FIRST, own, index) < 0;
  });
}

function begin(): Desk {
  const desk = createDesk({ frames: 8, clients: 3 });
  settleIn(desk, FIRST, 2, 6, 0);
  return desk;
}

test('[REV5] [CONT21] of containers for extras the newest goes first, its last page first; others last', () => {
  const desk = begin();
  const first = open(desk, FIRST, { extras: 1 });
  const gone = open(desk, FIRST, { extras: 1 });
  const last = open(desk, FIRST, { extras: 1 });
  const plain = open(desk, FIRST);
  fill(desk, FIRST, plain, 0, 2);
  fill(desk, FIRST, first, 0, 3, ALLOCATE_EXTRA);
  fill(desk, FIRST, last, 1, 3, ALLOCATE_EXTRA);
  say(desk, FIRST, 'dropContainer', [gone]);
  const state = () => [plain, first, last].map((own) => lostOf(desk, own));
  takeFromFirst(desk, 2);
  expect(state()).toEqual([[], [], [2, 3]]);
  takeFromFirst(desk, 4);
  expect(state()).toEqual([[], [2], [1, 2, 3]]);
  takeFromFirst(desk, 6);
  expect(state()).toEqual([[], [0, 1, 2], [1, 2, 3]]);
  expect(desk.server.clients[FIRST]?.held).toBe(2);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[REV14] drop takes what containers hold, those that are not for extras too', () => {
  const desk = createDesk({ frames: 8, clients: 3, terms: { penalty: 'drop' } });
  settleIn(desk, FIRST, 2, 6, 0);
  const plain = open(desk, FIRST);
  const extras = open(desk, FIRST, { extras: 1 });
  fill(desk, FIRST, plain, 1, 2);
  fill(desk, FIRST, extras, 0, 4, ALLOCATE_EXTRA);
  settleIn(desk, SECOND, 2, 0, 2);
  takeFromFirst(desk, 1);
  expect(desk.server.clients[FIRST]?.held).toBe(0);
  expect([plain, extras].map((own) => lostOf(desk, own))).toEqual([
    [1, 2],
    [0, 1, 2, 3],
  ]);
});

test('[REV5] [CONT24] what another pays for is not among what is taken', () => {
  const desk = begin();
  settleIn(desk, SECOND, 2, 0, 0);
  const theirs = open(desk, SECOND, { lockMax: 50 });
  fill(desk, SECOND, theirs, 0, 1, ALLOCATE_ZERO);
  const weak = entrust(desk, SECOND, theirs, FIRST);
  const own = open(desk, FIRST, { extras: 1 });
  fill(desk, FIRST, own, 0, 3, ALLOCATE_EXTRA);
  // The copy stands behind all the rest.
  transfer(desk, FIRST, [weak, 0, 1], [own, 3, 1], COPY);
  const other = settleIn(desk, SECOND, 2, 2, 3);
  expect(other.length).toBe(3);
  say(desk, SECOND, 'returnFrames', [other[2] as number]);
  say(desk, SECOND, 'returnFrames', [other[1] as number]);
  takeFromFirst(desk, 4);
  expect(lostOf(desk, own)).toEqual([2]);
  expect(frameOf(desk, FIRST, own, 3)).toBe(frameOf(desk, SECOND, theirs, 0));
  expect(checkBooks(desk)).toBeUndefined();
});

test('[REV5] [CONT25] a copy in another’s container says not which goes first, and stays with who can pay', () => {
  const desk = begin();
  settleIn(desk, SECOND, 2, 0, 0);
  const own = open(desk, FIRST, { pages: 8, extras: 1, lockMax: 50 });
  fill(desk, FIRST, own, 0, 8, ALLOCATE_EXTRA);
  const weak = entrust(desk, FIRST, own, SECOND);
  const other = open(desk, SECOND, { extras: 1 });
  transfer(desk, SECOND, [weak, 0, 1], [other, 3, 1], COPY);
  transfer(desk, SECOND, [weak, 7, 1], [other, 2, 1], COPY);
  say(desk, THIRD, 'contract', [1, 0, 0, 0]);
  say(desk, THIRD, 'allocate', [0, 0, 1]);
  advance(desk, 100);
  expect(lostOf(desk, own, 8)).toEqual([7]);
  // Its frame is the other's now: another one goes.
  advance(desk, 100);
  expect(lostOf(desk, own, 8)).toEqual([6, 7]);
  expect(frameOf(desk, SECOND, other, 2)).toBeGreaterThanOrEqual(0);
  expect(takeHeard(desk, SECOND)).toEqual([]);
  expect([SECOND, THIRD].map((id) => desk.server.clients[id]?.held)).toEqual([1, 1]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[REV14] [CONT20] what is dropped is taken from under a lock, which ends', () => {
  const desk = createDesk({ frames: 8, clients: 3, terms: { penalty: 'drop', writeMax: 0 } });
  settleIn(desk, FIRST, 2, 6, 0);
  const own = open(desk, FIRST, { lockMax: 900 });
  fill(desk, FIRST, own, 0, 2);
  take(desk, FIRST, 6);
  const weak = entrust(desk, FIRST, own, SECOND);
  expect(lockPages(desk, weak, LOCK_PHYSICAL, 900)?.[0]).toBe('locked');
  takeFromFirst(desk, 1);
  expect(lostOf(desk, own)).toEqual([0, 1]);
  expect(say(desk, SECOND, 'unlockContainer', [weak])[0]?.[0]).toBe('refused');
  expect(checkBooks(desk)).toBeUndefined();
});

test.each([false, true])(
  '[REV5] a loss is told with whether the page was written to: %s',
  (written) => {
    const desk = begin();
    const own = open(desk, FIRST, { extras: 1 });
    fill(desk, FIRST, own, 0, 4, ALLOCATE_EXTRA + ALLOCATE_ZERO);
    settleIn(desk, SECOND, 4, 0, 4);
    say(desk, FIRST, 'mapPage', [own, 3, 5, WRITE]);
    const { kernel } = desk;
    const { table } = kernel.state;
    const entry = kernel.format.find(table, 0, 5);
    if (written) table.entries[entry] = (table.entries[entry] as number) | MODIFIED;
    takeFromFirst(desk, 1);
    expect(desk.events.filter(({ kind }) => kind === 'loss')).toMatchObject([
      { task: 'client0', frames: 1, modified: written },
    ]);
    expect(load(desk, FIRST, 5)).toBeUndefined();
  },
);

test('[CONT25] a loss tells the first page, the range, and how many of it are lost; a container each', () => {
  const desk = createDesk({ clients: 3 });
  settleIn(desk, FIRST, 8, 0, 0);
  settleIn(desk, SECOND, 0, 0, 0);
  const own = open(desk, FIRST, { pages: 8, lockMax: 50 });
  fill(desk, FIRST, own, 0, 8);
  const weak = entrust(desk, FIRST, own, SECOND);
  const [one, two, three] = [6, 5, 4].map((pages) => open(desk, SECOND, { pages })) as [
    number,
    number,
    number,
  ];
  transfer(desk, SECOND, [weak, 0, 1], [one, 5, 1], COPY);
  transfer(desk, SECOND, [weak, 1, 2], [one, 1, 2], COPY);
  transfer(desk, SECOND, [weak, 4, 1], [two, 4, 1], COPY);
  transfer(desk, SECOND, [weak, 5, 2], [three, 0, 2], COPY);
  say(desk, FIRST, 'dropContainer', [own]);
  expect(takeHeard(desk, SECOND)).toEqual([
    ['pageLost', one, 1, 5, 3, 0],
    ['pageLost', two, 4, 1, 1, 0],
    ['pageLost', three, 0, 2, 2, 0],
  ]);
  // It is told once.
  say(desk, FIRST, 'askShares', [1]);
  expect(takeHeard(desk, SECOND)).toEqual([]);
});

test('[CONT21] [CONT22] a lock on what is taken is broken, and the version is new', () => {
  const desk = createDesk({ frames: 8, clients: 3, terms: { writeMax: 0 } });
  settleIn(desk, FIRST, 2, 6, 0);
  const own = open(desk, FIRST, { extras: 1, lockMax: 100 });
  fill(desk, FIRST, own, 0, 4, ALLOCATE_EXTRA);
  settleIn(desk, SECOND, 4, 0, 4);
  const weak = entrust(desk, FIRST, own, SECOND);
  const before = lockPages(desk, weak, LOCK_PHYSICAL, 100)?.[3];
  say(desk, THIRD, 'contract', [1, 0, 0, 0]);
  say(desk, THIRD, 'allocate', [0, 0, 1]);
  advance(desk, 100);
  expect(takeHeard(desk, FIRST).at(-1)).toEqual(['pageLost', own, 3, 1, 1, 0]);
  const stands = say(desk, FIRST, 'inspectContainer', [own, 1])[0];
  // The page is there, and holds nothing.
  expect(stands?.[3]).toBe(4);
  expect(stands?.[4]).toBe((before as number) + 2);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[MEM6] [CONT15] the dead leave no container, lock or list; those of others stay', () => {
  const desk = createDesk({ clients: 3 });
  settleIn(desk, FIRST, 4, 0, 0);
  settleIn(desk, SECOND, 4, 0, 0);
  const open1 = open(desk, FIRST, { lockMax: 50 });
  const theirs = open(desk, SECOND, { lockMax: 50 });
  for (const [client, own] of [
    [FIRST, open1],
    [SECOND, theirs],
  ] as const)
    fill(desk, client, own, 0, 2);
  const [mine, other] = [entrust(desk, FIRST, open1, THIRD), entrust(desk, SECOND, theirs, THIRD)];
  // One that was never locked, and one that has been dropped: neither counts.
  open(desk, FIRST);
  say(desk, FIRST, 'dropContainer', [open(desk, FIRST)]);
  for (const weak of [mine, other])
    expect(say(desk, THIRD, 'lockPages', [weak, LOCK_PHYSICAL, 1, 40])[0]?.[0]).toBe('locked');
  say(desk, FIRST, 'fromPages', [open1, 0, 1]);
  say(desk, SECOND, 'fromPages', [theirs, 0, 1]);
  killTask(desk.kernel, FIRST);
  deliverAll(desk.kernel);
  expect(desk.events.at(-1)).toMatchObject({ kind: 'death', frames: 2, locked: 1 });
  expect(desk.server.pages.lists[FIRST]).toBeNull();
  expect(desk.server.pages.lists[SECOND]).not.toBeNull();
  expect(desk.server.clients[FIRST]?.metadata).toBe(0);
  expect(desk.server.clients[SECOND]?.held).toBe(2);
  expect(say(desk, THIRD, 'unlockContainer', [other])).toEqual([]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT25] [CONT28] what a transfer has put in its place is not told as lost', () => {
  const desk = createDesk();
  settleIn(desk, FIRST, 6, 0, 0);
  settleIn(desk, SECOND, 0, 0, 0);
  const own = open(desk, FIRST, { lockMax: 50 });
  fill(desk, FIRST, own, 0, 3, ALLOCATE_ZERO);
  const theirs = open(desk, SECOND, { lockMax: 50 });
  const copied = entrust(desk, FIRST, own, SECOND);
  transfer(desk, SECOND, [copied, 0, 1], [theirs, 0, 1], COPY);
  transfer(desk, SECOND, [copied, 0, 1], [theirs, 1, 1], COPY);
  const given = entrust(desk, SECOND, theirs, FIRST);
  // Both pages that show frame 0 are replaced by copies of others; a third one loses it.
  say(desk, FIRST, 'fromPages', [own, 1, 2]);
  say(desk, FIRST, 'intoPages', [own, 0, 1]);
  say(desk, FIRST, 'intoPages', [given, 0, 1]);
  expect(say(desk, FIRST, 'transferPages', [COPY, 9])[0]?.[0]).toBe('pagesDone');
  expect(frameOf(desk, SECOND, theirs, 0)).toBe(frameOf(desk, FIRST, own, 2));
  expect(takeHeard(desk, SECOND)).toEqual([['pageLost', theirs, 1, 1, 1, 0]]);
  expect(checkBooks(desk)).toBeUndefined();
});
