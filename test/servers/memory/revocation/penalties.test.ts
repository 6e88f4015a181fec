import { expect, test } from 'vitest';
import { OVER_CONTRACT } from '../../../../contracts/refusals.ts';
import type { TermsWish } from '../../../../contracts/terms.ts';
import { map } from '../../../../nucleus/memory-map.ts';
import type { TaskState } from '../../../../nucleus/tasks.ts';
import {
  advance,
  checkBooks,
  createDesk,
  type Desk,
  FIRST,
  say,
  settleIn,
  takeHeard,
} from '../../../support/desk.ts';

const SECOND = FIRST + 1;

/** The first client holds 2 + 6 of 8 frames and is asked for `count`; returns its slots. */
function asked(terms: Partial<TermsWish>, count: number): { desk: Desk; slots: number[] } {
  const desk = createDesk({ frames: 8, terms });
  const slots = settleIn(desk, FIRST, 2, 6, 8);
  say(desk, SECOND, 'contract', [6, 0, 0, 0]);
  claim(desk, count);
  return { desk, slots };
}

/** The second client asks for 1, 2 or 4 frames within its guarantee. */
function claim(desk: Desk, count: number): void {
  say(desk, SECOND, 'allocate', [Math.log2(count), 0, 1]);
}

function give(desk: Desk, slots: readonly number[]): void {
  for (const slot of slots) say(desk, FIRST, 'returnFrames', [slot]);
}

/** Notices met, missed, answered in part. */
function counted(desk: Desk): number[] {
  const task = desk.kernel.state.tasks[FIRST] as TaskState;
  return [task.revocationsMet, task.revocationsMissed, task.revocationsPartly];
}

function namesHeard(desk: Desk): string[] {
  return takeHeard(desk, FIRST).map(([name]) => name);
}

test('[REV11] [REV15] karma: half is enough, the rest is forgiven and asked for anew', () => {
  const { desk, slots } = asked({ penalty: 'karma' }, 4);
  expect(namesHeard(desk)).toEqual(['notice']);
  give(desk, slots.slice(6));
  advance(desk, 100);
  expect(counted(desk)).toEqual([0, 0, 1]);
  expect(desk.events.filter(({ kind }) => kind === 'enough')).toHaveLength(1);
  // The other still waits for two: a new notice, and no loss.
  expect(takeHeard(desk, FIRST)).toEqual([['notice', 2, 200, 0, 0, 0]]);
  expect(desk.server.clients[FIRST]).toMatchObject({ held: 6, karma: 0, noticed: 2 });
  expect(checkBooks(desk)).toBeUndefined();
});

test('[REV13] karma: less than half, and what is due is taken, then taken without being asked', () => {
  const { desk, slots } = asked({ penalty: 'karma', karmaBad: 2 }, 4);
  expect(namesHeard(desk)).toEqual(['notice']);
  give(desk, slots.slice(7));
  advance(desk, 100);
  expect(counted(desk)).toEqual([0, 1, 1]);
  expect(namesHeard(desk)).toEqual(['loss', 'loss', 'loss']);
  expect(desk.server.clients[FIRST]).toMatchObject({ held: 4, karma: 2 });
  for (const left of [1, 0]) {
    claim(desk, 1);
    expect(desk.server.clients[SECOND]?.held).toBe(6 - left);
    expect(namesHeard(desk)).toEqual(['loss']);
    expect(desk.server.clients[FIRST]?.karma).toBe(left);
  }
  // Nothing beyond its guarantee is left, however bad its karma.
  expect(desk.server.clients[FIRST]?.held).toBe(2);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[REV13] [REV1] bad karma wears off: then it is asked again', () => {
  const { desk } = asked({ penalty: 'karma', karmaBad: 1 }, 1);
  advance(desk, 100);
  claim(desk, 1);
  expect(namesHeard(desk)).toEqual(['notice', 'loss', 'loss']);
  claim(desk, 1);
  expect(namesHeard(desk)).toEqual(['notice']);
});

test('[REV12] karma: so many requests for frames, and the notice is over before its deadline', () => {
  const { desk } = asked({ penalty: 'karma', karmaWindow: 3 }, 4);
  takeHeard(desk, FIRST);
  for (const requests of [1, 2]) {
    expect(say(desk, FIRST, 'allocate', [0, 0, requests])[0]?.[2]).toBe(OVER_CONTRACT);
    expect(counted(desk)[1]).toBe(0);
  }
  say(desk, FIRST, 'allocate', [0, 0, 3]);
  expect(counted(desk)).toEqual([0, 1, 0]);
  expect(desk.server.clients[FIRST]?.held).toBe(4);
  expect(desk.kernel.state.nowNs).toBe(0);
  // Under another penalty requests do not count.
  const other = asked({ penalty: 'repossess', karmaWindow: 1 }, 4).desk;
  say(other, FIRST, 'allocate', [0, 0, 1]);
  expect(counted(other)).toEqual([0, 0, 0]);
});

test('[REV14] drop: all is taken, guaranteed or not, each loss is told, and the contract stands', () => {
  const { desk, slots } = asked({ penalty: 'drop' }, 1);
  expect(map(desk.kernel, FIRST, FIRST, 3, slots[0] as number, true)).toBe(true);
  advance(desk, 100);
  const losses = takeHeard(desk, FIRST).filter(([name]) => name === 'loss');
  expect(losses.map(([, , remaining]) => remaining)).toEqual([7, 6, 5, 4, 3, 2, 1, 0]);
  expect(desk.server.clients[FIRST]).toMatchObject({ held: 0, guaranteed: 2, extra: 6 });
  expect(desk.kernel.state.frames.mappedBy.every((by) => by === 0)).toBe(true);
  expect(say(desk, FIRST, 'renew', [0])[0]?.[0]).toBe('contractIs');
  expect(say(desk, FIRST, 'allocate', [0, 0, 9])[0]?.[0]).toBe('granted');
  expect(checkBooks(desk)).toBeUndefined();
});

test('[REV15] an answer in part is counted under every penalty', () => {
  for (const penalty of ['none', 'repossess', 'drop', 'kill'] as const) {
    const { desk, slots } = asked({ penalty }, 4);
    give(desk, slots.slice(5, 6));
    advance(desk, 100);
    expect(counted(desk), penalty).toEqual([0, 1, 1]);
  }
});

test('[REV5] a run that is more than is due goes only where no smaller one is left', () => {
  const desk = createDesk({ frames: 8 });
  say(desk, FIRST, 'contract', [4, 4, 0, 0]);
  const slots = [0, 0, 0, 1, 0, 1].map(
    (order) => say(desk, FIRST, 'allocate', [order, 0, 1])[0]?.[2] as number,
  );
  say(desk, SECOND, 'contract', [4, 0, 0, 0]);
  claim(desk, 1);
  takeHeard(desk, FIRST);
  advance(desk, 100);
  expect(takeHeard(desk, FIRST).filter(([name]) => name === 'loss')).toEqual([
    ['loss', slots[4], 0, 0, 0, 0],
  ]);
  expect(desk.server.clients[FIRST]?.held).toBe(7);
  expect(checkBooks(desk)).toBeUndefined();
});
