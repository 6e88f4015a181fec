/** Heirs of frames: who pays when the payer does not, what it may use for it, what is told. */

import { expect, test } from 'vitest';
import {
  ALLOCATE_EXTRA,
  ALLOCATE_ZERO,
  COPY,
  FORCE_WRITE,
  LOCK_WRITES,
  READ,
  SHARE,
} from '../../../../contracts/messages.ts';
import { deliverAll } from '../../../../nucleus/ipc.ts';
import { givePort } from '../../../../nucleus/kernel.ts';
import { killTask } from '../../../../nucleus/life.ts';
import {
  checkBooks,
  createDesk,
  type Desk,
  type DeskOptions,
  FIRST,
  hand,
  say,
  settleIn,
  takeHeard,
} from '../../../support/desk.ts';
import {
  entrust,
  fill,
  frameOf,
  load,
  open,
  portTo,
  SECOND,
  transfer,
} from '../../../support/pages.ts';

const THIRD = FIRST + 2;

/** FIRST pays for two pages; SECOND, with so many frames guaranteed, has copies of them. */
function copied(guaranteed: number, options: DeskOptions = {}) {
  const desk = createDesk({ clients: 3, ...options });
  settleIn(desk, FIRST, 4, 0, 0);
  settleIn(desk, SECOND, guaranteed, 0, 0);
  const own = open(desk, FIRST, { lockMax: 100 });
  fill(desk, FIRST, own, 0, 2, ALLOCATE_ZERO);
  const weak = entrust(desk, FIRST, own, SECOND);
  const other = open(desk, SECOND, { lockMax: 100 });
  transfer(desk, SECOND, [weak, 0, 2], [other, 0, 2], COPY);
  desk.events.length = 0;
  return { desk, own, weak, other };
}

/** FIRST and SECOND live on one child of THIRD's contract, of this size. */
function siblings(guaranteed: number, extra: number): Desk {
  const desk = createDesk({ clients: 3 });
  settleIn(desk, THIRD, 4, 4, 0);
  const split = say(desk, THIRD, 'splitContract', [guaranteed, extra, -1, 0, 0]);
  const control = split[0]?.[2] as number;
  const copy = say(desk, THIRD, 'copyControl', [control, 0])[0]?.[2] as number;
  for (const [task, slot] of [
    [FIRST, control],
    [SECOND, copy],
  ] as const) {
    hand(desk, THIRD, 'controlIs', slot, 0, 0, givePort(desk.kernel, THIRD, task));
    say(desk, task, 'useControl', [takeHeard(desk, task)[0]?.[1] as number, 0]);
  }
  return desk;
}

const held = (desk: Desk) => [FIRST, SECOND].map((id) => desk.server.clients[id]?.held);

const kinds = (desk: Desk) => desk.events.map(({ kind }) => kind);

test.each([0, 1])(
  '[CONT33] [CONT21] an extra of a sibling’s is taken over into a container for extras only: %i',
  (extras) => {
    const desk = siblings(0, 1);
    const own = open(desk, FIRST, { extras: 1, lockMax: 50 });
    fill(desk, FIRST, own, 0, 1, ALLOCATE_EXTRA);
    const weak = entrust(desk, FIRST, own, SECOND);
    const other = open(desk, SECOND, { extras });
    transfer(desk, SECOND, [weak, 0, 1], [other, 0, 1], COPY);
    say(desk, FIRST, 'dropContainer', [own]);
    expect(held(desk)).toEqual([0, extras]);
    const told = extras === 1 ? [] : [['pageLost', other, 0, 1, 1, 0]];
    expect(takeHeard(desk, SECOND)).toEqual(told);
    expect(checkBooks(desk)).toBeUndefined();
  },
);

test('[CONT33] [CONT27] of one frame that siblings have, a writer leaves none behind, a giver does', () => {
  for (const end of ['write', 'release'] as const) {
    const desk = siblings(1, 0);
    const own = open(desk, FIRST, { lockMax: 50 });
    fill(desk, FIRST, own, 0, 1, ALLOCATE_ZERO);
    const weak = entrust(desk, FIRST, own, SECOND);
    const other = open(desk, SECOND);
    transfer(desk, SECOND, [weak, 0, 1], [other, 0, 1], COPY);
    if (end === 'write') {
      expect(say(desk, FIRST, 'mapPage', [own, 0, 6, FORCE_WRITE])[0]?.[0]).toBe('pageMapped');
      expect(takeHeard(desk, SECOND)).toEqual([['pageLost', other, 0, 1, 1, 0]]);
      expect(held(desk)).toEqual([1, 0]);
    } else {
      expect(say(desk, FIRST, 'releaseData', [own, 0, 1])[0]?.[3]).toBe(1);
      expect(takeHeard(desk, SECOND)).toEqual([]);
      expect(held(desk)).toEqual([0, 1]);
    }
    expect(checkBooks(desk)).toBeUndefined();
  }
});

