/** Frames under pages, at the edges: who pays for a frame of one's own, who keeps the old one. */

import { expect, test } from 'vitest';
import {
  ALLOCATE_EXTRA,
  ALLOCATE_ZERO,
  COPY,
  FORCE_WRITE,
  LOCK_PHYSICAL,
  LOCK_WRITES,
  READ,
  SHARE,
} from '../../../../contracts/messages.ts';
import {
  LOCKED_NOW,
  NO_FREE_FRAMES,
  NO_RUN,
  OVER_CONTRACT,
} from '../../../../contracts/refusals.ts';
import {
  checkBooks,
  createDesk,
  type Desk,
  type DeskOptions,
  FIRST,
  hashDesk,
  say,
  settleIn,
  take,
  takeHeard,
} from '../../../support/desk.ts';
import {
  contents,
  entrust,
  fill,
  frameOf,
  load,
  lockPages,
  open,
  refusal,
  SECOND,
  transfer,
  write,
} from '../../../support/pages.ts';

const THIRD = FIRST + 2;

/** FIRST pays for pages that hold 10, 11, 12; SECOND has copies of them in a container of its own. */
function copied(first = 6, second = 4, options: DeskOptions = {}) {
  const desk = createDesk(options);
  settleIn(desk, FIRST, first, 0, 0);
  settleIn(desk, SECOND, second, 0, 0);
  const own = open(desk, FIRST, { lockMax: 100 });
  for (const index of [0, 1, 2]) {
    fill(desk, FIRST, own, index, 1, ALLOCATE_ZERO);
    write(desk, FIRST, own, index, index, 10 + index);
  }
  const weak = entrust(desk, FIRST, own, SECOND);
  const other = open(desk, SECOND, { lockMax: 100 });
  transfer(desk, SECOND, [weak, 0, 3], [other, 0, 3], COPY);
  return { desk, own, weak, other };
}

const held = (desk: Desk) => [FIRST, SECOND].map((id) => desk.server.clients[id]?.held);

const force = (desk: Desk, client: number, own: number, index: number) =>
  say(desk, client, 'mapPage', [own, index, 6, FORCE_WRITE])[0];

test('[CONT27] a payer that uses the frame elsewhere pays for a second one when it writes', () => {
  const { desk, own } = copied(4);
  transfer(desk, FIRST, [own, 0, 1], [own, 3, 1], COPY);
  expect(force(desk, FIRST, own, 3)?.[0]).toBe('pageMapped');
  expect(held(desk)).toEqual([4, 0]);
  transfer(desk, FIRST, [own, 1, 1], [own, 3, 1], COPY);
  fill(desk, FIRST, open(desk, FIRST), 0, 1);
  const before = hashDesk(desk);
  expect(force(desk, FIRST, own, 3)).toEqual(refusal(own, OVER_CONTRACT, 'mapPage', 3));
  expect(hashDesk(desk)).toBe(before);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT27] [CONT25] to observers the heir comes to pay; the writer pays as before', () => {
  const { desk, own, other } = copied();
  const frame = frameOf(desk, FIRST, own, 0);
  desk.events.length = 0;
  expect(force(desk, FIRST, own, 0)?.[0]).toBe('pageMapped');
  expect(desk.events).toMatchObject([{ kind: 'charge', task: 'client1', frames: 1 }]);
  expect(held(desk)).toEqual([3, 1]);
  expect(frameOf(desk, SECOND, other, 0)).toBe(frame);
  expect(frameOf(desk, FIRST, own, 0)).not.toBe(frame);
  expect([contents(desk, FIRST, own, 0), contents(desk, SECOND, other, 0)]).toEqual([10, 10]);
  // A writer that does not pay comes to pay itself.
  desk.events.length = 0;
  force(desk, SECOND, other, 1);
  expect(desk.events).toMatchObject([{ kind: 'charge', task: 'client1', frames: 1 }]);
  expect(held(desk)).toEqual([3, 2]);
});

