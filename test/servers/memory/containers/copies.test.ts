import { expect, test } from 'vitest';
import {
  ALLOCATE_ZERO,
  COPY,
  FORCE_WRITE,
  MOVE,
  READ,
  SHARE,
  WRITE,
} from '../../../../contracts/messages.ts';
import {
  NO_FREE_FRAMES,
  NO_PLACE,
  NO_SUCH_CONTAINER,
  NO_SUCH_PAGE,
  NOT_ALIKE,
  OVER_CONTRACT,
} from '../../../../contracts/refusals.ts';
import {
  checkBooks,
  createDesk,
  type DeskOptions,
  FIRST,
  hand,
  hashDesk,
  say,
  settleIn,
  takeHeard,
} from '../../../support/desk.ts';
import {
  contents,
  entrust,
  fill,
  frameOf,
  load,
  open,
  portTo,
  refusal,
  store,
  transfer,
  write,
} from '../../../support/pages.ts';

const SECOND = FIRST + 1;

/** Client 1 has pages that hold 1, 2, 3; client 2 a weak capability, and a container of its own. */
function shared(guaranteed = 8, options: DeskOptions = {}) {
  const desk = createDesk(options);
  settleIn(desk, FIRST, guaranteed, 0, 0);
  settleIn(desk, SECOND, 4, 0, 0);
  const own = open(desk, FIRST, { pages: 6, lockMax: 100 });
  for (const index of [0, 1, 2]) {
    fill(desk, FIRST, own, index, 1, ALLOCATE_ZERO);
    write(desk, FIRST, own, index, index, index + 1);
  }
  const weak = entrust(desk, FIRST, own, SECOND);
  return { desk, own, weak, other: open(desk, SECOND, { pages: 6, lockMax: 100 }) };
}

function holds(desk: ReturnType<typeof createDesk>, client: number, own: number, count: number) {
  return Array.from({ length: count }, (_, index) => contents(desk, client, own, index));
}

function held(desk: ReturnType<typeof createDesk>): (number | undefined)[] {
  return [desk.server.clients[FIRST]?.held, desk.server.clients[SECOND]?.held];
}

test('[CONT27] a logical copy takes no frame until it is written, and then one of its writer’s', () => {
  const { desk, own, weak, other } = shared();
  expect(transfer(desk, SECOND, [weak, 0, 3], [other, 0, 3], COPY)[0]?.slice(0, 4)).toEqual([
    'pagesDone',
    9,
    transferOp(),
    3,
  ]);
  expect(held(desk)).toEqual([3, 0]);
  expect(holds(desk, SECOND, other, 3)).toEqual([1, 2, 3]);
  expect(frameOf(desk, SECOND, other, 1)).toBe(frameOf(desk, FIRST, own, 1));
  // Asked for plainly the right to write is not given; forced it is, on a frame of its own.
  expect(say(desk, SECOND, 'mapPage', [other, 1, 5, WRITE])[0]?.[4]).toBe(0);
  expect(load(desk, SECOND, 5)).toBe(2);
  expect(say(desk, SECOND, 'mapPage', [other, 1, 5, FORCE_WRITE])[0]?.[4]).toBe(1);
  expect(write(desk, SECOND, other, 1, 5, 20)?.[0]).toBe('pageMapped');
  expect(held(desk)).toEqual([3, 1]);
  expect([holds(desk, FIRST, own, 3), holds(desk, SECOND, other, 3)]).toEqual([
    [1, 2, 3],
    [1, 20, 3],
  ]);
  expect(checkBooks(desk)).toBeUndefined();
});

function transferOp(): number {
  return refusal(0, 0, 'transferPages')[3] as number;
}

test('[CONT27] the first owner’s mapping for writing is not one any more', () => {
  const { desk, own, weak, other } = shared();
  transfer(desk, SECOND, [weak, 2, 1], [other, 0, 1], COPY);
  expect(load(desk, FIRST, 2)).toBe(3);
  expect(store(desk, FIRST, 2, 33)).toBe(false);
  expect(say(desk, FIRST, 'mapPage', [own, 2, 2, WRITE])[0]?.[4]).toBe(0);
  // The last one to have the frame may write to it where it is.
  say(desk, SECOND, 'deallocatePages', [other, 0, 1]);
  const frame = frameOf(desk, FIRST, own, 2);
  expect(say(desk, FIRST, 'mapPage', [own, 2, 2, WRITE])[0]?.[4]).toBe(1);
  expect(frameOf(desk, FIRST, own, 2)).toBe(frame);
});

