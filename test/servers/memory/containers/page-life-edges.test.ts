/** Lives of containers of pages, at their edges: what a place used again keeps, what an end ends. */

import { expect, test } from 'vitest';
import { LOCK_EXCLUSIVE, LOCK_PHYSICAL, READ } from '../../../../contracts/messages.ts';
import {
  NO_PLACE,
  NO_RUN,
  NO_SUCH_CONTAINER,
  NOT_SEALED,
  TOO_LONG,
} from '../../../../contracts/refusals.ts';
import { givePort } from '../../../../nucleus/kernel.ts';
import { containerBytes } from '../../../../servers/memory/metadata.ts';
import {
  advance,
  checkBooks,
  createDesk,
  type Desk,
  FIRST,
  hand,
  say,
  settleIn,
  tableOf,
  takeHeard,
} from '../../../support/desk.ts';
import {
  containerOf,
  entrust,
  fill,
  frameOf,
  handed,
  load,
  lockPages,
  open,
  portTo,
  refusal,
  SECOND,
} from '../../../support/pages.ts';

const THIRD = FIRST + 2;

/** Moves the owner's capability to SECOND; returns its slot there. */
function give(desk: Desk, own: number): number {
  hand(desk, FIRST, 'store', own, 0, 0, portTo(desk, FIRST, SECOND));
  return takeHeard(desk, SECOND).find(([name]) => name.startsWith('store'))?.[1] as number;
}

function fillTable(desk: Desk): void {
  const table = tableOf(desk, FIRST);
  while (table.objects < table.kind.length) givePort(desk.kernel, FIRST, SECOND);
}

function stands(desk: Desk, own: number): number[] | undefined {
  return say(desk, FIRST, 'inspectContainer', [own, 1])[0]?.slice(2, 5) as number[];
}

test('[CONT12] a place used again keeps nothing: version, lock time, placement, user, pages', () => {
  const desk = createDesk({ clients: 3 });
  settleIn(desk, FIRST, 6, 2, 0);
  const user = portTo(desk, FIRST, THIRD);
  const old = open(desk, FIRST, { user, extras: 1, lockMax: 90, lifetime: 500 });
  say(desk, FIRST, 'placePages', [old, 3, 4, 8]);
  fill(desk, FIRST, old, 0, 2);
  expect([frameOf(desk, FIRST, old, 0), frameOf(desk, FIRST, old, 1)]).toEqual([3, 7]);
  say(desk, FIRST, 'dropContainer', [old]);
  const fresh = open(desk, FIRST, { pages: 6 });
  expect(containerOf(desk, FIRST, fresh)).toBe(desk.server.pages.containers[0]);
  expect(desk.server.pages.containers.length).toBe(1);
  expect(stands(desk, fresh)).toEqual([6, 0, 0]);
  expect(fill(desk, FIRST, fresh, 0, 2)?.[3]).toBe(2);
  expect([frameOf(desk, FIRST, fresh, 0), frameOf(desk, FIRST, fresh, 1)]).toEqual([0, 1]);
  say(desk, FIRST, 'sealContainer', [fresh, 1, 0]);
  const weak = entrust(desk, FIRST, fresh, SECOND);
  // No lock longer than what has been sealed now; anybody may use it, and it does not end.
  expect(lockPages(desk, weak, 0, 1)?.[2]).toBe(TOO_LONG);
  advance(desk, 1000);
  expect(say(desk, SECOND, 'mapPage', [weak, 0, 3, READ])[0]?.[0]).toBe('pageMapped');
  expect(takeHeard(desk, FIRST)).toEqual([]);
});

test('[CONT12] the lowest place that is free is used first', () => {
  const desk = createDesk();
  settleIn(desk, FIRST, 4, 0, 0);
  const [one, two, three] = [open(desk, FIRST), open(desk, FIRST), open(desk, FIRST)];
  const id = (own: number) => containerOf(desk, FIRST, own).id;
  expect([one, two, three].map(id)).toEqual([0, 1, 2]);
  for (const own of [three, one]) say(desk, FIRST, 'dropContainer', [own]);
  expect([open(desk, FIRST), open(desk, FIRST), open(desk, FIRST)].map(id)).toEqual([0, 2, 3]);
});

