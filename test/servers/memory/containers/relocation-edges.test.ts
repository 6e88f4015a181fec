/** Moving frames, at the edges: what is no run, whose container it is, what was where it goes. */

import { expect, test } from 'vitest';
import { COPY, LOCK_PHYSICAL } from '../../../../contracts/messages.ts';
import { frameAt } from '../../../../nucleus/capabilities.ts';
import { readThrough } from '../../../../nucleus/dma.ts';
import type { Probe } from '../../../../nucleus/probe.ts';
import { armMoves } from '../../../../servers/memory/containers/moving.ts';
import { defragment, relocateRun } from '../../../../servers/memory/containers/relocation.ts';
import { stamped } from '../../../../sim-hw/contents.ts';
import {
  advance,
  checkBooks,
  createDesk,
  type Desk,
  FIRST,
  hashDesk,
  say,
  settleIn,
  tableOf,
  take,
  takeHeard,
} from '../../../support/desk.ts';
import { entrust, fill, frameOf, open, SECOND, transfer } from '../../../support/pages.ts';

const framesOf = (desk: Desk, slots: readonly number[]) =>
  slots.map((slot) => frameAt(tableOf(desk, FIRST), slot));

const move = (desk: Desk, first: number, order: number, into: number, evenPinned = false) =>
  relocateRun(desk.kernel, desk.server, first, order, into, evenPinned);

test('[CONT32] only a whole run moves, to where a whole run is free', () => {
  const desk = createDesk();
  settleIn(desk, FIRST, 12, 0, 0);
  const run = say(desk, FIRST, 'allocate', [1, 0, 1])[0]?.[2] as number;
  const [single] = take(desk, FIRST, 1) as [number];
  const own = open(desk, FIRST);
  fill(desk, FIRST, own, 0, 2);
  expect([...framesOf(desk, [run, single]), frameOf(desk, FIRST, own, 0)]).toEqual([0, 2, 3]);
  const before = hashDesk(desk);
  for (const [first, order, into, why] of [
    [0, 0, 8, 'half a run'],
    [1, 0, 8, 'its other half'],
    [2, 1, 8, 'more than the run'],
    [3, 1, 8, 'two pages'],
    [0, 1, 9, 'not aligned'],
    [0, 1, 2, 'taken'],
    [15, 1, 8, 'beyond the end'],
    [16, 0, 8, 'beyond it all'],
    [12, 0, 8, 'nobody’s'],
  ] as const)
    expect(move(desk, first, order, into), why).toBe(false);
  expect(hashDesk(desk)).toBe(before);
  expect(move(desk, 0, 1, 14)).toBe(true);
  expect(move(desk, 14, 1, 0)).toBe(true);
  expect(move(desk, 2, 0, 15)).toBe(true);
  expect(move(desk, 3, 0, 14)).toBe(true);
  expect([...framesOf(desk, [run, single]), frameOf(desk, FIRST, own, 0)]).toEqual([0, 15, 14]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT32] a container of one run learns where its run is, and no other does', () => {
  const desk = createDesk();
  const stamp = stamped(0, 0);
  const { stampLow } = desk.kernel.state.frames;
  const weak = [FIRST, SECOND].map((client) => {
    const [slot] = settleIn(desk, client, 4, 0, 2) as [number, number];
    return say(desk, client, 'createContainer', [slot, 500, 1, 7])[0]?.[3] as number;
  });
  // Frames 0 and 2 are in containers, by slot 0 of either; frame 1 is slot 1 of the first.
  expect(move(desk, 0, 0, 8)).toBe(true);
  expect(move(desk, 1, 0, 9)).toBe(true);
  for (const [i, frame] of [8, 2].entries()) {
    stampLow[frame] = frame;
    say(desk, FIRST + i, 'lockContainer', [weak[i] as number, 50, 0, 1]);
    expect(readThrough(desk.kernel, FIRST + i, i, stamp)).toBe(true);
    expect(stamp.low).toBe(frame);
  }
});

