/** Room for pages that move: whose it is, once for all who share it, with what is replaced. */

import { expect, test } from 'vitest';
import { ALLOCATE_ZERO, COPY, MOVE } from '../../../../contracts/messages.ts';
import { NOT_ALIKE, OVER_CONTRACT } from '../../../../contracts/refusals.ts';
import { givePort } from '../../../../nucleus/kernel.ts';
import {
  checkBooks,
  createDesk,
  type Desk,
  FIRST,
  hand,
  hashDesk,
  say,
  settleIn,
  takeHeard,
} from '../../../support/desk.ts';
import { entrust, fill, frameOf, open, portTo, SECOND, transfer } from '../../../support/pages.ts';

const THIRD = FIRST + 2;

/** Moves the owner's capability to FIRST, who may move pages there. */
function give(desk: Desk, from: number, own: number): number {
  hand(desk, from, 'store', own, 0, 0, portTo(desk, from, FIRST));
  return takeHeard(desk, FIRST).find(([name]) => name.startsWith('store'))?.[1] as number;
}

/** FIRST pays for three pages; SECOND and THIRD have so many frames and extras. */
function begin(second: readonly [number, number], third: readonly [number, number] = [0, 0]) {
  const desk = createDesk({ clients: 3 });
  settleIn(desk, FIRST, 4, 0, 0);
  settleIn(desk, SECOND, ...second, 0);
  settleIn(desk, THIRD, ...third, 0);
  const own = open(desk, FIRST);
  fill(desk, FIRST, own, 0, 3, ALLOCATE_ZERO);
  return { desk, own };
}

/** Moves pages of `own`, from 0 on, to these places; returns the answer. */
function moveTo(desk: Desk, own: number, places: readonly (readonly [number, number])[]) {
  say(desk, FIRST, 'fromPages', [own, 0, places.length]);
  for (const [container, index] of places) say(desk, FIRST, 'intoPages', [container, index, 1]);
  return say(desk, FIRST, 'transferPages', [MOVE, 9])[0];
}

/** Both live on one child of a contract of the first: guaranteed 1, extra 1, all of it idle. */
function onChild(desk: Desk): void {
  const slot = say(desk, FIRST, 'splitContract', [1, 1, -1, 1, 0])[0]?.[2] as number;
  const copy = say(desk, FIRST, 'copyControl', [slot, 1])[0]?.[2] as number;
  for (const [client, control] of [
    [SECOND, slot],
    [THIRD, copy],
  ] as const) {
    hand(desk, FIRST, 'controlIs', control, 0, 0, givePort(desk.kernel, FIRST, client));
    say(desk, client, 'useControl', [takeHeard(desk, client)[0]?.[1] as number, 1]);
  }
}

test('[CONT28] each owner’s room is its own', () => {
  const { desk, own } = begin([1, 0], [1, 0]);
  const [second, third] = [SECOND, THIRD].map((id) => give(desk, id, open(desk, id)));
  const places = [
    [second, 0],
    [third, 0],
  ] as [number, number][];
  expect(moveTo(desk, own, places)?.[0]).toBe('pagesDone');
  expect([FIRST, SECOND, THIRD].map((id) => desk.server.clients[id]?.held)).toEqual([1, 1, 1]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT28] [CONT21] another owner’s container for no extras keeps nobody from using its own', () => {
  const { desk, own } = begin([0, 1], [1, 0]);
  const second = give(desk, SECOND, open(desk, SECOND, { extras: 1 }));
  const third = give(desk, THIRD, open(desk, THIRD));
  const places = [
    [second, 0],
    [third, 0],
  ] as [number, number][];
  expect(moveTo(desk, own, places)?.[0]).toBe('pagesDone');
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT33] [CONT21] the least that one who lives on a child may use is what all of them have', () => {
  const desk = createDesk({ clients: 3 });
  settleIn(desk, FIRST, 6, 4, 0);
  onChild(desk);
  const own = open(desk, FIRST);
  fill(desk, FIRST, own, 0, 2);
  const second = give(desk, SECOND, open(desk, SECOND, { extras: 1 }));
  const third = give(desk, THIRD, open(desk, THIRD));
  say(desk, FIRST, 'fromPages', [0, 0, 0]);
  const before = hashDesk(desk);
  const places = [
    [second, 0],
    [third, 0],
  ] as [number, number][];
  const answer = moveTo(desk, own, places);
  expect([answer?.[2], answer?.[4]]).toEqual([OVER_CONTRACT, 1]);
  say(desk, FIRST, 'fromPages', [0, 0, 0]);
  expect(hashDesk(desk)).toBe(before);
  expect(moveTo(desk, own, [[third, 0]])?.[0]).toBe('pagesDone');
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT28] a page that is replaced makes room once, and only with a frame of its own', () => {
  const { desk, own } = begin([1, 0]);
  const theirs = open(desk, SECOND);
  fill(desk, SECOND, theirs, 0, 1);
  const second = give(desk, SECOND, theirs);
  const places = [
    [second, 0],
    [second, 1],
  ] as [number, number][];
  const answer = moveTo(desk, own, places);
  expect([answer?.[2], answer?.[4]]).toEqual([OVER_CONTRACT, 1]);
  say(desk, FIRST, 'fromPages', [0, 0, 0]);
  expect(moveTo(desk, own, [[second, 0]])?.[0]).toBe('pagesDone');
  expect(desk.server.clients[SECOND]?.held).toBe(1);
  // One without a frame makes none.
  const bare = begin([1, 0]);
  const box = open(bare.desk, SECOND);
  fill(bare.desk, SECOND, box, 0, 1);
  say(bare.desk, SECOND, 'orphanData', [box, 0, 1]);
  fill(bare.desk, SECOND, box, 1, 1);
  const given = give(bare.desk, SECOND, box);
  expect(moveTo(bare.desk, bare.own, [[given, 0]])?.[2]).toBe(OVER_CONTRACT);
  expect(checkBooks(bare.desk)).toBeUndefined();
});

