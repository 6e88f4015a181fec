/** Contracts, at their edges: when a term begins anew, what a policy hears of, what follows an end. */

import { expect, test } from 'vitest';
import { OP } from '../../../../contracts/messages.ts';
import { NO_SUCH_CONTROL, NO_SUCH_TASK, NOT_ADMITTED } from '../../../../contracts/refusals.ts';
import { givePort } from '../../../../nucleus/kernel.ts';
import { attachPolicyTable } from '../../../../servers/memory/contracts/policy.ts';
import {
  advance,
  checkBooks,
  createDesk,
  type Desk,
  type DeskOptions,
  FIRST,
  type Heard,
  hand,
  say,
  settleIn,
  takeHeard,
} from '../../../support/desk.ts';

const [A, B, C] = [FIRST, FIRST + 1, FIRST + 2];

/** C decides; everybody may have what it asks for, until the table says otherwise. */
function decided(options: DeskOptions = {}) {
  const desk = createDesk({ clients: 3, ...options });
  const table = attachPolicyTable(desk.server, C + 1);
  table.guaranteed.fill(16);
  const control = say(desk, C, 'getControl', [0])[0]?.[2] as number;
  say(desk, C, 'usePolicy', [control, 0]);
  const decide = (task: number, guaranteed: number): Heard[] => {
    table.guaranteed[task] = guaranteed;
    return say(desk, C, 'decided', [control, task]);
  };
  return { desk, table, control, decide };
}

function guaranteedOf(desk: Desk, client: number): number {
  return desk.server.clients[client]?.guaranteed as number;
}

function kinds(desk: Desk, client: number): string[] {
  return takeHeard(desk, client).map(([name]) => name);
}

test('[CON4] a term runs on unless it is another one, or a shrinking is ended', () => {
  const desk = createDesk();
  const until = (words: readonly number[]) => say(desk, A, 'contract', words)[0]?.[4];
  expect(until([4, 0, 5000, 0])).toBe(5000);
  advance(desk, 400);
  expect(until([5, 0, 5000, 0])).toBe(5000);
  expect(until([5, 2, 6000, 0])).toBe(6400);
  advance(desk, 100);
  expect(until([3, 2, 6000, 0])).toBe(6400);
  advance(desk, 100);
  // It ends the shrinking: the term begins now.
  expect(until([5, 2, 6000, 0])).toBe(6600);
  expect(until([5, 2, 0, 0])).toBe(0);
  expect(
    desk.events
      .filter(({ kind }) => kind === 'contract')
      .map((event) => 'until' in event && event.until),
  ).toEqual([5000, 5000, 6400, 6600, 0]);
});

test('[CON5] at the end of a grace nothing is called back that is not held or asked for already', () => {
  const exact = createDesk({ clients: 3 });
  settleIn(exact, A, 6, 0, 4);
  say(exact, A, 'contract', [4, 0, 0, 0]);
  advance(exact, 1000);
  expect(kinds(exact, A)).toEqual(['contractIs']);
  // Two extras are asked for when the grace ends: of four beyond G + E two are left to ask for.
  const desk = createDesk({ clients: 3, frames: 8, terms: { graceExtra: 5000 } });
  settleIn(desk, A, 4, 4, 6);
  settleIn(desk, B, 0, 2, 2);
  say(desk, A, 'contract', [2, 0, 0, 0]);
  say(desk, C, 'contract', [2, 0, 0, 0]);
  say(desk, C, 'allocate', [1, 0, 0]);
  const asked = () =>
    takeHeard(desk, A)
      .filter(([name]) => name === 'notice')
      .map(([, n]) => n);
  const before = asked();
  advance(desk, 1000);
  const after = asked();
  const sum = [...before, ...after].reduce((all, n) => (all as number) + (n as number), 0);
  expect(sum).toBe(4);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CON5] [REV8] who has more than it may when a grace is over is a victim from then on', () => {
  const desk = createDesk();
  settleIn(desk, A, 6, 4, 6);
  say(desk, A, 'contract', [2, 4, 0, 0]);
  advance(desk, 1000);
  expect(checkBooks(desk)).toBeUndefined();
  expect(desk.server.victims.count).toBe(1);
});

