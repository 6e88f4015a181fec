import { expect, test } from 'vitest';
import type { ContractEvent } from '../../../../contracts/events.ts';
import { CAUSE_EXTRA, OP } from '../../../../contracts/messages.ts';
import { NOT_ASKED } from '../../../../contracts/refusals.ts';
import { boot } from '../../../../lab/run/boot.ts';
import type { Receiver } from '../../../../nucleus/kernel.ts';
import { stepKernel } from '../../../../nucleus/scheduler.ts';
import type { TaskState } from '../../../../nucleus/tasks.ts';
import type { PagerState } from '../../../../paging/state.ts';
import { setGuarantee } from '../../../../servers/memory/ledger.ts';
import { notify } from '../../../../servers/memory/revocation/revocation.ts';
import { clientOf, type MemoryServerState } from '../../../../servers/memory/state.ts';
import { cell, task, writing } from '../../../support/cells.ts';
import {
  advance,
  createDesk,
  type Desk,
  FIRST,
  hashDesk,
  say,
  settleIn,
  takeHeard,
} from '../../../support/desk.ts';
import { randomPages } from '../../../support/reference-strings.ts';

const SECOND = FIRST + 1;

/** The first client holds 2 + 6 of 8 frames; the second is guaranteed 6 and asks for `order`. */
function asked(order = 1, graceClean: number | undefined = 30): { desk: Desk; slots: number[] } {
  const desk = createDesk({ frames: 8, terms: { graceClean } });
  const slots = settleIn(desk, FIRST, 2, 6, 8);
  say(desk, SECOND, 'contract', [6, 0, 0, 0]);
  say(desk, SECOND, 'allocate', [order, 0, 1]);
  return { desk, slots };
}

function missed(desk: Desk): number {
  return (desk.kernel.state.tasks[FIRST] as TaskState).revocationsMissed;
}

test('[REV26] a notice is for clean frames alone, and has the grace for these', () => {
  const { desk } = asked();
  expect(takeHeard(desk, FIRST)).toEqual([['notice', 2, 30, 0, 1, 0]]);
  const plain = createDesk({ frames: 8 });
  settleIn(plain, FIRST, 2, 6, 8);
  say(plain, SECOND, 'contract', [6, 0, 0, 0]);
  say(plain, SECOND, 'allocate', [1, 0, 1]);
  expect(takeHeard(plain, FIRST)).toEqual([['notice', 2, 100, 0, 0, 0]]);
});

test('[REV26] what is added to it is for clean ones too, and a shrinking never is', () => {
  const { desk } = asked(0);
  const third = createDesk({ frames: 8, clients: 3, terms: { graceClean: 30 } });
  settleIn(third, FIRST, 0, 8, 8);
  for (const id of [SECOND, SECOND + 1]) say(third, id, 'contract', [4, 0, 0, 0]);
  say(third, SECOND, 'allocate', [0, 0, 0]);
  advance(third, 10);
  say(third, SECOND + 1, 'allocate', [1, 0, 0]);
  expect(takeHeard(third, FIRST)).toEqual([
    ['notice', 1, 30, 0, 1, 0],
    ['notice', 2, 30, 0, 1, 0],
  ]);
  const shrinks = createDesk({ frames: 8, terms: { graceClean: 30 } });
  settleIn(shrinks, FIRST, 8, 0, 8);
  say(shrinks, FIRST, 'contract', [5, 0, 0, 0]);
  advance(shrinks, 1000);
  expect(takeHeard(shrinks, FIRST).at(-1)).toEqual(['notice', 3, 1100, 1, 0, 0]);
  expect(takeHeard(desk, FIRST)).toHaveLength(1);
});

test('[REV27] no more clean ones: the rest may be any, with the usual grace, and no penalty', () => {
  const { desk, slots } = asked();
  takeHeard(desk, FIRST);
  advance(desk, 10);
  say(desk, FIRST, 'returnFrames', [slots[4] as number]);
  advance(desk, 10);
  expect(say(desk, FIRST, 'cleanSpent', [5])).toEqual([['notice', 0, 120, 0, 0, 0]]);
  advance(desk, 99);
  expect(missed(desk)).toBe(0);
  say(desk, FIRST, 'returnFrames', [slots[5] as number]);
  advance(desk, 100);
  expect(missed(desk)).toBe(0);
  expect(desk.events).toContainEqual(
    expect.objectContaining({ kind: 'cleanSpent', outstanding: 1, until: 120 }),
  );
});