test('[CONT28] [CONT24] a page whose frame a third client pays for needs no room where it goes', () => {
  const { desk, own } = begin([0, 0], [2, 0]);
  const theirs = open(desk, THIRD, { lockMax: 50 });
  fill(desk, THIRD, theirs, 0, 1);
  const weak = entrust(desk, THIRD, theirs, FIRST);
  expect(transfer(desk, FIRST, [weak, 0, 1], [own, 0, 1], COPY)[0]?.[0]).toBe('pagesDone');
  const second = give(desk, SECOND, open(desk, SECOND));
  expect(moveTo(desk, own, [[second, 0]])?.[0]).toBe('pagesDone');
  expect(frameOf(desk, FIRST, second, 0)).toBe(frameOf(desk, THIRD, theirs, 0));
  expect([FIRST, SECOND, THIRD].map((id) => desk.server.clients[id]?.held)).toEqual([2, 0, 1]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT28] what is named twice is told before what one list has more', () => {
  const { desk, own } = begin([0, 0]);
  const other = open(desk, FIRST);
  say(desk, FIRST, 'fromPages', [own, 0, 3]);
  for (let i = 0; i < 2; i++) say(desk, FIRST, 'intoPages', [other, 1, 1]);
  const twice = say(desk, FIRST, 'transferPages', [COPY, 9])[0];
  expect([twice?.[2], twice?.[4]]).toEqual([NOT_ALIKE, 1]);
  say(desk, FIRST, 'fromPages', [0, 0, 0]);
  // A page onto itself, alone or among others.
  for (const count of [1, 2]) {
    const [self] = transfer(desk, FIRST, [own, 0, count], [own, 0, count], COPY);
    expect([self?.[2], self?.[4]]).toEqual([NOT_ALIKE, 0]);
  }
  // Nothing at all is as little alike.
  const [nothing] = say(desk, FIRST, 'transferPages', [COPY, 9]);
  expect([nothing?.[2], nothing?.[4]]).toEqual([NOT_ALIKE, 0]);
});

test('[CONT28] targets may be named before sources, and what was named before both is forgotten', () => {
  const { desk, own } = begin([0, 0]);
  const other = open(desk, FIRST);
  say(desk, FIRST, 'intoPages', [other, 2, 1]);
  say(desk, FIRST, 'fromPages', [0, 0, 0]);
  say(desk, FIRST, 'intoPages', [other, 0, 2]);
  say(desk, FIRST, 'fromPages', [own, 1, 1]);
  say(desk, FIRST, 'fromPages', [own, 0, 1]);
  expect(say(desk, FIRST, 'transferPages', [COPY, 9])[0]?.slice(0, 2)).toEqual(['pagesDone', 9]);
  const frames = [0, 1].map((index) => frameOf(desk, FIRST, own, index));
  expect([1, 0].map((index) => frameOf(desk, FIRST, other, index))).toEqual(frames);
});
