import { expect, test } from 'vitest';
import { NO_FREE_FRAMES, NOT_HONOURED } from '../../../../contracts/refusals.ts';
import type { Penalty } from '../../../../contracts/terms.ts';
import { frameAt } from '../../../../nucleus/capabilities.ts';
import { map, unmap } from '../../../../nucleus/memory-map.ts';
import { KILLED, type TaskState } from '../../../../nucleus/tasks.ts';
import { MODIFIED } from '../../../../sim-hw/page-table/format.ts';
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
  tableOf,
  takeHeard,
} from '../../../support/desk.ts';

const SECOND = FIRST + 1;
const THIRD = FIRST + 2;

/** The first client holds 2 + 6 of 8 frames; the second has a claim on 6. */
function lent(penalty: Penalty, options: DeskOptions = {}): { desk: Desk; slots: number[] } {
  const desk = createDesk({ frames: 8, terms: { penalty }, ...options });
  const slots = settleIn(desk, FIRST, 2, 6, 8);
  say(desk, SECOND, 'contract', [6, 0, 0, 0]);
  return { desk, slots };
}

function claim(desk: Desk, order = 0): void {
  say(desk, SECOND, 'allocate', [order, 0, 1]);
}

function counts(desk: Desk, task: number): [number, number] {
  const { revocationsMet, revocationsMissed } = desk.kernel.state.tasks[task] as TaskState;
  return [revocationsMet, revocationsMissed];
}

test('[REV1] a notice names a count, a deadline and a cause, and never more than the excess', () => {
  const { desk } = lent('repossess', { terms: { graceExtra: 70, penalty: 'repossess' } });
  advance(desk, 30);
  claim(desk, 2);
  expect(takeHeard(desk, FIRST)).toEqual([['notice', 4, 100, 0, 0, 0]]);
  const three = createDesk({ frames: 8, clients: 3 });
  settleIn(three, FIRST, 3, 2, 5);
  settleIn(three, SECOND, 1, 2, 3);
  say(three, THIRD, 'contract', [4, 0, 0, 0]);
  say(three, THIRD, 'allocate', [2, 0, 0]);
  expect(takeHeard(three, FIRST)[0]?.slice(0, 2)).toEqual(['notice', 2]);
  expect(takeHeard(three, SECOND)[0]?.slice(0, 2)).toEqual(['notice', 2]);
});

test('[REV2] returned in time: met, no penalty, whatever frames the client chose', () => {
  const { desk, slots } = lent('kill');
  claim(desk, 1);
  for (const slot of [slots[6], slots[7]]) say(desk, FIRST, 'returnFrames', [slot as number]);
  expect(counts(desk, FIRST)).toEqual([1, 0]);
  expect(takeHeard(desk, SECOND)[0]?.[0]).toBe('granted');
  advance(desk, 1000);
  expect(counts(desk, FIRST)).toEqual([1, 0]);
});

test('[REV3] a further notice adds to the one that runs, whose deadline stays', () => {
  const desk = createDesk({ frames: 8, clients: 3 });
  settleIn(desk, FIRST, 0, 8, 8);
  for (const id of [SECOND, THIRD]) say(desk, id, 'contract', [4, 0, 0, 0]);
  claim(desk);
  advance(desk, 60);
  say(desk, THIRD, 'allocate', [1, 0, 0]);
  expect(takeHeard(desk, FIRST)).toEqual([
    ['notice', 1, 100, 0, 0, 0],
    ['notice', 2, 100, 0, 0, 0],
  ]);
  advance(desk, 40);
  expect(counts(desk, FIRST)).toEqual([0, 1]);
  expect(desk.server.clients[FIRST]?.held).toBe(5);
});

