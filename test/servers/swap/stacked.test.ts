import { expect, test } from 'vitest';
import {
  BUSY,
  DEVICE_FAILED,
  DONE,
  LOCK_LOST,
  LOST_PAGE,
  MALFORMED,
  OVER_QUOTA,
  STORE_FULL,
} from '../../../contracts/refusals.ts';
import { frameAt } from '../../../nucleus/capabilities.ts';
import { deliverAll } from '../../../nucleus/ipc.ts';
import { killTask } from '../../../nucleus/life.ts';
import { preload } from '../../../servers/swap/preload.ts';
import type { LayerPlan } from '../../../servers/swap/stack/plan.ts';
import type { StackState } from '../../../servers/swap/stack/stack.ts';
import { swapStats } from '../../../servers/swap/stacked.ts';
import type { SwapServerState } from '../../../servers/swap/state.ts';
import type { MediumState } from '../../../sim-hw/devices/medium.ts';
import { reasonName } from '../../support/bad-input/row.ts';
import { stackReasons } from '../../support/bad-input/swap-rows.ts';
import {
  advance,
  createDesk,
  DEVICE_NS,
  type Desk,
  type DeskOptions,
  FIRST,
  hand,
  SWAP,
  SWAP_PORT,
  say,
  settleIn,
  tableOf,
  takeHeard,
} from '../../support/desk.ts';

const SECOND = FIRST + 1;
const disk: LayerPlan = { layer: 'disk' };

function begin(layers: readonly LayerPlan[], options: DeskOptions = {}): Desk {
  const desk = createDesk({ layers, ...options });
  settleIn(desk, FIRST, 4, 0, 3);
  settleIn(desk, SECOND, 4, 0, 2);
  return desk;
}

function serverOf(desk: Desk): SwapServerState {
  return desk.kernel.receivers[SWAP]?.state as SwapServerState;
}

function mediumOf(desk: Desk): MediumState {
  return ((serverOf(desk).stack as StackState).disks[0] as { medium: MediumState }).medium;
}

function countsOf(desk: Desk, name: string): Record<string, number> {
  return swapStats(serverOf(desk)).find((one) => one.name === name)?.counts ?? {};
}

/** Asks with the frame in `slot` and lets `ns` pass; returns the reason and `stored`, if it is told. */
function ask(
  desk: Desk,
  client: number,
  what: 'store' | 'fetch' | 'exchange',
  slot: number,
  blocks: readonly [number, number?],
  ns = 20 * DEVICE_NS,
): number[] {
  const [made] = say(desk, client, 'createContainer', [slot, 1_000_000, 1, 0, 1]);
  const [block, into] = blocks;
  const weak = made?.[3] as number;
  if (into === undefined) hand(desk, client, what, weak, block, 7);
  else hand(desk, client, what, weak, block, into, SWAP_PORT, 7);
  advance(desk, ns);
  const told = takeHeard(desk, client).find(([name]) => name === 'swapped');
  return told === undefined ? [] : [told[2] as number, told[3] as number];
}

function write(desk: Desk, client: number, slot: number, high: number, low: number): void {
  const { frames } = desk.kernel.state;
  const frame = frameAt(tableOf(desk, client), slot);
  frames.stampHigh[frame] = high;
  frames.stampLow[frame] = low;
}

function read(desk: Desk, client: number, slot: number): [number, number] {
  const { frames } = desk.kernel.state;
  const frame = frameAt(tableOf(desk, client), slot);
  return [frames.stampHigh[frame] as number, frames.stampLow[frame] as number];
}

const deep: readonly LayerPlan[] = [
  { layer: 'waiting', frames: 2 },
  { layer: 'compressed', frames: 2 },
  { layer: 'encrypting' },
  disk,
];

test('[SWAP23] [SWAP2] [SWAP10] store, fetch and exchange are the same through layers', () => {
  const desk = begin(deep, { lockTime: 100_000 });
  for (let block = 0; block < 8; block++) {
    write(desk, FIRST, 0, 5, 40 + block);
    expect(ask(desk, FIRST, 'store', 0, [block])).toEqual([DONE, 1]);
  }
  write(desk, FIRST, 1, 6, 43);
  expect(ask(desk, FIRST, 'exchange', 1, [4, 3])).toEqual([DONE, 1]);
  expect(read(desk, FIRST, 1)).toEqual([5, 43]);
  expect(ask(desk, FIRST, 'fetch', 2, [4])).toEqual([DONE, 0]);
  expect(read(desk, FIRST, 2)).toEqual([6, 43]);
  for (const block of [0, 1, 2, 5, 6, 7]) {
    ask(desk, FIRST, 'fetch', 2, [block]);
    expect(read(desk, FIRST, 2)).toEqual([5, 40 + block]);
  }
});