test('[CONT27] where no frame is free a write is refused, and changes nothing, whoever would pay', () => {
  const { desk, own, other } = copied(4, 4, { frames: 8, clients: 3 });
  settleIn(desk, THIRD, 0, 8, 5);
  for (const [client, container] of [
    [FIRST, own],
    [SECOND, other],
  ] as const) {
    const before = hashDesk(desk);
    expect(force(desk, client, container, 2)).toEqual(
      refusal(container, NO_FREE_FRAMES, 'mapPage', 2),
    );
    expect(hashDesk(desk)).toBe(before);
  }
});

test('[CONT27] [CONT18] a frame of its own lies where the container’s may, or there is no run', () => {
  const { desk, other } = copied();
  say(desk, SECOND, 'placePages', [other, 0, 1, 3]);
  expect(force(desk, SECOND, other, 0)?.[2]).toBe(NO_RUN);
  say(desk, SECOND, 'placePages', [other, 5, 8, 0]);
  expect(force(desk, SECOND, other, 0)?.[0]).toBe('pageMapped');
  expect(frameOf(desk, SECOND, other, 0)).toBe(5);
});

test('[CONT27] [CONT31] who reads the old frame goes on reading it when another pays for it', () => {
  const { desk, own, other } = copied();
  say(desk, SECOND, 'mapPage', [other, 0, 4, READ]);
  expect(load(desk, SECOND, 4)).toBe(10);
  force(desk, FIRST, own, 0);
  expect(desk.kernel.state.frames.owner[frameOf(desk, SECOND, other, 0)]).toBe(SECOND);
  expect(load(desk, SECOND, 4)).toBe(10);
});

test('[CONT20] a copy under a physical lock gets no frame of its own', () => {
  const { desk, own, weak } = copied();
  const twin = open(desk, FIRST);
  transfer(desk, FIRST, [own, 0, 1], [twin, 0, 1], SHARE);
  expect(lockPages(desk, weak, LOCK_PHYSICAL)?.[0]).toBe('locked');
  expect(force(desk, FIRST, twin, 0)).toEqual(refusal(twin, LOCKED_NOW, 'mapPage', 0));
  say(desk, SECOND, 'unlockContainer', [weak]);
  expect(force(desk, FIRST, twin, 0)?.[0]).toBe('pageMapped');
  expect(frameOf(desk, FIRST, own, 0)).toBe(frameOf(desk, FIRST, twin, 0));
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT20] under a physical lock that lets others in a page of its own is written where it is', () => {
  const { desk, own, weak, other } = copied();
  say(desk, SECOND, 'dropContainer', [other]);
  const frame = frameOf(desk, FIRST, own, 0);
  expect(lockPages(desk, weak, LOCK_PHYSICAL)?.[0]).toBe('locked');
  expect(force(desk, FIRST, own, 0)?.[4]).toBe(1);
  expect(frameOf(desk, FIRST, own, 0)).toBe(frame);
});

test('[CONT20] a lock that writes needs room for as many frames as it takes, no fewer, no more', () => {
  for (const guaranteed of [2, 3]) {
    const { desk, weak, own } = copied(6, guaranteed);
    const theirs = open(desk, SECOND, { lockMax: 100 });
    transfer(desk, SECOND, [weak, 0, 3], [theirs, 0, 3], COPY);
    const given = entrust(desk, SECOND, theirs, FIRST);
    const [answer] = say(desk, FIRST, 'lockPages', [given, LOCK_WRITES, 7, 50]);
    if (guaranteed === 3) {
      expect(answer?.[0]).toBe('locked');
      expect(held(desk)).toEqual([3, 3]);
    } else {
      expect(answer).toEqual(refusal(7, OVER_CONTRACT, 'lockPages'));
      expect(held(desk)).toEqual([3, 0]);
    }
    expect(contents(desk, FIRST, own, 2)).toBe(12);
    expect(checkBooks(desk)).toBeUndefined();
  }
});

