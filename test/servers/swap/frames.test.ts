import { expect, test } from 'vitest';
import { OP } from '../../../contracts/messages.ts';
import { DONE, LOST_PAGE } from '../../../contracts/refusals.ts';
import { frameAt } from '../../../nucleus/capabilities.ts';
import { deliverAll, reply, send } from '../../../nucleus/ipc.ts';
import { NUCLEUS } from '../../../nucleus/kernel.ts';
import { openFrames } from '../../../servers/swap/frames.ts';
import { createLeasedFrames, type LeasedFrames } from '../../../servers/swap/leased-frames.ts';
import { wireStack } from '../../../servers/swap/stack/build.ts';
import type { LayerPlan } from '../../../servers/swap/stack/plan.ts';
import type { StackState } from '../../../servers/swap/stack/stack.ts';
import { swapStats } from '../../../servers/swap/stacked.ts';
import type { SwapServerState } from '../../../servers/swap/state.ts';
import {
  advance,
  checkBooks,
  createDesk,
  DEVICE_NS,
  type Desk,
  FIRST,
  hand,
  MEMORY,
  SWAP,
  say,
  settleIn,
  tableOf,
  take,
  takeHeard,
} from '../../support/desk.ts';

const SECOND = FIRST + 1;
const layers: readonly LayerPlan[] = [
  { layer: 'waiting', frames: 6, low: 1, writers: 2 },
  { layer: 'disk' },
];
const GRACE = 100;

function begin(guaranteed: number, extra: number, plan = layers): Desk & { leased: LeasedFrames } {
  const desk = createDesk({ layers: plan, lockTime: 100_000 });
  const server = serverOf(desk);
  const leased = createLeasedFrames(guaranteed, extra, GRACE);
  server.frames = leased;
  desk.kernel.state.account = NUCLEUS;
  openFrames(desk.kernel, server, leased, wireStack(server.stack as StackState, null as never));
  deliverAll(desk.kernel);
  return { ...desk, leased };
}

function serverOf({ kernel }: Desk): SwapServerState {
  return kernel.receivers[SWAP]?.state as SwapServerState;
}

function countsOf(desk: Desk, name = 'waiting'): Record<string, number> {
  return swapStats(serverOf(desk)).find((one) => one.name === name)?.counts ?? {};
}

function heldBy(desk: Desk, id = SWAP): number {
  expect(checkBooks(desk)).toBeUndefined();
  return desk.server.clients[id]?.held ?? 0;
}

/** Stores version `low` in a block, or fetches one; the reason, and what was fetched. */
function ask(desk: Desk, what: 'store' | 'fetch', block: number, low = 0): number[] {
  const { frames } = desk.kernel.state;
  const frame = frameAt(tableOf(desk, FIRST), 0);
  if (what === 'store') frames.stampHigh[frame] = 5;
  if (what === 'store') frames.stampLow[frame] = low;
  const [made] = say(desk, FIRST, 'createContainer', [0, 1_000_000, 1, 0, 1]);
  hand(desk, FIRST, what, made?.[3] as number, block, 7);
  advance(desk, 0);
  let heard = takeHeard(desk, FIRST);
  for (let i = 0; i < 20 && !heard.some(([name]) => name === 'swapped'); i++) {
    advance(desk, DEVICE_NS);
    heard = [...heard, ...takeHeard(desk, FIRST)];
  }
  const reason = heard.find(([name]) => name === 'swapped')?.[2] as number;
  return what === 'fetch' && reason === DONE
    ? [reason, frames.stampLow[frame] as number]
    : [reason];
}

test('[SWAP30] [MEM1] its guarantee is in hand from the first on, and in the books', () => {
  const desk = begin(3, 4);
  expect(heldBy(desk)).toBe(3);
  expect(desk.server.clients[SWAP]).toMatchObject({ guaranteed: 3, extra: 4, held: 3 });
  expect(countsOf(desk)).toMatchObject({ inHand: 3, kept: 0, used: 0 });
  // A part for each layer that keeps pages, one frame at least.
  const two = begin(3, 0, [
    { layer: 'compressed', frames: 20 },
    { layer: 'waiting', frames: 5 },
    { layer: 'disk' },
  ]);
  expect([countsOf(two, 'compressed').inHand, countsOf(two).inHand]).toEqual([2, 1]);
});

test('[SWAP30] unwritten pages are in the guarantee alone; written ones are kept, and in extras too', () => {
  const desk = begin(2, 3);
  settleIn(desk, FIRST, 4, 0, 1);
  for (let block = 0; block < 6; block++)
    expect(ask(desk, 'store', block, 40 + block)).toEqual([DONE]);
  advance(desk, 20 * DEVICE_NS);
  const { used, kept, inHand, writes } = countsOf(desk) as Record<string, number>;
  expect(used).toBeLessThanOrEqual(2);
  expect(inHand).toBe(5);
  expect(heldBy(desk)).toBe(5);
  expect((used as number) + (kept as number)).toBe(5);
  expect(writes).toBeGreaterThanOrEqual(4);
  // The first one alone has left memory.
  const reads = () => countsOf(desk, 'disk').reads;
  for (let block = 1; block < 6; block++)
    expect(ask(desk, 'fetch', block)).toEqual([DONE, 40 + block]);
  expect(reads()).toBe(0);
  expect(ask(desk, 'fetch', 0)).toEqual([DONE, 40]);
  expect(reads()).toBe(1);
});

