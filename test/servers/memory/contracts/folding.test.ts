import { expect, test } from 'vitest';
import { CAUSE_EXPIRY, OP } from '../../../../contracts/messages.ts';
import { NO_CONTRACT, NO_SUCH_CONTROL, OVER_CONTRACT } from '../../../../contracts/refusals.ts';
import { deliverAll } from '../../../../nucleus/ipc.ts';
import { givePort } from '../../../../nucleus/kernel.ts';
import { killTask } from '../../../../nucleus/life.ts';
import { whoWaits } from '../../../../servers/memory/revocation/waiting-requests.ts';
import { ACTIVE, EXPIRED } from '../../../../servers/memory/state.ts';
import {
  advance,
  checkBooks,
  createDesk,
  type Desk,
  type DeskOptions,
  FIRST,
  hand,
  say,
  settleIn,
  take,
  takeHeard,
} from '../../../support/desk.ts';

const [PARENT, CHILD, OTHER] = [FIRST, FIRST + 1, FIRST + 2];
const OWN = -1;

/** A parent of 10 + 4 frames of 16 that keeps a capability, a child of 4 + 2 in use by CHILD. */
function family(options: DeskOptions = {}, term = 0, parentTerm = 0): Desk {
  const desk = createDesk({ frames: 16, clients: 3, ...options });
  say(desk, PARENT, 'contract', [10, 4, parentTerm, 0]);
  say(desk, PARENT, 'splitContract', [4, 2, OWN, 7, term]);
  say(desk, PARENT, 'copyControl', [2, 7]);
  give(desk, PARENT, CHILD, 3);
  expect(say(desk, CHILD, 'useControl', [2, 3])[0]?.[0]).toBe('contractIs');
  return desk;
}

function give(desk: Desk, from: number, to: number, slot: number): void {
  expect(hand(desk, from, 'controlIs', slot, 0, 0, givePort(desk.kernel, from, to))).toBe(true);
  takeHeard(desk, to);
}

function kill(desk: Desk, task: number): void {
  killTask(desk.kernel, task);
  deliverAll(desk.kernel);
}

function liveChildren(desk: Desk): number {
  return desk.server.children.records.filter(({ live }) => live).length;
}

test('[CON15] folding gives the guarantee back at once and calls the frames back', () => {
  const desk = family();
  take(desk, CHILD, 5);
  expect(say(desk, PARENT, 'foldContract', [2, 9])).toEqual([['contractIs', 9, 10, 4, 0, 0]]);
  const { nowNs } = desk.kernel.state;
  expect(takeHeard(desk, CHILD)).toEqual([
    ['expired', 5, 0, 0, 0, 0],
    ['notice', 5, nowNs + 100, CAUSE_EXPIRY, 0, 0],
  ]);
  expect(desk.server.clients[CHILD]).toMatchObject({ guaranteed: 0, extra: 0, status: EXPIRED });
  expect(take(desk, PARENT, 10)).toHaveLength(10);
  advance(desk, 100);
  expect(desk.server.clients[CHILD]?.held).toBe(0);
  expect(desk.server.ledger).toMatchObject({ guaranteedSum: 10, idleSum: 0, heldSum: 10 });
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CON15] containers made from it dissolve, locked or not', () => {
  const desk = family();
  const [first, second] = take(desk, CHILD, 2) as [number, number];
  say(desk, CHILD, 'createContainer', [first, 5000, 1, 0]);
  const locked = say(desk, CHILD, 'createContainer', [second, 5000, 1, 0])[0];
  say(desk, CHILD, 'lockContainer', [locked?.[3] as number, 5000, 0, 1]);
  say(desk, PARENT, 'foldContract', [2, 9]);
  expect(desk.server.containers.records.every(({ status }) => status === 0)).toBe(true);
  takeHeard(desk, CHILD);
  say(desk, CHILD, 'returnFrames', [first]);
  say(desk, CHILD, 'returnFrames', [second]);
  expect(desk.events.filter(({ kind }) => kind === 'met')).toHaveLength(1);
});