test('[SWAP15] a store is answered before the device has done anything, and rescued from memory', () => {
  const desk = begin([{ layer: 'waiting', frames: 8, low: 1 }, disk]);
  write(desk, FIRST, 0, 5, 42);
  expect(ask(desk, FIRST, 'store', 0, [3], 0)).toEqual([DONE, 1]);
  expect(ask(desk, FIRST, 'fetch', 1, [3], 0)).toEqual([DONE, 0]);
  expect(read(desk, FIRST, 1)).toEqual([5, 42]);
  expect(countsOf(desk, 'waiting')).toMatchObject({ rescues: 1 });
  expect(countsOf(desk, 'disk').writes).toBe(0);
});

test('[SWAP18] logical copies that two tasks write out are written once', () => {
  const desk = begin([{ layer: 'deduplicating' }, disk]);
  write(desk, FIRST, 0, 5, 42);
  write(desk, SECOND, 0, 5, 42);
  expect(ask(desk, FIRST, 'store', 0, [3])).toEqual([DONE, 1]);
  expect(ask(desk, SECOND, 'store', 0, [6], 0)).toEqual([DONE, 1]);
  expect(countsOf(desk, 'disk').writes).toBe(1);
  killTask(desk.kernel, FIRST);
  deliverAll(desk.kernel);
  ask(desk, SECOND, 'fetch', 1, [6]);
  expect(read(desk, SECOND, 1)).toEqual([5, 42]);
});

test('[SWAP4] [SWAP23] a lock that ends while layers are at work: nothing more moves', () => {
  const slow = begin([disk], { lockTime: DEVICE_NS - 1 });
  expect(ask(slow, FIRST, 'store', 0, [3])).toEqual([LOCK_LOST, 0]);
  expect(countsOf(slow, 'disk').stored).toBe(0);
  // Here the page had left the frame in time, and is on swap.
  const early = begin([{ layer: 'encrypting' }, disk], { lockTime: DEVICE_NS - 1 });
  write(early, FIRST, 0, 5, 42);
  expect(ask(early, FIRST, 'store', 0, [3])).toEqual([LOCK_LOST, 1]);
  expect(ask(early, FIRST, 'fetch', 1, [3])).toEqual([LOCK_LOST, 0]);
  expect(read(early, FIRST, 1)).not.toEqual([5, 42]);
});

test('[SWAP6] [SWAP19] of the dead nothing is kept, neither page nor key', () => {
  const desk = begin(deep, { lockTime: 100_000 });
  write(desk, FIRST, 0, 5, 42);
  ask(desk, FIRST, 'store', 0, [3]);
  say(desk, FIRST, 'flushSwap', [9], SWAP_PORT);
  advance(desk, 20 * DEVICE_NS);
  expect(takeHeard(desk, FIRST)).toEqual([['swapped', 9, DONE, 0, 0, 0]]);
  expect(countsOf(desk, 'disk').stored).toBe(1);
  ask(desk, FIRST, 'fetch', 0, [3], 1);
  killTask(desk.kernel, FIRST);
  deliverAll(desk.kernel);
  advance(desk, 20 * DEVICE_NS);
  expect(countsOf(desk, 'disk').stored).toBe(0);
  expect(countsOf(desk, 'encrypting')).toMatchObject({ keys: 1, keysGone: 1 });
});

test('[SWAP24] a quota counts pages, not stores; what was discarded does not count', () => {
  const desk = begin([disk], { quota: 2 });
  for (const block of [3, 4, 3]) expect(ask(desk, FIRST, 'store', 0, [block])[0]).toBe(DONE);
  expect(ask(desk, FIRST, 'store', 0, [5])).toEqual([OVER_QUOTA, 0]);
  expect(ask(desk, SECOND, 'store', 0, [5])[0]).toBe(DONE);
  expect(say(desk, FIRST, 'swapStat', [8], SWAP_PORT)).toEqual([['swapStatIs', 8, 2, 2, 1, 0]]);
  say(desk, FIRST, 'discard', [3], SWAP_PORT);
  expect(ask(desk, FIRST, 'store', 0, [5])[0]).toBe(DONE);
  expect(ask(desk, FIRST, 'exchange', 0, [6, 5])).toEqual([OVER_QUOTA, 0]);
  // The container is gone with its lock, and the frame is the client's.
  expect(ask(desk, FIRST, 'fetch', 0, [5])[0]).toBe(DONE);
});

