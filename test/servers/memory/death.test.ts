/** Death of a client: what it had is free at once, and what others have is as it was. */

import { expect, test } from 'vitest';
import { LOCK_PHYSICAL } from '../../../contracts/messages.ts';
import { deliverAll } from '../../../nucleus/ipc.ts';
import { givePort } from '../../../nucleus/kernel.ts';
import { killServer, killTask } from '../../../nucleus/life.ts';
import { attachPolicyTable } from '../../../servers/memory/contracts/policy.ts';
import { whoWaits } from '../../../servers/memory/revocation/waiting-requests.ts';
import { type Client, GONE } from '../../../servers/memory/state.ts';
import {
  advance,
  checkBooks,
  createDesk,
  DEVICE_NS,
  type Desk,
  FIRST,
  hand,
  SWAP,
  say,
  settleIn,
  take,
  takeHeard,
} from '../../support/desk.ts';
import { entrust, fill, lockPages, open } from '../../support/pages.ts';

const [A, B, C] = [FIRST, FIRST + 1, FIRST + 2];

function die(desk: Desk, client: number): void {
  killTask(desk.kernel, client);
  deliverAll(desk.kernel);
}

function clientAt(desk: Desk, id: number): Client {
  return desk.server.clients[id] as Client;
}

/** A splits so much off its own contract and hands it to B, who lives on it; its capability there. */
function split(desk: Desk, guaranteed: number, extra = 0): number {
  const own = say(desk, A, 'splitContract', [guaranteed, extra, -1, 0, 0])[0]?.[2] as number;
  hand(desk, A, 'controlIs', own, 0, 0, givePort(desk.kernel, A, B));
  const control = takeHeard(desk, B)[0]?.[1] as number;
  say(desk, B, 'useControl', [control, 0]);
  return control;
}

test('[MEM6] contract, notice and request of the dead are nothing any more', () => {
  const desk = createDesk({ frames: 8, clients: 3 });
  say(desk, A, 'contract', [3, 4, 5000, 0]);
  take(desk, A, 6);
  settleIn(desk, B, 0, 2, 2);
  say(desk, C, 'contract', [5, 0, 0, 0]);
  say(desk, C, 'allocate', [2, 0, 1]);
  expect(clientAt(desk, A).noticed).toBe(3);
  die(desk, A);
  expect(clientAt(desk, A)).toMatchObject({
    status: GONE,
    held: 0,
    guaranteed: 0,
    extra: 0,
    noticed: 0,
    waitingOrder: -1,
    expiresAt: Number.POSITIVE_INFINITY,
  });
  expect(takeHeard(desk, C)[0]?.[0]).toBe('granted');
  expect(checkBooks(desk)).toBeUndefined();
  const events = desk.events.length;
  advance(desk, 10_000);
  expect(
    desk.events.slice(events).filter((event) => 'task' in event && event.task === 'client0'),
  ).toEqual([]);
  expect(desk.kernel.state.tasks[A]).toMatchObject({ revocationsMissed: 0 });
});

test('[MEM6] who dies while it waits is waited for by nobody', () => {
  const desk = createDesk({ frames: 8, clients: 3 });
  const slots = settleIn(desk, B, 0, 8, 8);
  for (const id of [A, C]) {
    say(desk, id, 'contract', [2, 0, 0, 0]);
    say(desk, id, 'allocate', [0, 0, 1]);
  }
  expect(whoWaits(desk.server)).toEqual([A, C]);
  die(desk, A);
  expect(whoWaits(desk.server)).toEqual([C]);
  say(desk, B, 'returnFrames', [slots[0] as number]);
  expect(takeHeard(desk, C)[0]?.[0]).toBe('granted');
  expect(checkBooks(desk)).toBeUndefined();
});

