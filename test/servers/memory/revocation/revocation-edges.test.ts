/** Revocation, at its edges: which notice a deadline is of, who is spared, what a notice forgets. */

import { expect, test } from 'vitest';
import type { TermsWish } from '../../../../contracts/terms.ts';
import { deliverAll } from '../../../../nucleus/ipc.ts';
import { killTask } from '../../../../nucleus/life.ts';
import type { TaskState } from '../../../../nucleus/tasks.ts';
import { nextVictim, reconsider } from '../../../../servers/memory/revocation/victims.ts';
import { whoWaits } from '../../../../servers/memory/revocation/waiting-requests.ts';
import type { Client } from '../../../../servers/memory/state.ts';
import {
  advance,
  checkBooks,
  createDesk,
  type Desk,
  FIRST,
  type Heard,
  say,
  settleIn,
  take,
  takeHeard,
} from '../../../support/desk.ts';

const [A, B, C] = [FIRST, FIRST + 1, FIRST + 2];

/** A holds 2 + 6 of 8 frames, B has a claim on 6. */
function lent(terms: Partial<TermsWish> = {}): { desk: Desk; slots: number[] } {
  const desk = createDesk({ frames: 8, clients: 3, terms });
  const slots = settleIn(desk, A, 2, 6, 8);
  say(desk, B, 'contract', [6, 0, 0, 0]);
  return { desk, slots };
}

function give(desk: Desk, slots: readonly number[], client = A): void {
  for (const slot of slots) say(desk, client, 'returnFrames', [slot]);
}

function taskOf(desk: Desk, client = A): TaskState {
  return desk.kernel.state.tasks[client] as TaskState;
}

/** Notices met, missed, answered in part. */
function counts(desk: Desk, client = A): [number, number, number] {
  const { revocationsMet, revocationsMissed, revocationsPartly } = taskOf(desk, client);
  return [revocationsMet, revocationsMissed, revocationsPartly];
}

function notices(desk: Desk, client = A): Heard[] {
  return takeHeard(desk, client).filter(([name]) => name === 'notice');
}

function kindsOf(desk: Desk): string[] {
  return desk.events.map(({ kind }) => kind);
}