test('[CONT27] a write is refused where the contract has no room, or nothing is free', () => {
  const { desk, weak, other } = shared();
  transfer(desk, SECOND, [weak, 0, 1], [other, 0, 1], COPY);
  fill(desk, SECOND, other, 1, 4);
  const before = hashDesk(desk);
  const answer = say(desk, SECOND, 'mapPage', [other, 0, 5, FORCE_WRITE]);
  expect(answer).toEqual([refusal(other, OVER_CONTRACT, 'mapPage', 0)]);
  expect(hashDesk(desk)).toBe(before);
  const crowded = shared(3, { frames: 7 });
  settleIn(crowded.desk, SECOND, 4, 0, 4);
  transfer(crowded.desk, FIRST, [crowded.own, 0, 1], [crowded.own, 3, 1], COPY);
  say(crowded.desk, FIRST, 'contract', [3, 0, 0, 0]);
  const [no] = say(crowded.desk, FIRST, 'mapPage', [crowded.own, 3, 5, FORCE_WRITE]);
  expect([OVER_CONTRACT, NO_FREE_FRAMES]).toContain(no?.[2]);
});

test('[CONT27] a payer that writes leaves the old frame to a user that can pay, or to nobody', () => {
  const rich = shared();
  transfer(rich.desk, SECOND, [rich.weak, 0, 1], [rich.other, 0, 1], COPY);
  write(rich.desk, FIRST, rich.own, 0, 5, 11);
  expect(held(rich.desk)).toEqual([3, 1]);
  expect(contents(rich.desk, SECOND, rich.other, 0)).toBe(1);
  const poor = shared();
  transfer(poor.desk, SECOND, [poor.weak, 0, 1], [poor.other, 0, 1], COPY);
  fill(poor.desk, SECOND, poor.other, 1, 4);
  const frame = frameOf(poor.desk, FIRST, poor.own, 0);
  write(poor.desk, FIRST, poor.own, 0, 5, 11);
  expect(held(poor.desk)).toEqual([3, 4]);
  expect(takeHeard(poor.desk, SECOND)).toEqual([['pageLost', poor.other, 0, 1, 1, 0]]);
  expect(frameOf(poor.desk, FIRST, poor.own, 0)).toBe(frame);
  expect(frameOf(poor.desk, SECOND, poor.other, 0)).toBe(-1);
  for (const { desk } of [rich, poor]) expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT27] copies of copies, and of one’s own pages, each go their own way', () => {
  const { desk, own } = shared();
  transfer(desk, FIRST, [own, 0, 1], [own, 3, 1], COPY);
  transfer(desk, FIRST, [own, 3, 1], [own, 4, 1], COPY);
  expect(held(desk)[0]).toBe(3);
  write(desk, FIRST, own, 0, 5, 10);
  write(desk, FIRST, own, 4, 6, 14);
  expect(holds(desk, FIRST, own, 5)).toEqual([10, 2, 3, 1, 14]);
  expect(held(desk)[0]).toBe(5);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT28] scatter and gather: lists of ranges, in the order they were named', () => {
  const { desk, own, other, weak } = shared();
  const list = (name: 'fromPages' | 'intoPages', words: number[]) =>
    expect(say(desk, SECOND, name, words)).toEqual([]);
  list('fromPages', [weak, 2, 1]);
  list('fromPages', [weak, 0, 2]);
  list('intoPages', [other, 4, 1]);
  list('intoPages', [other, 0, 1]);
  list('intoPages', [other, 2, 1]);
  expect(say(desk, SECOND, 'transferPages', [COPY, 8])[0]?.[3]).toBe(3);
  expect([4, 0, 2].map((index) => contents(desk, SECOND, other, index))).toEqual([3, 1, 2]);
  // The lists are used up.
  expect(say(desk, SECOND, 'transferPages', [COPY, 8])[0]?.[2]).toBe(NOT_ALIKE);
  expect(contents(desk, FIRST, own, 0)).toBe(1);
});

