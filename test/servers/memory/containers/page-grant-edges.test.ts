/** Filling containers of pages, at the edges: what squashing makes room for, what goes in and out. */

import { expect, test } from 'vitest';
import {
  ALLOCATE_ALL,
  ALLOCATE_CONTIGUOUS,
  ALLOCATE_EXTRA,
  ALLOCATE_SQUASH,
  ALLOCATE_ZERO,
  COPY,
  LOCK_PHYSICAL,
  READ,
  SHARE,
  WRITE,
} from '../../../../contracts/messages.ts';
import {
  IN_USE,
  NO_FREE_FRAMES,
  NO_SUCH_CONTAINER,
  NO_SUCH_PAGE,
  NO_SUCH_SLOT,
  OVER_CONTRACT,
} from '../../../../contracts/refusals.ts';
import { frameAt } from '../../../../nucleus/capabilities.ts';
import { map } from '../../../../nucleus/memory-map.ts';
import {
  checkBooks,
  createDesk,
  type Desk,
  FIRST,
  hand,
  hashDesk,
  say,
  settleIn,
  tableOf,
  take,
  takeHeard,
} from '../../../support/desk.ts';
import {
  containerOf,
  contents,
  fill,
  frameOf,
  handed,
  load,
  lockPages,
  open,
  portTo,
  refusal,
  SECOND,
  transfer,
  write,
} from '../../../support/pages.ts';

/** FIRST has so many frames guaranteed, and an open container of 8 pages. */
function begun(guaranteed: number, frames = 16): { desk: Desk; own: number } {
  const desk = createDesk({ frames });
  settleIn(desk, FIRST, guaranteed, 0, 0);
  return { desk, own: open(desk, FIRST, { pages: 8 }) };
}

const version = (desk: Desk, own: number) =>
  say(desk, FIRST, 'inspectContainer', [own, 0])[0]?.[4] as number;

/** Moves the owner's capability to SECOND; returns its slot there. */
function give(desk: Desk, own: number): number {
  hand(desk, FIRST, 'store', own, 0, 0, portTo(desk, FIRST, SECOND));
  return takeHeard(desk, SECOND).find(([name]) => name.startsWith('store'))?.[1] as number;
}

test('[CONT17] squashing makes room where a frame goes with the page, and only there', () => {
  const squash = (one: ReturnType<typeof begun>, index: number) =>
    fill(one.desk, FIRST, one.own, index, 1, ALLOCATE_SQUASH);
  for (const how of [COPY, SHARE]) {
    const one = begun(2);
    fill(one.desk, FIRST, one.own, 0, 2);
    transfer(one.desk, FIRST, [one.own, 0, 1], [one.own, 4, 1], how);
    const before = hashDesk(one.desk);
    expect(squash(one, 4)).toEqual(refusal(one.own, OVER_CONTRACT, 'allocatePages', 4));
    expect(hashDesk(one.desk)).toBe(before);
    expect(squash(one, 1)?.[0]).toBe('pagesDone');
    expect(one.desk.server.clients[FIRST]?.held).toBe(2);
    expect(checkBooks(one.desk)).toBeUndefined();
  }
  // A page without a frame gives none up.
  const bare = begun(2);
  fill(bare.desk, FIRST, bare.own, 0, 2);
  say(bare.desk, FIRST, 'orphanData', [bare.own, 0, 1]);
  fill(bare.desk, FIRST, bare.own, 2, 1);
  expect(squash(bare, 0)?.[2]).toBe(OVER_CONTRACT);
});

test('[CONT17] [MEM5] where too few frames are free that is the reason, for one, a run or several', () => {
  const { desk, own } = begun(4, 4);
  const other = settleIn(desk, SECOND, 0, 4, 4);
  expect(fill(desk, FIRST, own, 0, 2, ALLOCATE_CONTIGUOUS)).toEqual(
    refusal(own, NO_FREE_FRAMES, 'allocatePages', 0),
  );
  // With one of two wanted: none of them, and the second is named.
  say(desk, SECOND, 'returnFrames', [other[0] as number]);
  expect(fill(desk, FIRST, own, 0, 2, ALLOCATE_ALL)).toEqual(
    refusal(own, NO_FREE_FRAMES, 'allocatePages', 1),
  );
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT18] a run of three is aligned to four, and takes three', () => {
  const { desk, own } = begun(8);
  take(desk, FIRST, 1);
  expect(fill(desk, FIRST, own, 0, 3, ALLOCATE_CONTIGUOUS)?.[3]).toBe(3);
  expect([0, 1, 2].map((index) => frameOf(desk, FIRST, own, index))).toEqual([4, 5, 6]);
  expect(desk.server.clients[FIRST]?.held).toBe(4);
});

