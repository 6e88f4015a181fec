import { expect, test } from 'vitest';
import { OP } from '../../../contracts/messages.ts';
import {
  BUSY,
  DONE,
  LOCK_LOST,
  LOCKED_NOW,
  MALFORMED,
  NO_SUCH_BLOCK,
  NO_SUCH_CONTAINER,
  NO_SUCH_PAGE,
  TOO_LONG,
} from '../../../contracts/refusals.ts';
import { fireEvent } from '../../../nucleus/clock.ts';
import { deliverAll, sendCapability } from '../../../nucleus/ipc.ts';
import { addTask, DEVICE_DONE, givePort } from '../../../nucleus/kernel.ts';
import { archiveStep } from '../../../servers/archive/server.ts';
import { createArchiveState } from '../../../servers/archive/state.ts';
import type { DeviceModel, DeviceState } from '../../../sim-hw/devices/device.ts';
import {
  advance,
  checkBooks,
  createDesk,
  type Desk,
  FIRST,
  hand,
  MEMORY,
  say,
  settleIn,
  tableOf,
  takeHeard,
} from '../../support/desk.ts';
import { overtake } from '../../support/overtake.ts';
import { contents, fill, open, SECOND } from '../../support/pages.ts';

/** A page takes as long as this. */
const PAGE_NS = 20;
const model: DeviceModel = {
  name: 'steady',
  summary: 'one page after the other',
  blocks: 64,
  create: () => ({ kind: 'steady', requests: 0, busyNs: 0, queuedNs: 0 }) as DeviceState,
  submit(state, nowNs) {
    state.busyNs = Math.max(state.busyNs, nowNs) + PAGE_NS;
    return state.busyNs;
  },
};

interface Scene {
  readonly desk: Desk;
  readonly archive: number;
  readonly port: number;
  readonly own: number;
}

/** The first client has a container of 3 pages to be locked for 100 at most, and 10 blocks to read. */
function scene(lockTime = 100, sits = false, requests = 2): Scene {
  const desk = createDesk();
  const archive = desk.kernel.state.tasks.length;
  const shelves = [{ client: FIRST, base: 40, blocks: 10 }];
  const parts = { id: archive, memoryPort: 0, shelves, device: model.create(1), lockTime, sits };
  addTask(desk.kernel, 'archive', -1, {
    step: archiveStep(model),
    state: createArchiveState(parts, requests),
  });
  givePort(desk.kernel, archive, MEMORY);
  settleIn(desk, FIRST, 8, 0, 0);
  const own = open(desk, FIRST, { pages: 3, lockMax: 100 });
  fill(desk, FIRST, own, 0, 3);
  return { desk, archive, port: givePort(desk.kernel, FIRST, archive), own };
}

/** Hands a weak capability on, to be filled from `block` on. */
function ask({ desk, port, own }: Scene, block: number, tag = 5): void {
  const heard = say(desk, FIRST, 'shareContainer', [own, 1]);
  const weak = heard.find(([name]) => name === 'containerIs')?.[3] as number;
  hand(desk, FIRST, 'fetch', weak, block, tag, port);
}

function swapped({ desk }: Scene): number[] {
  const heard = takeHeard(desk, FIRST).filter(([name]) => name === 'swapped');
  return heard.map(([, , reason]) => reason as number);
}

function pages({ desk, own }: Scene): number[] {
  return [0, 1, 2].map((index) => Math.floor(contents(desk, FIRST, own, index) / 2 ** 20));
}

test('[CONT40] it locks what it is lent, has it filled, unlocks and answers', () => {
  const its = scene();
  ask(its, 4);
  expect(say(its.desk, FIRST, 'dropContainer', [its.own])[0]?.[2]).toBe(LOCKED_NOW);
  advance(its.desk, 3 * PAGE_NS - 1);
  expect(swapped(its)).toEqual([]);
  advance(its.desk, 1);
  expect(swapped(its)).toEqual([DONE]);
  expect(pages(its)).toEqual([45, 46, 47]);
  const stands = say(its.desk, FIRST, 'inspectContainer', [its.own, 1])[0];
  expect(stands?.slice(0, 4)).toEqual(['containerStands', 1, 3, 3]);
  // The last part of what there is to read is shorter; nothing is asked of anybody for it.
  ask(its, 8);
  advance(its.desk, 2 * PAGE_NS);
  expect(swapped(its)).toEqual([DONE]);
  expect(pages(its)).toEqual([49, 50, 47]);
  expect(checkBooks(its.desk)).toBeUndefined();
});

test('[CONT40] a lock that is over before its device has moved nothing, and is told', () => {
  const its = scene(50);
  const before = pages(its);
  ask(its, 0);
  advance(its.desk, 100);
  expect(swapped(its)).toEqual([LOCK_LOST]);
  expect(pages(its)).toEqual(before);
  expect(say(its.desk, FIRST, 'dropContainer', [its.own])).toEqual([]);
});

