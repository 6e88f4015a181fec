import { expect, test } from 'vitest';
import { HINT_ONCE, OP, WRITE } from '../../../contracts/messages.ts';
import { DONE, NO_SUCH_CONTAINER, TAMPERED } from '../../../contracts/refusals.ts';
import { send } from '../../../nucleus/ipc.ts';
import { givePort } from '../../../nucleus/kernel.ts';
import { newest } from '../../../nucleus/messages.ts';
import { type CacheState, checkCache } from '../../../servers/file/caching/cache.ts';
import { checkFileSystem } from '../../../servers/file/system/index.ts';
import {
  advance,
  checkBooks,
  FIRST,
  hand,
  say,
  settleIn,
  take,
  takeHeard,
} from '../../support/desk.ts';
import {
  createFileDesk,
  done,
  type FileDesk,
  held,
  move,
  openNamed,
  tell,
} from '../../support/file-desk.ts';
import { contents, entrust, fill, frameOf, open, SECOND, write } from '../../support/pages.ts';

const PLAIN = { guaranteed: 0, extra: 8, protectedShare: 0, filters: false };

/** A desk whose file has six pages, 11 to 16, on the disk. */
function scene(cache = PLAIN): FileDesk {
  const desk = createFileDesk({ cache });
  for (const [page, values] of [
    [0, [11, 12, 13]],
    [3, [14, 15, 16]],
  ] as const) {
    for (const [index, value] of values.entries())
      write(desk, FIRST, desk.own, index, index, value);
    move(desk, 'writeFile', page);
    advance(desk, 200);
    expect(done(desk)).toEqual([[DONE, 3]]);
  }
  return desk;
}

function cacheOf(desk: FileDesk): CacheState {
  return desk.files.cache as CacheState;
}

function read(desk: FileDesk, page: number, own = desk.own): void {
  move(desk, 'readFile', page, 5, own);
  advance(desk, 200);
  expect(done(desk)).toEqual([[DONE, 3]]);
}

function expectSettled(desk: FileDesk): void {
  expect(checkCache(cacheOf(desk))).toBeUndefined();
  expect([...cacheOf(desk).pins].every((pins) => pins === 0)).toBe(true);
  expect(checkFileSystem(desk.files.system)).toBeUndefined();
  expect(checkBooks(desk)).toBeUndefined();
  expect(desk.files.requests.free.length).toBe(desk.files.requests.table.length);
}

const framesOfServer = (desk: FileDesk) => desk.server.clients[desk.files.id]?.held;

test('[FILE13] what was read once comes from the cache, without the disk and without another frame', () => {
  const desk = scene();
  read(desk, 0);
  const { blocksRead } = desk.files.drive;
  expect(cacheOf(desk).owns.length).toBe(1);
  expect(framesOfServer(desk)).toBe(0);
  // A second client, whose container has frames of its own, gives them up for those that are there.
  const port = givePort(desk.kernel, SECOND, desk.files.id);
  const theirs = open(desk, SECOND, { pages: 3, lockMax: 200 });
  fill(desk, SECOND, theirs, 0, 3);
  const file = openNamed({ desk, client: SECOND, port }, 'a');
  const free = desk.kernel.state.frames.buddy.free;
  const weak = say(desk, SECOND, 'shareContainer', [theirs, 1])[0][3];
  hand(desk, SECOND, 'readFile', weak, file, 0, port, 9);
  expect(takeHeard(desk, SECOND)[0].slice(0, 4)).toEqual(['fileDone', 9, DONE, 3]);
  expect([0, 1, 2].map((index) => contents(desk, SECOND, theirs, index))).toEqual([11, 12, 13]);
  expect(desk.files.drive.blocksRead).toBe(blocksRead);
  expect(desk.kernel.state.frames.buddy.free).toBe(free + 3);
  // Once in memory, whoever has it.
  expect(frameOf(desk, SECOND, theirs, 0)).toBe(frameOf(desk, FIRST, desk.own, 0));
  expect(frameOf(desk, desk.files.id, cacheOf(desk).owns[0], cacheOf(desk).slotOf[8])).toBe(
    frameOf(desk, FIRST, desk.own, 0),
  );
  // Who writes gets a frame of its own; the others' page is as it was.
  write(desk, SECOND, theirs, 0, 0, 99);
  expect(held(desk)).toEqual([11, 12, 13]);
  expectSettled(desk);
});

