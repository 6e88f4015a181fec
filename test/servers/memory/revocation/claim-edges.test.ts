/** Claims on extras of others, at their edges: who may still have what has come free for it. */

import { expect, test } from 'vitest';
import { CAUSE_EXTRA } from '../../../../contracts/messages.ts';
import type { TermsWish } from '../../../../contracts/terms.ts';
import { givePort } from '../../../../nucleus/kernel.ts';
import { map } from '../../../../nucleus/memory-map.ts';
import { attachPolicyTable } from '../../../../servers/memory/contracts/policy.ts';
import { fillPurse } from '../../../../servers/memory/contracts/purse.ts';
import { notify } from '../../../../servers/memory/revocation/revocation.ts';
import { type Client, clientOf } from '../../../../servers/memory/state.ts';
import { runBatch } from '../../../../sim-hw/mmu.ts';
import type { ReferenceString } from '../../../../sim-hw/references.ts';
import {
  advance,
  checkBooks,
  createDesk,
  type Desk,
  FIRST,
  hand,
  say,
  settleIn,
  take,
  takeHeard,
} from '../../../support/desk.ts';

const [A, B, C] = [FIRST, FIRST + 1, FIRST + 2];

/** A borrows all of 8 frames but one, which B has taken first. */
function lent(terms: Partial<TermsWish> = {}): { desk: Desk; slots: number[] } {
  const desk = createDesk({
    frames: 8,
    clients: 3,
    terms: { arbiter: 'idle-tax', idleTax: 0, ...terms },
  });
  settleIn(desk, B, 0, 8, 1);
  const slots = settleIn(desk, A, 0, 8, 7);
  return { desk, slots };
}

function claim(desk: Desk, client = B): void {
  say(desk, client, 'allocate', [0, 0, 9]);
  takeHeard(desk, client);
}

function heldBy(desk: Desk, client: number): number | undefined {
  return desk.server.clients[client]?.held;
}

function noticed(desk: Desk, client = A): number {
  return takeHeard(desk, client).filter(([name]) => name === 'notice').length;
}

test('[REV20] a claim is told to whoever observes', () => {
  const { desk } = lent();
  claim(desk);
  expect(desk.events).toContainEqual({ at: 0, task: 'client1', kind: 'claim', frames: 1 });
});

test('[REV20] [MEM2] for a run of several frames nobody is called on', () => {
  const { desk } = lent();
  say(desk, B, 'allocate', [1, 0, 9]);
  expect(noticed(desk)).toBe(0);
  expect(desk.server.turns?.claims).toEqual([]);
});