test('[CONT22] what changes nothing leaves the version: nothing there to give back', () => {
  const { desk, own } = begun(4);
  expect(fill(desk, FIRST, own, 2, 2)?.slice(3)).toEqual([2, 1, 0]);
  const nothing = say(desk, FIRST, 'deallocatePages', [own, 4, 4])[0];
  expect(nothing?.slice(3)).toEqual([0, 1, 0]);
  // Pages that are not there are passed over, and not counted.
  expect(say(desk, FIRST, 'deallocatePages', [own, 0, 8])[0]?.slice(3)).toEqual([2, 2, 0]);
  expect(desk.server.clients[FIRST]?.held).toBe(0);
});

test('[CONT17] a range that begins beyond the end is refused with its first page', () => {
  const { desk, own } = begun(4);
  expect(fill(desk, FIRST, own, 9, 1)).toEqual(refusal(own, NO_SUCH_PAGE, 'allocatePages', 9));
  expect(fill(desk, FIRST, own, 8, 1)).toEqual(refusal(own, NO_SUCH_PAGE, 'allocatePages', 8));
  expect(fill(desk, FIRST, own, 7, 1)?.[0]).toBe('pagesDone');
});

test('[CONT19] runs go in up to the last place, and between pages that are there', () => {
  const { desk, own } = begun(8);
  fill(desk, FIRST, own, 2, 1);
  fill(desk, FIRST, own, 5, 1);
  const [slot] = take(desk, FIRST, 4) as [number];
  const put = (start: number, count: number, at: number) =>
    say(desk, FIRST, 'putRuns', [own, start, at, count])[0];
  expect(put(3, 2, slot)?.slice(3)).toEqual([2, 3, 0]);
  expect(put(6, 2, slot + 2)?.slice(3)).toEqual([2, 4, 0]);
  expect(desk.server.clients[FIRST]?.held).toBe(6);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT19] what goes in is unmapped, and what comes out too', () => {
  const { desk, own } = begun(4);
  const [slot] = take(desk, FIRST, 1) as [number];
  map(desk.kernel, FIRST, FIRST, 3, slot, true);
  expect(load(desk, FIRST, 3)).toBeDefined();
  say(desk, FIRST, 'putRuns', [own, 0, slot, 1]);
  expect(load(desk, FIRST, 3)).toBeUndefined();
  say(desk, FIRST, 'mapPage', [own, 0, 4, WRITE]);
  expect(load(desk, FIRST, 4)).toBeDefined();
  const before = version(desk, own);
  expect(say(desk, FIRST, 'takeOut', [own, 0, 6])[0]?.[0]).toBe('granted');
  expect(load(desk, FIRST, 4)).toBeUndefined();
  expect(version(desk, own)).toBe(before + 1);
  expect(containerOf(desk, FIRST, own).cells[0]).toBe(-1);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT19] [MEM11] a wire ends with the way into a container', () => {
  const desk = createDesk({ terms: { wiredMax: 0.5, wiredTimeMax: 1000 } });
  const [one, two] = settleIn(desk, FIRST, 2, 0, 2) as [number, number];
  const own = open(desk, FIRST);
  const wire = (slot: number) => say(desk, FIRST, 'wire', [slot, 5, 100])[0]?.[0];
  expect([wire(one), wire(two)]).toEqual(['wired', 'refused']);
  say(desk, FIRST, 'putRuns', [own, 0, one, 1]);
  expect(wire(two)).toBe('wired');
});

test('[CONT12] [CONT19] who was given the owner’s capability puts nothing of its own in, takes nothing', () => {
  const { desk, own } = begun(4);
  fill(desk, FIRST, own, 0, 1);
  const [slot] = settleIn(desk, SECOND, 4, 0, 1) as [number];
  const given = give(desk, own);
  const before = hashDesk(desk);
  expect(say(desk, SECOND, 'putRuns', [given, 2, slot, 1])).toEqual([
    refusal(given, NO_SUCH_SLOT, 'putRuns', 2),
  ]);
  expect(say(desk, SECOND, 'takeOut', [given, 0, 7])).toEqual([
    refusal(7, NO_SUCH_CONTAINER, 'takeOut', 0),
  ]);
  expect(hashDesk(desk)).toBe(before);
  // To fill it is the owner's expense, whoever asks.
  expect(fill(desk, SECOND, given, 1, 1)?.[0]).toBe('pagesDone');
  expect([FIRST, SECOND].map((id) => desk.server.clients[id]?.held)).toEqual([2, 1]);
});