test('[CONT27] [TIME5] a copy costs one copyNs and no zeros, whoever had the frame before', () => {
  const { desk, own } = copied(4, { costs: { zeroNs: 70, copyNs: 190 } });
  const slot = say(desk, FIRST, 'allocate', [0, 0, 1])[0]?.[2] as number;
  say(desk, FIRST, 'returnFrames', [slot]);
  for (const index of [0, 1]) {
    const before = desk.kernel.state.nowNs;
    say(desk, FIRST, 'mapPage', [own, index, 5 + index, FORCE_WRITE]);
    expect(desk.kernel.state.nowNs - before).toBe(190);
  }
});

test('[CONT27] [CONT25] who shows the very page that is written to is no heir of the old frame', () => {
  const { desk, own } = copied(4);
  settleIn(desk, THIRD, 4, 0, 0);
  // THIRD hands FIRST a container of its own, to share a page into.
  const shown = open(desk, THIRD, {});
  hand(desk, THIRD, 'store', shown, 0, 0, portTo(desk, THIRD, FIRST));
  const given = takeHeard(desk, FIRST).at(-1)?.[1] as number;
  transfer(desk, FIRST, [own, 0, 1], [given, 0, 1], SHARE);
  const old = frameOf(desk, FIRST, own, 0);
  expect(say(desk, FIRST, 'mapPage', [own, 0, 6, FORCE_WRITE])[0]?.[0]).toBe('pageMapped');
  expect(frameOf(desk, FIRST, given, 0)).toBe(frameOf(desk, FIRST, own, 0));
  expect(desk.kernel.state.frames.owner[old]).toBe(SECOND);
  expect(desk.server.clients[THIRD]?.held).toBe(0);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT25] [MEM6] what the dead leave to an heir is told as its charge, and as nobody’s return', () => {
  const { desk } = copied(4);
  killTask(desk.kernel, FIRST);
  deliverAll(desk.kernel);
  expect(held(desk)).toEqual([0, 2]);
  expect(kinds(desk)).toEqual(['charge', 'charge', 'death']);
});

test('[CONT20] [CONT25] who loses a copy to a lock that writes has it mapped no more', () => {
  const { desk, own, other } = copied(0);
  say(desk, SECOND, 'mapPage', [other, 1, 5, READ]);
  expect(load(desk, SECOND, 5)).toBe(0);
  const third = entrust(desk, FIRST, own, THIRD);
  expect(say(desk, THIRD, 'lockPages', [third, LOCK_WRITES, 1, 50])[0]?.[0]).toBe('locked');
  expect(load(desk, SECOND, 5)).toBeUndefined();
  expect(takeHeard(desk, SECOND)).toEqual([['pageLost', other, 0, 2, 2, 0]]);
});

test('[CONT25] with claims that are kept a frame is free when nobody shows it, and given up before', () => {
  const { desk, own, other } = copied(4, { claims: 'keep' });
  say(desk, FIRST, 'deallocatePages', [own, 0, 1]);
  expect(kinds(desk)).toEqual(['return']);
  expect(held(desk)).toEqual([2, 0]);
  say(desk, SECOND, 'deallocatePages', [other, 0, 1]);
  expect(held(desk)).toEqual([1, 0]);
  say(desk, FIRST, 'deallocatePages', [own, 1, 1]);
  say(desk, SECOND, 'dropContainer', [other]);
  expect(held(desk)).toEqual([0, 0]);
  expect(checkBooks(desk)).toBeUndefined();
  // What the dead leave is no return.
  const dead = copied(4, { claims: 'keep' });
  killTask(dead.desk.kernel, FIRST);
  deliverAll(dead.desk.kernel);
  expect(kinds(dead.desk)).toEqual(['death']);
});

test('[MEM2] observers are told of a grant whether it is an extra, to the frame', () => {
  const desk = createDesk();
  say(desk, FIRST, 'contract', [3, 2, 0, 0]);
  desk.events.length = 0;
  say(desk, FIRST, 'allocate', [1, 0, 1]);
  say(desk, FIRST, 'allocate', [0, 0, 1]);
  say(desk, FIRST, 'reserveRun', [0, 0, 1]);
  expect(desk.events).toMatchObject([
    { kind: 'grant', frames: 2, extra: false },
    { kind: 'grant', frames: 1, extra: false },
    { kind: 'grant', frames: 1, extra: true },
  ]);
});
