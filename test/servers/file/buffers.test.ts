import { expect, test } from 'vitest';
import { HINT_RANDOM, HINT_SEQUENTIAL, HINT_WILL_NEED, OP } from '../../../contracts/messages.ts';
import { DEVICE_FAILED, DONE } from '../../../contracts/refusals.ts';
import { deliverAll, reply } from '../../../nucleus/ipc.ts';
import { type BuffersState, checkBuffers } from '../../../servers/file/buffers/buffers.ts';
import { checkCache } from '../../../servers/file/caching/cache.ts';
import { checkFileSystem } from '../../../servers/file/system/index.ts';
import { cloneState } from '../../../sim-hw/state.ts';
import { advance, checkBooks, FIRST, MEMORY, say } from '../../support/desk.ts';
import {
  BLOCK_NS,
  createFileDesk,
  done,
  type FileDesk,
  type FileDeskOptions,
  held,
  mountOf,
  move,
  tell,
} from '../../support/file-desk.ts';
import { contents, fill, open, write } from '../../support/pages.ts';

const BEHIND = { ahead: 0, behind: 8, behindEach: 8, age: 5000 };
const AHEAD = { ahead: 12, behind: 0, behindEach: 0, age: 1 };
const PAGES = 24;

/** A desk whose file has 24 pages, 1 to 24, on the disk, and nothing in memory. */
function scene(options: FileDeskOptions): FileDesk {
  const desk = createFileDesk({ frames: 64, ...options });
  for (let page = 0; page < PAGES; page += 3) {
    put(desk, page, page + 1);
    advance(desk, 200);
    expect(done(desk)).toEqual([[DONE, 3]]);
  }
  tell(desk, 'syncFile', [desk.file, 1]);
  advance(desk, 500);
  expect(done(desk)).toEqual([[DONE, 0]]);
  return desk;
}

/** The client writes three pages of values from `value` on to the file, and does not wait. */
function put(desk: FileDesk, page: number, value: number): void {
  for (let index = 0; index < 3; index++) write(desk, FIRST, desk.own, index, index, value + index);
  say(desk, FIRST, 'unmapPages', [desk.own]);
  move(desk, 'writeFile', page);
}

/** Three pages from `page` on; false: not there yet. */
function readAtOnce(desk: FileDesk, page: number): boolean {
  move(desk, 'readFile', page);
  const answers = done(desk);
  if (answers.length === 0) return false;
  expect(answers).toEqual([[DONE, 3]]);
  expect(held(desk)).toEqual([page + 1, page + 2, page + 3]);
  return true;
}

function readLater(desk: FileDesk, page: number): void {
  expect(readAtOnce(desk, page)).toBe(false);
  advance(desk, 200);
  expect(done(desk)).toEqual([[DONE, 3]]);
  expect(held(desk)).toEqual([page + 1, page + 2, page + 3]);
}

const buffersOf = ({ files }: FileDesk) => files.buffers as BuffersState;
const framesOf = (desk: FileDesk) => desk.server.clients[desk.files.id]?.held;

function expectSettled(desk: FileDesk): void {
  const { files } = desk;
  expect(checkBuffers(buffersOf(desk))).toBeUndefined();
  expect(buffersOf(desk).pins.every((pins) => pins === 0)).toBe(true);
  if (files.cache !== null) expect(checkCache(files.cache)).toBeUndefined();
  expect(checkFileSystem(files.system)).toBeUndefined();
  expect(checkBooks(desk)).toBeUndefined();
  expect(files.requests.free.length).toBe(files.requests.table.length);
  expect(files.awaiting).toEqual([]);
}

test('[FILE16] buffers are frames of the server’s guarantee, as many as were asked for, whatever comes', () => {
  const desk = scene({ buffers: { ...AHEAD, behind: 4, behindEach: 4, age: 100 } });
  expect(framesOf(desk)).toBe(16);
  expect(desk.server.clients[desk.files.id]?.guaranteed).toBe(16);
  for (let page = 0; page < PAGES; page += 3) {
    move(desk, 'readFile', page);
    expect(framesOf(desk)).toBe(16);
    advance(desk, 400);
    expect(done(desk)).toEqual([[DONE, 3]]);
    put(desk, page, page + 1);
    expect(framesOf(desk)).toBe(16);
    advance(desk, 400);
    expect(done(desk)).toEqual([[DONE, 3]]);
  }
  expectSettled(desk);
});

