import { expect, test } from 'vitest';
import { COPY, MOVE, OP, READ, SHARE } from '../../../../contracts/messages.ts';
import {
  LOCKED_NOW,
  NO_CONTRACT,
  NO_PLACE,
  NO_SUCH_CONTAINER,
  NO_SUCH_PAGE,
  NOT_SEALED,
} from '../../../../contracts/refusals.ts';
import { deliverAll } from '../../../../nucleus/ipc.ts';
import { givePort } from '../../../../nucleus/kernel.ts';
import { killTask } from '../../../../nucleus/life.ts';
import {
  advance,
  checkBooks,
  createDesk,
  FIRST,
  hand,
  hashDesk,
  say,
  settleIn,
  tableOf,
  takeHeard,
} from '../../../support/desk.ts';
import {
  containerOf,
  entrust,
  fill,
  handed,
  load,
  lockPages,
  open,
  portTo,
  refusal,
  SECOND,
  transfer,
} from '../../../support/pages.ts';

test('[CONT12] a container is opened empty, charged to nobody until pages are in it', () => {
  const desk = createDesk();
  const words = [4, -1, 0, 7, 0];
  expect(say(desk, FIRST, 'openContainer', words)).toEqual([
    refusal(7, NO_CONTRACT, 'openContainer'),
  ]);
  settleIn(desk, FIRST, 4, 0, 0);
  expect(say(desk, FIRST, 'openContainer', words)).toEqual([['containerIs', 7, 2, -1, 0, 0]]);
  expect(desk.server.clients[FIRST]?.held).toBe(0);
  expect(say(desk, FIRST, 'inspectContainer', [2, 5])).toEqual([
    ['containerStands', 5, 4, 0, 0, 0],
  ]);
  expect(fill(desk, FIRST, 2, 0, 2)).toEqual(['pagesDone', 2, OP.allocatePages, 2, 1, 0]);
  expect(desk.server.clients[FIRST]?.held).toBe(2);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT12] it cannot be shared before it is sealed, and is sealed once', () => {
  const { desk } = handed();
  const own = open(desk, FIRST);
  expect(say(desk, FIRST, 'shareContainer', [own, 4])).toEqual([
    refusal(4, NOT_SEALED, 'shareContainer'),
  ]);
  expect(say(desk, FIRST, 'sealContainer', [own, 4, 9])).toEqual([
    ['containerIs', 4, own, -1, 0, 0],
  ]);
  expect(say(desk, FIRST, 'sealContainer', [own, 4, 99])).toEqual([
    refusal(4, NO_PLACE, 'sealContainer'),
  ]);
  expect(containerOf(desk, FIRST, own).lockMax).toBe(9);
});

test('[CONT12] [CONT10] where the table is full nothing is made', () => {
  const { desk } = handed();
  while (tableOf(desk, FIRST).objects < 64) givePort(desk.kernel, FIRST, SECOND);
  const before = hashDesk(desk);
  expect(say(desk, FIRST, 'openContainer', [4, -1, 0, 7, 0])[0]?.[2]).toBe(NO_PLACE);
  expect(hashDesk(desk)).toBe(before);
});

test('[CONT13] a weak capability counts for the user that was named, wherever it goes', () => {
  const desk = createDesk({ clients: 3 });
  settleIn(desk, FIRST, 6, 0, 0);
  const user = portTo(desk, FIRST, SECOND);
  const own = open(desk, FIRST, { user, lockMax: 100 });
  fill(desk, FIRST, own, 0, 2);
  const weak = entrust(desk, FIRST, own, SECOND);
  expect(say(desk, SECOND, 'mapPage', [weak, 0, 2, READ])[0]?.[0]).toBe('pageMapped');
  hand(desk, SECOND, 'store', weak, 0, 0, portTo(desk, SECOND, FIRST + 2));
  const astray = takeHeard(desk, FIRST + 2)[0]?.[1] as number;
  expect(say(desk, FIRST + 2, 'lockPages', [astray, 0, 1, 5])[0]?.[2]).toBe(NO_SUCH_CONTAINER);
  expect(say(desk, FIRST + 2, 'mapPage', [astray, 0, 2, READ])[0]?.[2]).toBe(NO_SUCH_CONTAINER);
});