test('[CONT28] all pairs or none; the refusal tells which one fails first', () => {
  const { desk, own, other, weak } = shared();
  const no = (from: number[], into: number[], how: number, reason: number, index: number) => {
    say(desk, SECOND, 'fromPages', from);
    say(desk, SECOND, 'intoPages', into);
    const before = hashDesk(desk);
    expect(say(desk, SECOND, 'transferPages', [how, 8])).toEqual([
      refusal(8, reason, 'transferPages', index),
    ]);
    expect(hashDesk(desk)).toBe(before);
    say(desk, SECOND, 'fromPages', [0, 0, 0]);
  };
  no([weak, 1, 3], [other, 0, 3], COPY, NO_SUCH_PAGE, 2);
  no([weak, 0, 2], [other, 5, 2], COPY, NO_SUCH_PAGE, 1);
  no([weak, 0, 3], [other, 0, 2], COPY, NOT_ALIKE, 2);
  no([60, 0, 1], [other, 0, 1], COPY, NO_SUCH_CONTAINER, 0);
  no([weak, 0, 1], [1023, 0, 1], COPY, NO_SUCH_CONTAINER, 0);
  no([weak, 0, 1], [other, 0, 1], MOVE, NO_SUCH_CONTAINER, 0);
  fill(desk, SECOND, other, 0, 4, ALLOCATE_ZERO);
  no([other, 0, 2], [other, 1, 2], COPY, NOT_ALIKE, 0);
  // A capability that dies after it was listed is a dead one.
  say(desk, SECOND, 'fromPages', [weak, 0, 1]);
  say(desk, SECOND, 'intoPages', [other, 4, 1]);
  say(desk, FIRST, 'cancelContainer', [own]);
  expect(say(desk, SECOND, 'transferPages', [COPY, 8])).toEqual([
    refusal(8, NO_SUCH_CONTAINER, 'transferPages', 0),
  ]);
});

test('[CONT28] lists are bounded, and each sender has its own', () => {
  const { desk, own } = shared();
  for (let i = 0; i < 64; i++) expect(say(desk, FIRST, 'fromPages', [own, 0, 1])).toEqual([]);
  expect(say(desk, FIRST, 'fromPages', [own, 0, 1])).toEqual([refusal(own, NO_PLACE, 'fromPages')]);
  expect(say(desk, FIRST, 'intoPages', [own, 0, 1024])).toEqual([]);
  expect(say(desk, FIRST, 'intoPages', [own, 0, 1])[0]?.[2]).toBe(NO_PLACE);
  expect(desk.server.pages.lists[SECOND]).toBeUndefined();
  say(desk, FIRST, 'fromPages', [own, 0, 0]);
  expect(desk.server.pages.lists[FIRST]).toBeNull();
});

test('[CONT28] moved pages leave their place, and their owner pays no more', () => {
  const { desk, own } = shared();
  expect(transfer(desk, FIRST, [own, 0, 2], [own, 4, 2], MOVE)[0]?.[0]).toBe('pagesDone');
  expect(holds(desk, FIRST, own, 6)).toEqual([0, 0, 3, 0, 1, 2]);
  expect(held(desk)).toEqual([3, 0]);
  // create-from, create-gather: a new container, and pages of others moved into it.
  const fresh = open(desk, FIRST, { pages: 2 });
  say(desk, FIRST, 'fromPages', [own, 5, 1]);
  say(desk, FIRST, 'fromPages', [own, 2, 1]);
  say(desk, FIRST, 'intoPages', [fresh, 0, 2]);
  expect(say(desk, FIRST, 'transferPages', [MOVE, 1])[0]?.[3]).toBe(2);
  expect(holds(desk, FIRST, fresh, 2)).toEqual([2, 3]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT28] a page moved to another owner is that one’s to pay for, if it has room', () => {
  const { desk, own, other } = shared();
  // The second client gives the first its own capability: gifts need the receiver's consent.
  const sent = sendOwn(desk, other);
  expect(transfer(desk, FIRST, [own, 0, 2], [sent, 0, 2], MOVE)[0]?.[0]).toBe('pagesDone');
  expect(held(desk)).toEqual([1, 2]);
  fill(desk, FIRST, sent, 2, 2);
  expect(held(desk)).toEqual([1, 4]);
  expect(transfer(desk, FIRST, [own, 2, 1], [sent, 4, 1], MOVE)).toEqual([
    refusal(9, OVER_CONTRACT, 'transferPages', 0),
  ]);
  // In the place of a page that the other pays for already there is room.
  expect(transfer(desk, FIRST, [own, 2, 1], [sent, 3, 1], MOVE)[0]?.[0]).toBe('pagesDone');
  expect(held(desk)).toEqual([0, 4]);
  expect(checkBooks(desk)).toBeUndefined();
});