test('[CONT13] whoever may use it is named by slot 0 too: then it is the memory server, and nobody', () => {
  const desk = createDesk();
  settleIn(desk, FIRST, 4, 0, 0);
  const own = open(desk, FIRST, { user: 0, lockMax: 50 });
  const weak = entrust(desk, FIRST, own, SECOND);
  expect(lockPages(desk, weak, 0, 5)?.[2]).toBe(NO_SUCH_CONTAINER);
});

test('[CONT13] [CONT15] after a cancel it is nobody’s, and may be anybody’s', () => {
  const desk = createDesk({ clients: 3 });
  settleIn(desk, FIRST, 4, 0, 0);
  const own = open(desk, FIRST, { user: portTo(desk, FIRST, THIRD), lockMax: 50, lifetime: 100 });
  fill(desk, FIRST, own, 0, 1);
  say(desk, FIRST, 'cancelContainer', [own]);
  expect(say(desk, FIRST, 'shareContainer', [own, 4])).toEqual([
    refusal(4, NOT_SEALED, 'shareContainer'),
  ]);
  say(desk, FIRST, 'sealContainer', [own, 1, 60]);
  const weak = entrust(desk, FIRST, own, SECOND);
  expect(lockPages(desk, weak, 0, 60)?.[0]).toBe('locked');
  say(desk, SECOND, 'unlockContainer', [weak]);
  // Its lifetime was over with the cancel.
  advance(desk, 200);
  expect(takeHeard(desk, FIRST)).toEqual([]);
  expect(lockPages(desk, weak, 0, 60)?.[0]).toBe('locked');
});

test('[CONT21] extras are locked for their grace, and no longer; others for as long as was sealed', () => {
  const desk = createDesk();
  settleIn(desk, FIRST, 4, 4, 0);
  for (const [extras, lockMax, answer] of [
    [1, 100, 'containerIs'],
    [1, 101, 'refused'],
    [0, 101, 'containerIs'],
  ] as const) {
    const own = open(desk, FIRST, { extras });
    expect(say(desk, FIRST, 'sealContainer', [own, 1, lockMax])[0]?.[0]).toBe(answer);
  }
});

test('[CONT10] where the table is full it is not shared, and stays what it was', () => {
  const desk = createDesk();
  settleIn(desk, FIRST, 4, 0, 0);
  const own = open(desk, FIRST, { lockMax: 50 });
  const { status } = containerOf(desk, FIRST, own);
  fillTable(desk);
  expect(say(desk, FIRST, 'shareContainer', [own, 3])).toEqual([
    refusal(3, NO_PLACE, 'shareContainer'),
  ]);
  expect(containerOf(desk, FIRST, own).status).toBe(status);
});

test('[CONT20] a lock holds while its container is shared with others', () => {
  const { desk, own, weak } = handed({}, { clients: 3 });
  expect(lockPages(desk, weak, LOCK_EXCLUSIVE)?.[0]).toBe('locked');
  const third = entrust(desk, FIRST, own, THIRD);
  expect(say(desk, THIRD, 'mapPage', [third, 0, 2, READ])[0]?.[0]).toBe('refused');
  expect(say(desk, SECOND, 'unlockContainer', [weak])).toEqual([]);
  expect(say(desk, THIRD, 'mapPage', [third, 0, 2, READ])[0]?.[0]).toBe('pageMapped');
});

test('[CONT18] a colour is one of those there are', () => {
  const { desk, own } = handed();
  expect(say(desk, FIRST, 'placePages', [own, 3, 4, 0])).toEqual([]);
  expect(say(desk, FIRST, 'placePages', [own, 4, 4, 0])).toEqual([
    refusal(own, NO_RUN, 'placePages'),
  ]);
});

