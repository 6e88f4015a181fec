/** Child contracts, at their edges: whom an end is told, what closes with it, what is not touched. */

import { expect, test } from 'vitest';
import { OP } from '../../../../contracts/messages.ts';
import { HAS_CONTRACT, NO_SUCH_CONTROL, OVER_CONTRACT } from '../../../../contracts/refusals.ts';
import { deliverAll } from '../../../../nucleus/ipc.ts';
import { givePort } from '../../../../nucleus/kernel.ts';
import { killTask } from '../../../../nucleus/life.ts';
import { attachPolicyTable } from '../../../../servers/memory/contracts/policy.ts';
import {
  advance,
  checkBooks,
  createDesk,
  type Desk,
  FIRST,
  hand,
  MEMORY_PORT,
  say,
  settleIn,
  tableOf,
  take,
  takeHeard,
} from '../../../support/desk.ts';

const [A, B, C] = [FIRST, FIRST + 1, FIRST + 2];
const OWN = -1;

/** Splits a child off A's own contract, or off a child; returns the slot of its capability. */
function split(desk: Desk, guaranteed: number, extra: number, of = OWN, term = 0): number {
  return say(desk, A, 'splitContract', [guaranteed, extra, of, 7, term])[0]?.[2] as number;
}

/** Moves the capability in `slot` of A to another task; returns its slot there. */
function move(desk: Desk, to: number, slot: number): number {
  const port = givePort(desk.kernel, A, to);
  hand(desk, A, 'controlIs', slot, 0, 0, port);
  const [, moved] = takeHeard(desk, to).find(([name]) => name.endsWith('with capability')) ?? [];
  return moved as number;
}

/** Gives a capability up: nobody has it any more [MEM30]. */
function giveUp(desk: Desk, slot: number): void {
  hand(desk, A, 'purse', slot, 0, 0, MEMORY_PORT);
  takeHeard(desk, A);
}

function root(): Desk {
  const desk = createDesk({ frames: 16, clients: 3 });
  settleIn(desk, A, 10, 4, 0);
  return desk;
}

function ofA(desk: Desk): [number, number] {
  const { guaranteed, extra } = desk.server.clients[A] as { guaranteed: number; extra: number };
  return [guaranteed, extra];
}

test('[CON18] [CON14] what a dead member drew covers the extras of those who stay', () => {
  const desk = root();
  const control = split(desk, 2, 2);
  const copy = say(desk, A, 'copyControl', [control, 0])[0]?.[2] as number;
  say(desk, B, 'useControl', [move(desk, B, control), 0]);
  say(desk, C, 'useControl', [move(desk, C, copy), 0]);
  expect([take(desk, B, 2).length, take(desk, C, 2).length]).toEqual([2, 2]);
  expect(desk.server.clients[C]).toMatchObject({ guaranteed: 0, extra: 2 });
  killTask(desk.kernel, B);
  deliverAll(desk.kernel);
  expect(desk.server.clients[C]).toMatchObject({ guaranteed: 2, extra: 0 });
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CON11] nothing can be split off by whoever holds more extras than it may have', () => {
  const desk = createDesk({ frames: 16, clients: 3 });
  settleIn(desk, A, 4, 2, 6);
  say(desk, A, 'contract', [4, 1, 0, 0]);
  const [none] = say(desk, A, 'splitContract', [0, 0, OWN, 7, 0]);
  expect(none?.[0]).toBe('controlIs');
  expect(say(desk, A, 'splitContract', [0, 1, OWN, 7, 0])[0]?.[2]).toBe(OVER_CONTRACT);
});

test('[CON17] the end of a child of a child is told as its own or its parent’s, the first', () => {
  const desk = root();
  const child = split(desk, 4, 0, OWN, 1000);
  const shorter = say(desk, A, 'splitContract', [1, 0, child, 7, 500])[0];
  const longer = say(desk, A, 'splitContract', [1, 0, child, 7, 5000])[0];
  expect([shorter?.[5], longer?.[5]]).toEqual([500, 1000]);
});

