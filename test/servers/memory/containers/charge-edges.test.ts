/** Charges, at their edges: who gets no extras, what is told, what goes with a page that is lost. */

import { expect, test } from 'vitest';
import {
  ALLOCATE_EXTRA,
  ALLOCATE_ZERO,
  COPY,
  LOCK_PHYSICAL,
  READ,
} from '../../../../contracts/messages.ts';
import {
  NO_FREE_FRAMES,
  NO_SUCH_CONTAINER,
  OVER_CONTRACT,
} from '../../../../contracts/refusals.ts';
import { givePort } from '../../../../nucleus/kernel.ts';
import { INHERITED, type Probe, RETURNED, TAKEN } from '../../../../nucleus/probe.ts';
import { attachPolicyTable } from '../../../../servers/memory/contracts/policy.ts';
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
import { entrust, fill, handed, load, open, SECOND, transfer } from '../../../support/pages.ts';

const THIRD = FIRST + 2;

/** FIRST has 2 + 4 of 16 frames and an open container for extras; nobody else anything. */
function begin(options: DeskOptions = {}): { desk: Desk; own: number } {
  const desk = createDesk({ clients: 3, ...options });
  settleIn(desk, FIRST, 2, 4, 0);
  return { desk, own: open(desk, FIRST, { pages: 8, extras: 1 }) };
}

function why(desk: Desk, own: number, start: number): number | undefined {
  return fill(desk, FIRST, own, start, 1, ALLOCATE_EXTRA)?.[2] as number;
}

/** What a probe hears of frames that come and go: task, frame, cause or -1. */
function probed(desk: Desk): number[][] {
  const heard: number[][] = [];
  const nothing = () => {};
  desk.kernel.probe = {
    mapped: nothing,
    unmapped: nothing,
    resumed: nothing,
    transferred: nothing,
    clockMoved: nothing,
    granted: (_, task, frame) => heard.push([task, frame, -1]),
    released: (_, task, frame, _order, cause) => heard.push([task, frame, cause]),
  } as Probe;
  return heard;
}

test('[CONT17] [CON5] extras can be had while a contract shrinks', () => {
  const { desk, own } = begin();
  say(desk, FIRST, 'contract', [1, 4, 0, 0]);
  expect(fill(desk, FIRST, own, 0, 6, ALLOCATE_EXTRA)?.[3]).toBe(6);
});

test.each([0, 1])('[CONT17] a request of order %i that waits counts as granted', (order) => {
  const desk = createDesk({ clients: 3, frames: 8 });
  const frames = 1 << order;
  settleIn(desk, FIRST, 2 + frames, 0, 1);
  settleIn(desk, SECOND, 0, 8, 7);
  say(desk, FIRST, 'allocate', [order, 0, 0]);
  const own = open(desk, FIRST);
  // One of its own is left, and no frame is free.
  expect(fill(desk, FIRST, own, 0, 1)?.[2]).toBe(NO_FREE_FRAMES);
  // None is left.
  const waits = createDesk({ clients: 3, frames: 8 });
  settleIn(waits, FIRST, 1 + frames, 0, 1);
  settleIn(waits, SECOND, 0, 8, 7);
  say(waits, FIRST, 'allocate', [order, 0, 0]);
  expect(fill(waits, FIRST, open(waits, FIRST), 0, 1)?.[2]).toBe(OVER_CONTRACT);
});

test('[CONT17] [REV10] who owes frames gets no extras, also when nobody waits any more', () => {
  const { desk, own } = begin({ frames: 8 });
  take(desk, FIRST, 6);
  const [slot] = settleIn(desk, SECOND, 0, 2, 2);
  say(desk, THIRD, 'contract', [3, 0, 0, 0]);
  say(desk, THIRD, 'allocate', [0, 0, 0]);
  expect(takeHeard(desk, FIRST).map(([name]) => name)).toEqual(['notice']);
  say(desk, SECOND, 'returnFrames', [slot as number]);
  expect(desk.server.waiting.length).toBe(0);
  say(desk, SECOND, 'returnFrames', [(slot as number) + 1]);
  const { held } = desk.server.clients[FIRST] as { held: number };
  say(desk, FIRST, 'contract', [2, 6, 0, 0]);
  expect([held, why(desk, own, 0)]).toEqual([6, OVER_CONTRACT]);
});