test('[FILE17] who reads in order finds what comes next in memory; each block is read once', () => {
  const desk = scene({ buffers: AHEAD });
  const { blocksRead } = desk.files.drive;
  readLater(desk, 0);
  for (let page = 3; page < PAGES; page += 3) {
    expect(readAtOnce(desk, page)).toBe(true);
    advance(desk, 200);
  }
  expect(desk.files.drive.blocksRead).toBe(blocksRead + PAGES);
  expect(buffersOf(desk)).toMatchObject({ readAhead: PAGES - 3, used: PAGES - 3, ahead: 0 });
  expectSettled(desk);
});

test('[FILE17] a read that has caught up with the device waits for it, and asks for nothing twice', () => {
  const desk = scene({ buffers: AHEAD });
  const { blocksRead } = desk.files.drive;
  readLater(desk, 0);
  expect(readAtOnce(desk, 3)).toBe(true);
  // What is beyond was asked for just now.
  expect(readAtOnce(desk, 6)).toBe(true);
  expect(readAtOnce(desk, 9)).toBe(false);
  expect(desk.files.awaiting.length).toBe(1);
  advance(desk, 12 * BLOCK_NS);
  expect(done(desk)).toEqual([[DONE, 3]]);
  expect(held(desk)).toEqual([10, 11, 12]);
  expect(desk.files.drive.blocksRead - blocksRead).toBe(12 + buffersOf(desk).ahead);
  expectSettled(desk);
});

test('[FILE17] the window doubles up to a bound, twice as far for who says so; elsewhere it ends', () => {
  const desk = scene({ buffers: { ...AHEAD, ahead: 20 } });
  const handle = desk.files.handles.table[desk.file];
  readLater(desk, 0);
  expect(handle.window).toBe(6);
  readAtOnce(desk, 3);
  expect(handle.window).toBe(12);
  advance(desk, 1000);
  for (let page = 6; page < PAGES; page += 3) {
    expect(readAtOnce(desk, page)).toBe(true);
    advance(desk, 500);
  }
  expect(handle.window).toBe(32);
  tell(desk, 'hintFile', [desk.file, HINT_SEQUENTIAL, 0, 0]);
  handle.next = 0;
  for (let page = 0; page < PAGES; page += 3) {
    move(desk, 'readFile', page);
    advance(desk, 500);
    expect(done(desk)).toEqual([[DONE, 3]]);
  }
  expect(handle.window).toBe(64);
  tell(desk, 'hintFile', [desk.file, 0, 0, 0]);
  move(desk, 'readFile', 3);
  expect(handle.window).toBe(0);
  advance(desk, 500);
  expect(done(desk)).toEqual([[DONE, 3]]);
  expect(buffersOf(desk).ahead).toBe(0);
  expectSettled(desk);
});

test('[FILE17] random: nothing is read ahead; will need: those pages are, in any order', () => {
  const desk = scene({ buffers: AHEAD });
  tell(desk, 'hintFile', [desk.file, HINT_RANDOM, 0, 0]);
  readLater(desk, 0);
  readLater(desk, 3);
  expect(buffersOf(desk).readAhead).toBe(0);
  tell(desk, 'hintFile', [desk.file, HINT_WILL_NEED, 6, 18]);
  expect(buffersOf(desk).ahead).toBe(12);
  advance(desk, 1000);
  expect(readAtOnce(desk, 15)).toBe(true);
  expect(readAtOnce(desk, 6)).toBe(true);
  // As buffers are read, the rest of what was named is asked for.
  advance(desk, 1000);
  expect(buffersOf(desk).readAhead).toBe(18);
  for (const page of [21, 9, 18, 12]) expect(readAtOnce(desk, page)).toBe(true);
  expectSettled(desk);
});