test('[CONT32] [CONT35] what a device may be reaching moves only where that rule is off', () => {
  const desk = createDesk();
  const [slot] = settleIn(desk, FIRST, 6, 0, 1) as [number];
  const thin = say(desk, FIRST, 'createContainer', [slot, 500, 1, 7])[0]?.[3] as number;
  say(desk, FIRST, 'lockContainer', [thin, 50, 0, 1]);
  const own = open(desk, FIRST, { lockMax: 100 });
  fill(desk, FIRST, own, 0, 2);
  const weak = entrust(desk, FIRST, own, SECOND);
  say(desk, SECOND, 'lockPages', [weak, LOCK_PHYSICAL, 1, 50]);
  for (const frame of [0, 1, 2]) expect(move(desk, frame, 0, 10 + frame)).toBe(false);
  for (const frame of [0, 1, 2]) expect(move(desk, frame, 0, 10 + frame, true)).toBe(true);
  expect(frameAt(tableOf(desk, FIRST), slot)).toBe(10);
  // A lock of the mapping alone keeps no frame where it is.
  const plain = createDesk();
  settleIn(plain, FIRST, 6, 0, 0);
  const other = open(plain, FIRST, { lockMax: 100 });
  fill(plain, FIRST, other, 0, 1);
  const given = entrust(plain, FIRST, other, SECOND);
  say(plain, SECOND, 'lockPages', [given, 0, 1, 50]);
  expect(move(plain, 0, 0, 9)).toBe(true);
});