test('[CONT17] [MEM2] while others wait there are no extras', () => {
  const { desk, own } = begin({ frames: 8 });
  take(desk, FIRST, 2);
  settleIn(desk, SECOND, 0, 6, 6);
  say(desk, THIRD, 'contract', [3, 0, 0, 0]);
  say(desk, THIRD, 'allocate', [0, 0, 0]);
  expect(takeHeard(desk, FIRST)).toEqual([]);
  expect(why(desk, own, 0)).toBe(OVER_CONTRACT);
});

test('[CONT17] [PS8] who is not eligible gets no extras for a container', () => {
  const { desk, own } = begin();
  const table = attachPolicyTable(desk.server, THIRD + 1);
  const control = say(desk, THIRD, 'getControl', [0])[0]?.[2] as number;
  table.guaranteed.fill(16);
  say(desk, THIRD, 'usePolicy', [control, 0]);
  fill(desk, FIRST, own, 0, 2);
  expect(why(desk, own, 2)).toBe(OVER_CONTRACT);
  table.eligible[FIRST] = 1;
  expect(fill(desk, FIRST, own, 2, 1, ALLOCATE_EXTRA)?.[0]).toBe('pagesDone');
});

test('[CONT25] [CON14] the extra that a sibling lets go of is drawn by who takes it over', () => {
  const desk = createDesk({ clients: 3 });
  say(desk, THIRD, 'contract', [4, 4, 0, 0]);
  const control = say(desk, THIRD, 'splitContract', [0, 1, -1, 0, 0])[0]?.[2] as number;
  const copy = say(desk, THIRD, 'copyControl', [control, 0])[0]?.[2] as number;
  for (const [task, slot] of [
    [FIRST, control],
    [SECOND, copy],
  ] as const) {
    const given = entrustControl(desk, slot, task);
    expect(say(desk, task, 'useControl', [given, 0])[0]?.[0]).toBe('contractIs');
  }
  const own = open(desk, FIRST, { extras: 1, lockMax: 50 });
  expect(fill(desk, FIRST, own, 0, 1, ALLOCATE_EXTRA)?.[0]).toBe('pagesDone');
  const weak = entrust(desk, FIRST, own, SECOND);
  const other = open(desk, SECOND, { extras: 1 });
  transfer(desk, SECOND, [weak, 0, 1], [other, 0, 1], COPY);
  say(desk, FIRST, 'dropContainer', [own]);
  expect(takeHeard(desk, SECOND)).toEqual([]);
  expect(desk.server.clients[SECOND]).toMatchObject({ held: 1, extra: 1, guaranteed: 0 });
  expect(checkBooks(desk)).toBeUndefined();
});

function entrustControl(desk: Desk, slot: number, to: number): number {
  hand(desk, THIRD, 'controlIs', slot, 0, 0, givePort(desk.kernel, THIRD, to));
  return takeHeard(desk, to).find(([name]) => name.includes('with'))?.[1] as number;
}

test('[CONT24] [MEM1] observers and oracles hear of every frame that comes and goes', () => {
  const { desk, own } = begin();
  const heard = probed(desk);
  desk.events.length = 0;
  fill(desk, FIRST, own, 0, 3, ALLOCATE_EXTRA);
  expect(desk.events).toEqual(
    [false, false, true].map((extra) => {
      return { kind: 'charge', at: 0, task: 'client0', frames: 1, extra };
    }),
  );
  say(desk, FIRST, 'deallocatePages', [own, 1, 1]);
  const [slot] = take(desk, FIRST, 1);
  say(desk, FIRST, 'returnFrames', [slot as number]);
  expect(heard.map(([task, , cause]) => [task, cause])).toEqual([
    [FIRST, -1],
    [FIRST, -1],
    [FIRST, -1],
    [FIRST, RETURNED],
    [FIRST, -1],
    [FIRST, RETURNED],
  ]);
  expect(heard[3]?.[1]).toBe(heard[1]?.[1]);
});

test('[CONT25] what another takes over has left the one’s hands and come into the other’s', () => {
  const { desk, own, weak } = handed();
  const other = open(desk, SECOND);
  transfer(desk, SECOND, [weak, 0, 1], [other, 0, 1], COPY);
  const heard = probed(desk);
  desk.events.length = 0;
  say(desk, FIRST, 'deallocatePages', [own, 0, 1]);
  const [from, into] = heard;
  expect(heard).toEqual([
    [FIRST, from?.[1], RETURNED],
    [SECOND, from?.[1], -1],
  ]);
  expect(into?.[1]).toBe(from?.[1]);
  expect(desk.events.map(({ kind }) => kind)).toEqual(['charge', 'return']);
});