test('[CONT21] a container not for extras takes frames in while its owner holds at most G', () => {
  for (const extras of [0, 1]) {
    const desk = createDesk();
    const slots = settleIn(desk, FIRST, 2, 2, 3) as [number, number, number];
    const own = open(desk, FIRST, { extras });
    const [answer] = say(desk, FIRST, 'putRuns', [own, 1, slots[0], 1]);
    if (extras === 1) expect(answer?.[0]).toBe('pagesDone');
    else expect(answer).toEqual(refusal(own, OVER_CONTRACT, 'putRuns', 1));
    say(desk, FIRST, 'returnFrames', [slots[2]]);
    expect(say(desk, FIRST, 'putRuns', [own, 0, slots[1], 1])[0]?.[0]).toBe('pagesDone');
  }
});

test('[CONT19] only a page with a frame, in one place, comes out; a copy with a frame of its own', () => {
  const { desk, own } = begun(4);
  fill(desk, FIRST, own, 0, 3, ALLOCATE_ZERO);
  write(desk, FIRST, own, 2, 1, 33);
  const out = (index: number) => say(desk, FIRST, 'takeOut', [own, index, 6])[0];
  expect(out(5)).toEqual(refusal(6, NO_SUCH_PAGE, 'takeOut', 5));
  say(desk, FIRST, 'orphanData', [own, 0, 1]);
  expect(out(0)).toEqual(refusal(6, NO_SUCH_PAGE, 'takeOut', 0));
  transfer(desk, FIRST, [own, 1, 1], [own, 4, 1], SHARE);
  expect(out(4)).toEqual(refusal(6, IN_USE, 'takeOut', 4));
  transfer(desk, FIRST, [own, 2, 1], [own, 5, 1], COPY);
  const slot = out(5)?.[2] as number;
  expect(frameAt(tableOf(desk, FIRST), slot)).not.toBe(frameOf(desk, FIRST, own, 2));
  expect(contents(desk, FIRST, own, 2)).toBe(33);
  expect(desk.server.clients[FIRST]?.held).toBe(3);
  // Where there is no room for one it stays.
  transfer(desk, FIRST, [own, 2, 1], [own, 6, 1], COPY);
  fill(desk, FIRST, own, 7, 1);
  expect(out(6)).toEqual(refusal(6, OVER_CONTRACT, 'takeOut', 6));
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT29] [CONT20] the frame of a page under a physical lock elsewhere is not let go of', () => {
  const { desk, own, weak } = handed();
  const twin = open(desk, FIRST);
  transfer(desk, FIRST, [own, 0, 1], [twin, 0, 1], SHARE);
  fill(desk, FIRST, twin, 1, 1);
  expect(lockPages(desk, weak, LOCK_PHYSICAL)?.[0]).toBe('locked');
  const orphans = () => say(desk, FIRST, 'orphanData', [twin, 0, 4])[0]?.[3];
  expect(orphans()).toBe(1);
  say(desk, SECOND, 'unlockContainer', [weak]);
  expect(orphans()).toBe(1);
  expect(orphans()).toBe(0);
});

test('[CONT29] [CONT22] what is let go of is unmapped, and all that show it have changed', () => {
  const { desk, own, weak } = handed();
  const other = open(desk, SECOND);
  transfer(desk, SECOND, [weak, 0, 1], [other, 0, 1], COPY);
  say(desk, FIRST, 'mapPage', [own, 0, 3, READ]);
  const before = version(desk, own);
  expect(say(desk, FIRST, 'releaseData', [own, 0, 4])[0]?.slice(3)).toEqual([1, before + 1, 0]);
  expect(load(desk, FIRST, 3)).toBeUndefined();
  expect([FIRST, SECOND].map((id) => desk.server.clients[id]?.held)).toEqual([2, 1]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT17] [REV2] extras that a container gives back count towards the notice', () => {
  const desk = createDesk({ frames: 4 });
  settleIn(desk, FIRST, 1, 3, 0);
  const own = open(desk, FIRST, { extras: 1 });
  fill(desk, FIRST, own, 0, 4, ALLOCATE_EXTRA);
  settleIn(desk, SECOND, 2, 0, 0);
  say(desk, SECOND, 'allocate', [0, 0, 5]);
  expect(takeHeard(desk, FIRST).map(([name]) => name)).toEqual(['notice']);
  say(desk, FIRST, 'orphanData', [own, 3, 1]);
  expect(desk.server.clients[FIRST]?.noticed).toBe(0);
  expect(takeHeard(desk, SECOND).map(([name]) => name)).toEqual(['granted']);
});

test('[CONT15] [MEM19] the record of a page that is gone is the next page’s', () => {
  const { desk, own } = begun(4);
  for (let round = 0; round < 5; round++) {
    expect(fill(desk, FIRST, own, round, 3)?.[3]).toBe(3);
    say(desk, FIRST, 'deallocatePages', [own, round, 3]);
  }
  expect(desk.server.pages.pages.length).toBe(3);
});