test('[REV3] merged notices are one obligation: a part of it returned is not met', () => {
  const desk = createDesk({ frames: 8, clients: 3 });
  const slots = settleIn(desk, FIRST, 0, 8, 8);
  say(desk, SECOND, 'contract', [4, 0, 0, 0]);
  say(desk, THIRD, 'contract', [4, 0, 0, 0]);
  say(desk, SECOND, 'allocate', [0, 0, 0]);
  advance(desk, 60);
  say(desk, THIRD, 'allocate', [0, 0, 0]);
  expect(takeHeard(desk, FIRST)).toEqual([
    ['notice', 1, 100, 0, 0, 0],
    ['notice', 1, 100, 0, 0, 0],
  ]);
  say(desk, FIRST, 'returnFrames', [slots[3] as number]);
  expect(counts(desk, FIRST)).toEqual([0, 0]);
  advance(desk, 40);
  expect(counts(desk, FIRST)).toEqual([0, 1]);
  expect(desk.server.clients[FIRST]?.held).toBe(6);
});

test('[REV4] a thread that does not wait for the notice has missed it already', () => {
  const { desk } = lent('repossess');
  (desk.kernel.state.tasks[FIRST] as TaskState).receiving = false;
  claim(desk);
  expect(counts(desk, FIRST)).toEqual([0, 1]);
  expect(desk.server.clients[SECOND]?.held).toBe(1);
  expect(desk.events).toContainEqual(
    expect.objectContaining({ kind: 'missed', outstanding: 1, heard: false }),
  );
});