test('[MEM6] a death is told once, with what was held and what was locked', () => {
  const desk = createDesk({ frames: 16, clients: 2, containers: 4 });
  const slots = settleIn(desk, A, 12, 0, 4);
  for (const slot of slots.slice(0, 2)) {
    const [, , weak] = say(desk, A, 'createContainer', [slot, 1e6, 1, 0, 0])[0]?.slice(1) ?? [];
    if (slot === slots[0]) hand(desk, A, 'store', weak as number, 0, 1);
  }
  const own = open(desk, A, { lockMax: 100 });
  const other = open(desk, A, {});
  fill(desk, A, own, 0, 2);
  fill(desk, A, other, 0, 1);
  say(desk, B, 'contract', [2, 0, 0, 0]);
  const weak = entrust(desk, A, own, B);
  expect(lockPages(desk, weak)?.[0]).toBe('locked');
  const { held } = clientAt(desk, A);
  die(desk, A);
  const deaths = desk.events.filter(({ kind }) => kind === 'death');
  expect(deaths).toEqual([{ at: 0, task: 'client0', kind: 'death', frames: held, locked: 2 }]);
  expect(desk.kernel.state.frames.buddy.free).toBe(16);
  expect(desk.server.containers.locked).toBe(0);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT42] a server dies with its device at work: its lock is over, and the run as it was', () => {
  const desk = createDesk({ clients: 2 });
  settleIn(desk, A, 2, 0, 2);
  const { frames, windowHolder, capabilities } = desk.kernel.state;
  const before = [...frames.stampHigh];
  const answers = [0, 1].map((slot) => say(desk, A, 'createContainer', [slot, 1e6, 1, 0, slot])[0]);
  for (const made of answers) hand(desk, A, 'fetch', made?.[3] as number, 0, 1);
  expect([...windowHolder].filter((holder) => holder === SWAP)).toHaveLength(2);
  killServer(desk.kernel, SWAP);
  deliverAll(desk.kernel);
  expect([...windowHolder]).not.toContain(SWAP);
  expect(capabilities[SWAP]?.objects).toBe(0);
  expect(desk.server.containers.locked).toBe(0);
  // One that was made for this lock alone is no more; the other is its owner's to cancel.
  expect(say(desk, A, 'returnFrames', [1])).toEqual([]);
  expect(say(desk, A, 'cancelContainer', [answers[0]?.[2] as number])).toEqual([]);
  advance(desk, 10 * DEVICE_NS);
  expect([...frames.stampHigh]).toEqual(before);
  expect(takeHeard(desk, A)).toEqual([]);
  expect(say(desk, A, 'returnFrames', [0])).toEqual([]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT42] so does a lock on pages, and a lifetime that had waited for it is over too', () => {
  const desk = createDesk({ clients: 2 });
  settleIn(desk, A, 2, 0, 0);
  const own = open(desk, A, { lockMax: 1000, lifetime: 100 });
  fill(desk, A, own, 0, 2);
  const weak = entrust(desk, A, own, B);
  expect(lockPages(desk, weak, LOCK_PHYSICAL, 900)?.[0]).toBe('locked');
  advance(desk, 200);
  takeHeard(desk, A);
  die(desk, B);
  expect(desk.kernel.state.windowLists[0]?.holder).toBe(-1);
  expect(takeHeard(desk, A)[0]?.[0]).toBe('containerEnded');
  expect(say(desk, A, 'deallocatePages', [own, 0, 2])[0]?.[0]).toBe('pagesDone');
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CON20] the tree of the dead ends with it, and its guarantee is free', () => {
  const desk = createDesk({ frames: 16, clients: 3 });
  say(desk, A, 'contract', [10, 0, 0, 0]);
  split(desk, 4);
  take(desk, B, 3);
  takeHeard(desk, B);
  die(desk, A);
  expect(desk.server.ledger.guaranteedSum).toBe(0);
  expect(clientAt(desk, B)).toMatchObject({ child: -1, guaranteed: 0, held: 3 });
  expect(takeHeard(desk, B).map(([name]) => name)).toContain('expired');
  expect(say(desk, C, 'contract', [13, 0, 0, 0])[0]?.[0]).toBe('contractIs');
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CON18] [CON19] what only the dead could reach folds back; what it drew is idle', () => {
  const desk = createDesk({ frames: 16, clients: 3 });
  say(desk, A, 'contract', [10, 4, 0, 0]);
  split(desk, 4, 2);
  take(desk, B, 6);
  expect(clientAt(desk, A)).toMatchObject({ guaranteed: 6, extra: 2 });
  die(desk, B);
  expect(clientAt(desk, A)).toMatchObject({ guaranteed: 10, extra: 4, splitOff: 0 });
  expect(clientAt(desk, B)).toMatchObject({ child: -1, guaranteed: 0, extra: 0, held: 0 });
  expect(desk.server.children.records.every(({ live }) => !live)).toBe(true);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[PS1] [PS3] [MEM6] who decided decides no more when it is dead, and another may', () => {
  const desk = createDesk({ frames: 16, clients: 3 });
  const table = attachPolicyTable(desk.server, C + 1);
  const control = say(desk, C, 'getControl', [0])[0]?.[2] as number;
  say(desk, C, 'usePolicy', [control, 0]);
  table.guaranteed[A] = 2;
  expect(say(desk, A, 'contract', [6, 0, 0, 0])[0]?.[2]).toBe(2);
  die(desk, C);
  expect(say(desk, A, 'contract', [6, 0, 0, 0])[0]?.[2]).toBe(6);
  expect(say(desk, B, 'getControl', [0])[0]?.[0]).toBe('policyIs');
});

test('[MEM6] [PS5] what the dead asked for is decided about by nobody', () => {
  const desk = createDesk({ frames: 16, clients: 3 });
  const table = attachPolicyTable(desk.server, C + 1);
  const control = say(desk, C, 'getControl', [0])[0]?.[2] as number;
  say(desk, C, 'usePolicy', [control, 0]);
  say(desk, A, 'contract', [6, 0, 0, 0]);
  expect(clientAt(desk, A).wish.asking).toBe(true);
  die(desk, A);
  table.guaranteed[A] = 6;
  takeHeard(desk, C);
  expect(say(desk, C, 'decided', [control, A])[0]?.[0]).toBe('refused');
  expect(clientAt(desk, A)).toMatchObject({ status: GONE, guaranteed: 0 });
});

test('[MEM6] of who never had to do with the server nothing is told', () => {
  const desk = createDesk({ clients: 3 });
  die(desk, B);
  expect(desk.events.filter(({ kind }) => kind === 'death')).toEqual([]);
  expect(checkBooks(desk)).toBeUndefined();
});
