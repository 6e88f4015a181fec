/** Copies, at their edges: lists that name twice, locks on the source, who has room for what moves. */

import { expect, test } from 'vitest';
import {
  ALLOCATE_ZERO,
  COPY,
  LOCK_EXCLUSIVE,
  LOCK_WRITES,
  MOVE,
  READ,
  SHARE,
} from '../../../../contracts/messages.ts';
import { LOCKED_NOW, NOT_ALIKE, OVER_CONTRACT } from '../../../../contracts/refusals.ts';
import {
  checkBooks,
  createDesk,
  type Desk,
  FIRST,
  hand,
  say,
  settleIn,
  takeHeard,
} from '../../../support/desk.ts';
import {
  contents,
  entrust,
  fill,
  frameOf,
  handed,
  load,
  open,
  portTo,
  SECOND,
  transfer,
  write,
} from '../../../support/pages.ts';

const THIRD = FIRST + 2;

function inspect(desk: Desk, client: number, own: number): number {
  return say(desk, client, 'inspectContainer', [own, 0])[0]?.[4] as number;
}

/** Moves the owner's capability to another task; returns its slot there. */
function give(desk: Desk, from: number, to: number, own: number): number {
  hand(desk, from, 'store', own, 0, 0, portTo(desk, from, to));
  return takeHeard(desk, to).find(([name]) => name.startsWith('store'))?.[1] as number;
}

/** SECOND has the owner's capability to two pages that FIRST pays for, and a container of its own. */
function toMove(guaranteed: number, extra = 0) {
  const desk = createDesk({ clients: 3 });
  settleIn(desk, FIRST, 4, 4, 0);
  settleIn(desk, SECOND, guaranteed, extra, 0);
  const own = open(desk, FIRST, { extras: 1 });
  fill(desk, FIRST, own, 0, 2, ALLOCATE_ZERO);
  const given = give(desk, FIRST, SECOND, own);
  return { desk, given };
}

test('[CONT28] a list that names a page twice is refused: a target, a source that moves', () => {
  const { desk, own } = handed();
  const list = (ranges: readonly (readonly number[])[], into: readonly (readonly number[])[]) => {
    say(desk, FIRST, 'fromPages', [0, 0, 0]);
    for (const range of ranges) say(desk, FIRST, 'fromPages', range);
    for (const range of into) say(desk, FIRST, 'intoPages', range);
  };
  const refusedAt = (how: number) => say(desk, FIRST, 'transferPages', [how, 9])[0]?.slice(2, 5);
  const other = open(desk, FIRST);
  list(
    [[own, 0, 2]],
    [
      [other, 0, 1],
      [other, 0, 1],
    ],
  );
  expect([refusedAt(COPY)?.[0], refusedAt(COPY)?.[2]]).toEqual([NOT_ALIKE, 1]);
  list(
    [
      [own, 0, 1],
      [own, 1, 1],
    ],
    [
      [other, 0, 1],
      [own, 0, 1],
    ],
  );
  expect(refusedAt(COPY)?.[0]).toBe(NOT_ALIKE);
  list(
    [
      [own, 0, 1],
      [own, 0, 1],
    ],
    [[other, 0, 2]],
  );
  expect(refusedAt(MOVE)?.[0]).toBe(NOT_ALIKE);
  expect(refusedAt(MOVE)?.[2]).toBe(1);
  // Twice copied is no harm.
  expect(say(desk, FIRST, 'transferPages', [COPY, 9])[0]?.[0]).toBe('pagesDone');
  expect(frameOf(desk, FIRST, other, 0)).toBe(frameOf(desk, FIRST, other, 1));
});

