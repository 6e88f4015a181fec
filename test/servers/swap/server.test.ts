import { expect, test } from 'vitest';
import { OP } from '../../../contracts/messages.ts';
import {
  BUSY,
  LOCK_LOST,
  MALFORMED,
  NO_SUCH_BLOCK,
  TOO_LONG,
} from '../../../contracts/refusals.ts';
import { frameAt } from '../../../nucleus/capabilities.ts';
import { deliverAll } from '../../../nucleus/ipc.ts';
import { killTask } from '../../../nucleus/life.ts';
import { createMessage } from '../../../nucleus/messages.ts';
import type { SwapServerState } from '../../../servers/swap/state.ts';
import { JUNK } from '../../../sim-hw/frames.ts';
import {
  advance,
  createDesk,
  DEVICE_NS,
  type Desk,
  type DeskOptions,
  FIRST,
  hand,
  hashDesk,
  MEMORY,
  SWAP,
  SWAP_PORT,
  say,
  sayOp,
  settleIn,
  tableOf,
  takeHeard,
} from '../../support/desk.ts';
import { portTo } from '../../support/pages.ts';

const SECOND = FIRST + 1;

function begin(options: DeskOptions = {}): Desk {
  const desk = createDesk(options);
  settleIn(desk, FIRST, 4, 0, 3);
  settleIn(desk, SECOND, 4, 0, 2);
  return desk;
}

/** Puts `slot` into a container and hands it to the swap server; returns the owner's capability. */
function request(
  desk: Desk,
  client: number,
  what: 'store' | 'fetch',
  slot: number,
  block: number,
  tag = 1,
  lockMax = 20_000,
): number {
  const [made] = say(desk, client, 'createContainer', [slot, lockMax, 1, 0]);
  const [, , own, weak] = made as unknown as [string, number, number, number];
  expect(hand(desk, client, what, weak, block, tag)).toBe(true);
  return own;
}

function stampOf(desk: Desk, client: number, slot: number): [number, number] {
  const { frames } = desk.kernel.state;
  const frame = frameAt(tableOf(desk, client), slot);
  return [frames.stampHigh[frame] as number, frames.stampLow[frame] as number];
}

function write(desk: Desk, client: number, slot: number, high: number, low: number): void {
  const { frames } = desk.kernel.state;
  const frame = frameAt(tableOf(desk, client), slot);
  frames.stampHigh[frame] = high;
  frames.stampLow[frame] = low;
}

test('[SWAP2] what was stored is fetched, into whatever frame, once the device is done', () => {
  const desk = begin();
  write(desk, FIRST, 0, 5, 42);
  const own = request(desk, FIRST, 'store', 0, 3, 11);
  expect(takeHeard(desk, FIRST)).toEqual([]);
  advance(desk, DEVICE_NS);
  expect(takeHeard(desk, FIRST)).toEqual([['swapped', 11, 0, 1, 0, 0]]);
  say(desk, FIRST, 'cancelContainer', [own]);
  request(desk, FIRST, 'fetch', 1, 3, 12);
  advance(desk, DEVICE_NS);
  expect(takeHeard(desk, FIRST)).toEqual([['swapped', 12, 0, 0, 0, 0]]);
  expect(stampOf(desk, FIRST, 1)).toEqual([5, 42]);
});

test('[SWAP3] the server waits for nobody: requests of two clients are under way together', () => {
  const desk = begin();
  request(desk, FIRST, 'store', 0, 0);
  advance(desk, DEVICE_NS / 2);
  request(desk, SECOND, 'store', 0, 0);
  advance(desk, DEVICE_NS / 2);
  expect([takeHeard(desk, FIRST).length, takeHeard(desk, SECOND).length]).toEqual([1, 0]);
  advance(desk, DEVICE_NS / 2);
  expect(takeHeard(desk, SECOND)).toHaveLength(1);
});

test('[SWAP1] block numbers are of the own extent: nobody names another one', () => {
  const desk = begin({ pages: 8 });
  write(desk, FIRST, 0, 5, 1);
  write(desk, SECOND, 0, 6, 2);
  request(desk, FIRST, 'store', 0, 2);
  request(desk, SECOND, 'store', 0, 2);
  advance(desk, DEVICE_NS);
  takeHeard(desk, FIRST);
  request(desk, FIRST, 'fetch', 1, 2);
  advance(desk, DEVICE_NS);
  expect(stampOf(desk, FIRST, 1)).toEqual([5, 1]);
  takeHeard(desk, FIRST);
  const before = desk.store.stampLow.slice();
  request(desk, FIRST, 'store', 2, 8, 9);
  expect(takeHeard(desk, FIRST)).toEqual([['swapped', 9, NO_SUCH_BLOCK, 0, 0, 0]]);
  expect(desk.store.stampLow).toEqual(before);
});