test('[CONT15] where there is no place for the owner’s new capability all goes with a cancel', () => {
  for (const end of ['cancel', 'lifetime'] as const) {
    const { desk, own } = handed({ lifetime: 300 });
    const id = containerOf(desk, FIRST, own).id;
    const sent = give(desk, own);
    fillTable(desk);
    if (end === 'cancel') say(desk, SECOND, 'cancelContainer', [sent]);
    else advance(desk, 300);
    expect(desk.server.clients[FIRST]).toMatchObject({ held: 0, metadata: 0 });
    expect(desk.server.pages.containers[id]?.cells).toEqual([]);
    // There is no container to tell of.
    expect(takeHeard(desk, FIRST)).toEqual([]);
    expect(checkBooks(desk)).toBeUndefined();
  }
});

test('[CONT15] [CAP2] what lies where a capability was that has been sent away stays', () => {
  const { desk, own } = handed();
  const sent = give(desk, own);
  expect(givePort(desk.kernel, FIRST, SECOND)).toBe(own);
  expect(say(desk, SECOND, 'dropContainer', [sent])).toEqual([]);
  expect(tableOf(desk, FIRST).object[own]).toBe(SECOND);
  // The same where another container's capability lies there.
  const again = handed();
  const given = give(again.desk, again.own);
  const second = open(again.desk, FIRST);
  expect(second).toBe(again.own);
  expect(say(again.desk, SECOND, 'dropContainer', [given])).toEqual([]);
  expect(fill(again.desk, FIRST, second, 0, 1)?.[0]).toBe('pagesDone');
  expect(checkBooks(again.desk)).toBeUndefined();
});

test('[CAP1] [CONT15] with a drop the owner’s capability is gone, and its place is free', () => {
  const { desk, own } = handed();
  const { objects } = tableOf(desk, FIRST);
  say(desk, FIRST, 'dropContainer', [own]);
  expect(tableOf(desk, FIRST).objects).toBe(objects - 1);
  expect(open(desk, FIRST)).toBe(own);
});

test('[MEM19] a container is counted from its opening to its end, by its places', () => {
  const desk = createDesk();
  settleIn(desk, FIRST, 4, 0, 0);
  const [small, large] = [open(desk, FIRST, { pages: 1 }), open(desk, FIRST, { pages: 9 })];
  const bytes = () => desk.server.clients[FIRST]?.metadata;
  expect(bytes()).toBe(containerBytes(1) + containerBytes(9));
  say(desk, FIRST, 'cancelContainer', [small]);
  expect(bytes()).toBe(containerBytes(1) + containerBytes(9));
  say(desk, FIRST, 'dropContainer', [large]);
  expect(bytes()).toBe(containerBytes(1));
});

test('[CONT31] unmapping drops the mappings of all its pages, and of no others', () => {
  const { desk, own, weak } = handed();
  const other = open(desk, FIRST);
  fill(desk, FIRST, other, 0, 1);
  for (const index of [0, 1, 2]) say(desk, FIRST, 'mapPage', [own, index, index, READ]);
  say(desk, FIRST, 'mapPage', [other, 0, 5, READ]);
  expect(say(desk, SECOND, 'unmapPages', [weak])).toEqual([]);
  expect([0, 1, 2].map((page) => load(desk, FIRST, page))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(load(desk, FIRST, 5)).toBeDefined();
});

test('[CONT4] [CONT14] observers hear of a lock that its limit has ended, and of no other end', () => {
  const { desk, weak } = handed({ lifetime: 400 });
  const expired = () => desk.events.filter(({ kind }) => kind === 'lockExpired');
  lockPages(desk, weak, LOCK_PHYSICAL, 50);
  say(desk, SECOND, 'unlockContainer', [weak]);
  advance(desk, 60);
  expect(expired()).toEqual([]);
  lockPages(desk, weak, LOCK_PHYSICAL, 50);
  advance(desk, 49);
  expect(expired()).toEqual([]);
  advance(desk, 1);
  expect(expired()).toMatchObject([{ at: 110, task: 'client0' }]);
  advance(desk, 400);
  expect(takeHeard(desk, FIRST).map(([name]) => name)).toEqual(['containerEnded']);
  expect(expired().length).toBe(1);
});