test('[FILE13] the client goes on to other pages: what it had read is the server’s to pay for', () => {
  const desk = scene();
  read(desk, 0);
  read(desk, 3);
  expect(held(desk)).toEqual([14, 15, 16]);
  expect(framesOfServer(desk)).toBe(3);
  const { blocksRead } = desk.files.drive;
  read(desk, 0);
  read(desk, 2);
  expect(held(desk)).toEqual([13, 14, 15]);
  expect(desk.files.drive.blocksRead).toBe(blocksRead);
  expect(cacheOf(desk)).toMatchObject({ misses: 6, hits: 6 });
  expectSettled(desk);
});

test('[FILE13] some from the cache, some from the disk, in one read', () => {
  const desk = scene();
  read(desk, 0);
  const { blocksRead } = desk.files.drive;
  read(desk, 1);
  expect(held(desk)).toEqual([12, 13, 14]);
  expect(desk.files.drive.blocksRead).toBe(blocksRead + 1);
  expectSettled(desk);
});

test('[FILE13] what is called back is returned at once, and nothing is written for it', () => {
  const desk = scene();
  read(desk, 0);
  read(desk, 3);
  expect(framesOfServer(desk)).toBe(3);
  const { blocksWritten } = desk.files.drive;
  // 32 frames: 24 and 8 are promised; the server has three that were of no use to anybody.
  settleIn(desk, SECOND, 24, 0, 0);
  const more = open(desk, SECOND, { pages: 24, lockMax: 10 });
  fill(desk, SECOND, more, 0, 24);
  expect(desk.kernel.state.frames.buddy.free).toBe(2);
  expect(take(desk, FIRST, 5).length).toBe(5);
  expect(framesOfServer(desk)).toBe(0);
  expect(desk.events.filter(({ kind }) => kind === 'met').length).toBe(3);
  expect(desk.files.drive.blocksWritten).toBe(blocksWritten);
  // Its client's pages are there as they were, and those that are not shared can be called back no more.
  expect(held(desk)).toEqual([14, 15, 16]);
  expectSettled(desk);
  // A read needs frames of its own for them, and there is none but what the cache gives up.
  read(desk, 0);
  expect(held(desk)).toEqual([11, 12, 13]);
  expectSettled(desk);
});

test('[FILE13] the cache stays within its contract, and a page read more than once outlives a scan', () => {
  for (const [protectedShare, survives] of [
    [0, false],
    [0.5, true],
  ] as const) {
    const desk = scene({ ...PLAIN, extra: 4, protectedShare });
    const one = open(desk, FIRST, { pages: 1, lockMax: 200 });
    fill(desk, FIRST, one, 0, 1);
    const readOne = (page: number) => {
      move(desk, 'readFile', page, 5, one);
      advance(desk, 200);
      expect(done(desk)).toEqual([[DONE, 1]]);
      expect(framesOfServer(desk)).toBeLessThanOrEqual(4);
    };
    readOne(0);
    readOne(0);
    for (const page of [1, 2, 3, 4, 5]) readOne(page);
    const { hits } = cacheOf(desk);
    readOne(0);
    expect(cacheOf(desk).hits > hits).toBe(survives);
    expectSettled(desk);
  }
});

test('[FILE13] with the filter a page has to be wanted more often than who would go', () => {
  const desk = scene({ ...PLAIN, extra: 3, filters: true });
  read(desk, 0);
  read(desk, 3);
  expect(cacheOf(desk).keptOut).toBe(3);
  expect(cacheOf(desk).slotOf[8]).toBeGreaterThanOrEqual(0);
  read(desk, 3);
  expect(cacheOf(desk).slotOf[11]).toBeGreaterThanOrEqual(0);
  expectSettled(desk);
});

test('[FILE13] what is read once by its reader’s own word is not kept', () => {
  const desk = scene();
  tell(desk, 'hintFile', [desk.file, HINT_ONCE, 0, 0]);
  read(desk, 0);
  expect(cacheOf(desk)).toMatchObject({ keptOut: 3, hits: 0 });
  read(desk, 0);
  expect(cacheOf(desk).hits).toBe(0);
  expectSettled(desk);
});

