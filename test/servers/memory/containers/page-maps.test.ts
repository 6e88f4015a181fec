import { expect, test } from 'vitest';
import {
  ALLOCATE_ZERO,
  COPY,
  FORCE_WRITE,
  LOCK_EXCLUSIVE,
  type MessageName,
  READ,
  READ_VOLATILE,
  SHARE,
  WRITE,
} from '../../../../contracts/messages.ts';
import {
  NO_PLACE,
  NO_SUCH_CONTAINER,
  NO_SUCH_PAGE,
  OVER_CONTRACT,
} from '../../../../contracts/refusals.ts';
import { allowWrite, map, protect, unmap } from '../../../../nucleus/memory-map.ts';
import { relocateRun } from '../../../../servers/memory/containers/relocation.ts';
import { markWritten } from '../../../../sim-hw/translation.ts';
import {
  checkBooks,
  createDesk,
  type DeskOptions,
  FIRST,
  hashDesk,
  say,
  settleIn,
  take,
} from '../../../support/desk.ts';
import {
  containerOf,
  entrust,
  fill,
  frameOf,
  load,
  open,
  refusal,
  store,
  transfer,
  write,
} from '../../../support/pages.ts';

const SECOND = FIRST + 1;

function handed(options: DeskOptions = {}) {
  const desk = createDesk(options);
  const [slot] = settleIn(desk, FIRST, 6, 0, 1);
  settleIn(desk, SECOND, 4, 0, 0);
  const own = open(desk, FIRST, { lockMax: 100 });
  fill(desk, FIRST, own, 0, 3, ALLOCATE_ZERO);
  return { desk, own, weak: entrust(desk, FIRST, own, SECOND), slot: slot as number };
}

test('[CONT30] either capability maps, for reading or writing, and unmaps all', () => {
  const { desk, own, weak } = handed();
  expect(say(desk, FIRST, 'mapPage', [own, 0, 3, READ])).toEqual([['pageMapped', own, 0, 3, 0, 0]]);
  expect(store(desk, FIRST, 3, 5)).toBe(false);
  expect(say(desk, FIRST, 'mapPage', [own, 0, 3, WRITE])[0]?.[4]).toBe(1);
  expect(store(desk, FIRST, 3, 5)).toBe(true);
  expect(say(desk, SECOND, 'mapPage', [weak, 1, 3, WRITE])[0]?.[4]).toBe(1);
  expect(say(desk, FIRST, 'unmapPages', [own])).toEqual([]);
  expect([load(desk, FIRST, 3), load(desk, SECOND, 3)]).toEqual([undefined, undefined]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT30] nothing is mapped over, beyond the end, or of what is not there', () => {
  const { desk, own, weak, slot } = handed();
  const { kernel } = desk;
  expect(map(kernel, FIRST, FIRST, 2, slot, true)).toBe(true);
  say(desk, FIRST, 'mapPage', [own, 0, 4, READ]);
  const before = hashDesk(desk);
  const no = (words: number[], reason: number) =>
    expect(say(desk, FIRST, 'mapPage', words)).toEqual([
      refusal(words[0] as number, reason, 'mapPage', words[1]),
    ]);
  no([own, 1, 2, READ], NO_PLACE);
  no([own, 1, 4, READ], NO_PLACE);
  no([own, 1, 8, READ], NO_PLACE);
  no([own, 1, 2 ** 24 - 1, READ], NO_PLACE);
  no([own, 3, 5, READ], NO_SUCH_PAGE);
  no([own, 900, 5, READ], NO_SUCH_PAGE);
  no([weak + 9, 0, 5, READ], NO_SUCH_CONTAINER);
  expect(hashDesk(desk)).toBe(before);
});

