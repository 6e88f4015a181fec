import { expect, test } from 'vitest';
import { ALLOCATE_EXTRA, ALLOCATE_ZERO, COPY, MOVE, READ } from '../../../../contracts/messages.ts';
import { OVER_CONTRACT } from '../../../../contracts/refusals.ts';
import { deliverAll } from '../../../../nucleus/ipc.ts';
import { killTask } from '../../../../nucleus/life.ts';
import { checkPages } from '../../../../servers/memory/containers/page-books.ts';
import { fillPurse } from '../../../../servers/memory/contracts/purse.ts';
import type { Client } from '../../../../servers/memory/state.ts';
import {
  advance,
  checkBooks,
  createDesk,
  type Desk,
  type DeskOptions,
  FIRST,
  hand,
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
  open,
  portTo,
  refusal,
  transfer,
  write,
} from '../../../support/pages.ts';

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

/** Clients 2 and 3 live on one child of the first's contract. */
function onChild(guaranteed: number, extra: number): Desk {
  const desk = createDesk({ clients: 3 });
  settleIn(desk, FIRST, 10, 4, 0);
  const slot = say(desk, FIRST, 'splitContract', [guaranteed, extra, -1, 1, 0])[0]?.[2] as number;
  const copy = say(desk, FIRST, 'copyControl', [slot, 1])[0]?.[2] as number;
  for (const [i, control] of [slot, copy].entries()) {
    const client = SECOND + i;
    hand(desk, FIRST, 'controlIs', control, 0, 0, portTo(desk, FIRST, client));
    const got = takeHeard(desk, client)[0]?.[1] as number;
    say(desk, client, 'useControl', [got, 1]);
  }
  return desk;
}