test('[CONT20] a payer whose copies others take over needs no room for a lock that writes', () => {
  const { desk, weak } = copied(3);
  // Not even one that holds more than is guaranteed.
  say(desk, FIRST, 'contract', [3, 1, 0, 0]);
  take(desk, FIRST, 1);
  expect(lockPages(desk, weak, LOCK_WRITES)?.[0]).toBe('locked');
  expect(held(desk)).toEqual([4, 3]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT20] [CONT23] a lock takes its frames one by one: all must be free, where they may lie', () => {
  const { desk, weak } = copied(4, 4, { frames: 8, clients: 3 });
  settleIn(desk, THIRD, 0, 8, 3);
  expect(lockPages(desk, weak, LOCK_WRITES)?.[2]).toBe(NO_FREE_FRAMES);
  expect(held(desk)).toEqual([3, 0]);
  const roomy = copied();
  say(roomy.desk, FIRST, 'placePages', [roomy.own, 0, 1, 5]);
  expect(lockPages(roomy.desk, roomy.weak, LOCK_WRITES)?.[2]).toBe(NO_RUN);
  say(roomy.desk, FIRST, 'placePages', [roomy.own, 0, 1, 6]);
  expect(lockPages(roomy.desk, roomy.weak, LOCK_WRITES)?.[0]).toBe('locked');
  expect(checkBooks(roomy.desk)).toBeUndefined();
});

test('[CONT23] a lock is refused where a page without a frame finds no room', () => {
  const { desk, own, weak } = copied(3);
  say(desk, FIRST, 'orphanData', [own, 0, 1]);
  fill(desk, FIRST, open(desk, FIRST), 0, 1);
  expect(lockPages(desk, weak, LOCK_PHYSICAL)?.[2]).toBe(OVER_CONTRACT);
  expect(frameOf(desk, FIRST, own, 0)).toBe(-1);
});

test('[CONT30] extras are used for a page without a frame where the container may hold them', () => {
  for (const extras of [0, 1]) {
    const desk = createDesk();
    settleIn(desk, FIRST, 1, 1, 0);
    const own = open(desk, FIRST, { extras });
    fill(desk, FIRST, own, 0, 1);
    say(desk, FIRST, 'orphanData', [own, 0, 1]);
    take(desk, FIRST, 1);
    const [answer] = say(desk, FIRST, 'mapPage', [own, 0, 3, READ]);
    if (extras === 1) expect([answer?.[0], load(desk, FIRST, 3)]).toEqual(['pageMapped', 0]);
    else expect(answer).toEqual(refusal(own, OVER_CONTRACT, 'mapPage', 0));
  }
});

test('[MEM2] while somebody waits within its guarantee no page gets a frame', () => {
  const desk = createDesk({ frames: 8, clients: 3 });
  settleIn(desk, FIRST, 3, 0, 0);
  const own = open(desk, FIRST, {});
  fill(desk, FIRST, own, 0, 1);
  say(desk, FIRST, 'orphanData', [own, 0, 1]);
  const slots = settleIn(desk, SECOND, 0, 8, 7);
  // A run of two is wanted, and only one frame is free.
  say(desk, FIRST + 2, 'contract', [2, 0, 0, 0]);
  say(desk, FIRST + 2, 'allocate', [1, 0, 4]);
  expect(takeHeard(desk, SECOND).length).toBe(1);
  expect(say(desk, FIRST, 'mapPage', [own, 0, 3, READ])[0]?.[2]).toBe(NO_FREE_FRAMES);
  expect(slots.length).toBe(7);
  expect(fill(desk, FIRST, own, 1, 1, ALLOCATE_EXTRA)?.[2]).toBe(NO_FREE_FRAMES);
});

test('[CONT29] what a sharing owner uses elsewhere it may let go of; the payer needs an heir', () => {
  const { desk, own, other } = copied(3, 0);
  // SECOND pays for nothing: its copies go at no cost to anybody.
  expect(say(desk, SECOND, 'releaseData', [other, 0, 1])[0]?.[3]).toBe(1);
  // FIRST pays; with a second page on the frame it goes on paying, else nobody could.
  expect(say(desk, FIRST, 'releaseData', [own, 1, 1])[0]?.[3]).toBe(0);
  transfer(desk, FIRST, [own, 1, 1], [own, 3, 1], COPY);
  expect(say(desk, FIRST, 'releaseData', [own, 1, 1])[0]?.[3]).toBe(1);
  expect(held(desk)).toEqual([3, 0]);
  expect(contents(desk, SECOND, other, 1)).toBe(11);
  expect(checkBooks(desk)).toBeUndefined();
});