test('[CONT30] a task cannot raise the rights that it was lent, by whatever way', () => {
  const { desk, own, weak } = handed();
  const { kernel } = desk;
  const other = open(desk, SECOND);
  transfer(desk, SECOND, [weak, 0, 1], [other, 0, 1], COPY);
  say(desk, SECOND, 'mapPage', [other, 0, 3, WRITE]);
  expect(allowWrite(kernel, SECOND, SECOND, 3)).toBe(false);
  protect(kernel, SECOND, SECOND, 3, true);
  expect(store(desk, SECOND, 3, 66)).toBe(false);
  const [, space] = kernel.state.spaces;
  const [, program] = kernel.programs;
  if (space === undefined || program === undefined) throw new Error('no second space');
  expect(markWritten(kernel.translation, space, program, 3)).toBe(false);
  say(desk, FIRST, 'mapPage', [own, 0, 5, READ]);
  expect(load(desk, FIRST, 5)).toBe(0);
  // It may let go of it.
  expect(unmap(kernel, SECOND, SECOND, 3)).not.toBe(0);
  expect([load(desk, FIRST, 5), load(desk, SECOND, 3)]).toEqual([0, undefined]);
});

test('[CONT31] many map a frame for reading, and one at a time may write', () => {
  const { desk, own, weak } = handed();
  write(desk, FIRST, own, 0, 3, 5);
  expect(say(desk, SECOND, 'mapPage', [weak, 0, 3, READ])[0]?.[4]).toBe(0);
  say(desk, SECOND, 'mapPage', [weak, 0, 4, READ]);
  const seen = () => [load(desk, FIRST, 3), load(desk, SECOND, 3), load(desk, SECOND, 4)];
  expect(seen()).toEqual([5, 5, 5]);
  // Who reads has taken the right to write from who had it.
  expect(store(desk, FIRST, 3, 6)).toBe(false);
  say(desk, FIRST, 'mapPage', [own, 0, 3, WRITE]);
  expect(store(desk, FIRST, 3, 6)).toBe(true);
  expect(seen()).toEqual([6, 6, 6]);
  say(desk, SECOND, 'mapPage', [weak, 0, 4, WRITE]);
  expect([store(desk, FIRST, 3, 7), store(desk, SECOND, 3, 7)]).toEqual([false, false]);
  expect(store(desk, SECOND, 4, 7)).toBe(true);
  expect(seen()).toEqual([7, 7, 7]);
  expect(desk.server.pages.remaps).toBe(0);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT31] what is read as volatile goes on being written', () => {
  const { desk, own, weak } = handed();
  write(desk, FIRST, own, 0, 3, 5);
  const { version } = containerOf(desk, FIRST, own);
  expect(say(desk, SECOND, 'mapPage', [weak, 0, 3, READ_VOLATILE])[0]?.[4]).toBe(0);
  expect([store(desk, FIRST, 3, 6), load(desk, SECOND, 3)]).toEqual([true, 6]);
  expect(store(desk, SECOND, 3, 7)).toBe(false);
  expect(containerOf(desk, FIRST, own).version).toBe(version);
  // The end of a lock leaves nobody writing all the same [CONT22].
  say(desk, SECOND, 'lockPages', [weak, 0, 1, 50]);
  say(desk, SECOND, 'unlockContainer', [weak]);
  expect([store(desk, FIRST, 3, 7), load(desk, FIRST, 3), load(desk, SECOND, 3)]).toEqual([
    false,
    6,
    6,
  ]);
});