test('[CON15] all below it ends with it, and a request that waits is refused', () => {
  const desk = family({ frames: 10 });
  const sub = say(desk, CHILD, 'splitContract', [2, 1, 2, 1, 0])[0]?.[2] as number;
  give(desk, CHILD, OTHER, sub);
  say(desk, OTHER, 'useControl', [2, 3]);
  take(desk, OTHER, 2);
  // PARENT holds more than its own: what OTHER asks for has to be called back.
  expect(take(desk, PARENT, 8)).toHaveLength(8);
  say(desk, CHILD, 'allocate', [0, 0, 5]);
  expect(whoWaits(desk.server)).toEqual([CHILD]);
  takeHeard(desk, PARENT);
  expect(say(desk, PARENT, 'foldContract', [OWN, 9])).toEqual([['contractIs', 9, 10, 4, 0, 0]]);
  expect(takeHeard(desk, CHILD)).toContainEqual(['refused', 5, NO_CONTRACT, OP.allocate, 0, 0]);
  expect(takeHeard(desk, OTHER).map(([name]) => name)).toEqual(['expired', 'notice']);
  expect(liveChildren(desk)).toBe(0);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CON14] [CON15] what folds back covers extras that tasks hold there', () => {
  const desk = family();
  const sub = say(desk, CHILD, 'splitContract', [3, 0, 2, 1, 0])[0]?.[2] as number;
  take(desk, CHILD, 3);
  expect(desk.server.clients[CHILD]).toMatchObject({ guaranteed: 1, extra: 2 });
  say(desk, CHILD, 'foldContract', [sub, 1]);
  expect(desk.server.clients[CHILD]).toMatchObject({ guaranteed: 3, extra: 0 });
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CON15] without a contract nothing folds', () => {
  const desk = createDesk();
  const refused = [['refused', 9, NO_CONTRACT, OP.foldContract, 0, 0]];
  expect(say(desk, PARENT, 'foldContract', [OWN, 9])).toEqual(refused);
});

test('[CON16] every capability to what has ended is dead, also when its place is used again', () => {
  const desk = family();
  give(desk, PARENT, OTHER, say(desk, PARENT, 'copyControl', [2, 0])[0]?.[2] as number);
  say(desk, PARENT, 'foldContract', [2, 9]);
  expect(say(desk, PARENT, 'splitContract', [4, 0, OWN, 7, 0])[0]?.[0]).toBe('controlIs');
  expect(desk.server.children.records).toHaveLength(1);
  for (const who of [CHILD, OTHER]) {
    takeHeard(desk, who);
    for (const name of ['useControl', 'copyControl', 'foldContract'] as const)
      expect(say(desk, who, name, [2, 1])[0]?.slice(0, 3)).toEqual(['refused', 1, NO_SUCH_CONTROL]);
  }
});

test('[CON17] a child contract ends with its own term, and frames are due back when needed', () => {
  const desk = family({}, 500);
  take(desk, CHILD, 3);
  expect(say(desk, PARENT, 'copyControl', [2, 1])[0]).toEqual(['controlIs', 1, 3, 4, 2, 500]);
  advance(desk, 499);
  expect(takeHeard(desk, CHILD)).toEqual([]);
  advance(desk, 1);
  expect(takeHeard(desk, CHILD)).toEqual([['expired', 3, 0, 0, 0, 0]]);
  expect(takeHeard(desk, PARENT)).toEqual([['contractIs', 0, 10, 4, 0, 0]]);
  advance(desk, 5000);
  expect(takeHeard(desk, CHILD)).toEqual([]);
  expect(desk.server.clients[CHILD]?.held).toBe(3);
  settleIn(desk, OTHER, 6, 0, 6);
  expect(take(desk, PARENT, 8)).toHaveLength(7);
  expect(takeHeard(desk, CHILD).map(([name]) => name)).toEqual(['notice']);
});

test('[CON17] renewed by a task that draws on it, it runs on for another term', () => {
  const desk = family({}, 500);
  advance(desk, 400);
  expect(say(desk, CHILD, 'renew', [8])).toEqual([['contractIs', 8, 4, 2, 500, 0]]);
  advance(desk, 599);
  expect(desk.server.clients[CHILD]?.status).toBe(ACTIVE);
  advance(desk, 1);
  expect(desk.server.clients[CHILD]?.status).toBe(EXPIRED);
});

test('[CON17] a child contract cannot outlive what it was split from, however long its term', () => {
  const desk = family({}, 5000, 600);
  expect(say(desk, CHILD, 'renew', [8])).toEqual([['contractIs', 8, 4, 2, 600, 0]]);
  advance(desk, 600);
  expect(takeHeard(desk, CHILD).map(([name]) => name)).toEqual(['expired']);
  expect(takeHeard(desk, PARENT).map(([name]) => name)).toEqual(['expired']);
  expect(desk.server.ledger).toMatchObject({ guaranteedSum: 0, idleSum: 0 });
  expect(liveChildren(desk)).toBe(0);
});

test('[CON17] where the parent renews, a child without a term of its own runs on', () => {
  const desk = family({}, 0, 600);
  say(desk, PARENT, 'renew', [1]);
  advance(desk, 600);
  expect(say(desk, CHILD, 'renew', [8])).toEqual([['contractIs', 8, 4, 2, 1200, 0]]);
});