function sendOwn(desk: ReturnType<typeof createDesk>, own: number): number {
  const port = portTo(desk, SECOND, FIRST);
  hand(desk, SECOND, 'store', own, 0, 0, port);
  return takeHeard(desk, FIRST).find(([name]) => name.startsWith('store'))?.[1] as number;
}

test('[CONT28] a shared page is one page: what is written here is seen there', () => {
  const { desk, own } = shared();
  const twin = open(desk, FIRST, { pages: 2 });
  transfer(desk, FIRST, [own, 0, 1], [twin, 1, 1], SHARE);
  write(desk, FIRST, twin, 1, 5, 31);
  expect(contents(desk, FIRST, own, 0)).toBe(31);
  expect(held(desk)[0]).toBe(3);
  // A logical copy of it is of the moment.
  transfer(desk, FIRST, [own, 0, 1], [own, 5, 1], COPY);
  write(desk, FIRST, own, 0, 4, 32);
  expect([contents(desk, FIRST, twin, 1), contents(desk, FIRST, own, 5)]).toEqual([32, 31]);
  say(desk, FIRST, 'deallocatePages', [own, 0, 1]);
  expect(contents(desk, FIRST, twin, 1)).toBe(32);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT29] released data is not copied for nothing, and is kept for those who can pay', () => {
  const { desk, own, weak, other } = shared();
  transfer(desk, SECOND, [weak, 0, 2], [other, 0, 2], COPY);
  expect(say(desk, SECOND, 'releaseData', [other, 0, 1])[0]?.[3]).toBe(1);
  expect(frameOf(desk, SECOND, other, 0)).toBe(-1);
  write(desk, SECOND, other, 0, 5, 50);
  expect(holds(desk, FIRST, own, 3)).toEqual([1, 2, 3]);
  // The payer lets go: the other takes the frame over.
  expect(say(desk, FIRST, 'releaseData', [own, 1, 1])[0]?.[3]).toBe(1);
  expect(held(desk)).toEqual([2, 2]);
  expect(contents(desk, SECOND, other, 1)).toBe(2);
  // A frame that nobody shares is kept, contents and all.
  expect(say(desk, FIRST, 'releaseData', [own, 2, 1])[0]?.[3]).toBe(0);
  expect(contents(desk, FIRST, own, 2)).toBe(3);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT29] released data stays where nobody else could pay; orphaned data goes', () => {
  const { desk, own, weak, other } = shared();
  transfer(desk, SECOND, [weak, 0, 1], [other, 0, 1], COPY);
  fill(desk, SECOND, other, 1, 4);
  expect(say(desk, FIRST, 'releaseData', [own, 0, 1])[0]?.[3]).toBe(0);
  expect(contents(desk, SECOND, other, 0)).toBe(1);
  expect(say(desk, FIRST, 'orphanData', [own, 0, 3])[0]?.[3]).toBe(3);
  expect(held(desk)).toEqual([0, 4]);
  expect(takeHeard(desk, SECOND)).toEqual([['pageLost', other, 0, 1, 1, 0]]);
  // The pages are there still, and get zeros at their next use: junk is never mapped.
  expect(say(desk, FIRST, 'mapPage', [own, 0, 6, READ])[0]?.[0]).toBe('pageMapped');
  expect(load(desk, FIRST, 6)).toBe(0);
  expect(held(desk)[0]).toBe(1);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT28] lists of unequal length are refused, whatever the longer one names beyond', () => {
  const { desk, own, other } = shared();
  say(desk, SECOND, 'fromPages', [55, 0, 2]);
  say(desk, SECOND, 'intoPages', [other, 0, 1]);
  const before = hashDesk(desk);
  expect(say(desk, SECOND, 'transferPages', [COPY, 9])[0]?.slice(0, 3)).toEqual([
    'refused',
    9,
    NO_SUCH_CONTAINER,
  ]);
  say(desk, FIRST, 'fromPages', [own, 0, 1]);
  say(desk, FIRST, 'fromPages', [55, 0, 2]);
  say(desk, FIRST, 'intoPages', [own, 3, 1]);
  const heard = say(desk, FIRST, 'transferPages', [COPY, 9])[0];
  expect(heard?.slice(0, 3)).toEqual(['refused', 9, NOT_ALIKE]);
  expect(heard?.[4]).toBe(1);
  say(desk, FIRST, 'fromPages', [0, 0, 0]);
  expect(hashDesk(desk)).toBe(before);
});
