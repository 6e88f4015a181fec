import { expect, test } from 'vitest';
import { OP } from '../../../contracts/messages.ts';
import { BUSY } from '../../../contracts/refusals.ts';
import { deliverAll, sendCapability } from '../../../nucleus/ipc.ts';
import { addTask, givePort } from '../../../nucleus/kernel.ts';
import {
  createDefaultPagerState,
  defaultPagerStep,
} from '../../../servers/central/default-pager.ts';
import { addExtent } from '../../../servers/swap/store.ts';
import {
  advance,
  createDesk,
  DEVICE_NS,
  type Desk,
  FIRST,
  hand,
  SWAP,
  say,
  settleIn,
  tableOf,
  takeHeard,
} from '../../support/desk.ts';

function withDefaultPager(requests: number): { desk: Desk; id: number; port: number } {
  const desk = createDesk();
  const state = createDefaultPagerState(desk.kernel.state.tasks.length, 0, requests);
  const id = addTask(desk.kernel, 'default-pager', -1, { step: defaultPagerStep, state });
  givePort(desk.kernel, id, SWAP);
  addExtent(desk.store, id, 8, 0);
  const port = givePort(desk.kernel, FIRST, id);
  settleIn(desk, FIRST, 4, 0, 3);
  return { desk, id, port };
}

function weakOf(desk: Desk, slot: number): number {
  return say(desk, FIRST, 'createContainer', [slot, 20_000, 1, 0])[0]?.[3] as number;
}

test('[SWAP8] the default pager hands on what it is handed, and passes the answer back', () => {
  const { desk, id, port } = withDefaultPager(4);
  const { frames } = desk.kernel.state;
  frames.stampHigh[0] = 9;
  const messages = () => desk.kernel.state.tasks.reduce((sum, task) => sum + task.messages, 0);
  const weak = weakOf(desk, 0);
  const before = messages();
  expect(hand(desk, FIRST, 'store', weak, 5, 33, port)).toBe(true);
  advance(desk, DEVICE_NS);
  expect(takeHeard(desk, FIRST)).toEqual([['swapped', 33, 0, 1, 0, 0]]);
  // store, store, lock, locked, unlock, swapped, swapped: two more than without it.
  expect(messages() - before).toBe(7);
  expect(desk.store.stampHigh.filter((high) => high === 9)).toHaveLength(1);
  // It keeps nothing: the capability went on to the swap server.
  expect(tableOf(desk, id).objects).toBe(1);
});

test('[SWAP8] [SWAP10] an exchange goes through it like the rest', () => {
  const { desk, id, port } = withDefaultPager(4);
  const { frames } = desk.kernel.state;
  frames.stampHigh[0] = 9;
  hand(desk, FIRST, 'store', weakOf(desk, 0), 6, 32, port);
  advance(desk, DEVICE_NS);
  takeHeard(desk, FIRST);
  frames.stampHigh[1] = 7;
  expect(hand(desk, FIRST, 'exchange', weakOf(desk, 1), 5, 6, port, 33)).toBe(true);
  advance(desk, 2 * DEVICE_NS);
  expect(takeHeard(desk, FIRST).at(-1)).toEqual(['swapped', 33, 0, 1, 0, 0]);
  expect(frames.stampHigh[1]).toBe(9);
  expect(desk.store.stampHigh.filter((high) => high === 7)).toHaveLength(1);
  expect(tableOf(desk, id).objects).toBe(1);
});

test('[SWAP8] more requests than records: busy', () => {
  const { desk, id, port } = withDefaultPager(1);
  hand(desk, FIRST, 'store', weakOf(desk, 0), 5, 1, port);
  hand(desk, FIRST, 'store', weakOf(desk, 1), 6, 2, port);
  expect(takeHeard(desk, FIRST)).toEqual([['swapped', 2, BUSY, 0, 0, 0]]);
  expect(tableOf(desk, id).objects).toBe(1);
  advance(desk, DEVICE_NS);
  expect(takeHeard(desk, FIRST)).toEqual([['swapped', 1, 0, 1, 0, 0]]);
});

test('[SWAP5] it passes on no capability that did not come with the request', () => {
  const { desk, id, port } = withDefaultPager(4);
  say(desk, FIRST, 'store', [0, 5, 1], port);
  expect(tableOf(desk, id).objects).toBe(1);
  expect(takeHeard(desk, FIRST)).toEqual([]);
  // Its port to the swap server is still there.
  const went = sendCapability(desk.kernel, FIRST, port, OP.store, weakOf(desk, 0), 5, 1, 0);
  deliverAll(desk.kernel);
  advance(desk, DEVICE_NS);
  expect([went, takeHeard(desk, FIRST)[0]?.[0]]).toEqual([true, 'swapped']);
});