test('[FILE17] a block that the device cannot read is told to who wants it, and to nobody else', () => {
  const desk = scene({ buffers: AHEAD });
  const block = tell(desk, 'mapFile', [desk.file, 7, 1])[0][2] as number;
  desk.medium.faults.badBlocks.push(block);
  readLater(desk, 0);
  expect(readAtOnce(desk, 3)).toBe(true);
  advance(desk, 200);
  move(desk, 'readFile', 6);
  advance(desk, 200);
  expect(done(desk)).toEqual([[DEVICE_FAILED, 1]]);
  move(desk, 'readFile', 9);
  advance(desk, 200);
  expect(done(desk)).toEqual([[DONE, 3]]);
  expectSettled(desk);
});

test('[FILE17] with a cache what was read ahead stands there once it was read, and in no buffer', () => {
  const cache = { guaranteed: 0, extra: 16, protectedShare: 0, filters: false };
  const desk = scene({ buffers: AHEAD, cache });
  const { blocksRead } = desk.files.drive;
  for (let page = 0; page < 12; page += 3) {
    move(desk, 'readFile', page);
    advance(desk, 300);
    expect(done(desk)).toEqual([[DONE, 3]]);
  }
  const before = desk.files.drive.blocksRead;
  expect(before - blocksRead).toBe(12 + buffersOf(desk).ahead);
  for (let page = 0; page < 12; page += 3) expect(readAtOnce(desk, page)).toBe(true);
  expect(desk.files.drive.blocksRead).toBe(before);
  expectSettled(desk);
});

test('[FILE18] a write is answered before it is on the disk, and read as it was written', () => {
  const desk = scene({ buffers: BEHIND });
  const { blocksWritten } = desk.files.drive;
  put(desk, 0, 51);
  expect(done(desk)).toEqual([[DONE, 3]]);
  expect(desk.files.drive.blocksWritten).toBe(blocksWritten);
  expect(buffersOf(desk).dirty).toBe(3);
  for (let index = 0; index < 3; index++) write(desk, FIRST, desk.own, index, index, 99);
  say(desk, FIRST, 'unmapPages', [desk.own]);
  move(desk, 'readFile', 1);
  advance(desk, 200);
  expect(done(desk)).toEqual([[DONE, 3]]);
  expect(held(desk)).toEqual([52, 53, 4]);
  expect(buffersOf(desk).dirty).toBe(3);
  // A sync waits for all of it.
  tell(desk, 'syncFile', [desk.file, 1]);
  expect(done(desk)).toEqual([]);
  expect(desk.files.flushing).toBe(true);
  advance(desk, 300);
  expect(done(desk)).toEqual([[DONE, 0]]);
  expect(buffersOf(desk).dirty).toBe(0);
  const { system } = { system: mountOf(cloneState(desk.medium)) };
  expect(system.inodes.extents).toEqual(desk.files.system.inodes.extents);
  expectSettled(desk);
});

test('[FILE18] what has been dirty for the stated time is flushed, and half of the buffers at once', () => {
  const desk = scene({ buffers: BEHIND });
  // The timer of what was dirty before.
  advance(desk, 5000);
  const { blocksWritten } = desk.files.drive;
  put(desk, 0, 51);
  advance(desk, 4900);
  expect(buffersOf(desk).dirty).toBe(3);
  advance(desk, 100 + 3 * BLOCK_NS);
  expect(buffersOf(desk).dirty).toBe(0);
  expect(desk.files.drive.blocksWritten).toBe(blocksWritten + 3);
  done(desk);
  put(desk, 3, 61);
  expect(desk.files.flushing).toBe(false);
  expect(done(desk)).toEqual([[DONE, 3]]);
  put(desk, 6, 71);
  expect(desk.files.flushing).toBe(true);
  advance(desk, 200);
  expect(buffersOf(desk).dirty).toBe(0);
  expectSettled(desk);
});