test('[SWAP4] a lock that ends before the transfer does moves nothing, and the client is told', () => {
  for (const what of ['store', 'fetch'] as const) {
    const desk = begin({ lockTime: DEVICE_NS - 1 });
    write(desk, FIRST, 0, 5, 42);
    const stored = hashDesk(desk);
    expect(stored).toBeTypeOf('string');
    request(desk, FIRST, what, 0, 3, 11);
    advance(desk, DEVICE_NS);
    expect(takeHeard(desk, FIRST)).toEqual([['swapped', 11, LOCK_LOST, 0, 0, 0]]);
    expect(stampOf(desk, FIRST, 0)).toEqual([5, 42]);
    expect(desk.store.stampHigh.every((high) => high === JUNK)).toBe(true);
  }
});

test('[SWAP4] [CONT6] death during the transfer: the frame belongs to another, nothing moves', () => {
  const desk = begin({ frames: 8 });
  request(desk, FIRST, 'fetch', 0, 3);
  advance(desk, DEVICE_NS / 2);
  killTask(desk.kernel, FIRST);
  deliverAll(desk.kernel);
  settleIn(desk, SECOND, 8, 0, 6);
  const { frames } = desk.kernel.state;
  const before = [...frames.stampHigh];
  advance(desk, DEVICE_NS);
  expect([...frames.stampHigh]).toEqual(before);
  expect(desk.kernel.state.deviceEvents.size).toBe(0);
});

test('[SWAP4] a container that cannot be locked is an answer, not a silence', () => {
  const desk = begin();
  request(desk, FIRST, 'store', 0, 3, 4, 10);
  expect(takeHeard(desk, FIRST)).toEqual([['swapped', 4, TOO_LONG, 0, 0, 0]]);
});

test('[SWAP5] a slot of the server that was only named, not handed over, is never used', () => {
  const desk = begin();
  write(desk, SECOND, 0, 6, 2);
  request(desk, SECOND, 'store', 0, 2);
  const before = hashDesk(desk);
  for (let slot = 0; slot < 4; slot++)
    for (const [name, block] of [
      ['store', 0],
      ['fetch', 0],
      ['store', 99],
    ] as const) {
      const answer = say(desk, FIRST, name, [slot, block, 1, 0, -1], SWAP_PORT);
      expect(answer).toEqual([['refused', 0, MALFORMED, OP[name], 0, 0]]);
    }
  expect(hashDesk(desk)).toBe(before);
  advance(desk, DEVICE_NS);
  expect(takeHeard(desk, SECOND)).toEqual([['swapped', 1, 0, 1, 0, 0]]);
});

test('[SWAP5] a capability that comes along with nonsense is dropped, not kept', () => {
  const desk = begin();
  const { objects } = tableOf(desk, SWAP);
  for (let i = 0; i < 5; i++) {
    const [made] = say(desk, FIRST, 'createContainer', [0, 100, 1, 0]);
    const [, , own, weak] = made as unknown as [string, number, number, number];
    hand(desk, FIRST, i % 2 === 0 ? 'contract' : 'store', weak, i === 1 ? -1 : 1e9, 0);
    expect(takeHeard(desk, FIRST)[0]?.[0]).toBe('refused');
    say(desk, FIRST, 'cancelContainer', [own]);
  }
  expect(tableOf(desk, SWAP).objects).toBe(objects);
});

test('[CONT6] [SWAP4] a lock of which it hears too late moves nothing, whoever has the window now', () => {
  const desk = begin();
  write(desk, FIRST, 0, 7, 1);
  request(desk, FIRST, 'store', 0, 2);
  const { kernel } = desk;
  const [opening] = kernel.state.windowSerial;
  const late = { ...createMessage(), op: OP.locked, from: MEMORY, to: SWAP, w3: opening - 1 };
  const { step, state } = kernel.receivers[SWAP];
  step(kernel, state, late);
  advance(desk, 2 * DEVICE_NS);
  expect(takeHeard(desk, FIRST).map(([, , reason]) => reason)).toContain(LOCK_LOST);
  expect((state as SwapServerState).store.stampHigh[2]).not.toBe(7);
});

test('[SWAP9] only the memory server tells the swap server of locks', () => {
  const desk = begin();
  request(desk, SECOND, 'store', 0, 2);
  const before = hashDesk(desk);
  for (const tag of [0, 1, 500]) {
    say(desk, FIRST, 'locked', [tag, 0, 0], SWAP_PORT);
    say(desk, FIRST, 'refused', [tag, 1, OP.lockContainer], SWAP_PORT);
    sayOp(desk, FIRST, 2, [tag], SWAP_PORT);
    sayOp(desk, FIRST, 4, [SECOND], SWAP_PORT);
  }
  expect(hashDesk(desk)).toBe(before);
  expect(desk.kernel.state.deviceEvents.size).toBe(1);
});

test('[SWAP6] what was discarded, or stored by the dead, is gone', () => {
  const desk = begin();
  for (const client of [FIRST, SECOND]) {
    write(desk, client, 0, 5, client);
    request(desk, client, 'store', 0, 3);
  }
  advance(desk, DEVICE_NS);
  say(desk, FIRST, 'discard', [3], SWAP_PORT);
  say(desk, FIRST, 'discard', [4000], SWAP_PORT);
  const gone = desk.store.stampHigh.filter((high) => high !== JUNK);
  expect([...gone]).toEqual([5]);
  killTask(desk.kernel, SECOND);
  deliverAll(desk.kernel);
  expect(desk.store.stampHigh.every((high) => high === JUNK)).toBe(true);
});

