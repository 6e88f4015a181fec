import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ALLOCATE_ALL,
  ALLOCATE_CONTIGUOUS,
  ALLOCATE_EXTRA,
  ALLOCATE_SQUASH,
  ALLOCATE_ZERO,
  OP,
} from '../../../../contracts/messages.ts';
import {
  IN_USE,
  LOCKED_NOW,
  NO_FREE_FRAMES,
  NO_RUN,
  NO_SUCH_CONTAINER,
  NO_SUCH_PAGE,
  NO_SUCH_SLOT,
  OVER_CONTRACT,
} from '../../../../contracts/refusals.ts';
import { frameAt } from '../../../../nucleus/capabilities.ts';
import { createFrames, findFreeRun, takeFrame } from '../../../../sim-hw/frames.ts';
import {
  advance,
  checkBooks,
  createDesk,
  FIRST,
  hashDesk,
  say,
  settleIn,
  tableOf,
  take,
  takeHeard,
} from '../../../support/desk.ts';
import {
  contents,
  entrust,
  fill,
  frameOf,
  open,
  refusal,
  stampOf,
  write,
} from '../../../support/pages.ts';

const SECOND = FIRST + 1;

function begun(guaranteed: number, extra = 0, wishes: Parameters<typeof open>[2] = {}) {
  const desk = createDesk();
  settleIn(desk, FIRST, guaranteed, extra, 0);
  const own = open(desk, FIRST, { pages: 8, ...wishes });
  return { desk, own };
}

function done(own: number, op: keyof typeof OP, count: number, version: number) {
  return ['pagesDone', own, OP[op], count, version, 0];
}

test('[CONT17] what can be had is, and the answer tells how much; all or none on request', () => {
  const { desk, own } = begun(3);
  const before = hashDesk(desk);
  expect(fill(desk, FIRST, own, 0, 5, ALLOCATE_ALL)).toEqual(
    refusal(own, OVER_CONTRACT, 'allocatePages', 3),
  );
  expect(hashDesk(desk)).toBe(before);
  expect(fill(desk, FIRST, own, 0, 5)).toEqual(done(own, 'allocatePages', 3, 1));
  expect(fill(desk, FIRST, own, 3, 1)).toEqual(refusal(own, OVER_CONTRACT, 'allocatePages', 3));
  expect(desk.server.clients[FIRST]?.held).toBe(3);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT17] extras are used on request, in a container that was opened for them', () => {
  const { desk, own } = begun(2, 2, { extras: 1 });
  expect(fill(desk, FIRST, own, 0, 4)?.[3]).toBe(2);
  expect(fill(desk, FIRST, own, 2, 4, ALLOCATE_EXTRA)?.[3]).toBe(2);
  const plain = begun(2, 2);
  expect(fill(plain.desk, FIRST, plain.own, 0, 4, ALLOCATE_EXTRA)?.[3]).toBe(2);
});

test('[CONT17] pages that are there stop it, unless they are squashed', () => {
  const { desk, own } = begun(3);
  fill(desk, FIRST, own, 1, 1, ALLOCATE_ZERO);
  write(desk, FIRST, own, 1, 0, 77);
  expect(fill(desk, FIRST, own, 0, 3)?.slice(3)).toEqual([1, 3, 0]);
  expect(fill(desk, FIRST, own, 1, 2)).toEqual(refusal(own, IN_USE, 'allocatePages', 1));
  expect(contents(desk, FIRST, own, 1)).toBe(77);
  // A squashed page makes room for the new one, even where the contract is used up.
  const squash = ALLOCATE_SQUASH + ALLOCATE_ALL + ALLOCATE_ZERO;
  expect(fill(desk, FIRST, own, 0, 3, squash)?.[3]).toBe(3);
  expect(contents(desk, FIRST, own, 1)).toBe(0);
  expect(desk.server.clients[FIRST]?.held).toBe(3);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT17] [MEM4] another’s frames are zeroed, one’s own as they were unless zeros are wanted', () => {
  const { desk, own } = begun(1);
  fill(desk, FIRST, own, 0, 1);
  expect(contents(desk, FIRST, own, 0)).toBe(0);
  write(desk, FIRST, own, 0, 0, 55);
  say(desk, FIRST, 'deallocatePages', [own, 0, 1]);
  fill(desk, FIRST, own, 0, 1);
  expect(contents(desk, FIRST, own, 0)).toBe(55);
  say(desk, FIRST, 'deallocatePages', [own, 0, 1]);
  settleIn(desk, SECOND, 1, 0, 0);
  const other = open(desk, SECOND);
  fill(desk, SECOND, other, 0, 1);
  expect(frameOf(desk, SECOND, other, 0)).toBe(0);
  expect(contents(desk, SECOND, other, 0)).toBe(0);
});