test('[PS2] [PS5] a policy hears of each proposal once, and of those alone that have a contract', () => {
  const { desk, control } = decided();
  say(desk, A, 'contract', [4, 1, 0, 0]);
  expect(takeHeard(desk, C)).toEqual([['asked', A, 4, 1, 0, 0]]);
  const split = say(desk, A, 'splitContract', [2, 0, -1, 0, 0])[0]?.[2] as number;
  hand(desk, A, 'controlIs', split, 0, 0, givePort(desk.kernel, A, B));
  const given = takeHeard(desk, B)[0]?.[1] as number;
  say(desk, B, 'useControl', [given, 0]);
  // B lives on a child contract: it is none of the policy's.
  expect(say(desk, C, 'usePolicy', [control, 5]).map(([name, task]) => [name, task])).toEqual([
    ['asked', A],
    ['policyIs', 5],
  ]);
  expect(say(desk, C, 'decided', [control, B])[0]?.[2]).toBe(NO_SUCH_TASK);
});

test('[PS2] who holds the control and has not taken over decides nothing', () => {
  const desk = createDesk({ clients: 3 });
  attachPolicyTable(desk.server, C + 1);
  settleIn(desk, A, 4, 0, 0);
  const control = say(desk, C, 'getControl', [0])[0]?.[2] as number;
  expect(say(desk, C, 'decided', [control, A])).toEqual([
    ['refused', A, NO_SUCH_CONTROL, OP.decided, 0, 0],
  ]);
});

test('[PS7] a smaller proposal during a decided shrinking is answered, and does not put it off', () => {
  const { desk, decide } = decided();
  say(desk, A, 'contract', [8, 0, 0, 0]);
  decide(A, 4);
  takeHeard(desk, A);
  advance(desk, 500);
  expect(say(desk, A, 'contract', [3, 0, 0, 6])).toEqual([['contractIs', 6, 8, 0, 0, 0]]);
  advance(desk, 500);
  expect(guaranteedOf(desk, A)).toBe(4);
});

test('[PS5] what was refused undecided comes into force once, and is asked for no more', () => {
  const { desk, table, decide } = decided();
  table.guaranteed[A] = 0;
  expect(say(desk, A, 'contract', [4, 0, 2000, 6])[0]?.[2]).toBe(NOT_ADMITTED);
  decide(A, 4);
  expect(takeHeard(desk, A)[0]?.slice(0, 3)).toEqual(['contractIs', 0, 4]);
  advance(desk, 2000);
  expect(kinds(desk, A)).toEqual(['expired']);
  takeHeard(desk, C);
  expect(decide(A, 5)[0]?.[2]).toBe(NO_SUCH_TASK);
});

test('[PS5] [CON7] what ends, or shrinks, is offered to who was allowed more than there was', () => {
  for (const ends of ['expiry', 'shrink']) {
    const { desk } = decided();
    say(desk, A, 'contract', [10, 0, ends === 'expiry' ? 2000 : 0, 0]);
    say(desk, B, 'contract', [10, 0, 0, 0]);
    expect(guaranteedOf(desk, B)).toBe(6);
    takeHeard(desk, B);
    if (ends === 'shrink') say(desk, A, 'contract', [6, 0, 0, 0]);
    advance(desk, ends === 'shrink' ? 1000 : 2000);
    expect(takeHeard(desk, B)).toEqual([['contractIs', 0, 10, 0, 0, 0]]);
    expect(checkBooks(desk)).toBeUndefined();
  }
});

test('[PS3] nobody is offered anything when nobody decides', () => {
  const desk = createDesk();
  say(desk, A, 'contract', [10, 0, 2000, 0]);
  say(desk, B, 'contract', [10, 0, 0, 0]);
  say(desk, B, 'contract', [6, 0, 0, 0]);
  advance(desk, 2000);
  expect(takeHeard(desk, B)).toEqual([]);
  expect(guaranteedOf(desk, B)).toBe(6);
});
