/** Containers, maps and locks, at their edges. */

import { expect, test } from 'vitest';
import {
  COPY,
  LOCK_EXCLUSIVE,
  LOCK_PHYSICAL,
  LOCK_WRITES,
  READ,
  SHARE,
  WRITE,
} from '../../../../contracts/messages.ts';
import { LOCKED_NOW } from '../../../../contracts/refusals.ts';
import { deliverAll } from '../../../../nucleus/ipc.ts';
import { killTask } from '../../../../nucleus/life.ts';
import { map, zero } from '../../../../nucleus/memory-map.ts';
import type { Page } from '../../../../servers/memory/containers/page-state.ts';
import {
  advance,
  checkBooks,
  createDesk,
  type Desk,
  FIRST,
  hand,
  say,
  settleIn,
  takeHeard,
} from '../../../support/desk.ts';
import {
  contents,
  entrust,
  fill,
  handed,
  load,
  lockPages,
  open,
  portTo,
  SECOND,
  store,
  transfer,
} from '../../../support/pages.ts';

const THIRD = FIRST + 2;

function box(desk: Desk, client: number, slot: number, lockMax = 100): [number, number] {
  const [, , own, weak] = say(desk, client, 'createContainer', [slot, lockMax, 1, 0, 0])[0] ?? [];
  return [own as number, weak as number];
}

/** FIRST's page 0 is truly shared by a twin container; SECOND has the weak capability of the twin. */
function twins() {
  const made = handed({}, { clients: 3 });
  const { desk, own } = made;
  const twin = open(desk, FIRST, { lockMax: 100 });
  transfer(desk, FIRST, [own, 0, 1], [twin, 0, 1], SHARE);
  const third = entrust(desk, FIRST, own, THIRD);
  const lock = (task: number, weak: number, how: number) =>
    say(desk, task, 'lockPages', [weak, how, 3, 50])[0];
  return { ...made, twin: entrust(desk, FIRST, twin, SECOND), third, lock };
}

test('[CONT7] [CONT10] places of containers that have ended are used again, whichever ends', () => {
  const desk = createDesk({ containers: 4 });
  settleIn(desk, FIRST, 8, 0, 8);
  const made = [0, 1, 2, 3].map((slot) => box(desk, FIRST, slot)[0]);
  for (const gone of [0, 2]) say(desk, FIRST, 'cancelContainer', [made[gone] as number]);
  const again = [4, 5].map((slot) => box(desk, FIRST, slot)[0]);
  expect(again.every((own) => own !== undefined)).toBe(true);
  expect(desk.server.containers.records.map(({ slot }) => slot)).toEqual([4, 1, 5, 3]);
  const [no] = say(desk, FIRST, 'createContainer', [6, 0, 0, 0, 0]);
  expect(no?.[0]).toBe('refused');
});

test('[MEM6] the death of one leaves containers of others alone, and tells how many were locked', () => {
  const desk = createDesk();
  settleIn(desk, FIRST, 4, 0, 4);
  settleIn(desk, SECOND, 4, 0, 1);
  const [, weak] = box(desk, FIRST, 0);
  for (const slot of [1, 2]) box(desk, FIRST, slot);
  const [, theirs] = box(desk, SECOND, 0);
  hand(desk, FIRST, 'store', weak, 0, 0, portTo(desk, FIRST, SECOND));
  const lent = takeHeard(desk, SECOND)[0]?.[1] as number;
  say(desk, SECOND, 'lockContainer', [lent, 50, 0, 0]);
  desk.events.length = 0;
  killTask(desk.kernel, FIRST);
  deliverAll(desk.kernel);
  expect(desk.events).toEqual([{ kind: 'death', at: 0, task: 'client0', frames: 4, locked: 1 }]);
  expect(say(desk, SECOND, 'lockContainer', [theirs, 50, 0, 7])[0]?.[0]).toBe('locked');
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT7] [CAP2] who sent its capability away keeps what is in that place now', () => {
  const desk = createDesk();
  settleIn(desk, FIRST, 4, 0, 2);
  const [own] = box(desk, FIRST, 0);
  hand(desk, FIRST, 'store', own, 0, 0, portTo(desk, FIRST, SECOND));
  const moved = takeHeard(desk, SECOND)[0]?.[1] as number;
  const [next] = box(desk, FIRST, 1);
  say(desk, SECOND, 'cancelContainer', [moved]);
  expect(say(desk, FIRST, 'shareContainer', [next, 0])[0]?.[0]).toBe('containerIs');
});