test('[REV2] the deadline of a notice that was met is none of the next one’s', () => {
  const { desk, slots } = lent();
  say(desk, B, 'allocate', [0, 0, 1]);
  advance(desk, 10);
  give(desk, slots.slice(7));
  expect(counts(desk)).toEqual([1, 0, 0]);
  advance(desk, 40);
  say(desk, B, 'allocate', [0, 0, 1]);
  expect(notices(desk).map(([, frames, deadline]) => [frames, deadline])).toEqual([[1, 150]]);
  advance(desk, 99);
  expect(counts(desk)).toEqual([1, 0, 0]);
  expect(desk.server.clients[A]).toMatchObject({ held: 7, noticed: 1 });
  advance(desk, 1);
  expect(counts(desk)).toEqual([1, 1, 0]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[REV11] [REV13] half of what a notice asked for is of that notice alone', () => {
  const { desk, slots } = lent({ penalty: 'karma', karmaBad: 3 });
  say(desk, B, 'allocate', [1, 0, 1]);
  give(desk, slots.slice(6));
  expect(counts(desk)).toEqual([1, 0, 0]);
  say(desk, B, 'allocate', [2, 0, 1]);
  give(desk, slots.slice(5, 6));
  advance(desk, 100);
  expect(counts(desk)).toEqual([1, 1, 1]);
  expect(desk.events).toContainEqual(
    expect.objectContaining({ kind: 'missed', returned: 1, outstanding: 3, heard: true }),
  );
  expect(desk.events).toContainEqual(
    expect.objectContaining({ kind: 'penalty', penalty: 'karma', frames: 3 }),
  );
  expect(desk.server.clients[A]).toMatchObject({ held: 2, karma: 3 });
});

test('[REV11] who has returned half is a victim like any other again', () => {
  const { desk, slots } = lent({ penalty: 'karma' });
  say(desk, B, 'allocate', [1, 0, 1]);
  give(desk, slots.slice(7));
  advance(desk, 99);
  killTask(desk.kernel, B);
  deliverAll(desk.kernel);
  advance(desk, 1);
  expect(desk.events).toContainEqual(
    expect.objectContaining({ kind: 'enough', returned: 1, outstanding: 1 }),
  );
  expect(checkBooks(desk)).toBeUndefined();
});

test('[REV12] the requests that a notice allows are counted anew with the next', () => {
  const { desk, slots } = lent({ penalty: 'karma', karmaWindow: 3 });
  say(desk, B, 'allocate', [0, 0, 1]);
  take(desk, A, 2);
  give(desk, slots.slice(7));
  expect(counts(desk)).toEqual([1, 0, 0]);
  // With no notice nothing is counted.
  take(desk, A, 5);
  say(desk, B, 'allocate', [0, 0, 1]);
  take(desk, A, 2);
  expect(counts(desk)).toEqual([1, 0, 0]);
  take(desk, A, 1);
  expect(counts(desk)).toEqual([1, 1, 0]);
  expect(desk.events).toContainEqual(expect.objectContaining({ kind: 'missed', heard: true }));
});

test('[REV2] what is returned unasked answers no notice', () => {
  const { desk, slots } = lent();
  give(desk, slots.slice(6));
  expect(counts(desk)).toEqual([0, 0, 0]);
  expect(kindsOf(desk)).not.toContain('met');
});

test.each(['repossess', 'karma'] as const)(
  '[REV5] [CON3] under %s nothing is taken of a guarantee that has grown over all of it',
  (penalty) => {
    const { desk } = lent({ penalty });
    say(desk, B, 'allocate', [2, 0, 1]);
    killTask(desk.kernel, B);
    advance(desk, 1);
    say(desk, A, 'contract', [8, 0, 0, 0]);
    expect(desk.server.clients[A]).toMatchObject({ noticed: 4, guaranteed: 8 });
    advance(desk, 100);
    expect(counts(desk)).toEqual([0, 1, 0]);
    expect(desk.server.clients[A]).toMatchObject({ held: 8, noticed: 0 });
    expect(checkBooks(desk)).toBeUndefined();
  },
);

test('[REV8] who waits itself is not asked, whatever it holds', () => {
  const { desk } = lent();
  const client = desk.server.clients[A] as Client;
  expect(nextVictim(desk.server)).toBe(client);
  client.waitingOrder = 0;
  reconsider(desk.server, client);
  expect(nextVictim(desk.server)).toBeNull();
});

test('[REV13] what is taken unasked of an offender is told as a penalty', () => {
  const { desk } = lent({ penalty: 'karma', karmaBad: 1 });
  say(desk, B, 'allocate', [0, 0, 1]);
  advance(desk, 100);
  desk.events.length = 0;
  say(desk, B, 'allocate', [1, 0, 1]);
  expect(desk.events).toContainEqual(
    expect.objectContaining({ kind: 'penalty', penalty: 'karma', frames: 2 }),
  );
  expect(kindsOf(desk)).not.toContain('notice');
  expect(checkBooks(desk)).toBeUndefined();
});

test('[REV1] a notice is told to whoever observes as it is to the client', () => {
  const { desk } = lent();
  advance(desk, 7);
  say(desk, B, 'allocate', [1, 0, 1]);
  const told = { at: 7, task: 'client0', kind: 'notice', frames: 2, deadline: 107 };
  expect(desk.events.filter(({ kind }) => kind === 'notice')).toEqual([
    { ...told, cause: 'extra' },
  ]);
  const clean = lent({ graceClean: 30 }).desk;
  say(clean, B, 'allocate', [1, 0, 1]);
  expect(clean.events.filter(({ kind }) => kind === 'notice')).toEqual([
    { ...told, at: 0, deadline: 30, cause: 'extra', clean: true },
  ]);
});

test('[REV1] [CON10] of one whose contract has expired frames are asked for with that cause', () => {
  const desk = createDesk({ frames: 8 });
  say(desk, A, 'contract', [6, 0, 50, 0]);
  take(desk, A, 6);
  advance(desk, 50);
  takeHeard(desk, A);
  say(desk, B, 'contract', [4, 0, 0, 0]);
  say(desk, B, 'allocate', [2, 0, 1]);
  expect(notices(desk)).toEqual([['notice', 2, 150, 2, 0, 0]]);
});

test('[REV6] a request that waits is refused only when no notice runs any more', () => {
  const desk = createDesk({ frames: 8, clients: 3, terms: { penalty: 'none' } });
  settleIn(desk, A, 0, 8, 4);
  const slots = settleIn(desk, B, 1, 3, 4);
  say(desk, C, 'contract', [7, 0, 0, 0]);
  // A misses: it is asked no more, and B is.
  say(desk, C, 'allocate', [0, 0, 1]);
  advance(desk, 100);
  expect(counts(desk)).toEqual([0, 1, 0]);
  expect(checkBooks(desk)).toBeUndefined();
  expect(notices(desk, B).map(([, frames]) => frames)).toEqual([1]);
  give(desk, slots.slice(3), B);
  // All that B has borrowed is not enough for four: C waits for the deadline none the less.
  say(desk, C, 'allocate', [2, 0, 1]);
  expect(notices(desk, B).map(([, frames]) => frames)).toEqual([2]);
  expect(whoWaits(desk.server)).toEqual([C]);
  advance(desk, 100);
  expect(whoWaits(desk.server)).toEqual([]);
});

test('[REV36] where extras are moved by turns a batch asks for no more than is lacking', () => {
  const { desk } = lent({ arbiter: 'idle-tax', reclaimBatch: 4 });
  say(desk, B, 'allocate', [0, 0, 1]);
  expect(notices(desk)[0]?.[1]).toBe(1);
});

test('[REV1] with full force a guarantee is asked for too: the tests above can fail', () => {
  const desk = createDesk({ frames: 8, planted: 'full-force' });
  settleIn(desk, A, 2, 6, 8);
  say(desk, B, 'contract', [6, 0, 0, 0]);
  say(desk, B, 'allocate', [0, 0, 1]);
  expect(notices(desk)[0]?.[1]).toBe(8);
});

test('[REV18] time in which its thread waited for the CPU is added to a deadline, once', () => {
  const { desk } = lent({ starvationMax: 50 });
  taskOf(desk).starved = 20;
  say(desk, B, 'allocate', [0, 0, 1]);
  taskOf(desk).starved += 30;
  advance(desk, 100);
  expect(desk.events).toContainEqual(expect.objectContaining({ kind: 'starving', until: 130 }));
  advance(desk, 29);
  expect(counts(desk)).toEqual([0, 0, 0]);
  advance(desk, 1);
  // It had its time, and is punished as any other.
  expect(counts(desk)).toEqual([0, 1, 0]);
  expect(kindsOf(desk)).toContain('penalty');
  expect(kindsOf(desk)).not.toContain('starved');
});

test('[REV18] what was starved before a notice, or is not by the terms, moves no deadline', () => {
  for (const [starvationMax, before, during] of [
    [50, 40, 0],
    [0, 0, 40],
  ] as const) {
    const { desk } = lent({ starvationMax });
    taskOf(desk).starved = before;
    say(desk, B, 'allocate', [0, 0, 1]);
    taskOf(desk).starved += during;
    advance(desk, 100);
    expect(kindsOf(desk)).not.toContain('starving');
    expect(counts(desk)).toEqual([0, 1, 0]);
  }
});

test.each([50, 51, 80])(
  '[REV19] starved for %i of 50: at the cap what is due is taken, with no penalty',
  (starved) => {
    const { desk } = lent({ starvationMax: 50, penalty: 'kill' });
    say(desk, B, 'allocate', [1, 0, 1]);
    taskOf(desk).starved += starved;
    advance(desk, 149);
    expect(desk.events).toContainEqual(expect.objectContaining({ kind: 'starving', until: 150 }));
    expect(desk.server.clients[A]).toMatchObject({ held: 8, noticed: 2 });
    advance(desk, 1);
    expect(desk.events).toContainEqual(expect.objectContaining({ kind: 'starved', frames: 2 }));
    expect(desk.server.clients[A]).toMatchObject({ held: 6, noticed: 0 });
    expect(counts(desk)).toEqual([0, 0, 0]);
    expect(kindsOf(desk)).not.toContain('penalty');
    expect(takeHeard(desk, A).filter(([name]) => name === 'loss')).toHaveLength(2);
    expect(whoWaits(desk.server)).toEqual([]);
    expect(checkBooks(desk)).toBeUndefined();
  },
);

test('[REV4] who did not hear a shrinking’s notice has missed it too', () => {
  const desk = createDesk({ frames: 8, terms: { graceShrink: 50 } });
  settleIn(desk, A, 8, 0, 8);
  say(desk, A, 'contract', [5, 0, 0, 0]);
  taskOf(desk).receiving = false;
  advance(desk, 50);
  expect(counts(desk)).toEqual([0, 1, 0]);
  expect(desk.server.clients[A]?.held).toBe(5);
});