test('[REV5] repossess takes what is outstanding at the deadline and tells each loss', () => {
  const { desk, slots } = lent('repossess');
  claim(desk, 2);
  say(desk, FIRST, 'returnFrames', [slots[0] as number]);
  takeHeard(desk, FIRST);
  advance(desk, 99);
  expect(desk.server.clients[FIRST]?.held).toBe(7);
  advance(desk, 1);
  const losses = takeHeard(desk, FIRST);
  expect(losses.map(([name, slot, rest]) => [name, slot, rest])).toEqual([
    ['loss', 7, 2],
    ['loss', 6, 1],
    ['loss', 5, 0],
  ]);
  for (const [, slot] of losses) expect(frameAt(tableOf(desk, FIRST), slot as number)).toBe(-1);
  expect(counts(desk, FIRST)).toEqual([0, 1]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[REV5] with the deadline forgotten nothing is ever taken: the test can fail', () => {
  const { desk } = lent('repossess', { planted: 'forget-deadline' });
  claim(desk);
  advance(desk, 100_000);
  expect(desk.server.clients[FIRST]?.held).toBe(8);
});

test('[REV5] a repossessed page is unmapped, and the loss says whether it was written', () => {
  const { desk } = lent('repossess');
  const { state, format } = desk.kernel;
  expect(map(desk.kernel, FIRST, FIRST, 2, 7, true)).toBe(true);
  expect(map(desk.kernel, FIRST, FIRST, 3, 6, true)).toBe(true);
  const index = format.find(state.table, 0, 2);
  state.table.entries[index] = (state.table.entries[index] as number) | MODIFIED;
  claim(desk, 1);
  takeHeard(desk, FIRST);
  advance(desk, 100);
  expect(takeHeard(desk, FIRST)).toEqual([
    ['loss', 7, 1, 1, 0, 0],
    ['loss', 6, 0, 0, 0, 0],
  ]);
  expect(unmap(desk.kernel, FIRST, FIRST, 2)).toBe(0);
});

test('[REV5] frames in containers are taken last, locked or not', () => {
  const { desk, slots } = lent('repossess');
  for (const slot of slots.slice(3)) {
    const [, , weak] = say(desk, FIRST, 'createContainer', [slot, 1e6, 1, 0])[0]?.slice(1) ?? [];
    if (slot === 7) hand(desk, FIRST, 'store', weak as number, 0, 1);
  }
  claim(desk, 2);
  takeHeard(desk, FIRST);
  advance(desk, 100);
  expect(desk.server.clients[FIRST]?.held).toBe(4);
  expect(takeHeard(desk, FIRST).filter(([name]) => name === 'loss')).toHaveLength(4);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[REV5] never below a guarantee that has grown since the notice', () => {
  const desk = createDesk({ frames: 8 });
  settleIn(desk, FIRST, 0, 8, 8);
  say(desk, SECOND, 'contract', [2, 0, 0, 0]);
  claim(desk, 1);
  say(desk, FIRST, 'contract', [6, 2, 0, 0]);
  advance(desk, 100);
  expect(desk.server.clients[FIRST]?.held).toBe(6);
});

test('[REV6] under none a miss is counted, the claim refused, and nobody asked again', () => {
  const { desk, slots } = lent('none');
  claim(desk);
  expect(takeHeard(desk, FIRST)[0]?.[0]).toBe('notice');
  advance(desk, 100);
  expect(counts(desk, FIRST)).toEqual([0, 1]);
  expect(takeHeard(desk, SECOND)[0]?.slice(0, 3)).toEqual(['refused', 1, NOT_HONOURED]);
  expect(desk.server.clients[FIRST]?.held).toBe(8);
  claim(desk);
  expect(takeHeard(desk, FIRST)).toEqual([]);
  say(desk, FIRST, 'returnFrames', [slots[0] as number]);
  expect(desk.events).toContainEqual(expect.objectContaining({ kind: 'return', late: true }));
  claim(desk);
  expect(desk.server.clients[SECOND]?.held).toBe(1);
  claim(desk);
  expect(takeHeard(desk, FIRST)[0]?.[0]).toBe('notice');
});

test('[REV7] under kill the offender dies and the claim is met by the deadline', () => {
  const { desk } = lent('kill');
  claim(desk, 2);
  advance(desk, 99);
  expect(desk.kernel.state.tasks[FIRST]?.status).not.toBe(KILLED);
  advance(desk, 1);
  expect(desk.kernel.state.tasks[FIRST]?.status).toBe(KILLED);
  expect(desk.server.clients[FIRST]).toMatchObject({ held: 0, guaranteed: 0 });
  expect(takeHeard(desk, SECOND)[0]?.[0]).toBe('granted');
  expect(checkBooks(desk)).toBeUndefined();
});

test('[REV8] the victim is the largest excess over the guarantee, the lowest id on a tie', () => {
  const desk = createDesk({ frames: 12, clients: 4 });
  settleIn(desk, FIRST, 4, 2, 6);
  settleIn(desk, SECOND, 0, 3, 3);
  settleIn(desk, THIRD, 0, 3, 3);
  say(desk, FIRST + 3, 'contract', [8, 0, 0, 0]);
  say(desk, FIRST + 3, 'allocate', [0, 0, 0]);
  expect([FIRST, SECOND, THIRD].map((id) => takeHeard(desk, id).length)).toEqual([0, 1, 0]);
  // A larger need than one excess: the next victims are asked too.
  const wide = createDesk({ frames: 12, clients: 4 });
  settleIn(wide, FIRST, 4, 2, 6);
  settleIn(wide, SECOND, 0, 3, 3);
  settleIn(wide, THIRD, 0, 3, 3);
  say(wide, FIRST + 3, 'contract', [8, 0, 0, 0]);
  say(wide, FIRST + 3, 'allocate', [2, 0, 0]);
  expect([FIRST, SECOND, THIRD].map((id) => takeHeard(wide, id)[0]?.[1])).toEqual([
    undefined,
    3,
    1,
  ]);
});

test('[REV9] only what waiting requests lack is called back', () => {
  const { desk } = lent('repossess');
  claim(desk);
  advance(desk, 10);
  say(desk, SECOND, 'renew', [0]);
  expect(takeHeard(desk, FIRST)).toEqual([['notice', 1, 100, 0, 0, 0]]);
  expect(desk.server.clients[FIRST]?.noticed).toBe(1);
});

test('[REV10] who owes frames is lent none', () => {
  const desk = createDesk({ frames: 8 });
  const slots = settleIn(desk, FIRST, 0, 8, 8);
  say(desk, SECOND, 'contract', [4, 0, 0, 0]);
  claim(desk, 1);
  takeHeard(desk, FIRST);
  say(desk, FIRST, 'returnFrames', [slots[0] as number]);
  expect(say(desk, FIRST, 'allocate', [0, 0, 4])[0]?.slice(1, 3)).toEqual([4, NO_FREE_FRAMES]);
});