test('[CONT31] each copy has mappings of its own, and what is done to one leaves those of the others', () => {
  const { desk, own, weak } = handed();
  write(desk, FIRST, own, 0, 3, 5);
  const copies = [4, 5].map((page) => {
    const other = open(desk, SECOND, { lockMax: 100 });
    transfer(desk, SECOND, [weak, 0, 1], [other, 0, 1], COPY);
    expect(say(desk, SECOND, 'mapPage', [other, 0, page, READ])[0]?.[0]).toBe('pageMapped');
    return other;
  });
  const seen = () => [load(desk, FIRST, 3), load(desk, SECOND, 4), load(desk, SECOND, 5)];
  expect(seen()).toEqual([5, 5, 5]);
  say(desk, SECOND, 'unmapPages', [copies[0] as number]);
  expect(seen()).toEqual([5, undefined, 5]);
  // An exclusive lock on a copy is about that copy [CONT20].
  const lent = entrust(desk, SECOND, copies[1] as number, FIRST);
  say(desk, FIRST, 'lockPages', [lent, LOCK_EXCLUSIVE, 1, 50]);
  expect(seen()).toEqual([5, undefined, undefined]);
  say(desk, FIRST, 'unlockContainer', [lent]);
  for (const [at, other] of copies.entries())
    say(desk, SECOND, 'mapPage', [other, 0, 4 + at, READ]);
  write(desk, FIRST, own, 0, 3, 6);
  expect(seen()).toEqual([6, 5, 5]);
  say(desk, SECOND, 'dropContainer', [copies[0] as number]);
  expect(seen()).toEqual([6, undefined, 5]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT31] [CONT32] a frame that is moved takes all its mappings along, each for one mapNs', () => {
  const { desk, own, weak } = handed({ costs: { mapNs: 10 } });
  write(desk, FIRST, own, 0, 3, 5);
  for (const page of [3, 4]) say(desk, SECOND, 'mapPage', [weak, 0, page, READ_VOLATILE]);
  const frame = frameOf(desk, FIRST, own, 0);
  const before = desk.kernel.state.nowNs;
  expect(relocateRun(desk.kernel, desk.server, frame, 0, 12)).toBe(true);
  expect(desk.kernel.state.nowNs - before).toBe(3 * 10);
  expect(frameOf(desk, FIRST, own, 0)).toBe(12);
  expect(store(desk, FIRST, 3, 6)).toBe(true);
  expect([load(desk, SECOND, 3), load(desk, SECOND, 4)]).toEqual([6, 6]);
  say(desk, FIRST, 'deallocatePages', [own, 0, 1]);
  expect([load(desk, SECOND, 3), load(desk, SECOND, 4), load(desk, FIRST, 3)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT31] an inverted table has one mapping a frame; another’s touch takes it over', () => {
  const { desk, own, weak } = handed({ format: 'rt-pc' });
  write(desk, FIRST, own, 0, 3, 5);
  expect(load(desk, SECOND, 3)).toBeUndefined();
  say(desk, SECOND, 'mapPage', [weak, 0, 3, WRITE]);
  expect([load(desk, FIRST, 3), load(desk, SECOND, 3)]).toEqual([undefined, 5]);
  store(desk, SECOND, 3, 6);
  say(desk, FIRST, 'mapPage', [own, 0, 3, READ]);
  expect([load(desk, FIRST, 3), load(desk, SECOND, 3)]).toEqual([6, undefined]);
  expect(desk.server.pages.remaps).toBe(2);
  // Mapped again by the same task it is no remap.
  say(desk, FIRST, 'mapPage', [own, 0, 3, WRITE]);
  expect(desk.server.pages.remaps).toBe(2);
});

test('[CONT31] what a page is mapped from goes, and the mapping goes with it', () => {
  const { desk, own } = handed();
  const twin = open(desk, FIRST);
  transfer(desk, FIRST, [own, 0, 1], [twin, 0, 1], SHARE);
  const ends: (() => unknown)[] = [
    () => say(desk, FIRST, 'deallocatePages', [twin, 0, 1]),
    () => say(desk, FIRST, 'orphanData', [own, 0, 1]),
    () => transfer(desk, FIRST, [own, 1, 1], [own, 0, 1], COPY),
    () => say(desk, FIRST, 'takeOut', [own, 0, 1]),
  ];
  for (const end of ends) {
    say(desk, FIRST, 'mapPage', [own, 0, 3, READ]);
    expect(load(desk, FIRST, 3)).toBe(0);
    end();
    expect(load(desk, FIRST, 3)).toBeUndefined();
  }
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT30] [CONT27] a page without a frame gets zeros when it is mapped, if there is room', () => {
  const { desk, own } = handed();
  write(desk, FIRST, own, 0, 3, 5);
  say(desk, FIRST, 'orphanData', [own, 0, 1]);
  const slots = take(desk, FIRST, 3);
  const before = hashDesk(desk);
  expect(say(desk, FIRST, 'mapPage', [own, 0, 3, FORCE_WRITE])[0]?.[2]).toBe(OVER_CONTRACT);
  expect(hashDesk(desk)).toBe(before);
  say(desk, FIRST, 'returnFrames', [slots[0] as number]);
  expect(say(desk, FIRST, 'mapPage', [own, 0, 3, READ])[0]?.[0]).toBe('pageMapped');
  expect(load(desk, FIRST, 3)).toBe(0);
});