test('[CONT17] [MEM2] it waits for nobody, calls nobody back, and takes nothing others wait for', () => {
  const desk = createDesk({ frames: 4 });
  settleIn(desk, FIRST, 2, 2, 4);
  settleIn(desk, SECOND, 2, 0, 0);
  const own = open(desk, SECOND);
  expect(fill(desk, SECOND, own, 0, 1)).toEqual(refusal(own, NO_FREE_FRAMES, 'allocatePages', 0));
  expect(desk.server.clients[FIRST]?.noticed).toBe(0);
  // Asked for the other way the frame comes, and goes in.
  say(desk, SECOND, 'allocate', [0, 0, 5]);
  expect(desk.server.clients[FIRST]?.noticed).toBe(1);
  say(desk, FIRST, 'returnFrames', [3]);
  expect(say(desk, SECOND, 'putRuns', [own, 0, 0, 1]).at(-1)).toEqual(done(own, 'putRuns', 1, 1));
});

test('[CONT17] [REV10] who owes frames cannot pay by squashing', () => {
  const desk = createDesk({ frames: 4 });
  settleIn(desk, FIRST, 1, 3, 0);
  const own = open(desk, FIRST, { extras: 1 });
  fill(desk, FIRST, own, 0, 4, ALLOCATE_EXTRA);
  settleIn(desk, SECOND, 2, 0, 0);
  say(desk, SECOND, 'allocate', [0, 0, 5]);
  expect(desk.server.clients[FIRST]?.noticed).toBe(1);
  expect(takeHeard(desk, FIRST)[0]?.[0]).toBe('notice');
  const flags = ALLOCATE_SQUASH + ALLOCATE_EXTRA;
  expect(fill(desk, FIRST, own, 0, 1, flags)?.[0]).toBe('refused');
  expect(desk.server.clients[FIRST]?.noticed).toBe(1);
  say(desk, FIRST, 'deallocatePages', [own, 0, 1]);
  expect(desk.server.clients[FIRST]?.noticed).toBe(0);
  expect(desk.server.clients[SECOND]?.held).toBe(1);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT17] [CONT15] pages outside the container, and a locked one, are left alone', () => {
  const { desk, own } = begun(4, 0, { lockMax: 50 });
  fill(desk, FIRST, own, 0, 2);
  const weak = entrust(desk, FIRST, own, SECOND);
  say(desk, SECOND, 'lockPages', [weak, 0, 1, 50]);
  const before = hashDesk(desk);
  const no = (op: keyof typeof OP, reason: number, index: number) => [
    refusal(own, reason, op, index),
  ];
  const words = [own, 6, 3];
  expect(say(desk, FIRST, 'deallocatePages', words)).toEqual(no('deallocatePages', LOCKED_NOW, 6));
  expect(fill(desk, FIRST, own, 3, 1)?.[2]).toBe(LOCKED_NOW);
  expect(say(desk, FIRST, 'takeOut', [own, 0, own])).toEqual(no('takeOut', LOCKED_NOW, 0));
  expect(hashDesk(desk)).toBe(before);
  advance(desk, 50);
  expect(say(desk, FIRST, 'deallocatePages', words)).toEqual(
    no('deallocatePages', NO_SUCH_PAGE, 8),
  );
  expect(say(desk, FIRST, 'deallocatePages', [own, 1, 3])).toEqual([
    done(own, 'deallocatePages', 1, 3),
  ]);
  expect(desk.server.clients[FIRST]?.held).toBe(1);
});