test('[REV27] it helps once: the second deadline is one like any other', () => {
  const { desk } = asked();
  say(desk, FIRST, 'cleanSpent', [5]);
  const before = hashDesk(desk);
  expect(say(desk, FIRST, 'cleanSpent', [5])).toEqual([
    ['refused', 5, NOT_ASKED, OP.cleanSpent, 0, 0],
  ]);
  expect(hashDesk(desk)).toBe(before);
  advance(desk, 100);
  expect(missed(desk)).toBe(1);
  expect(desk.server.clients[FIRST]?.held).toBe(6);
  takeHeard(desk, FIRST);
  expect(say(desk, FIRST, 'cleanSpent', [6])[0]?.slice(0, 3)).toEqual(['refused', 6, NOT_ASKED]);
});

test('[REV27] it is of the notice that runs alone, and none was asked before any', () => {
  const { desk, slots } = asked();
  for (const slot of slots.slice(6)) say(desk, FIRST, 'returnFrames', [slot]);
  takeHeard(desk, SECOND);
  expect(desk.kernel.state.tasks[FIRST]).toMatchObject({ revocationsMet: 1 });
  expect(say(desk, FIRST, 'cleanSpent', [4])[0]?.slice(0, 3)).toEqual(['refused', 4, NOT_ASKED]);
  expect(say(desk, SECOND, 'cleanSpent', [4])[0]?.slice(0, 3)).toEqual(['refused', 4, NOT_ASKED]);
  expect(takeHeard(desk, FIRST)).toEqual([]);
});

test('[REV27] [REV24] what is told anew is of no frame in particular', () => {
  const desk = createDesk({ frames: 8, terms: { graceClean: 30, arbiter: 'lru-sp' } });
  settleIn(desk, FIRST, 2, 6, 8);
  say(desk, SECOND, 'contract', [6, 0, 0, 0]);
  say(desk, SECOND, 'allocate', [0, 0, 1]);
  takeHeard(desk, FIRST);
  expect(say(desk, FIRST, 'cleanSpent', [4])).toEqual([['notice', 0, 100, 0, 0, 0]]);
});

test('[REV27] who says nothing misses it, at the shorter deadline', () => {
  const { desk } = asked();
  advance(desk, 29);
  expect(missed(desk)).toBe(0);
  advance(desk, 1);
  expect(missed(desk)).toBe(1);
  expect(desk.server.clients[SECOND]?.held).toBe(2);
});

test('[REV26] [REV27] a pager returns what is clean, says so, and only then writes the rest', () => {
  const borrower = task('borrower', writing(randomPages(3, 4000, 30)), 'clock', 20, { extra: 4 });
  const terms = { graceExtra: 4_000_000, graceShrink: 1e6, graceClean: 100_000 };
  const { kernel, memory, clients } = boot(cell(20, [borrower], { slice: 50_000, terms }));
  while (kernel.state.nowNs < 8_000_000) stepKernel(kernel);
  const server = (kernel.receivers[memory] as Receiver).state as MemoryServerState;
  const id = clients[0] as number;
  const client = clientOf(server, id);
  const { idle, idleDirty } = (kernel.receivers[id] as Receiver).state as PagerState;
  const isClean = idle - idleDirty;
  const held = client.held;
  const told: [string, number, number][] = [];
  kernel.observer = (event) => told.push([(event as ContractEvent).kind, client.held, writes()]);
  const writes = () => (kernel.state.tasks[id] as TaskState).pageOuts;
  const before = writes();
  setGuarantee(server.ledger, client, 8);
  notify(kernel, server, client, 12, CAUSE_EXTRA);
  while (client.noticed > 0) stepKernel(kernel);
  const spent = told.findIndex(([kind]) => kind === 'cleanSpent');
  expect(told[spent]).toEqual(['cleanSpent', held - isClean, before]);
  expect(told.at(-1)?.slice(0, 2)).toEqual(['met', 8]);
  expect(writes() - before).toBeGreaterThan(0);
});