test('[CON17] of several terms only the one that is over ends', () => {
  const desk = root();
  const [first, second] = [split(desk, 2, 0, OWN, 100), split(desk, 3, 0, OWN, 500)];
  advance(desk, 100);
  expect(ofA(desk)).toEqual([7, 4]);
  takeHeard(desk, A);
  expect(say(desk, A, 'copyControl', [first, 0])[0]?.[2]).toBe(NO_SUCH_CONTROL);
  expect(say(desk, A, 'copyControl', [second, 0])[0]?.[0]).toBe('controlIs');
  advance(desk, 400);
  expect(ofA(desk)).toEqual([10, 4]);
});

test('[CON19] with its last child a contract that nobody can reach closes: folded, or its term over', () => {
  for (const term of [0, 100]) {
    const desk = root();
    const child = split(desk, 4, 1);
    const grandchild = split(desk, 2, 0, child, term);
    giveUp(desk, child);
    expect(ofA(desk)).toEqual([6, 3]);
    if (term === 0) say(desk, A, 'foldContract', [grandchild, 0]);
    else advance(desk, term);
    expect(ofA(desk)).toEqual([10, 4]);
    expect(desk.server.children.records.map(({ live }) => live)).toEqual([false, false]);
    expect(checkBooks(desk)).toBeUndefined();
  }
});

test('[CON15] a fold by another than the root is told to the root, and a fold by the root once', () => {
  const desk = root();
  const given = move(desk, B, split(desk, 4, 0));
  expect(say(desk, B, 'foldContract', [given, 3]).map(([name]) => name)).toEqual(['contractIs']);
  expect(takeHeard(desk, A)).toEqual([['contractIs', 0, 10, 4, 0, 0]]);
  expect(say(desk, A, 'foldContract', [split(desk, 4, 0), 3])).toEqual([
    ['contractIs', 3, 10, 4, 0, 0],
  ]);
});

test('[CON15] who drew on it and holds nothing is sent no notice', () => {
  const desk = root();
  const control = split(desk, 4, 0);
  const copy = say(desk, A, 'copyControl', [control, 0])[0]?.[2] as number;
  say(desk, B, 'useControl', [move(desk, B, copy), 0]);
  takeHeard(desk, B);
  say(desk, A, 'foldContract', [control, 0]);
  expect(takeHeard(desk, B).map(([name]) => name)).toEqual(['expired']);
  // Its capability is dead, and takes no place in its table.
  expect([...tableOf(desk, B).kind].filter((kind) => kind > 1)).toEqual([]);
});

test('[CON23] what folds into a child during a grace is no part of what shrinks', () => {
  const desk = root();
  const child = split(desk, 4, 0);
  const grandchild = split(desk, 2, 0, child);
  say(desk, A, 'contract', [3, 4, 0, 0]);
  say(desk, A, 'foldContract', [grandchild, 0]);
  advance(desk, 1000);
  expect(ofA(desk)).toEqual([3, 4]);
  takeHeard(desk, A);
  expect(say(desk, A, 'foldContract', [child, 0])[0]?.slice(2, 4)).toEqual([7, 4]);
});

test('[CON21] a child of a child is resized by who holds its parent, and by no other', () => {
  const desk = root();
  const child = split(desk, 4, 2);
  const grandchild = split(desk, 2, 0, child);
  const moved = move(desk, B, grandchild);
  expect(say(desk, B, 'resizeContract', [moved, 1, 0, 5])).toEqual([
    ['refused', 5, NO_SUCH_CONTROL, OP.resizeContract, 0, 0],
  ]);
});