test('[CONT18] frames of one colour, below a limit, in one run', () => {
  const { desk, own } = begun(8);
  const frames = (start: number, count: number) =>
    Array.from({ length: count }, (_, i) => frameOf(desk, FIRST, own, start + i));
  say(desk, FIRST, 'placePages', [own, 1, 4, 0]);
  fill(desk, FIRST, own, 0, 3);
  expect(frames(0, 3)).toEqual([1, 5, 9]);
  say(desk, FIRST, 'placePages', [own, 0, 1, 8]);
  expect(fill(desk, FIRST, own, 3, 5, ALLOCATE_CONTIGUOUS)).toEqual(
    refusal(own, NO_RUN, 'allocatePages', 3),
  );
  expect(fill(desk, FIRST, own, 3, 2, ALLOCATE_CONTIGUOUS)?.[3]).toBe(2);
  expect(frames(3, 2)).toEqual([2, 3]);
  say(desk, FIRST, 'placePages', [own, 0, 1, 2]);
  expect(fill(desk, FIRST, own, 5, 3)?.[3]).toBe(1);
  expect(frames(5, 1)).toEqual([0]);
  expect(fill(desk, FIRST, own, 6, 1)).toEqual(refusal(own, NO_RUN, 'allocatePages', 6));
  expect(say(desk, FIRST, 'placePages', [own, 4, 4, 0])[0]?.[2]).toBe(NO_RUN);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT18] the search for a place agrees with a naive one, and takes nothing', () => {
  const place = fc.record({
    colour: fc.nat(7),
    colours: fc.integer({ min: 1, max: 8 }),
    below: fc.nat(40),
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(36), { maxLength: 30 }),
      place,
      fc.nat(4),
      fc.nat(36),
      (taken, wish, order, from) => {
        const frames = createFrames(37, 3);
        for (const frame of taken) takeFrame(frames, frame, 1);
        const size = 1 << order;
        const end = wish.below === 0 ? 37 : Math.min(37, wish.below);
        const fits = (first: number) =>
          first >= from &&
          first % size === 0 &&
          first + size <= end &&
          first % wish.colours === wish.colour &&
          order <= 3 &&
          Array.from({ length: size }, (_, i) => first + i).every((f) => !taken.includes(f));
        const naive = Array.from({ length: 37 }, (_, first) => first).find(fits) ?? -1;
        expect(findFreeRun(frames, order, from, wish)).toBe(naive);
        expect(frames.buddy.free).toBe(37 - taken.length);
      },
    ),
    { seed: 411, numRuns: 500 },
  );
});

test('[CONT19] runs of the own table go in, and pages come out, without being granted anew', () => {
  const desk = createDesk();
  settleIn(desk, FIRST, 8, 0, 0);
  take(desk, FIRST, 1);
  say(desk, FIRST, 'allocate', [2, 0, 1]);
  const own = open(desk, FIRST, { pages: 8 });
  desk.kernel.state.frames.stampLow[5] = 9;
  expect(say(desk, FIRST, 'putRuns', [own, 1, 0, 2])).toEqual([done(own, 'putRuns', 5, 1)]);
  expect([1, 2, 3, 4, 5].map((at) => frameOf(desk, FIRST, own, at))).toEqual([0, 4, 5, 6, 7]);
  expect(contents(desk, FIRST, own, 3)).toBe(9);
  expect(frameAt(tableOf(desk, FIRST), 0)).toBe(-1);
  expect(desk.server.clients[FIRST]?.held).toBe(5);
  const [granted] = say(desk, FIRST, 'takeOut', [own, 3, 6]);
  const slot = granted?.[2] as number;
  expect(granted).toEqual(['granted', 6, slot, 0, 0, 0]);
  expect(stampOf(desk, frameAt(tableOf(desk, FIRST), slot))).toBe(9);
  expect(desk.server.clients[FIRST]?.held).toBe(5);
  expect(say(desk, FIRST, 'returnFrames', [slot])).toEqual([]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT19] all runs or none: a slot of no frames, one in use, a place taken, no place', () => {
  const desk = createDesk();
  settleIn(desk, FIRST, 6, 0, 4);
  const own = open(desk, FIRST, { pages: 4 });
  fill(desk, FIRST, own, 3, 1);
  say(desk, FIRST, 'createContainer', [3, 9, 0, 7]);
  const before = hashDesk(desk);
  const put = (start: number, slot: number, count: number) =>
    say(desk, FIRST, 'putRuns', [own, start, slot, count])[0];
  expect(put(0, 2, 3)).toEqual(refusal(own, IN_USE, 'putRuns', 1));
  expect(put(0, 9, 1)).toEqual(refusal(own, NO_SUCH_SLOT, 'putRuns', 0));
  expect(put(2, 0, 2)).toEqual(refusal(own, IN_USE, 'putRuns', 3));
  expect(put(2, 0, 3)).toEqual(refusal(own, NO_SUCH_PAGE, 'putRuns', 4));
  expect(put(4, 0, 1)).toEqual(refusal(own, NO_SUCH_PAGE, 'putRuns', 4));
  expect(say(desk, SECOND, 'putRuns', [own, 0, 0, 1])[0]?.[2]).toBe(NO_SUCH_CONTAINER);
  expect(hashDesk(desk)).toBe(before);
  expect(put(0, 0, 3)?.[3]).toBe(3);
});