test('[FILE18] no more is dirty than was stated, of all and of one client: further writes go through', () => {
  const desk = scene({ buffers: { ...BEHIND, behind: 12, behindEach: 5 } });
  done(desk);
  put(desk, 0, 51);
  expect(done(desk)).toEqual([[DONE, 3]]);
  put(desk, 3, 61);
  expect(done(desk)).toEqual([]);
  expect(buffersOf(desk)).toMatchObject({ dirty: 3 });
  advance(desk, 3 * BLOCK_NS);
  expect(done(desk)).toEqual([[DONE, 3]]);
  expect(buffersOf(desk).dirty).toBe(3);
  expectSettled(desk);
});

test('[FILE18] what is overwritten or removed before the flush is not written at all', () => {
  const desk = scene({ buffers: { ...BEHIND, behind: 18, behindEach: 18 } });
  const { blocksWritten } = desk.files.drive;
  for (const value of [51, 61, 71]) {
    put(desk, 0, value);
    expect(done(desk)).toEqual([[DONE, 3]]);
  }
  tell(desk, 'syncFile', [desk.file, 1]);
  advance(desk, 500);
  expect(buffersOf(desk).absorbed).toBe(6);
  // Three pages, and a block of the journal.
  expect(desk.files.drive.blocksWritten).toBe(blocksWritten + 4);
  done(desk);
  move(desk, 'readFile', 0);
  advance(desk, 200);
  expect(done(desk)).toEqual([[DONE, 3]]);
  expect(held(desk)).toEqual([71, 72, 73]);
  expectSettled(desk);
});

test('[FILE18] a block that cannot be written: a sync says so, and nothing more is changed', () => {
  const desk = scene({ buffers: BEHIND });
  put(desk, 0, 51);
  expect(done(desk)).toEqual([[DONE, 3]]);
  const block = tell(desk, 'mapFile', [desk.file, 1, 1])[0][2] as number;
  desk.medium.faults.badBlocks.push(block);
  tell(desk, 'syncFile', [desk.file, 1]);
  advance(desk, 500);
  expect(done(desk)).toEqual([[DEVICE_FAILED, 0]]);
  // Nobody is shown anything else than was written, as long as the server lives.
  move(desk, 'readFile', 0);
  advance(desk, 200);
  expect(done(desk)).toEqual([[DONE, 3]]);
  expect(held(desk)).toEqual([51, 52, 53]);
  put(desk, 3, 61);
  expect(done(desk)).toEqual([[DEVICE_FAILED, 0]]);
  expect(checkBuffers(buffersOf(desk))).toBeUndefined();
});

test('[FILE16] a contract that shrinks: what is dirty is written in time, then the frames go', () => {
  const desk = scene({ buffers: { ...BEHIND, ahead: 4 } });
  put(desk, 0, 51);
  expect(done(desk)).toEqual([[DONE, 3]]);
  expect(framesOf(desk)).toBe(12);
  reply(desk.kernel, MEMORY, desk.files.id, OP.shrinkIs, 0, 0, 0, 0, 1000);
  deliverAll(desk.kernel);
  advance(desk, 3 * BLOCK_NS);
  expect(framesOf(desk)).toBe(0);
  expect(desk.files.system.broken).toBe(false);
  move(desk, 'readFile', 0);
  advance(desk, 200);
  expect(done(desk)).toEqual([[DONE, 3]]);
  expect(held(desk)).toEqual([51, 52, 53]);
  put(desk, 0, 61);
  expect(done(desk)).toEqual([]);
  advance(desk, 200);
  expect(done(desk)).toEqual([[DONE, 3]]);
  expectSettled(desk);
});

test('[FILE16] a large write goes through where buffers are few, a small one does not', () => {
  const desk = scene({ buffers: { ...BEHIND, behind: 2, behindEach: 2 } });
  put(desk, 0, 51);
  expect(done(desk)).toEqual([]);
  advance(desk, 200);
  expect(done(desk)).toEqual([[DONE, 3]]);
  const one = open(desk, FIRST, { pages: 1, lockMax: 200 });
  fill(desk, FIRST, one, 0, 1);
  write(desk, FIRST, one, 0, 0, 77);
  say(desk, FIRST, 'unmapPages', [one]);
  move(desk, 'writeFile', 5, 5, one);
  expect(done(desk)).toEqual([[DONE, 1]]);
  expect(contents(desk, FIRST, one, 0)).toBe(77);
  expectSettled(desk);
});