test('[CON21] extras that are drawn are not resized away, and a change is told as what it is', () => {
  const desk = root();
  const control = split(desk, 1, 2);
  const copy = say(desk, A, 'copyControl', [control, 0])[0]?.[2] as number;
  say(desk, B, 'useControl', [move(desk, B, copy), 0]);
  take(desk, B, 3);
  expect(say(desk, A, 'resizeContract', [control, 1, 1, 5])[0]?.[2]).toBe(OVER_CONTRACT);
  desk.events.length = 0;
  for (const [guaranteed, extra] of [
    [4, 2],
    [4, 3],
    [3, 2],
  ])
    say(desk, A, 'resizeContract', [control, guaranteed as number, extra as number, 5]);
  expect(desk.events).toEqual([
    { kind: 'split', at: 0, task: 'client0', guaranteed: 3, extra: 0, left: 6 },
    { kind: 'split', at: 0, task: 'client0', guaranteed: 0, extra: 1, left: 6 },
    { kind: 'fold', at: 0, task: 'client0', guaranteed: 1, extra: 1, left: 7 },
  ]);
});

test('[CON13] from one child to another: the one left closes if nobody can reach it', () => {
  const desk = root();
  const [left, taken] = [split(desk, 2, 0), split(desk, 3, 0)];
  const mine = move(desk, B, left);
  const next = move(desk, B, taken);
  say(desk, B, 'useControl', [mine, 0]);
  hand(desk, B, 'purse', mine, 0, 0, MEMORY_PORT);
  expect(ofA(desk)).toEqual([5, 4]);
  say(desk, B, 'useControl', [next, 0]);
  expect(ofA(desk)).toEqual([7, 4]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CON13] a contract that has split all it had off is a contract still', () => {
  const desk = root();
  const control = move(desk, B, split(desk, 2, 0));
  say(desk, B, 'contract', [1, 0, 0, 0]);
  say(desk, B, 'splitContract', [1, 0, OWN, 0, 0]);
  expect(desk.server.clients[B]).toMatchObject({ guaranteed: 0, extra: 0 });
  expect(say(desk, B, 'useControl', [control, 0])[0]?.[2]).toBe(HAS_CONTRACT);
});

test('[CON23] [PS10] what a policy allows anew is what was asked for, less what was split off', () => {
  const desk = createDesk({ frames: 16, clients: 3 });
  const table = attachPolicyTable(desk.server, C + 1);
  const control = say(desk, C, 'getControl', [0])[0]?.[2] as number;
  say(desk, C, 'usePolicy', [control, 0]);
  table.guaranteed[A] = 6;
  say(desk, A, 'contract', [8, 4, 0, 0]);
  expect(ofA(desk)).toEqual([6, 4]);
  split(desk, 2, 1);
  expect(ofA(desk)).toEqual([4, 3]);
  table.guaranteed[A] = 16;
  say(desk, C, 'decided', [control, A]);
  expect(ofA(desk)).toEqual([6, 3]);
});

test('[SOFT2] [CON14] who waits and revives meanwhile has room for both, or is refused', () => {
  for (const child of [false, true]) {
    const desk = createDesk({ frames: 16, clients: 3 });
    say(desk, A, 'contract', [7, 0, 0, 0]);
    const control = child ? move(desk, B, split(desk, 6, 0)) : OWN;
    if (child) say(desk, B, 'useControl', [control, 0]);
    else say(desk, B, 'contract', [6, 0, 0, 0]);
    const [slot] = take(desk, B, 1);
    const run = say(desk, B, 'allocate', [1, 0, 0])[0]?.[2] as number;
    say(desk, C, 'contract', [0, 16, 0, 0]);
    take(desk, C, 13);
    say(desk, B, 'releaseSoft', [run]);
    // Four wait, one is held, two are soft: seven of six.
    expect(say(desk, B, 'allocate', [2, 0, 1])).toEqual([]);
    expect(say(desk, B, 'revive', [run, 9])[0]?.slice(0, 3)).toEqual(['refused', 9, OVER_CONTRACT]);
    say(desk, B, 'returnFrames', [slot as number]);
    expect(say(desk, B, 'revive', [run, 9])[0]?.[0]).toBe('granted');
    expect(checkBooks(desk)).toBeUndefined();
    advance(desk, 100);
    expect(desk.server.clients[B]?.held).toBeLessThanOrEqual(6);
    expect(checkBooks(desk)).toBeUndefined();
  }
});