test('[SWAP12] [SWAP23] what layers cannot do is said to the client', () => {
  const seen = new Set<number>([ask(begin([disk], { quota: 0 }), FIRST, 'store', 0, [1])[0] ?? 0]);
  const full = begin([{ layer: 'disk', blocks: 1, cluster: 1 }]);
  ask(full, FIRST, 'store', 0, [3]);
  seen.add(ask(full, FIRST, 'store', 0, [4])[0] as number);
  const torn = begin([disk]);
  mediumOf(torn).faults.tornWrites = 65536;
  ask(torn, FIRST, 'store', 0, [3]);
  seen.add(ask(torn, FIRST, 'fetch', 0, [3])[0] as number);
  expect(torn.store.gone[3]).toBe(1);
  mediumOf(torn).faults.tornWrites = 0;
  ask(torn, FIRST, 'store', 0, [3]);
  expect(torn.store.gone[3]).toBe(0);
  mediumOf(torn).faults.readErrors = 65536;
  seen.add(ask(torn, FIRST, 'fetch', 0, [3])[0] as number);
  expect([...seen]).toEqual([OVER_QUOTA, STORE_FULL, LOST_PAGE, DEVICE_FAILED]);
  expect([...seen].map((reason) => reasonName(reason))).toEqual(Object.keys(stackReasons));
});

test('[SWAP13] a flush that cannot be says why; on a plain device it is done; at most so many', () => {
  for (const [fault, reason] of [
    ['writeErrors', DEVICE_FAILED],
    ['full', STORE_FULL],
  ] as const) {
    const lowest: LayerPlan = fault === 'full' ? { layer: 'disk', blocks: 1, cluster: 1 } : disk;
    const desk = begin([{ layer: 'waiting', frames: 4, low: 1 }, lowest]);
    for (const block of [0, 1]) ask(desk, FIRST, 'store', 0, [block], 0);
    if (fault === 'writeErrors') mediumOf(desk).faults.writeErrors = 65536;
    const heard = say(desk, FIRST, 'flushSwap', [9], SWAP_PORT);
    advance(desk, 20 * DEVICE_NS);
    heard.push(...takeHeard(desk, FIRST));
    expect(heard).toEqual([['swapped', 9, reason, 0, 0, 0]]);
  }
  const plain = createDesk();
  expect(say(plain, FIRST, 'flushSwap', [9], SWAP_PORT)).toEqual([['swapped', 9, DONE, 0, 0, 0]]);
  const busy = begin([disk], { operations: 1 });
  say(busy, FIRST, 'flushSwap', [9], SWAP_PORT);
  expect(say(busy, FIRST, 'flushSwap', [10], SWAP_PORT)).toEqual([['swapped', 10, BUSY, 0, 0, 0]]);
  expect(say(busy, FIRST, 'flushSwap', [-1], SWAP_PORT)[0]?.[2]).toBe(MALFORMED);
});

test('[SWAP23] pages that are there before a run went through the layers at no cost', () => {
  const desk = begin(deep, { lockTime: 100_000 });
  const { store } = desk;
  for (let place = 0; place < 4; place++) {
    store.stampHigh[place] = 90 + place;
    store.stampLow[place] = 1;
  }
  const pages = [0, 1, 2, 3].map((id) => ({ id, client: FIRST, low: 1, high: 90 + id }));
  preload(serverOf(desk).stack as StackState, pages);
  expect(countsOf(desk, 'disk').writes).toBe(0);
  expect(countsOf(desk, 'disk').stored).toBeGreaterThan(0);
  for (let block = 0; block < 4; block++) {
    expect(ask(desk, FIRST, 'fetch', 0, [block])[0]).toBe(DONE);
    expect(read(desk, FIRST, 0)).toEqual([90 + block, 1]);
  }
});