test('[CONT20] of what is locked nothing moves; it is copied, unless for writing or by another', () => {
  const { desk, own, weak } = handed({ extras: 1 }, { clients: 3 });
  const other = open(desk, SECOND);
  const mine = open(desk, FIRST);
  settleIn(desk, THIRD, 2, 0, 0);
  const third = open(desk, THIRD);
  const given = entrust(desk, FIRST, own, THIRD);
  const lock = (how: number) => say(desk, SECOND, 'lockPages', [weak, how, 0, 50])[0]?.[0];
  expect(lock(0)).toBe('locked');
  for (const how of [MOVE, SHARE])
    expect(transfer(desk, FIRST, [own, 0, 1], [mine, 0, 1], how)[0]?.[2]).toBe(LOCKED_NOW);
  expect(transfer(desk, THIRD, [given, 0, 1], [third, 0, 1], COPY)[0]?.[0]).toBe('pagesDone');
  say(desk, SECOND, 'unlockContainer', [weak]);
  expect(lock(LOCK_EXCLUSIVE)).toBe('locked');
  expect(transfer(desk, THIRD, [given, 1, 1], [third, 1, 1], COPY)[0]?.[2]).toBe(LOCKED_NOW);
  // The holder of the lock may.
  expect(transfer(desk, SECOND, [weak, 1, 1], [other, 1, 1], COPY)[0]?.[0]).toBe('pagesDone');
  say(desk, SECOND, 'unlockContainer', [weak]);
  expect(lock(LOCK_WRITES)).toBe('locked');
  expect(transfer(desk, SECOND, [weak, 2, 1], [other, 2, 1], COPY)[0]?.[2]).toBe(LOCKED_NOW);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT20] a page that another container has locked exclusively is copied by nobody through this one', () => {
  const { desk, own } = handed({}, { clients: 3 });
  const twin = open(desk, FIRST, { lockMax: 50 });
  transfer(desk, FIRST, [own, 0, 1], [twin, 0, 1], SHARE);
  const weak = entrust(desk, FIRST, twin, SECOND);
  expect(say(desk, SECOND, 'lockPages', [weak, LOCK_EXCLUSIVE, 0, 50])[0]?.[0]).toBe('locked');
  const other = open(desk, FIRST);
  expect(transfer(desk, FIRST, [own, 0, 1], [other, 0, 1], COPY)[0]?.[2]).toBe(LOCKED_NOW);
});

test('[CONT21] into a container not for extras no page comes that its owner pays for beyond G', () => {
  const { desk, own } = handed({ extras: 1 }, {}, 4);
  const strict = open(desk, FIRST);
  say(desk, FIRST, 'contract', [6, 4, 0, 0]);
  fill(desk, FIRST, own, 3, 1, 2);
  const lent = open(desk, FIRST, { extras: 1 });
  fill(desk, FIRST, lent, 0, 3, 2);
  expect(desk.server.clients[FIRST]?.held).toBe(7);
  expect(transfer(desk, FIRST, [own, 0, 1], [strict, 0, 1], COPY)[0]?.[2]).toBe(OVER_CONTRACT);
  // A page without a frame costs nothing yet, and one that another pays for is no matter of G.
  say(desk, FIRST, 'orphanData', [own, 1, 1]);
  fill(desk, FIRST, lent, 3, 1, 2);
  expect(desk.server.clients[FIRST]?.held).toBe(7);
  expect(transfer(desk, FIRST, [own, 1, 1], [strict, 1, 1], COPY)[0]?.[0]).toBe('pagesDone');
  const theirs = open(desk, SECOND, { lockMax: 50 });
  fill(desk, SECOND, theirs, 0, 1);
  const weak = entrust(desk, SECOND, theirs, FIRST);
  expect(transfer(desk, FIRST, [weak, 0, 1], [strict, 2, 1], COPY)[0]?.[0]).toBe('pagesDone');
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT28] pages that move are paid for by who gets them: as many as it has room for, or none', () => {
  for (const [guaranteed, reason] of [
    [1, OVER_CONTRACT],
    [2, undefined],
  ]) {
    const { desk, given } = toMove(guaranteed as number);
    const mine = open(desk, SECOND);
    const [answer] = transfer(desk, SECOND, [given, 0, 2], [mine, 0, 2], MOVE);
    if (reason === undefined) {
      expect(answer?.[0]).toBe('pagesDone');
      expect(desk.server.clients[SECOND]?.held).toBe(2);
    } else expect([answer?.[2], answer?.[4]]).toEqual([reason, 1]);
    expect(checkBooks(desk)).toBeUndefined();
  }
});

test('[CONT28] a page of its own that is replaced makes room, and shared ones do not', () => {
  const { desk, given } = toMove(2);
  const mine = open(desk, SECOND, { lockMax: 50 });
  fill(desk, SECOND, mine, 0, 2);
  expect(transfer(desk, SECOND, [given, 0, 2], [mine, 0, 2], MOVE)[0]?.[0]).toBe('pagesDone');
  expect(desk.server.clients[SECOND]?.held).toBe(2);
  expect(checkBooks(desk)).toBeUndefined();
  for (const how of [COPY, SHARE]) {
    const again = toMove(1);
    const own = open(again.desk, SECOND);
    fill(again.desk, SECOND, own, 0, 1);
    transfer(again.desk, SECOND, [own, 0, 1], [own, 1, 1], how);
    const [no] = transfer(again.desk, SECOND, [again.given, 0, 1], [own, 0, 1], MOVE);
    expect(no?.[2]).toBe(OVER_CONTRACT);
  }
});

