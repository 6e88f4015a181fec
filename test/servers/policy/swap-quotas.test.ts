import { expect, test } from 'vitest';
import { OP } from '../../../contracts/messages.ts';
import {
  CONTROL_TAKEN,
  DONE,
  NO_SUCH_CONTROL,
  NO_SUCH_TASK,
  OVER_QUOTA,
} from '../../../contracts/refusals.ts';
import { type CapabilityTable, QUOTA_CONTROL } from '../../../nucleus/capabilities.ts';
import { deliverAll } from '../../../nucleus/ipc.ts';
import { killServer, killTask } from '../../../nucleus/life.ts';
import { PERIOD, REPLACE } from '../../../servers/policy/server.ts';
import type { SwapServerState } from '../../../servers/swap/state.ts';
import {
  advance,
  DEVICE_NS,
  FIRST,
  hand,
  SWAP,
  SWAP_PORT,
  say,
  sayOp,
  settleIn,
  tableOf,
  takeHeard,
} from '../../support/desk.ts';
import {
  arrive,
  POLICY,
  type PolicyDesk,
  policyDesk,
  SUCCESSOR,
  tick,
} from '../../support/policy-desk.ts';

const [A, B, C] = [FIRST, FIRST + 1, FIRST + 2];
const GENEROUS = [[24, 24]] as const;

/** All three belong to one user, who may have `pages` on swap, 4 of the successor's. */
function begin(pages: number): PolicyDesk {
  const desk = policyDesk(GENEROUS, GENEROUS, { layers: [{ layer: 'disk' }] }, [pages, 4]);
  arrive(desk);
  deliverAll(desk.kernel);
  for (const id of [A, B, C]) settleIn(desk, id, 2, 0, 1);
  return desk;
}

function serverOf({ kernel }: PolicyDesk): SwapServerState {
  return kernel.receivers[SWAP]?.state as SwapServerState;
}

/** Stores the client's frame; the reason. */
function store(desk: PolicyDesk, client: number, block: number): number {
  const [made] = say(desk, client, 'createContainer', [0, 1_000_000, 1, 0, 1]);
  hand(desk, client, 'store', made?.[3] as number, block, 7);
  advance(desk, 2 * DEVICE_NS);
  return takeHeard(desk, client).find(([what]) => what === 'swapped')?.[2] as number;
}

function quotasOf(desk: PolicyDesk): number[] {
  return [A, B, C].map((id) => say(desk, id, 'swapStat', [0], SWAP_PORT)[0]?.[3] as number);
}

function look(desk: PolicyDesk, id = POLICY, word = PERIOD): void {
  tick(desk, id, word);
  deliverAll(desk.kernel);
}

test('[PS17] a user’s quota is divided by weight, and anew as its tasks use it', () => {
  const desk = begin(9);
  expect(quotasOf(desk)).toEqual([3, 3, 3]);
  for (const block of [0, 1, 2]) expect(store(desk, A, block)).toBe(DONE);
  expect(store(desk, A, 3)).toBe(OVER_QUOTA);
  look(desk);
  // Three are there, of the other six each has two.
  expect(quotasOf(desk)).toEqual([5, 2, 2]);
  expect(store(desk, A, 3)).toBe(DONE);
  sayOp(desk, A, OP.discard, [0], SWAP_PORT);
  sayOp(desk, A, OP.discard, [1], SWAP_PORT);
  expect(store(desk, B, 0)).toBe(DONE);
  look(desk);
  expect(quotasOf(desk)).toEqual([4, 3, 2]);
  // What the dead had is the others'.
  killTask(desk.kernel, C);
  deliverAll(desk.kernel);
  look(desk);
  expect(quotasOf(desk).slice(0, 2)).toEqual([5, 4]);
});

test('[SWAP29] [PS4] what is there stays though the quota fall below it; nothing new is taken', () => {
  const desk = begin(9);
  for (const block of [0, 1, 2]) store(desk, A, block);
  store(desk, B, 0);
  expect([...desk.policies[0].table.onSwap].slice(A, C + 1)).toEqual([3, 1, 0]);
  tick(desk, POLICY, REPLACE);
  deliverAll(desk.kernel);
  // The successor's user may have 4: as they are there.
  expect(quotasOf(desk)).toEqual([3, 1, 0]);
  expect(store(desk, A, 2)).toBe(DONE);
  expect(store(desk, C, 0)).toBe(OVER_QUOTA);
  expect(store(desk, B, 1)).toBe(OVER_QUOTA);
  sayOp(desk, A, OP.discard, [0], SWAP_PORT);
  store(desk, A, 3);
  sayOp(desk, A, OP.discard, [1], SWAP_PORT);
  look(desk, SUCCESSOR);
  // One that is there no more is anybody's.
  expect(quotasOf(desk)).toEqual([3, 1, 0]);
});

test('[SWAP29] there is one capability to quotas: who has none sets none, whose owner died is given anew', () => {
  const desk = begin(9);
  expect(say(desk, A, 'getQuotas', [5], SWAP_PORT)).toEqual([
    ['refused', 5, CONTROL_TAKEN, OP.getQuotas, 0, 0],
  ]);
  expect(say(desk, A, 'setQuota', [0, A, 100, 6], SWAP_PORT)).toEqual([
    ['refused', 6, NO_SUCH_CONTROL, OP.setQuota, 0, 0],
  ]);
  expect(quotasOf(desk)).toEqual([3, 3, 3]);
  killServer(desk.kernel, POLICY);
  deliverAll(desk.kernel);
  // What was set stays, until the one that stands by has the control, and decides.
  const holders = [POLICY, SUCCESSOR].map((id) => tableOf(desk, id).kind.includes(QUOTA_CONTROL));
  expect(holders).toEqual([false, true]);
  expect(quotasOf(desk)).toEqual([2, 1, 1]);
  killServer(desk.kernel, SUCCESSOR);
  deliverAll(desk.kernel);
  expect(quotasOf(desk)).toEqual([2, 1, 1]);
  const [[, , control]] = say(desk, B, 'getQuotas', [5], SWAP_PORT) as [[string, number, number]];
  expect(say(desk, B, 'setQuota', [control, 77, 5, 6], SWAP_PORT)[0]?.[2]).toBe(NO_SUCH_TASK);
  expect(say(desk, B, 'setQuota', [control, A, 5, 6], SWAP_PORT)).toEqual([]);
  expect(quotasOf(desk)).toEqual([5, 1, 1]);
});

test('[SWAP29] [PS13] a control that is not the present one sets nothing, and is given up', () => {
  const desk = begin(9);
  const { kind, generation } = tableOf(desk, POLICY) as CapabilityTable;
  const slot = kind.indexOf(QUOTA_CONTROL);
  generation[slot] = 99;
  store(desk, A, 0);
  store(desk, A, 1);
  look(desk);
  expect(quotasOf(desk)).toEqual([3, 3, 3]);
  expect(kind.includes(QUOTA_CONTROL)).toBe(false);
});

test('[SWAP29] a server over a plain device, or that nobody may set quotas of, takes none', () => {
  const desk = policyDesk(GENEROUS);
  expect(say(desk, A, 'getQuotas', [5], SWAP_PORT)[0]?.slice(1, 3)).toEqual([5, CONTROL_TAKEN]);
  expect(serverOf(desk).quotas).toEqual([]);
});