test('[FILE14] what the client changed before the copy is not kept, and it is told', () => {
  const desk = scene();
  const spy = entrust(desk, FIRST, desk.own, SECOND);
  let told = 0;
  // Just before the unlock's copy: a page is mapped for writing by somebody who may.
  desk.kernel.tap = (kernel) => {
    if (newest(kernel.state.queue).op !== OP.unlockContainer || told++ > 0) return;
    send(kernel, SECOND, 0, OP.mapPage, spy, 0, 0, WRITE, 0);
  };
  move(desk, 'readFile', 0);
  advance(desk, 200);
  desk.kernel.tap = null;
  expect(done(desk)).toEqual([[TAMPERED, 0]]);
  expect(cacheOf(desk).slotOf.every((slot) => slot < 0)).toBe(true);
  say(desk, FIRST, 'unmapPages', [desk.own]);
  read(desk, 0);
  expect(held(desk)).toEqual([11, 12, 13]);
  expectSettled(desk);
});

test('[FILE14] a client that takes its container away in the middle: only it has the loss', () => {
  const desk = scene();
  read(desk, 0);
  const other = open(desk, FIRST, { pages: 3, lockMax: 200 });
  fill(desk, FIRST, other, 0, 3);
  let told = 0;
  desk.kernel.tap = (kernel) => {
    if (newest(kernel.state.queue).op !== OP.containerStands || told++ > 0) return;
    send(kernel, FIRST, 0, OP.cancelContainer, other, 0, 0, 0, 0);
  };
  move(desk, 'readFile', 0, 5, other);
  desk.kernel.tap = null;
  expect(done(desk)).toEqual([[NO_SUCH_CONTAINER, 0]]);
  read(desk, 0);
  expectSettled(desk);
});

test('[FILE14] blocks that hold something else are forgotten', () => {
  const desk = scene();
  read(desk, 0);
  read(desk, 3);
  tell(desk, 'removeFile', [desk.file, 1]);
  tell(desk, 'syncFile', [desk.file, 1]);
  const file = openNamed({ desk, client: FIRST, port: desk.port }, 'b');
  tell(desk, 'syncFile', [file, 1]);
  advance(desk, 300);
  takeHeard(desk, FIRST);
  for (let index = 0; index < 3; index++) write(desk, FIRST, desk.own, index, index, 20 + index);
  move(desk, 'writeFile', 0, 5, desk.own, file);
  advance(desk, 300);
  expect(done(desk)).toEqual([[DONE, 3]]);
  // The same blocks, for the disk had none that was lower.
  expect(tell(desk, 'mapFile', [file, 0, 1])[0][2]).toBe(8);
  move(desk, 'readFile', 0, 5, desk.own, file);
  advance(desk, 300);
  expect(held(desk)).toEqual([20, 21, 22]);
  takeHeard(desk, FIRST);
  expectSettled(desk);
});

test('[FILE13] a server without room loses pages that nobody else pays for, and reads them again', () => {
  const desk = scene({ ...PLAIN, extra: 2 });
  for (let round = 0; round < 4; round++)
    for (const [page, values] of [
      [0, [11, 12, 13]],
      [3, [14, 15, 16]],
    ] as const) {
      read(desk, page);
      expect(held(desk)).toEqual(values);
      expect(framesOfServer(desk)).toBeLessThanOrEqual(2);
    }
  expectSettled(desk);
});

test('[FILE13] a cache of more pages than a container has is in several, and gives any of them back', () => {
  const HALF = 700;
  const cache = { ...PLAIN, extra: 1500 };
  const sizes = { frames: 4000, blocks: 1600, lockTime: 1e6, messagesMax: 8192 };
  const desk = createFileDesk({ ...sizes, cache });
  say(desk, FIRST, 'contract', [HALF + 3, 0, 0, 0]);
  const large = open(desk, FIRST, { pages: HALF, lockMax: 1e6 });
  fill(desk, FIRST, large, 0, HALF);
  const moveAll = (name: 'readFile' | 'writeFile', page: number) => {
    move(desk, name, page, 5, large);
    advance(desk, 1e5);
    expect(done(desk)).toEqual([[DONE, HALF]]);
  };
  for (const half of [0, 1]) {
    for (const [page, index] of [0, HALF - 1].entries())
      write(desk, FIRST, large, index, page, 7 + 2 * half + index);
    say(desk, FIRST, 'unmapPages', [large]);
    moveAll('writeFile', half * HALF);
  }
  for (const page of [0, HALF]) moveAll('readFile', page);
  expect(cacheOf(desk).owns.length).toBe(2);
  const { blocksRead } = desk.files.drive;
  for (const half of [0, 1]) {
    moveAll('readFile', half * HALF);
    for (const index of [0, HALF - 1])
      expect(contents(desk, FIRST, large, index)).toBe(7 + 2 * half + index);
  }
  expect(desk.files.drive.blocksRead).toBe(blocksRead);
  expectSettled(desk);
  // The last pages are in the second container: a loss there is a loss of those slots.
  const last = cacheOf(desk).slotOf[cacheOf(desk).blockOf[1399]];
  expect(last).toBe(1399);
  settleIn(desk, SECOND, 3200, 0, 0);
  take(desk, SECOND, 3200);
  expect(framesOfServer(desk)).toBeLessThanOrEqual(800);
  for (const page of [0, HALF]) moveAll('readFile', page);
  expectSettled(desk);
});