test.each(['fetch', 'store'] as const)(
  '[SWAP6] a %s that is under way for one who dies moves nothing, in whosever frame',
  (what) => {
    const desk = begin();
    write(desk, FIRST, 0, 5, 42);
    write(desk, SECOND, 0, 6, 43);
    request(desk, SECOND, 'store', 0, 3);
    advance(desk, DEVICE_NS);
    const [made] = say(desk, FIRST, 'createContainer', [0, 20_000, 1, 0]);
    hand(desk, FIRST, 'store', made?.[3] as number, 0, 0, portTo(desk, FIRST, SECOND));
    const lent = takeHeard(desk, SECOND).at(-1)?.[1] as number;
    expect(hand(desk, SECOND, what, lent, 3, 1)).toBe(true);
    killTask(desk.kernel, SECOND);
    deliverAll(desk.kernel);
    advance(desk, DEVICE_NS);
    const frame = frameAt(tableOf(desk, FIRST), 0);
    const { stampHigh, stampLow } = desk.kernel.state.frames;
    expect([stampHigh[frame], stampLow[frame]]).toEqual([5, 42]);
    expect(desk.store.stampHigh.every((high) => high === JUNK)).toBe(true);
    // The lock is over: its owner has the frame back.
    expect(say(desk, FIRST, 'cancelContainer', [made?.[2] as number])).toEqual([]);
  },
);

/** Writes (5, 42) to block 3, then (6, 43) into the frame of slot 0, for an exchange of both. */
function beginExchange(lockTime: number): Desk {
  const desk = begin({ lockTime });
  write(desk, FIRST, 0, 5, 42);
  say(desk, FIRST, 'cancelContainer', [request(desk, FIRST, 'store', 0, 3)]);
  advance(desk, DEVICE_NS);
  write(desk, FIRST, 1, 6, 43);
  const made = say(desk, FIRST, 'createContainer', [1, 50_000, 1, 0, 1]).at(-1);
  expect(hand(desk, FIRST, 'exchange', made?.[3] as number, 4, 3, SWAP_PORT, 9)).toBe(true);
  takeHeard(desk, FIRST);
  return desk;
}

test('[SWAP10] an exchange writes the page to one block, then reads another into its frame', () => {
  const desk = beginExchange(3 * DEVICE_NS);
  advance(desk, DEVICE_NS);
  expect(stampOf(desk, FIRST, 1)).toEqual([6, 43]);
  expect(takeHeard(desk, FIRST)).toEqual([]);
  advance(desk, DEVICE_NS);
  expect(takeHeard(desk, FIRST)).toEqual([['swapped', 9, 0, 1, 0, 0]]);
  expect(stampOf(desk, FIRST, 1)).toEqual([5, 42]);
  request(desk, FIRST, 'fetch', 2, 4);
  advance(desk, DEVICE_NS);
  expect(stampOf(desk, FIRST, 2)).toEqual([6, 43]);
});

test('[SWAP10] [SWAP4] a lock lost half way: nothing was read, and the answer says what is stored', () => {
  for (const [lockTime, stored] of [
    [DEVICE_NS - 1, 0],
    [2 * DEVICE_NS - 1, 1],
  ] as const) {
    const desk = beginExchange(lockTime);
    advance(desk, 2 * DEVICE_NS);
    expect(takeHeard(desk, FIRST)).toEqual([['swapped', 9, LOCK_LOST, stored, 0, 0]]);
    expect(stampOf(desk, FIRST, 1)).toEqual([6, 43]);
    expect(desk.store.stampHigh.includes(6)).toBe(stored === 1);
  }
});

test('[SWAP10] [SWAP1] both blocks must be of the own extent, or nothing moves', () => {
  const desk = begin({ pages: 8 });
  write(desk, FIRST, 0, 6, 43);
  const { objects } = tableOf(desk, SWAP);
  for (const [out, into] of [
    [4, 8],
    [8, 4],
  ] as const) {
    const [made] = say(desk, FIRST, 'createContainer', [0, 50_000, 1, 0]);
    hand(desk, FIRST, 'exchange', made?.[3] as number, out, into, SWAP_PORT, 9);
    expect(takeHeard(desk, FIRST)).toEqual([['swapped', 9, NO_SUCH_BLOCK, 0, 0, 0]]);
    say(desk, FIRST, 'cancelContainer', [made?.[2] as number]);
  }
  expect(tableOf(desk, SWAP).objects).toBe(objects);
  expect(desk.kernel.state.deviceEvents.size).toBe(0);
});

test('[SWAP7] more requests than records: busy, and the capability does not pile up', () => {
  const desk = begin({ operations: 1 });
  request(desk, FIRST, 'store', 0, 3, 1);
  const { objects } = tableOf(desk, SWAP);
  request(desk, FIRST, 'store', 1, 4, 2);
  expect(takeHeard(desk, FIRST)).toEqual([['swapped', 2, BUSY, 0, 0, 0]]);
  expect(tableOf(desk, SWAP).objects).toBe(objects);
});
