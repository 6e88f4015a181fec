import { expect, test } from 'vitest';
import { ALLOCATE_EXTRA, ALLOCATE_ZERO, COPY, READ } from '../../../../contracts/messages.ts';
import { deliverAll } from '../../../../nucleus/ipc.ts';
import { killTask } from '../../../../nucleus/life.ts';
import { checkPages } from '../../../../servers/memory/containers/page-books.ts';
import {
  advance,
  checkBooks,
  createDesk,
  type DeskOptions,
  FIRST,
  say,
  settleIn,
  takeHeard,
} from '../../../support/desk.ts';
import { contents, entrust, fill, frameOf, open, transfer, write } from '../../../support/pages.ts';

const SECOND = FIRST + 1;

/** Client 1 pays for two pages, of which client 2 has logical copies. */
function copied(guaranteed = 4, options: DeskOptions = {}, extra = 0) {
  const desk = createDesk(options);
  settleIn(desk, FIRST, 4, 4, 0);
  settleIn(desk, SECOND, guaranteed, extra, 0);
  const own = open(desk, FIRST, { lockMax: 100, extras: 1 });
  fill(desk, FIRST, own, 0, 2, ALLOCATE_ZERO);
  write(desk, FIRST, own, 0, 0, 8);
  const weak = entrust(desk, FIRST, own, SECOND);
  const other = open(desk, SECOND, { extras: 1 });
  transfer(desk, SECOND, [weak, 0, 2], [other, 0, 2], COPY);
  const held = () => [desk.server.clients[FIRST]?.held, desk.server.clients[SECOND]?.held];
  return { desk, own, other, held };
}

test('[CONT24] a shared frame is charged once, to whoever had it first', () => {
  const { desk, own, other, held } = copied();
  expect(held()).toEqual([2, 0]);
  expect(desk.kernel.state.tasks[SECOND]?.framesHeld).toBe(0);
  const shares = (client: number) => say(desk, client, 'askShares', [6])[0];
  expect(shares(FIRST)).toEqual(['sharesAre', 6, 2, 0, 2, 0]);
  expect(shares(SECOND)).toEqual(['sharesAre', 6, 0, 2, 0, 0]);
  write(desk, SECOND, other, 1, 4, 9);
  expect(shares(FIRST)).toEqual(['sharesAre', 6, 2, 0, 1, 0]);
  expect(shares(SECOND)).toEqual(['sharesAre', 6, 1, 1, 0, 0]);
  expect(frameOf(desk, FIRST, own, 0)).toBe(frameOf(desk, SECOND, other, 0));
});

test('[CONT25] who pays gives up: another user pays from then on, or loses the page', () => {
  const rich = copied();
  say(rich.desk, FIRST, 'deallocatePages', [rich.own, 0, 2]);
  expect(rich.held()).toEqual([0, 2]);
  expect(contents(rich.desk, SECOND, rich.other, 0)).toBe(8);
  const poor = copied(1);
  say(poor.desk, FIRST, 'deallocatePages', [poor.own, 0, 2]);
  expect(poor.held()).toEqual([0, 1]);
  expect(takeHeard(poor.desk, SECOND)).toEqual([['pageLost', poor.other, 1, 1, 1, 0]]);
  expect(frameOf(poor.desk, SECOND, poor.other, 1)).toBe(-1);
  for (const { desk } of [rich, poor]) expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT25] the same at the payer’s death: a copy keeps no dead task’s memory alive', () => {
  for (const [guaranteed, left] of [
    [4, [0, 2]],
    [0, [0, 0]],
  ] as const) {
    const { desk, held } = copied(guaranteed);
    killTask(desk.kernel, FIRST);
    deliverAll(desk.kernel);
    expect(held()).toEqual(left);
    expect(checkBooks(desk)).toBeUndefined();
  }
});