test('[TIME5] [CONT31] each entry that a client has changed costs one mapNs, and no more than that', () => {
  const { desk, own, weak } = handed({ costs: { mapNs: 10 } });
  const cost = (client: number, name: MessageName, words: number[]) => {
    const before = desk.kernel.state.nowNs;
    say(desk, client, name, words);
    return desk.kernel.state.nowNs - before;
  };
  expect(cost(FIRST, 'mapPage', [own, 0, 3, WRITE])).toBe(10);
  // Other rights for the same page; then one entry is put to read-only, if it was not, and one made.
  expect(cost(FIRST, 'mapPage', [own, 0, 3, READ])).toBe(10);
  expect(cost(FIRST, 'mapPage', [own, 0, 3, WRITE])).toBe(10);
  expect(cost(SECOND, 'mapPage', [weak, 0, 4, READ_VOLATILE])).toBe(10);
  expect(cost(SECOND, 'mapPage', [weak, 0, 3, READ])).toBe(20);
  expect(cost(FIRST, 'mapPage', [own, 0, 3, WRITE])).toBe(10);
  // A copy puts the entry to read-only, the next one finds it so.
  for (const [index, expected] of [10, 0].entries()) {
    say(desk, FIRST, 'fromPages', [own, 0, 1]);
    say(desk, FIRST, 'intoPages', [own, 1 + index, 1]);
    expect(cost(FIRST, 'transferPages', [COPY, 9])).toBe(expected);
  }
  expect(cost(SECOND, 'unmapPages', [weak])).toBe(30);
  expect(cost(SECOND, 'unmapPages', [weak])).toBe(0);
});

test('[CONT43] a range is mapped in one message, for all pages or none', () => {
  const { desk, own, weak } = handed({ costs: { mapNs: 10, messageNs: 1000 } });
  const before = desk.kernel.state.nowNs;
  expect(say(desk, FIRST, 'mapPages', [own, 2, 3, WRITE])).toEqual([
    ['pagesMapped', own, 2, 3, 1, 0],
  ]);
  expect(desk.kernel.state.nowNs - before).toBe(2 * 1000 + 3 * 10);
  for (const index of [0, 1, 2]) expect(store(desk, FIRST, 2 + index, 40 + index)).toBe(true);
  expect(say(desk, SECOND, 'mapPages', [weak, 5, 3, READ])[0]?.[3]).toBe(3);
  for (const index of [0, 1, 2]) {
    expect(load(desk, SECOND, 5 + index)).toBe(40 + index);
    expect(store(desk, FIRST, 2 + index, 50)).toBe(false);
  }
  // The last page is not there, or its place is not: the others stay where they are.
  expect(say(desk, FIRST, 'mapPages', [own, 2, 4, WRITE])).toEqual([
    refusal(own, NO_SUCH_PAGE, 'mapPages', 3),
  ]);
  expect(say(desk, FIRST, 'mapPages', [own, 6, 3, WRITE])).toEqual([
    refusal(own, NO_PLACE, 'mapPages', 2),
  ]);
  expect(load(desk, SECOND, 5)).toBe(40);
});

test('[CONT43] [CONT27] a range of copies is forced as a whole, or refused as a whole', () => {
  const { desk, own } = handed();
  transfer(desk, FIRST, [own, 0, 1], [own, 1, 1], COPY);
  transfer(desk, FIRST, [own, 0, 1], [own, 2, 1], COPY);
  expect(say(desk, FIRST, 'mapPages', [own, 2, 3, WRITE])).toEqual([
    ['pagesMapped', own, 2, 3, 0, 0],
  ]);
  const held = desk.server.clients[FIRST]?.held as number;
  const room = 6 - held;
  take(desk, FIRST, room);
  expect(say(desk, FIRST, 'mapPages', [own, 2, 3, FORCE_WRITE])[0]?.[2]).toBe(OVER_CONTRACT);
  expect(desk.server.clients[FIRST]?.held).toBe(6);
  expect(checkBooks(desk)).toBeUndefined();
});