test('[CONT28] extras are room where every container that pages come into may hold them', () => {
  for (const extras of [0, 1]) {
    const { desk, given } = toMove(1, 1);
    const [one, two] = [open(desk, SECOND, { extras: 1 }), open(desk, SECOND, { extras })];
    say(desk, SECOND, 'fromPages', [given, 0, 2]);
    for (const into of [one, two]) say(desk, SECOND, 'intoPages', [into, 0, 1]);
    const [answer] = say(desk, SECOND, 'transferPages', [MOVE, 9]);
    expect(answer?.[0]).toBe(extras === 1 ? 'pagesDone' : 'refused');
    expect(checkBooks(desk)).toBeUndefined();
  }
});

test('[CONT28] what needs no new payer needs no room: the same owner, no frame, another’s frame', () => {
  const { desk, given } = toMove(0);
  const mine = open(desk, SECOND);
  // Without a frame.
  say(desk, SECOND, 'orphanData', [given, 0, 1]);
  expect(transfer(desk, SECOND, [given, 0, 1], [mine, 0, 1], MOVE)[0]?.[0]).toBe('pagesDone');
  // Of the same owner.
  const full = createDesk();
  settleIn(full, FIRST, 2, 0, 0);
  const [from, into] = [open(full, FIRST), open(full, FIRST)];
  fill(full, FIRST, from, 0, 2, ALLOCATE_ZERO);
  write(full, FIRST, from, 0, 3, 5);
  expect(load(full, FIRST, 3)).toBe(5);
  const before = [inspect(full, FIRST, from), inspect(full, FIRST, into)];
  expect(transfer(full, FIRST, [from, 0, 2], [into, 0, 2], MOVE)[0]?.[0]).toBe('pagesDone');
  // It is unmapped on its way; both containers have changed.
  expect(load(full, FIRST, 3)).toBeUndefined();
  expect(contents(full, FIRST, into, 0)).toBe(5);
  expect(inspect(full, FIRST, from)).toBeGreaterThan(before[0] as number);
  expect(inspect(full, FIRST, into)).toBeGreaterThan(before[1] as number);
  expect(full.server.clients[FIRST]?.held).toBe(2);
});

test('[CONT28] [CONT25] a moved page’s payer who uses its frame elsewhere goes on paying', () => {
  const desk = createDesk({ clients: 3 });
  settleIn(desk, FIRST, 4, 0, 0);
  settleIn(desk, SECOND, 4, 0, 0);
  const [own, kept] = [open(desk, FIRST), open(desk, FIRST)];
  fill(desk, FIRST, own, 0, 2, ALLOCATE_ZERO);
  transfer(desk, FIRST, [own, 0, 1], [kept, 0, 1], COPY);
  const given = give(desk, FIRST, SECOND, own);
  const mine = open(desk, SECOND);
  desk.events.length = 0;
  transfer(desk, SECOND, [given, 0, 1], [mine, 0, 1], MOVE);
  expect([desk.server.clients[FIRST]?.held, desk.server.clients[SECOND]?.held]).toEqual([2, 0]);
  expect(desk.events).toEqual([]);
  transfer(desk, SECOND, [given, 1, 1], [mine, 1, 1], MOVE);
  expect([desk.server.clients[FIRST]?.held, desk.server.clients[SECOND]?.held]).toEqual([1, 1]);
  expect(desk.events.map(({ kind }) => kind)).toEqual(['charge', 'return']);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT27] a copy of a page without a frame has none either, and its use gives each its own zeros', () => {
  const { desk, own } = handed();
  const other = open(desk, FIRST);
  say(desk, FIRST, 'orphanData', [own, 0, 1]);
  expect(transfer(desk, FIRST, [own, 0, 1], [other, 0, 1], COPY)[0]?.[0]).toBe('pagesDone');
  expect(frameOf(desk, FIRST, other, 0)).toBe(-1);
  expect(say(desk, FIRST, 'mapPage', [other, 0, 2, READ])[0]?.[0]).toBe('pageMapped');
  expect(frameOf(desk, FIRST, own, 0)).toBe(-1);
  expect(checkBooks(desk)).toBeUndefined();
});