test('[CONT25] a thousand pages lost at once are told in one message, not in a flood', () => {
  const { desk, own, held } = copied(0);
  const many = open(desk, SECOND, { pages: 1024 });
  const other = desk.server.pages.containers[1]?.capability as number;
  transfer(desk, SECOND, [other, 0, 2], [many, 0, 2], COPY);
  for (let pages = 2; pages < 1024; pages *= 2)
    transfer(desk, SECOND, [many, 0, pages], [many, pages, pages], COPY);
  expect(say(desk, SECOND, 'inspectContainer', [many, 1])[0]?.slice(2, 4)).toEqual([1024, 1024]);
  expect(held()).toEqual([2, 0]);
  say(desk, FIRST, 'deallocatePages', [own, 0, 2]);
  expect(takeHeard(desk, SECOND)).toEqual([
    ['pageLost', other, 0, 2, 2, 0],
    ['pageLost', many, 0, 1024, 1024, 0],
  ]);
  expect(held()).toEqual([0, 0]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT25] [REV5] what is taken from the payer others keep within their guarantee', () => {
  const { desk, own, other, held } = copied(3, { frames: 8 });
  fill(desk, FIRST, own, 2, 2);
  const more = open(desk, FIRST, { extras: 1 });
  fill(desk, FIRST, more, 0, 4, ALLOCATE_EXTRA);
  transfer(desk, FIRST, [own, 0, 1], [more, 0, 1], COPY);
  expect(held()).toEqual([7, 0]);
  say(desk, FIRST, 'deallocatePages', [more, 0, 1]);
  // Nothing is free below the guarantee of the second: the first has to return one, and does not.
  const third = open(desk, FIRST, { extras: 1 });
  fill(desk, FIRST, third, 0, 1, ALLOCATE_EXTRA);
  expect(held()).toEqual([8, 0]);
  say(desk, SECOND, 'allocate', [0, 0, 5]);
  advance(desk, 100);
  expect(takeHeard(desk, FIRST)).toContainEqual(['pageLost', third, 0, 1, 1, 0]);
  expect(held()).toEqual([7, 1]);
  expect(contents(desk, SECOND, other, 0)).toBe(8);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT25] [REV2] what another takes over counts as returned', () => {
  const { desk, own, held } = copied(2, { frames: 6 });
  fill(desk, FIRST, own, 2, 2);
  const more = open(desk, FIRST, { extras: 1 });
  fill(desk, FIRST, more, 0, 2, ALLOCATE_EXTRA);
  say(desk, SECOND, 'allocate', [0, 0, 5]);
  expect(desk.server.clients[FIRST]?.noticed).toBe(1);
  say(desk, FIRST, 'deallocatePages', [own, 0, 1]);
  // One is taken over, which makes nothing free; one more is asked for.
  expect(held()).toEqual([5, 1]);
  expect(desk.server.clients[FIRST]?.noticed).toBe(1);
  say(desk, FIRST, 'deallocatePages', [own, 2, 1]);
  expect(held()).toEqual([4, 2]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT25] who is short of frames itself does not pay with extras for what others wait for', () => {
  const { desk, own, held } = copied(0, { frames: 4, clients: 3 }, 4);
  settleIn(desk, FIRST + 2, 0, 0, 0);
  fill(desk, FIRST, own, 2, 2);
  expect(held()).toEqual([4, 0]);
  say(desk, FIRST + 2, 'contract', [0, 0, 0, 0]);
  say(desk, FIRST, 'deallocatePages', [own, 0, 1]);
  expect(held()).toEqual([3, 1]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT26] under rotating claims who touches pays, if it can', () => {
  for (const claims of ['first', 'rotate'] as const) {
    const { desk, own, other, held } = copied(4, { claims });
    say(desk, SECOND, 'mapPage', [other, 0, 4, READ]);
    expect(held()).toEqual(claims === 'first' ? [2, 0] : [1, 1]);
    say(desk, FIRST, 'mapPage', [own, 0, 0, READ]);
    expect(held()).toEqual([2, 0]);
    const full = copied(0, { claims });
    say(full.desk, SECOND, 'mapPage', [full.other, 0, 4, READ]);
    expect(full.held()).toEqual([2, 0]);
    for (const one of [desk, full.desk]) expect(checkBooks(one)).toBeUndefined();
  }
});

test('[CONT24] the books notice what is wrong: the tests above can fail', () => {
  const wrongs: ((desk: ReturnType<typeof copied>) => void)[] = [
    ({ desk, own }) => {
      desk.kernel.state.frames.owner[frameOf(desk, FIRST, own, 0)] = 1;
    },
    ({ desk }) => desk.server.pages.pages[0]?.cells.pop(),
    ({ desk }) => desk.server.pages.onFrame[0]?.pop(),
    ({ desk }) => {
      (desk.server.pages.pages[0] as { pins: number }).pins = 1;
    },
    ({ desk }) => {
      (desk.server.pages.pages[1] as { frame: number }).frame = 0;
    },
  ];
  for (const wrong of wrongs) {
    const one = copied();
    const { pages } = one.desk.server;
    expect(checkPages(pages, one.desk.kernel.state.frames)).toBeUndefined();
    wrong(one);
    expect(checkPages(pages, one.desk.kernel.state.frames)).toBeDefined();
  }
});