test('[CONT8] a lock that need not unmap leaves the owner its mapping, and its zeros', () => {
  const desk = createDesk();
  settleIn(desk, FIRST, 4, 0, 1);
  const [, weak] = box(desk, FIRST, 0);
  expect(map(desk.kernel, FIRST, FIRST, 2, 0, true)).toBe(true);
  say(desk, FIRST, 'lockContainer', [weak, 50, 0, 0]);
  expect(load(desk, FIRST, 2)).toBeTypeOf('number');
  expect(zero(desk.kernel, FIRST, 0)).toBe(true);
});

test('[CONT14] a lifetime that is over when the lock ends is over then, to the moment', () => {
  const { desk, weak } = handed({ lifetime: 100 });
  advance(desk, 50);
  expect(lockPages(desk, weak, 0, 60)?.[0]).toBe('locked');
  advance(desk, 50);
  expect(takeHeard(desk, FIRST)).toEqual([]);
  say(desk, SECOND, 'unlockContainer', [weak]);
  expect(takeHeard(desk, FIRST).map(([name]) => name)).toEqual(['containerEnded']);
});

test('[CONT14] a lifetime that locks have hidden ends at its own moment', () => {
  const { desk, weak } = handed({ lifetime: 100 });
  expect(lockPages(desk, weak, 0, 20)?.[0]).toBe('locked');
  advance(desk, 10);
  say(desk, SECOND, 'unlockContainer', [weak]);
  // The limit of this one is what the timer is for, when it has come for the first lock's.
  expect(lockPages(desk, weak, 0, 95)?.[0]).toBe('locked');
  advance(desk, 40);
  say(desk, SECOND, 'unlockContainer', [weak]);
  advance(desk, 49);
  expect(takeHeard(desk, FIRST)).toEqual([]);
  advance(desk, 1);
  expect(takeHeard(desk, FIRST).map(([name]) => name)).toEqual(['containerEnded']);
});

test('[CONT20] a lock elsewhere on a shared page keeps those out that it must, and no others', () => {
  for (const [there, here, answer] of [
    [LOCK_PHYSICAL, 0, 'locked'],
    [LOCK_PHYSICAL, LOCK_PHYSICAL, 'locked'],
    [LOCK_PHYSICAL, LOCK_EXCLUSIVE, 'refused'],
    [LOCK_PHYSICAL, LOCK_PHYSICAL + LOCK_WRITES, 'refused'],
    [LOCK_WRITES, 0, 'refused'],
    [LOCK_EXCLUSIVE, 0, 'refused'],
    [0, LOCK_EXCLUSIVE, 'locked'],
  ] as const) {
    const { desk, twin, third, lock } = twins();
    expect(lock(SECOND, twin, there)?.[0]).toBe('locked');
    const [name, , reason] = lock(THIRD, third, here) ?? [];
    expect([there, here, name]).toEqual([there, here, answer]);
    if (answer === 'refused') expect(reason).toBe(LOCKED_NOW);
    expect(checkBooks(desk)).toBeUndefined();
  }
});

test('[CONT20] only who locked exclusively maps, by the container that it locked', () => {
  const { desk, twin, third, lock } = twins();
  expect(lock(THIRD, third, 0)?.[0]).toBe('locked');
  expect(lock(SECOND, twin, LOCK_EXCLUSIVE)?.[0]).toBe('locked');
  expect(say(desk, THIRD, 'mapPage', [third, 0, 2, READ])[0]?.[2]).toBe(LOCKED_NOW);
  expect(say(desk, SECOND, 'mapPage', [twin, 0, 2, READ])[0]?.[0]).toBe('pageMapped');
  expect(load(desk, SECOND, 2)).toBe(0);
  // And unmaps.
  expect(say(desk, SECOND, 'unmapPages', [twin])).toEqual([]);
  expect(load(desk, SECOND, 2)).toBeUndefined();
});