test('[CONT40] what it cannot do it says, and keeps nothing of it', () => {
  const its = scene();
  ask(its, 10);
  expect(swapped(its)).toEqual([NO_SUCH_BLOCK]);
  ask(its, 0, 1);
  ask(its, 0, 2);
  ask(its, 0, 3);
  expect(swapped(its)).toEqual([LOCKED_NOW]);
  advance(its.desk, 200);
  expect(swapped(its)).toEqual([DONE]);
  for (let i = 0; i < 60; i++) {
    ask(its, 0);
    advance(its.desk, 200);
  }
  expect(tableOf(its.desk, its.archive).objects).toBeLessThanOrEqual(3);
  const longer = scene(101);
  ask(longer, 0);
  expect(swapped(longer)).toEqual([TOO_LONG]);
});

test('[CONT40] pages that are missing are told of, and what is there is its owner’s to have', () => {
  const its = scene();
  say(its.desk, FIRST, 'deallocatePages', [its.own, 1, 1]);
  ask(its, 0);
  advance(its.desk, 200);
  expect(swapped(its)).toEqual([NO_SUCH_PAGE]);
  fill(its.desk, FIRST, its.own, 1, 1);
  ask(its, 3);
  // One that had gone between the look and the lock: the others come, and the lock is over.
  its.desk.kernel.state.windowLists[0]?.frames.fill(-1, 2);
  advance(its.desk, 3 * PAGE_NS);
  expect(swapped(its)).toEqual([NO_SUCH_PAGE]);
  expect(pages(its).slice(0, 2)).toEqual([44, 45]);
  expect(say(its.desk, FIRST, 'dropContainer', [its.own])).toEqual([]);
});

test('[CONT40] it takes no more requests than it has records, and no nonsense', () => {
  const its = scene(100, true);
  ask(its, 0, 1);
  ask(its, 0, 2);
  expect(swapped(its)).toEqual([LOCKED_NOW]);
  const other = { ...its, own: open(its.desk, FIRST, { pages: 1, lockMax: 100 }) };
  fill(its.desk, FIRST, other.own, 0, 1);
  ask(other, 0, 3);
  ask(other, 0, 4);
  expect(swapped(its)).toEqual([BUSY]);
  const { desk, port } = its;
  expect(say(desk, FIRST, 'fetch', [0, 0, 0], port)[0]?.[2]).toBe(MALFORMED);
  const weak = say(desk, FIRST, 'shareContainer', [its.own, 1])[0]?.[3] as number;
  hand(desk, FIRST, 'store', weak, 0, 0, port);
  expect(takeHeard(desk, FIRST)[0]?.slice(0, 3)).toEqual(['refused', 0, MALFORMED]);
});

test('[CONT40] [CONT4] one that sits has the container until its limit and no longer', () => {
  const its = scene(100, true);
  ask(its, 0);
  advance(its.desk, 99);
  expect(say(its.desk, FIRST, 'cancelContainer', [its.own])[0]?.[2]).toBe(LOCKED_NOW);
  advance(its.desk, 1);
  expect(say(its.desk, FIRST, 'cancelContainer', [its.own])).toEqual([]);
  expect(swapped(its)).toEqual([]);
});

test('[CONT40] a capability that is dead when it comes is refused by the memory server', () => {
  const its = scene();
  const { desk, own, port } = its;
  const weak = say(desk, FIRST, 'shareContainer', [own, 1])[0]?.[3] as number;
  say(desk, FIRST, 'cancelContainer', [own]);
  hand(desk, FIRST, 'fetch', weak, 0, 5, port);
  expect(swapped(its)).toEqual([NO_SUCH_CONTAINER]);
  expect(takeHeard(desk, SECOND)).toEqual([]);
});

test('[CONT40] [CONT9] a request that overtakes the unlock of the one before takes nothing from it', () => {
  const its = scene(100, false, 1);
  const { desk, archive, port, own } = its;
  ask(its, 4);
  const weak = say(desk, FIRST, 'shareContainer', [own, 1])[0]?.[3] as number;
  // The device is done: the answer and the unlock are under way when the next request comes.
  desk.kernel.state.nowNs += 3 * PAGE_NS;
  fireEvent(desk.kernel, desk.kernel.state.deviceEvents, DEVICE_DONE);
  sendCapability(desk.kernel, FIRST, port, OP.fetch, weak, 0, 6, 0);
  overtake(desk.kernel);
  deliverAll(desk.kernel);
  advance(desk, 3 * PAGE_NS);
  expect(swapped(its)).toEqual([DONE, DONE]);
  expect(pages(its)).toEqual([41, 42, 43]);
  expect(tableOf(desk, archive).objects).toBe(2);
});