test('[CONT13] a user is named by a port of the own table, or not at all', () => {
  const { desk, own } = handed();
  for (const slot of [own, 60, 1023])
    expect(say(desk, FIRST, 'openContainer', [4, slot, 0, 7, 0])[0]?.[2]).toBe(NO_PLACE);
});

test('[CONT14] at the end of its lifetime a container is its owner’s alone again', () => {
  const { desk, own, weak } = handed({ lifetime: 300 });
  say(desk, SECOND, 'mapPage', [weak, 1, 2, READ]);
  expect(load(desk, SECOND, 2)).toBe(0);
  advance(desk, 299);
  expect(load(desk, SECOND, 2)).toBe(0);
  advance(desk, 1);
  expect(takeHeard(desk, FIRST)).toEqual([['containerEnded', own, 2, 0, 0, 0]]);
  expect(load(desk, SECOND, 2)).toBeUndefined();
  expect(lockPages(desk, weak)?.[2]).toBe(NO_SUCH_CONTAINER);
  // The frames are where they were, and come out.
  expect(desk.server.clients[FIRST]?.held).toBe(3);
  expect(say(desk, FIRST, 'takeOut', [own, 0, 8])[0]?.slice(0, 2)).toEqual(['granted', 8]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT14] a lifetime that ends during a lock ends with it', () => {
  for (const end of ['unlock', 'limit'] as const) {
    const { desk, own, weak } = handed({ lifetime: 300 });
    advance(desk, 290);
    expect(lockPages(desk, weak, 2, 100)?.[0]).toBe('locked');
    advance(desk, 50);
    expect(takeHeard(desk, FIRST)).toEqual([]);
    if (end === 'unlock') expect(say(desk, SECOND, 'unlockContainer', [weak])).toEqual([]);
    else advance(desk, 50);
    expect(takeHeard(desk, FIRST)).toEqual([['containerEnded', own, 3, 0, 0, 0]]);
  }
});

test('[CONT15] cancel brings it back in every state but locked; stale capabilities name nothing', () => {
  const { desk, own, weak } = handed();
  lockPages(desk, weak);
  expect(say(desk, FIRST, 'cancelContainer', [own])).toEqual([
    refusal(own, LOCKED_NOW, 'cancelContainer'),
  ]);
  say(desk, SECOND, 'unlockContainer', [weak]);
  say(desk, SECOND, 'mapPage', [weak, 0, 3, READ]);
  expect(say(desk, FIRST, 'cancelContainer', [own])).toEqual([]);
  expect(load(desk, SECOND, 3)).toBeUndefined();
  say(desk, FIRST, 'sealContainer', [own, 1, 100]);
  entrust(desk, FIRST, own, SECOND);
  const before = hashDesk(desk);
  for (const answer of [
    lockPages(desk, weak),
    say(desk, SECOND, 'mapPage', [weak, 0, 3, READ])[0],
    say(desk, SECOND, 'inspectContainer', [weak, 3])[0],
    say(desk, SECOND, 'unmapPages', [weak])[0],
    say(desk, SECOND, 'unlockContainer', [weak])[0],
  ])
    expect(answer?.[2]).toBe(NO_SUCH_CONTAINER);
  expect(hashDesk(desk)).toBe(before);
});

test('[CONT15] an owner’s capability that was sent away dies with the cancel; another is made', () => {
  const { desk, own } = handed();
  hand(desk, FIRST, 'store', own, 0, 0, portTo(desk, FIRST, SECOND));
  const sent = takeHeard(desk, SECOND)[0]?.[1] as number;
  expect(say(desk, SECOND, 'cancelContainer', [sent])).toEqual([]);
  const back = desk.server.pages.containers[0]?.capability as number;
  expect(say(desk, SECOND, 'dropContainer', [sent])[0]?.[2]).toBe(NO_SUCH_CONTAINER);
  expect(say(desk, FIRST, 'dropContainer', [back])).toEqual([]);
  expect(desk.server.clients[FIRST]?.held).toBe(0);
});