test('[SWAP30] [REV1] a notice is met in the same step, with pages that are below as well', () => {
  const desk = begin(2, 8);
  settleIn(desk, FIRST, 4, 0, 1);
  for (let block = 0; block < 8; block++) ask(desk, 'store', block, 40 + block);
  advance(desk, 20 * DEVICE_NS);
  expect(heldBy(desk)).toBe(6);
  // SECOND wants what it is guaranteed: all the rest, and one of swap's extras, then all of them.
  say(desk, SECOND, 'contract', [10, 0, 0, 0]);
  const before = desk.kernel.state.nowNs;
  expect(take(desk, SECOND, 9)).toHaveLength(9);
  expect(heldBy(desk)).toBe(6);
  expect(take(desk, SECOND, 1)).toHaveLength(1);
  expect(desk.kernel.state.nowNs).toBe(before);
  expect(desk.events.filter(({ kind }) => kind === 'miss')).toEqual([]);
  expect(heldBy(desk)).toBe(5);
  for (let block = 0; block < 8; block++)
    expect(ask(desk, 'fetch', block)).toEqual([DONE, 40 + block]);
});

test('[SWAP30] stores never wait for memory: a guarantee of one frame is enough to write all out', () => {
  const desk = begin(2, 0, [
    { layer: 'waiting', frames: 6, low: 1 },
    { layer: 'compressed', frames: 6 },
    { layer: 'disk' },
  ]);
  settleIn(desk, FIRST, 4, 0, 1);
  say(desk, SECOND, 'contract', [10, 0, 0, 0]);
  take(desk, SECOND, 10);
  for (let block = 0; block < 8; block++)
    expect(ask(desk, 'store', block, 40 + block)).toEqual([DONE]);
  for (let block = 0; block < 8; block++)
    expect(ask(desk, 'fetch', block)).toEqual([DONE, 40 + block]);
  expect(heldBy(desk)).toBe(2);
});

/** The memory server tells swap something. */
function tell(desk: Desk, op: number, w0: number, w1: number, w2: number, time: number): void {
  desk.kernel.state.account = NUCLEUS;
  reply(desk.kernel, MEMORY, SWAP, op, w0, w1, w2, 0, time);
  deliverAll(desk.kernel);
}

test('[SWAP31] what a smaller guarantee leaves no room for is written, then returned', () => {
  const desk = begin(4, 0);
  settleIn(desk, FIRST, 4, 0, 1);
  for (let block = 0; block < 4; block++) ask(desk, 'store', block, 40 + block);
  const at = desk.kernel.state.nowNs + 20 * DEVICE_NS;
  tell(desk, OP.shrinkIs, 1, 0, 0, at);
  advance(desk, 10 * DEVICE_NS);
  expect(countsOf(desk).used).toBeLessThanOrEqual(1);
  tell(desk, OP.contractIs, 0, 1, 0, 0);
  tell(desk, OP.notice, 3, 0, 0, at + 10);
  expect(heldBy(desk)).toBe(1);
  expect(countsOf(desk)).toMatchObject({ inHand: 1, lost: 0 });
  for (let block = 0; block < 4; block++)
    expect(ask(desk, 'fetch', block)).toEqual([DONE, 40 + block]);
});

test('[SWAP31] what is not written at three quarters of the time is given up, lost and told', () => {
  const desk = begin(4, 0);
  settleIn(desk, FIRST, 4, 0, 1);
  for (let block = 0; block < 3; block++) ask(desk, 'store', block, 40 + block);
  expect(countsOf(desk).used).toBe(3);
  const now = desk.kernel.state.nowNs;
  tell(desk, OP.contractIs, 0, 1, 0, 0);
  tell(desk, OP.notice, 3, 0, 0, now + 400);
  expect(heldBy(desk)).toBe(3);
  advance(desk, 299);
  expect(heldBy(desk)).toBe(3);
  advance(desk, 1);
  expect(heldBy(desk)).toBe(1);
  advance(desk, 20 * DEVICE_NS);
  expect(countsOf(desk).lost).toBe(2);
  const reasons = [0, 1, 2].map((block) => ask(desk, 'fetch', block));
  expect(reasons.filter(([reason]) => reason === LOST_PAGE)).toHaveLength(2);
  expect(reasons.filter(([reason]) => reason === DONE)).toEqual([
    [DONE, 40 + reasons.findIndex(([reason]) => reason === DONE)],
  ]);
  // Stored anew they are there again.
  for (let block = 0; block < 3; block++)
    expect(ask(desk, 'store', block, 60 + block)).toEqual([DONE]);
  for (let block = 0; block < 3; block++)
    expect(ask(desk, 'fetch', block)).toEqual([DONE, 60 + block]);
});

test('[SWAP31] a frame that is taken: what was in it alone is lost, and another is asked for', () => {
  const desk = begin(3, 0);
  settleIn(desk, FIRST, 4, 0, 1);
  ask(desk, 'store', 0, 40);
  // The last one granted was the first one used.
  const slot = 2;
  send(desk.kernel, SWAP, 0, OP.returnFrames, slot, 0, 0, 0, 0);
  deliverAll(desk.kernel);
  tell(desk, OP.loss, slot, 0, 0, 0);
  expect(heldBy(desk)).toBe(3);
  expect(countsOf(desk).inHand).toBe(3);
  expect(ask(desk, 'fetch', 0)).toEqual([LOST_PAGE]);
});