test('[CONT23] a physical lock gives a page without a frame one, of zeros', () => {
  const { desk, own, weak } = handed();
  say(desk, FIRST, 'orphanData', [own, 0, 1]);
  const { held } = desk.server.clients[FIRST] as { held: number };
  expect(lockPages(desk, weak, LOCK_PHYSICAL)?.[0]).toBe('locked');
  expect(desk.server.clients[FIRST]?.held).toBe(held + 1);
  expect(contents(desk, FIRST, own, 0)).toBe(0);
});

test('[CONT22] a lock’s end leaves no page mapped for writing, and no pin', () => {
  const { desk, own, weak } = handed();
  fill(desk, FIRST, own, 3, 1);
  lockPages(desk, weak, LOCK_PHYSICAL + LOCK_WRITES);
  for (const index of [0, 1, 2, 3]) say(desk, SECOND, 'mapPage', [weak, index, index, WRITE]);
  expect([0, 1, 2, 3].map((page) => store(desk, SECOND, page, 5))).not.toContain(false);
  say(desk, SECOND, 'unlockContainer', [weak]);
  expect([0, 1, 2, 3].map((page) => store(desk, SECOND, page, 6))).not.toContain(true);
  const twin = open(desk, FIRST);
  transfer(desk, FIRST, [own, 0, 1], [twin, 0, 1], SHARE);
  say(desk, FIRST, 'dropContainer', [own]);
  const [page] = desk.server.pages.pages as [Page];
  expect(page).toMatchObject({ pins: 0, writers: 0, bars: 0 });
});

test('[CONT26] under rotating claims nobody takes over what it pays for, and the last room does', () => {
  const desk = createDesk({ claims: 'rotate' });
  settleIn(desk, FIRST, 4, 0, 0);
  settleIn(desk, SECOND, 1, 0, 0);
  const own = open(desk, FIRST, { lockMax: 100 });
  fill(desk, FIRST, own, 0, 1);
  const weak = entrust(desk, FIRST, own, SECOND);
  const other = open(desk, SECOND);
  transfer(desk, SECOND, [weak, 0, 1], [other, 0, 1], COPY);
  desk.events.length = 0;
  say(desk, FIRST, 'mapPage', [own, 0, 1, READ]);
  expect(desk.events).toEqual([]);
  say(desk, SECOND, 'mapPage', [other, 0, 1, READ]);
  expect(desk.events.map(({ kind }) => kind)).toEqual(['charge', 'return']);
  expect([desk.server.clients[FIRST]?.held, desk.server.clients[SECOND]?.held]).toEqual([0, 1]);
});

test('[CONT31] a remap is counted when another task had the page mapped, whatever page that was', () => {
  const { desk, own, weak } = handed({}, { format: 'rt-pc' });
  const remaps = () => desk.server.pages.remaps;
  say(desk, FIRST, 'mapPage', [own, 0, 7, READ]);
  say(desk, FIRST, 'mapPage', [own, 0, 6, READ]);
  say(desk, FIRST, 'mapPage', [own, 0, 7, READ]);
  expect(remaps()).toBe(0);
  say(desk, SECOND, 'mapPage', [weak, 0, 0, READ]);
  expect(remaps()).toBe(1);
  say(desk, FIRST, 'mapPage', [own, 0, 0, READ]);
  expect(remaps()).toBe(2);
});

test('[CONT26] a page that is truly shared with another’s container is used at one’s charge', () => {
  const { desk, own } = handed();
  const theirs = open(desk, SECOND, { lockMax: 50 });
  fill(desk, SECOND, theirs, 0, 1);
  const weak = entrust(desk, SECOND, theirs, FIRST);
  expect(transfer(desk, FIRST, [own, 0, 1], [weak, 0, 1], SHARE)[0]?.[0]).toBe('pagesDone');
  expect(say(desk, FIRST, 'askShares', [6])[0]?.slice(1, 5)).toEqual([6, 3, 0, 1]);
  expect(say(desk, SECOND, 'askShares', [6])[0]?.slice(1, 5)).toEqual([6, 0, 1, 0]);
});