test('[CONT32] [SOFT3] soft references to where a run goes are dead, and their owners told', () => {
  const desk = createDesk();
  const [slot] = settleIn(desk, FIRST, 4, 0, 1) as [number];
  settleIn(desk, SECOND, 4, 0, 0);
  const run = say(desk, SECOND, 'allocate', [1, 0, 1])[0]?.[2] as number;
  say(desk, FIRST, 'releaseSoft', [slot]);
  expect(move(desk, 2, 1, 4)).toBe(true);
  expect(say(desk, FIRST, 'askShares', [1]).length).toBe(1);
  expect(move(desk, 4, 1, 0)).toBe(true);
  expect(say(desk, SECOND, 'returnFrames', [run])).toEqual([]);
  expect(takeHeard(desk, FIRST)).toEqual([['softGone', slot, 0, 0, 0, 0]]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[MEM4] [CONT32] of a run that has moved every frame comes zeroed, and none beside it', () => {
  const desk = createDesk({ frames: 8 });
  settleIn(desk, FIRST, 8, 0, 0);
  say(desk, FIRST, 'allocate', [1, 0, 1]);
  const slots = take(desk, FIRST, 2);
  const { stampHigh } = desk.kernel.state.frames;
  stampHigh.fill(55);
  for (const slot of slots) say(desk, FIRST, 'returnFrames', [slot]);
  expect(move(desk, 0, 1, 4)).toBe(true);
  const zeroed = take(desk, FIRST, 4).map((slot) => {
    const [frame] = framesOf(desk, [slot]) as [number];
    return [frame, stampHigh[frame]];
  });
  expect(zeroed.sort().slice(0, 4)).toEqual([
    [0, 0],
    [1, 0],
    [2, 55],
    [3, 55],
  ]);
});

test('[CONT32] oracles hear of each move: whose run, from where, to where', () => {
  const desk = createDesk();
  settleIn(desk, FIRST, 4, 0, 0);
  say(desk, FIRST, 'allocate', [1, 0, 1]);
  const heard: number[][] = [];
  desk.kernel.probe = {
    moved: (_kernel, ...words) => heard.push(words),
  } as Partial<Probe> as Probe;
  expect(move(desk, 0, 1, 6)).toBe(true);
  expect(heard).toEqual([[FIRST, 0, 1, 6]]);
});

test('[CONT32] defragmenting moves single frames down, and leaves what is as low as can be', () => {
  const desk = createDesk({ frames: 8 });
  const slots = settleIn(desk, FIRST, 8, 0, 4) as [number, number, number, number];
  const own = open(desk, FIRST);
  fill(desk, FIRST, own, 0, 2);
  transfer(desk, FIRST, [own, 1, 1], [own, 2, 1], COPY);
  for (const slot of slots.slice(0, 3)) say(desk, FIRST, 'returnFrames', [slot]);
  // Frames 3, 4 and 5 are held; the holes are 0, 1, 2.
  expect(defragment(desk.kernel, desk.server)).toBe(3);
  const now = [
    ...framesOf(desk, [slots[3]]),
    ...[0, 1, 2].map((i) => frameOf(desk, FIRST, own, i)),
  ];
  expect(now).toEqual([2, 1, 0, 0]);
  expect(defragment(desk.kernel, desk.server)).toBe(0);
  // Where nothing is free nothing moves.
  take(desk, FIRST, 5);
  expect(defragment(desk.kernel, desk.server)).toBe(0);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT35] every so often eight frames move on, from where the clock says', () => {
  const desk = createDesk({ frames: 32, terms: { moveEvery: 10 } });
  const slots = settleIn(desk, FIRST, 20, 0, 10);
  const { stampLow } = desk.kernel.state.frames;
  for (const [frame] of slots.entries()) stampLow[frame] = 100 + frame;
  const at = framesOf(desk, slots);
  armMoves(desk.kernel, desk.server);
  advance(desk, 9);
  expect(framesOf(desk, slots)).toEqual(at);
  // The second eight frames: of these two are held.
  advance(desk, 1);
  const moved = framesOf(desk, slots);
  expect(moved.slice(0, 8)).toEqual(at.slice(0, 8));
  for (const frame of moved.slice(8)) expect(frame).toBeGreaterThan(9);
  // Once round, it is the turn of the first eight.
  advance(desk, 30);
  for (const frame of framesOf(desk, slots).slice(0, 8)) expect(frame).toBeGreaterThan(7);
  expect(framesOf(desk, slots).map((frame) => stampLow[frame])).toEqual(
    slots.map((_, i) => 100 + i),
  );
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT35] the last frames move to the first; without the term none does', () => {
  const desk = createDesk({ frames: 8, terms: { moveEvery: 10 } });
  const slots = settleIn(desk, FIRST, 8, 0, 8);
  for (const slot of slots.slice(0, 7)) say(desk, FIRST, 'returnFrames', [slot]);
  armMoves(desk.kernel, desk.server);
  advance(desk, 10);
  expect(framesOf(desk, slots.slice(7))).toEqual([0]);
  const still = createDesk({ frames: 8 });
  const [one] = settleIn(still, FIRST, 8, 0, 1) as [number];
  const { size } = still.kernel.state.timers;
  armMoves(still.kernel, still.server);
  expect(still.kernel.state.timers.size).toBe(size);
  advance(still, 1000);
  expect(framesOf(still, [one])).toEqual([0]);
});

test('[CONT35] in full memory nothing moves, nor what a device may be reaching', () => {
  const full = createDesk({ frames: 8, terms: { moveEvery: 10 } });
  const slots = settleIn(full, FIRST, 8, 0, 8);
  const at = framesOf(full, slots);
  armMoves(full.kernel, full.server);
  advance(full, 100);
  expect(framesOf(full, slots)).toEqual(at);
  expect(checkBooks(full)).toBeUndefined();
  const desk = createDesk({ frames: 32, terms: { moveEvery: 10 } });
  const [slot] = settleIn(desk, FIRST, 4, 0, 1) as [number];
  const thin = say(desk, FIRST, 'createContainer', [slot, 500, 1, 7])[0]?.[3] as number;
  say(desk, FIRST, 'lockContainer', [thin, 45, 0, 1]);
  armMoves(desk.kernel, desk.server);
  // It is the turn of the first eight every fourth time.
  advance(desk, 40);
  expect(framesOf(desk, [slot])).toEqual([0]);
  advance(desk, 40);
  expect(framesOf(desk, [slot])).not.toEqual([0]);
});