test('[CONT15] drop, and the death of the owner, give every frame back', () => {
  for (const end of ['drop', 'death'] as const) {
    const { desk, own, weak } = handed();
    if (end === 'drop') {
      lockPages(desk, weak);
      expect(say(desk, FIRST, 'dropContainer', [own])[0]?.[2]).toBe(LOCKED_NOW);
      say(desk, SECOND, 'unlockContainer', [weak]);
      expect(say(desk, FIRST, 'dropContainer', [own])).toEqual([]);
      expect(say(desk, FIRST, 'inspectContainer', [own, 1])[0]?.[2]).toBe(NO_SUCH_CONTAINER);
    } else {
      lockPages(desk, weak);
      killTask(desk.kernel, FIRST);
      deliverAll(desk.kernel);
      expect(desk.events.at(-1)).toMatchObject({ kind: 'death', frames: 3, locked: 1 });
    }
    expect(lockPages(desk, weak)?.[2]).toBe(NO_SUCH_CONTAINER);
    expect(desk.server.clients[FIRST]?.held).toBe(0);
    expect(checkBooks(desk)).toBeUndefined();
  }
});

test('[CONT15] [CONT42] a dead server’s lock ends with it, and the container is its owner’s', () => {
  const { desk, own, weak } = handed();
  lockPages(desk, weak, 3, 80);
  killTask(desk.kernel, SECOND);
  deliverAll(desk.kernel);
  expect(say(desk, FIRST, 'cancelContainer', [own])).toEqual([]);
});

test('[CONT16] a weak capability changes nothing of what is in a container', () => {
  const { desk, own, weak } = handed();
  const mine = open(desk, SECOND, { lockMax: 9 });
  const [slot] = settleIn(desk, SECOND, 4, 0, 1);
  const before = hashDesk(desk);
  for (const answer of [
    fill(desk, SECOND, weak, 3, 1),
    say(desk, SECOND, 'deallocatePages', [weak, 0, 1])[0],
    say(desk, SECOND, 'putRuns', [weak, 3, slot as number, 1])[0],
    say(desk, SECOND, 'takeOut', [weak, 0, weak])[0],
    say(desk, SECOND, 'placePages', [weak, 0, 2, 0])[0],
    say(desk, SECOND, 'releaseData', [weak, 0, 1])[0],
    say(desk, SECOND, 'orphanData', [weak, 0, 1])[0],
    say(desk, SECOND, 'sealContainer', [weak, weak, 9])[0],
    say(desk, SECOND, 'shareContainer', [weak, weak])[0],
    say(desk, SECOND, 'cancelContainer', [weak])[0],
    say(desk, SECOND, 'dropContainer', [weak])[0],
  ])
    expect(answer?.slice(0, 3)).toEqual(['refused', weak, NO_SUCH_CONTAINER]);
  expect(hashDesk(desk)).toBe(before);
  for (const how of [MOVE, SHARE])
    expect(transfer(desk, SECOND, [weak, 0, 1], [mine, 0, 1], how)[0]?.[2]).toBe(NO_SUCH_CONTAINER);
  // Not even by copies: it fills pages that are there.
  fill(desk, SECOND, mine, 0, 1);
  expect(transfer(desk, SECOND, [mine, 0, 1], [weak, 3, 1], COPY)[0]?.[2]).toBe(NO_SUCH_PAGE);
  expect(transfer(desk, SECOND, [mine, 0, 1], [weak, 2, 1], COPY)[0]?.[0]).toBe('pagesDone');
  expect(containerOf(desk, FIRST, own).cells[3]).toBe(-1);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CAP1] [CONT16] the capabilities of one kind of container are no good for the other', () => {
  const { desk, own, weak } = handed();
  expect(say(desk, SECOND, 'lockContainer', [weak, 9, 0, 1])[0]?.[2]).toBe(NO_SUCH_CONTAINER);
  const [slot] = settleIn(desk, FIRST, 6, 0, 1);
  const thin = say(desk, FIRST, 'createContainer', [
    slot as number,
    9,
    1,
    7,
  ])[0] as unknown as number[];
  expect(fill(desk, FIRST, thin[2] as number, 0, 1)?.[2]).toBe(NO_SUCH_CONTAINER);
  expect(say(desk, FIRST, 'lockPages', [thin[3] as number, 0, 1, 5])[0]?.[2]).toBe(
    NO_SUCH_CONTAINER,
  );
  expect(say(desk, FIRST, 'lockPages', [own, 0, 1, 5])[0]?.[2]).toBe(NO_SUCH_CONTAINER);
});