test('[REV21] [REV10] who has been asked for frames itself gets none that came free for it', () => {
  const { desk, slots } = lent();
  claim(desk);
  notify(desk.kernel, desk.server, clientOf(desk.server, B), 1, CAUSE_EXTRA);
  say(desk, A, 'returnFrames', [slots[0] as number]);
  expect(heldBy(desk, B)).toBe(1);
  expect(desk.server.turns?.claims).toEqual([]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[REV21] [MEM3] who holds all that its contract allows gets no more', () => {
  for (const [extra, held] of [
    [1, 1],
    [2, 2],
  ] as const) {
    const { desk, slots } = lent();
    claim(desk);
    say(desk, B, 'contract', [0, extra, 0, 0]);
    say(desk, A, 'returnFrames', [slots[0] as number]);
    expect(heldBy(desk, B)).toBe(held);
    expect(desk.server.turns?.claims).toEqual([]);
  }
});

test('[REV21] [CON7] who has no contract in force any more gets none', () => {
  const { desk, slots } = lent();
  say(desk, B, 'contract', [0, 8, 50, 0]);
  claim(desk);
  advance(desk, 50);
  say(desk, A, 'returnFrames', [slots[0] as number]);
  expect(heldBy(desk, B)).toBe(1);
});

test('[REV21] [PS8] who may borrow no more gets none', () => {
  for (const eligible of [0, 1]) {
    const { desk, slots } = lent();
    const table = attachPolicyTable(desk.server, C + 1);
    table.guaranteed.fill(8);
    table.eligible.fill(1);
    const control = say(desk, C, 'getControl', [0])[0]?.[2] as number;
    say(desk, C, 'usePolicy', [control, 0]);
    claim(desk);
    table.eligible[B] = eligible;
    say(desk, A, 'returnFrames', [slots[0] as number]);
    expect(heldBy(desk, B)).toBe(1 + eligible);
  }
});

test('[REV21] [CON27] whose purse has become empty gets none', () => {
  for (const [budget, held] of [
    [1e6, 2],
    [1, 1],
  ] as const) {
    const { desk, slots } = lent({ price: 1_000_000, arbiter: 'market', graceExtra: 1e6 });
    fillPurse(clientOf(desk.server, A), 1, 0);
    fillPurse(clientOf(desk.server, B), budget, 0);
    claim(desk);
    expect(noticed(desk)).toBe(1);
    advance(desk, 10_000);
    say(desk, A, 'returnFrames', [slots[0] as number]);
    expect(heldBy(desk, B)).toBe(held);
    expect(desk.server.turns?.claims).toEqual([]);
  }
});

test('[REV21] [CON14] what came free for one who lives on a child contract is drawn on that', () => {
  for (const [extra, owes] of [
    [3, 0],
    [3, 1],
    [1, 0],
  ] as const) {
    const desk = createDesk({ frames: 8, clients: 3, terms: { arbiter: 'idle-tax', idleTax: 0 } });
    say(desk, C, 'contract', [0, 8, 0, 0]);
    const split = say(desk, C, 'splitContract', [0, extra, -1, 0, 0])[0]?.[2] as number;
    hand(desk, C, 'controlIs', split, 0, 0, givePort(desk.kernel, C, B));
    const control = takeHeard(desk, B)[0]?.[1] as number;
    say(desk, B, 'useControl', [control, 0]);
    take(desk, B, 1);
    const slots = settleIn(desk, A, 0, 8, 7);
    claim(desk);
    if (owes > 0) notify(desk.kernel, desk.server, clientOf(desk.server, B), 1, CAUSE_EXTRA);
    say(desk, A, 'returnFrames', [slots[0] as number]);
    const got = extra === 3 && owes === 0 ? 2 : 1;
    expect(heldBy(desk, B)).toBe(got);
    expect(desk.server.clients[B]).toMatchObject({ extra: got });
    expect(checkBooks(desk)).toBeUndefined();
  }
});

test('[REV21] claims are met in the order in which they were made, as frames come back', () => {
  const desk = createDesk({ frames: 8, clients: 3, terms: { arbiter: 'idle-tax', idleTax: 0 } });
  for (const id of [B, C]) settleIn(desk, id, 0, 8, 1);
  const slots = settleIn(desk, A, 0, 8, 6);
  for (const id of [C, B]) claim(desk, id);
  expect(desk.server.turns?.claims).toEqual([C, B]);
  say(desk, A, 'returnFrames', [slots[0] as number]);
  expect([heldBy(desk, B), heldBy(desk, C)]).toEqual([1, 2]);
  expect(desk.server.turns?.claims).toEqual([B]);
  say(desk, A, 'returnFrames', [slots[1] as number]);
  expect([heldBy(desk, B), heldBy(desk, C)]).toEqual([2, 2]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[REV21] who waits for a run below its guarantee goes before claims for what is free meanwhile', () => {
  const { desk, slots } = lent();
  claim(desk);
  say(desk, C, 'contract', [2, 0, 0, 0]);
  say(desk, C, 'allocate', [1, 0, 9]);
  say(desk, A, 'returnFrames', [slots[1] as number]);
  // One is free, two are waited for.
  expect([heldBy(desk, B), heldBy(desk, C)]).toEqual([1, 0]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[REV21] a claim outlives the step in which it was made while its notice runs', () => {
  const { desk } = lent();
  claim(desk);
  say(desk, C, 'renew', [0]);
  expect(desk.server.turns?.claims).toEqual([B]);
});

/** What arbiters hold against A and B when they look around: the standing of each. */
function standings(desk: Desk): number[] {
  return [A, B].map((id) => (desk.server.clients[id] as Client).standing);
}

test('[REV22] clients are looked at once in a period, those that hold something', () => {
  const { desk, slots } = lent({ arbiterPeriod: 1000, idleTax: 0.75, idleSamples: 8 });
  for (const [page, slot] of slots.entries()) map(desk.kernel, A, A, page, slot, false);
  clientOf(desk.server, C).standing = 77;
  const before = checkBooks(desk);
  claim(desk);
  expect(standings(desk)).toEqual([0, 0]);
  // Nothing is used any more; that is seen at the end of the period, and not before.
  advance(desk, 999);
  claim(desk);
  expect(standings(desk)).toEqual([0, 0]);
  advance(desk, 1);
  claim(desk);
  expect(standings(desk)[0]).toBe(125);
  advance(desk, 999);
  claim(desk);
  expect(standings(desk)[0]).toBe(125);
  advance(desk, 1);
  claim(desk);
  expect(standings(desk)[0]).toBeCloseTo(234.4, 1);
  // Who uses all of it is not idle.
  const space = desk.kernel.state.spaces[0] as (typeof desk.kernel.state.spaces)[0];
  runBatch(desk.kernel.translation, space, desk.kernel.programs[0] as ReferenceString, 7000);
  advance(desk, 1000);
  claim(desk);
  expect(standings(desk)[0]).toBe(0);
  expect(clientOf(desk.server, C).standing).toBe(77);
  expect([before, checkBooks(desk)]).toEqual([undefined, undefined]);
});

test('[REV23] market: what stands against a client is what it lacks of the most credits', () => {
  const { desk } = lent({ arbiter: 'market', price: 1, arbiterPeriod: 1000 });
  fillPurse(clientOf(desk.server, A), 400, 100);
  fillPurse(clientOf(desk.server, B), 1e15, 0);
  claim(desk);
  expect(standings(desk)).toEqual([1e12 - 500, 0]);
  fillPurse(clientOf(desk.server, A), 0, 100);
  advance(desk, 999);
  claim(desk);
  expect(standings(desk)).toEqual([1e12 - 500, 0]);
  advance(desk, 1);
  claim(desk);
  expect(standings(desk)).toEqual([1e12, 0]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[REV20] who would then have just as much calls nobody', () => {
  for (const [frames, called] of [
    [9, 0],
    [10, 1],
  ] as const) {
    const desk = createDesk({ frames, terms: { arbiter: 'idle-tax', idleTax: 0 } });
    settleIn(desk, B, 0, 8, 4);
    settleIn(desk, A, 0, 8, frames - 4);
    claim(desk);
    expect(noticed(desk)).toBe(called);
  }
});

test('[REV20] where nobody has borrowed nobody is called on', () => {
  const { desk } = lent();
  say(desk, A, 'contract', [7, 0, 0, 0]);
  say(desk, B, 'contract', [1, 7, 0, 0]);
  claim(desk);
  expect(noticed(desk)).toBe(0);
  expect(desk.server.turns?.claims).toEqual([]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CON29] under another arbiter that moves extras the price stays what the terms say', () => {
  const { desk } = lent({ price: 1, arbiterPeriod: 1000 });
  expect(desk.server.turns?.rent).toBeNull();
});

test('[CON29] [REV20] an extra that was wanted and not to be had makes frames dearer', () => {
  const { desk } = lent({ arbiter: 'market', price: 1, arbiterPeriod: 1000 });
  const price = () => desk.server.turns?.rent?.price;
  expect(price()).toBe(8);
  claim(desk);
  advance(desk, 1000);
  claim(desk);
  expect(price()).toBe(9);
});