test('[FILE13] pages that are scattered in the cache come all the same, however many', () => {
  const PAGES = 140;
  const cache = { ...PLAIN, extra: 200 };
  const desk = createFileDesk({ frames: 700, blocks: 400, lockTime: 10_000, cache });
  say(desk, FIRST, 'contract', [300, 0, 0, 0]);
  const large = open(desk, FIRST, { pages: PAGES, lockMax: 10_000 });
  const one = open(desk, FIRST, { pages: 1, lockMax: 10_000 });
  fill(desk, FIRST, large, 0, PAGES);
  fill(desk, FIRST, one, 0, 1);
  for (let index = 0; index < PAGES; index++) {
    write(desk, FIRST, large, index, 0, 1000 + index);
    say(desk, FIRST, 'unmapPages', [large]);
  }
  const values = Array.from({ length: PAGES }, (_, index) => 1000 + index);
  const readInto = (own: number, page: number) => {
    move(desk, 'readFile', page, 5, own);
    advance(desk, 10_000);
    expect(done(desk)[0][0]).toBe(DONE);
  };
  move(desk, 'writeFile', 0, 5, large);
  advance(desk, 10_000);
  expect(done(desk)).toEqual([[DONE, PAGES]]);
  for (let turn = 0; turn < PAGES; turn++) readInto(one, (turn * 37) % PAGES);
  const { blocksRead } = desk.files.drive;
  readInto(large, 0);
  expect(desk.files.drive.blocksRead).toBe(blocksRead);
  expect(values.map((_, index) => contents(desk, FIRST, large, index))).toEqual(values);
  expectSettled(desk);
});

test('[FILE13] double caching is absent: server and clients together have one frame for each page', () => {
  const cache = { ...PLAIN, extra: 40 };
  const desk = createFileDesk({ frames: 128, clients: 10, handles: 12, cache });
  for (const [page, values] of [
    [0, [11, 12, 13]],
    [3, [14, 15, 16]],
  ] as const) {
    for (const [index, value] of values.entries())
      write(desk, FIRST, desk.own, index, index, value);
    move(desk, 'writeFile', page);
    advance(desk, 200);
    expect(done(desk)).toEqual([[DONE, 3]]);
  }
  const owns = Array.from({ length: 9 }, (_, at) => {
    const client = SECOND + at;
    if (at > 0) settleIn(desk, client, 3, 0, 0);
    const own = open(desk, client, { pages: 3, lockMax: 200 });
    fill(desk, client, own, 0, 3);
    const port = givePort(desk.kernel, client, desk.files.id);
    const file = openNamed({ desk, client, port }, 'a');
    for (const page of [3, 0]) {
      const weak = say(desk, client, 'shareContainer', [own, 1])[0][3];
      hand(desk, client, 'readFile', weak, file, page, port, 9);
      advance(desk, 200);
      expect(takeHeard(desk, client).map(([, , reason]) => reason)).toEqual([DONE]);
    }
    return [client, own] as const;
  });
  const frames = new Set(
    owns.flatMap(([client, own]) => [0, 1, 2].map((index) => frameOf(desk, client, own, index))),
  );
  const used = [...desk.kernel.state.frames.owner].filter((owner) => owner > 0).length;
  // Nine clients have pages 0 to 2, the cache these and the other three, the first client its own three.
  expect(frames.size).toBe(3);
  expect(used).toBe(3 + 3 + 3);
  expectSettled(desk);
});