test('[CONT33] who lives on a child contract has for its containers what the child has left', () => {
  const desk = onChild(3, 1);
  const one = open(desk, SECOND, { extras: 1 });
  const two = open(desk, SECOND + 1, { extras: 1 });
  const drawn = () =>
    [SECOND, SECOND + 1].map((id) => {
      const client = desk.server.clients[id];
      return [client?.held, client?.guaranteed, client?.extra];
    });
  expect(fill(desk, SECOND, one, 0, 2)?.[3]).toBe(2);
  expect(fill(desk, SECOND + 1, two, 0, 2)?.[3]).toBe(1);
  expect(drawn()).toEqual([
    [2, 2, 0],
    [1, 1, 0],
  ]);
  expect(fill(desk, SECOND + 1, two, 1, 2, ALLOCATE_EXTRA)?.[3]).toBe(1);
  expect(drawn()[1]).toEqual([2, 1, 1]);
  expect(fill(desk, SECOND, one, 2, 1, ALLOCATE_EXTRA)).toEqual(
    refusal(one, OVER_CONTRACT, 'allocatePages', 2),
  );
  // What one gives back covers the other's extra [CON14], and is room for both.
  say(desk, SECOND, 'deallocatePages', [one, 0, 1]);
  expect(drawn()).toEqual([
    [1, 1, 0],
    [2, 2, 0],
  ]);
  expect(fill(desk, SECOND, one, 2, 1)?.[2]).toBe(OVER_CONTRACT);
  expect(fill(desk, SECOND, one, 2, 1, ALLOCATE_EXTRA)?.[0]).toBe('pagesDone');
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT33] [CONT25] a member of a child takes over what its sibling lets go of', () => {
  const desk = onChild(2, 0);
  const own = open(desk, SECOND, { lockMax: 100 });
  fill(desk, SECOND, own, 0, 2);
  const weak = entrust(desk, SECOND, own, SECOND + 1);
  const other = open(desk, SECOND + 1, {});
  transfer(desk, SECOND + 1, [weak, 0, 2], [other, 0, 2], COPY);
  // Full as it is, the child pays for each frame once, whoever of its members has it.
  say(desk, SECOND, 'dropContainer', [own]);
  expect(desk.server.clients.slice(SECOND).map((client) => client?.held)).toEqual([0, 2]);
  expect(takeHeard(desk, SECOND + 1)).toEqual([]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT33] one frame left in the child is room for one page moved, not one for each', () => {
  const desk = onChild(3, 0);
  const mine = open(desk, FIRST, { lockMax: 100 });
  fill(desk, FIRST, mine, 0, 2);
  const weak = [SECOND, SECOND + 1].map((client) => {
    const box = open(desk, client, { lockMax: 100 });
    fill(desk, client, box, 0, 1);
    const copy = open(desk, client, {});
    transfer(desk, client, [box, 0, 1], [copy, 0, 1], COPY);
    return entrust(desk, client, box, FIRST);
  });
  say(desk, FIRST, 'fromPages', [mine, 0, 2]);
  for (const slot of weak) say(desk, FIRST, 'intoPages', [slot, 0, 1]);
  const before = hashDesk(desk);
  expect(say(desk, FIRST, 'transferPages', [MOVE, 9])).toEqual([
    refusal(9, OVER_CONTRACT, 'transferPages', 1),
  ]);
  expect(hashDesk(desk)).toBe(before);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT33] [CONT20] a lock that writes counts what heirs on the same child take too', () => {
  const desk = onChild(3, 0);
  const box = open(desk, SECOND, { pages: 2, lockMax: 100 });
  fill(desk, SECOND, box, 0, 2);
  const own = open(desk, SECOND, {});
  transfer(desk, SECOND, [box, 1, 1], [own, 0, 1], COPY);
  const weak = entrust(desk, SECOND, box, SECOND + 1);
  transfer(desk, SECOND + 1, [weak, 0, 1], [open(desk, SECOND + 1, {}), 0, 1], COPY);
  // One frame is left: the sibling would take it over for page 0, and page 1 would stay a copy.
  expect(say(desk, SECOND + 1, 'lockPages', [weak, 6, 7, 100])).toEqual([
    refusal(7, OVER_CONTRACT, 'lockPages'),
  ]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT33] what a client’s own replaced page frees is drawn by whoever was short of it', () => {
  const desk = onChild(2, 1);
  const mine = open(desk, FIRST, { lockMax: 100 });
  fill(desk, FIRST, mine, 0, 2);
  const weak = [SECOND, SECOND + 1].map((client) => {
    const box = open(desk, client, { extras: 1, lockMax: 50 });
    fill(desk, client, box, 0, 1);
    // The page of the second is one of two, so it frees nothing.
    if (client > SECOND) transfer(desk, client, [box, 0, 1], [open(desk, client), 0, 1], COPY);
    return entrust(desk, client, box, FIRST);
  });
  say(desk, FIRST, 'fromPages', [mine, 0, 2]);
  for (const slot of weak) say(desk, FIRST, 'intoPages', [slot, 0, 1]);
  expect(say(desk, FIRST, 'transferPages', [MOVE, 9])[0]?.[0]).toBe('pagesDone');
  expect(desk.server.clients[SECOND]).toMatchObject({ held: 1, guaranteed: 1, extra: 0 });
  expect(desk.server.clients[SECOND + 1]).toMatchObject({ held: 2, guaranteed: 1, extra: 1 });
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT33] [CON27] an empty purse borrows nothing for a container either', () => {
  const desk = createDesk({ terms: { price: 1000 } });
  settleIn(desk, FIRST, 2, 4, 0);
  const own = open(desk, FIRST, { extras: 1 });
  fillPurse(desk.server.clients[FIRST] as Client, 0, 0);
  expect(fill(desk, FIRST, own, 0, 4, ALLOCATE_EXTRA)?.[3]).toBe(2);
  fillPurse(desk.server.clients[FIRST] as Client, 1000, 0);
  expect(fill(desk, FIRST, own, 2, 2, ALLOCATE_EXTRA)?.[3]).toBe(2);
});

test('[CONT34] under strict claims a full contract is no way to use what another pays for', () => {
  for (const claims of ['rotate', 'strict'] as const) {
    const { desk, own, other, held } = copied(1, { claims });
    const [full] = take(desk, SECOND, 1);
    const look = () => say(desk, SECOND, 'mapPage', [other, 0, 4, READ])[0];
    say(desk, FIRST, 'mapPage', [own, 0, 0, READ]);
    const before = hashDesk(desk);
    if (claims === 'rotate') expect(look()?.[0]).toBe('pageMapped');
    else {
      expect(look()).toEqual(refusal(other, OVER_CONTRACT, 'mapPage'));
      expect(hashDesk(desk)).toBe(before);
    }
    expect(held()).toEqual([2, 1]);
    say(desk, SECOND, 'returnFrames', [full as number]);
    expect(look()?.[0]).toBe('pageMapped');
    expect(held()).toEqual([1, 1]);
    // What it writes by force is its own, whoever pays for the other.
    expect(write(desk, FIRST, own, 0, 0, 9)?.[0]).toBe('pageMapped');
    expect(checkBooks(desk)).toBeUndefined();
  }
});

test('[CONT25] with claims that are kept a copy keeps alive what its payer gave up: the damage', () => {
  const { desk, own, held } = copied(4, { claims: 'keep' });
  say(desk, FIRST, 'deallocatePages', [own, 0, 2]);
  expect(held()).toEqual([2, 0]);
  expect(checkBooks(desk)).toContain('does not use');
});