test('[CONT25] [CONT22] a page that is lost is unmapped, its locks are broken, its version is new', () => {
  const desk = createDesk({ clients: 3 });
  settleIn(desk, FIRST, 2, 0, 0);
  settleIn(desk, SECOND, 0, 0, 0);
  const own = open(desk, FIRST, { lockMax: 100 });
  fill(desk, FIRST, own, 0, 1, ALLOCATE_ZERO);
  const weak = entrust(desk, FIRST, own, SECOND);
  const other = open(desk, SECOND, { lockMax: 100 });
  transfer(desk, SECOND, [weak, 0, 1], [other, 0, 1], COPY);
  const copied = entrust(desk, SECOND, other, THIRD);
  say(desk, SECOND, 'mapPage', [other, 0, 3, READ]);
  expect(load(desk, SECOND, 3)).toBe(0);
  const [locked] = say(desk, THIRD, 'lockPages', [copied, LOCK_PHYSICAL, 5, 100]);
  expect(locked?.[0]).toBe('locked');
  say(desk, FIRST, 'dropContainer', [own]);
  expect(takeHeard(desk, SECOND).map(([name]) => name)).toEqual(['pageLost']);
  expect(load(desk, SECOND, 3)).toBeUndefined();
  expect(say(desk, THIRD, 'unlockContainer', [copied])[0]?.[2]).toBe(NO_SUCH_CONTAINER);
  const [stands] = say(desk, SECOND, 'inspectContainer', [other, 6]);
  expect(stands?.[4]).toBeGreaterThan((locked?.[3] as number) + 1);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT25] [SOFT3] a soft reference to a frame that a page gets is dead, and its owner is told', () => {
  const desk = createDesk({ frames: 4 });
  const [slot] = settleIn(desk, FIRST, 2, 0, 1);
  say(desk, FIRST, 'releaseSoft', [slot as number]);
  settleIn(desk, SECOND, 2, 2, 0);
  const own = open(desk, SECOND, { extras: 1 });
  fill(desk, SECOND, own, 0, 4, ALLOCATE_EXTRA);
  expect(takeHeard(desk, FIRST)).toEqual([['softGone', slot, 0, 0, 0, 0]]);
  // With no soft reference left none is looked for.
  say(desk, SECOND, 'deallocatePages', [own, 0, 4]);
  fill(desk, SECOND, own, 0, 4, ALLOCATE_EXTRA);
  expect(takeHeard(desk, FIRST)).toEqual([]);
});

test('[CONT25] [REV5] what is taken, or inherited, is not told as returned', () => {
  const { desk, own } = begin({ frames: 8 });
  fill(desk, FIRST, own, 0, 6, ALLOCATE_EXTRA);
  settleIn(desk, SECOND, 0, 2, 2);
  const heard = probed(desk);
  say(desk, THIRD, 'contract', [4, 0, 0, 0]);
  say(desk, THIRD, 'allocate', [1, 0, 0]);
  desk.events.length = 0;
  advance(desk, 100);
  expect(desk.events.map(({ kind }) => kind)).not.toContain('return');
  expect(desk.events.map(({ kind }) => kind)).toContain('missed');
  expect(heard.some(([task, , cause]) => task === FIRST && cause === TAKEN)).toBe(true);
  expect(heard.some(([, , cause]) => cause === INHERITED)).toBe(false);
  expect(desk.kernel.state.tasks[FIRST]?.revocationsMet).toBe(0);
});

test('[MEM4] contents of a page are what the owner left, zeros where it asked or another had them', () => {
  const { desk, own } = begin({ frames: 4 });
  const { stampHigh } = desk.kernel.state.frames;
  fill(desk, FIRST, own, 0, 2);
  const first = desk.kernel.state.frames.owner.indexOf(FIRST);
  stampHigh[first] = 77;
  say(desk, FIRST, 'deallocatePages', [own, 0, 2]);
  fill(desk, FIRST, own, 0, 1);
  expect(stampHigh[first]).toBe(77);
  say(desk, FIRST, 'deallocatePages', [own, 0, 1]);
  fill(desk, FIRST, own, 0, 1, ALLOCATE_ZERO);
  expect(stampHigh[first]).toBe(0);
  stampHigh[first] = 77;
  say(desk, FIRST, 'deallocatePages', [own, 0, 1]);
  const [slot] = take(desk, FIRST, 1);
  expect([slot, stampHigh[first]]).toEqual([0, 77]);
  say(desk, FIRST, 'returnFrames', [0]);
  const [answer] = say(desk, FIRST, 'allocate', [0, 1, 3]);
  expect([answer?.[4], stampHigh[first]]).toEqual([1, 0]);
});