test('[CON18] the dead leave their frames to the child contract they drew on', () => {
  const desk = family();
  take(desk, CHILD, 5);
  kill(desk, CHILD);
  expect(desk.server.children.records[0]).toMatchObject({ live: true, idle: 4, idleExtra: 2 });
  expect(desk.server.ledger).toMatchObject({ guaranteedSum: 10, idleSum: 4, heldSum: 0 });
  expect(say(desk, PARENT, 'useControl', [2, 1])[0]?.[0]).toBe('refused');
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CON19] what only the dead could reach closes: its guarantee is the parent’s again', () => {
  const desk = createDesk({ frames: 16, clients: 3 });
  settleIn(desk, PARENT, 10, 4, 0);
  say(desk, PARENT, 'splitContract', [4, 2, OWN, 7, 0]);
  give(desk, PARENT, CHILD, 2);
  say(desk, CHILD, 'useControl', [2, 3]);
  const sub = say(desk, CHILD, 'splitContract', [1, 1, 2, 1, 0])[0]?.[2] as number;
  give(desk, CHILD, OTHER, sub);
  take(desk, CHILD, 3);
  kill(desk, CHILD);
  // OTHER can still reach what was split from it.
  expect(liveChildren(desk)).toBe(2);
  expect(desk.server.children.records[0]).toMatchObject({ guaranteed: 3, idle: 3 });
  kill(desk, OTHER);
  expect(liveChildren(desk)).toBe(0);
  expect(desk.server.clients[PARENT]).toMatchObject({ guaranteed: 10, extra: 4, treeSize: 0 });
  expect(takeHeard(desk, PARENT).at(-1)).toEqual(['contractIs', 0, 10, 4, 0, 0]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CON19] a task that draws keeps it open; when it leaves, it closes', () => {
  const desk = createDesk({ frames: 16, clients: 3 });
  settleIn(desk, PARENT, 10, 4, 0);
  say(desk, PARENT, 'splitContract', [4, 2, OWN, 7, 0]);
  give(desk, PARENT, CHILD, 2);
  say(desk, CHILD, 'useControl', [2, 3]);
  give(desk, CHILD, OTHER, 2);
  kill(desk, OTHER);
  expect(take(desk, CHILD, 4)).toHaveLength(4);
  expect(say(desk, CHILD, 'contract', [5, 0, 0, 1])[0]?.[0]).toBe('contractIs');
  expect(liveChildren(desk)).toBe(0);
  expect(desk.server.clients[PARENT]).toMatchObject({ guaranteed: 10, extra: 4 });
});

test('[CON20] when the root dies its children end, and frames are called back at once', () => {
  const desk = family();
  take(desk, PARENT, 6);
  take(desk, CHILD, 3);
  kill(desk, PARENT);
  expect(takeHeard(desk, CHILD).map(([name]) => name)).toEqual(['expired', 'notice']);
  expect(desk.server.ledger).toMatchObject({ guaranteedSum: 0, idleSum: 0, heldSum: 3 });
  advance(desk, 100);
  expect(desk.server.ledger.heldSum).toBe(0);
  expect(say(desk, CHILD, 'useControl', [2, 1]).at(-1)?.[2]).toBe(NO_SUCH_CONTROL);
  expect(say(desk, CHILD, 'contract', [16, 0, 0, 1])[0]?.[0]).toBe('contractIs');
});

test('[CON20] under penalty kill whoever keeps the frames of an ended contract dies', () => {
  const desk = family({ terms: { penalty: 'kill' } });
  take(desk, CHILD, 3);
  kill(desk, PARENT);
  advance(desk, 100);
  expect(desk.server.ledger).toMatchObject({ guaranteedSum: 0, heldSum: 0 });
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CON23] what folds back while the own part shrinks stays when it has shrunk', () => {
  const desk = family();
  say(desk, PARENT, 'contract', [2, 1, 0, 1]);
  say(desk, PARENT, 'foldContract', [2, 9]);
  advance(desk, 1000);
  expect(desk.server.clients[PARENT]).toMatchObject({ guaranteed: 6, extra: 3, status: ACTIVE });
});

test('[CON15] [CON19] a thousand splits and folds leave the account as it was: nothing leaks', () => {
  const desk = createDesk({ frames: 16 });
  settleIn(desk, PARENT, 10, 4, 0);
  for (let i = 0; i < 1000; i++) {
    const slot = say(desk, PARENT, 'splitContract', [i % 11, i % 5, OWN, 7, 0])[0]?.[2] as number;
    expect(say(desk, PARENT, 'foldContract', [slot, 1])).toEqual([['contractIs', 1, 10, 4, 0, 0]]);
  }
  expect(desk.server.children.records).toHaveLength(1);
  expect(say(desk, PARENT, 'splitContract', [11, 0, OWN, 7, 0])[0]?.[2]).toBe(OVER_CONTRACT);
});
