import { expect, test } from 'vitest';
import { OP, WRITE } from '../../../contracts/messages.ts';
import {
  BUSY,
  DEVICE_FAILED,
  DISK_FULL,
  DONE,
  LOCK_LOST,
  LOCKED_NOW,
  MALFORMED,
  NO_PLACE,
  NO_SUCH_CONTAINER,
  NO_SUCH_FILE,
  NO_SUCH_PAGE,
  TAMPERED,
  TOO_LONG,
} from '../../../contracts/refusals.ts';
import { fireEvent } from '../../../nucleus/clock.ts';
import { deliverAll, send, sendCapability } from '../../../nucleus/ipc.ts';
import { DEVICE_DONE, givePort } from '../../../nucleus/kernel.ts';
import { killServer, killTask } from '../../../nucleus/life.ts';
import { newest } from '../../../nucleus/messages.ts';
import {
  checkFileSystem,
  createPlan,
  endWrite,
  planWrite,
} from '../../../servers/file/system/index.ts';
import { cloneState } from '../../../sim-hw/state.ts';
import { advance, checkBooks, FIRST, hand, say, tableOf, takeHeard } from '../../support/desk.ts';
import {
  BLOCK_NS,
  createFileDesk,
  done,
  type FileDesk,
  held,
  mountOf,
  move,
  openNamed,
  tell,
} from '../../support/file-desk.ts';
import { overtake } from '../../support/overtake.ts';
import { entrust, fill, open, SECOND, write } from '../../support/pages.ts';

/** The container's pages are written, and the device is done. */
function written(desk: FileDesk, values: readonly number[], page = 0): void {
  for (const [index, value] of values.entries()) write(desk, FIRST, desk.own, index, index, value);
  move(desk, 'writeFile', page);
  advance(desk, 10 * BLOCK_NS);
  expect(done(desk)).toEqual([[DONE, 3]]);
}

/** Nothing is left over: no record, no block, no capability but one for each record at most. */
function expectSettled(desk: FileDesk): void {
  const { files, kernel } = desk;
  expect(files.requests.free.length).toBe(files.requests.table.length);
  expect(checkFileSystem(files.system)).toBeUndefined();
  expect(checkBooks(desk)).toBeUndefined();
  const { objects } = kernel.state.capabilities[files.id] as { objects: number };
  expect(objects).toBeLessThanOrEqual(1 + files.requests.table.length);
}

test('[FILE7] a read fills the client’s own container; the server holds no frame before or after', () => {
  const desk = createFileDesk();
  written(desk, [11, 12, 13]);
  for (let index = 0; index < 3; index++) write(desk, FIRST, desk.own, index, index, 1);
  move(desk, 'readFile', 1);
  expect(desk.kernel.state.tasks[desk.files.id].framesHeld).toBe(0);
  advance(desk, 2 * BLOCK_NS - 1);
  expect(done(desk)).toEqual([]);
  advance(desk, 1);
  // As far as the file reaches: two pages.
  expect(done(desk)).toEqual([[DONE, 2]]);
  expect(held(desk)).toEqual([12, 13, 1]);
  expect(desk.kernel.state.tasks[desk.files.id].framesHeld).toBe(0);
  move(desk, 'readFile', 3);
  expect(done(desk)).toEqual([[DONE, 0]]);
  expectSettled(desk);
});

test('[FILE7] a hole reads as zeros, without the device', () => {
  const desk = createFileDesk();
  written(desk, [11, 12, 13]);
  tell(desk, 'truncateFile', [desk.file, 1, 3]);
  tell(desk, 'truncateFile', [desk.file, 3, 3]);
  const { blocksRead } = desk.files.drive;
  move(desk, 'readFile', 1);
  advance(desk, 0);
  expect(done(desk)).toEqual([[DONE, 2]]);
  expect(held(desk)).toEqual([0, 0, 13]);
  expect(desk.files.drive.blocksRead).toBe(blocksRead);
  expect(tell(desk, 'mapFile', [desk.file, 0, 4])[0].slice(0, 5)).toEqual(['fileRun', 4, 8, 1, 0]);
  expect(tell(desk, 'mapFile', [desk.file, 1, 4])[0].slice(0, 5)).toEqual(['fileRun', 4, 0, 2, 1]);
  expect(tell(desk, 'mapFile', [desk.file, 3, 4])[0].slice(0, 5)).toEqual(['fileRun', 4, 0, 0, 1]);
});

test('[FILE8] what a sync has answered for is there after the power fails', () => {
  const desk = createFileDesk();
  written(desk, [11, 12, 13]);
  const before = mountOf(cloneState(desk.medium));
  expect(before.inodes.files).toBe(0);
  expect(tell(desk, 'syncFile', [desk.file, 3])).toEqual([]);
  // A second one that comes meanwhile is answered by the same commit, or by the next.
  tell(desk, 'truncateFile', [desk.file, 2, 3]);
  expect(tell(desk, 'syncFile', [desk.file, 4])).toEqual([]);
  advance(desk, BLOCK_NS);
  expect(takeHeard(desk, FIRST).map(([, tag]) => tag)).toEqual([3]);
  advance(desk, BLOCK_NS);
  expect(takeHeard(desk, FIRST).map(([, tag, reason]) => [tag, reason])).toEqual([[4, DONE]]);
  expect(tell(desk, 'syncFile', [desk.file, 5])[0].slice(0, 3)).toEqual(['fileDone', 5, DONE]);
  expect(mountOf(desk.medium).inodes.pages[0]).toBe(2);
  expectSettled(desk);
});

test('[FILE8] a disk that fails a commit: whoever waits is told, and later changes are refused', () => {
  const desk = createFileDesk();
  written(desk, [11, 12, 13]);
  desk.medium.faults.writeErrors = 2 ** 16;
  tell(desk, 'syncFile', [desk.file, 3]);
  advance(desk, BLOCK_NS);
  expect(done(desk)).toEqual([[DEVICE_FAILED, 0]]);
  expect(tell(desk, 'truncateFile', [desk.file, 0, 3])[0][2]).toBe(DEVICE_FAILED);
  expectSettled(desk);
});

test('[FILE7] errors of the device are told, with the pages that are there', () => {
  const desk = createFileDesk();
  written(desk, [11, 12, 13]);
  const [, , second] = tell(desk, 'mapFile', [desk.file, 1, 4])[0];
  desk.medium.faults.badBlocks.push(second);
  for (let index = 0; index < 3; index++) write(desk, FIRST, desk.own, index, index, 1);
  move(desk, 'readFile', 0);
  advance(desk, 100);
  expect(done(desk)).toEqual([[DEVICE_FAILED, 1]]);
  expect(held(desk)).toEqual([11, 1, 1]);
  desk.medium.faults.badBlocks.push(13);
  move(desk, 'writeFile', 0);
  advance(desk, 100);
  expect(done(desk)).toEqual([[DEVICE_FAILED, 0]]);
  move(desk, 'writeFile', 0);
  advance(desk, 100);
  expect(done(desk)).toEqual([[DONE, 3]]);
});

test('[FILE9] what others did to the container before it was locked is told, and nothing moves', () => {
  const desk = createFileDesk();
  written(desk, [11, 12, 13]);
  const spy = entrust(desk, FIRST, desk.own, SECOND);
  for (const name of ['readFile', 'writeFile'] as const) {
    // Between the server's two questions somebody else maps a page for writing.
    let told = 0;
    desk.kernel.tap = (kernel) => {
      if (newest(kernel.state.queue).op !== OP.containerStands || told++ > 0) return;
      send(kernel, SECOND, 0, OP.mapPage, spy, 0, 0, WRITE, 0);
    };
    move(desk, name, 1);
    desk.kernel.tap = null;
    expect(done(desk)).toEqual([[TAMPERED, 0]]);
    expect(say(desk, FIRST, 'unmapPages', [desk.own])).toEqual([]);
  }
  expect(desk.files.system.inodes.pages[0]).toBe(3);
  move(desk, 'readFile', 0);
  advance(desk, 100);
  expect(done(desk)).toEqual([[DONE, 3]]);
  expectSettled(desk);
});

test('[FILE9] a lock that is over before the device has moved nothing, either way', () => {
  const desk = createFileDesk({ lockTime: 50 });
  for (let index = 0; index < 3; index++) write(desk, FIRST, desk.own, index, index, 9);
  move(desk, 'writeFile', 0);
  advance(desk, 100);
  expect(done(desk)).toEqual([[LOCK_LOST, 0]]);
  expect(desk.files.system.inodes.pages[0]).toBe(0);
  // Longer than the lock is what the device takes for three blocks, either way.
  const plan = createPlan();
  planWrite(desk.files.system, 0, 0, 3, plan);
  endWrite(desk.files.system, plan);
  move(desk, 'readFile', 0);
  advance(desk, 100);
  expect(done(desk)).toEqual([[LOCK_LOST, 0]]);
  expect(held(desk)).toEqual([9, 9, 9]);
  tell(desk, 'truncateFile', [desk.file, 0, 1]);
  tell(desk, 'truncateFile', [desk.file, 3, 1]);
  takeHeard(desk, FIRST);
  move(desk, 'readFile', 0);
  advance(desk, 0);
  expect(done(desk)).toEqual([[DONE, 3]]);
  expect(held(desk)).toEqual([0, 0, 0]);
  expectSettled(desk);
});

test('[FILE9] nobody takes pages away, or looks at them, while the device works', () => {
  const desk = createFileDesk();
  written(desk, [11, 12, 13]);
  move(desk, 'readFile', 0);
  expect(say(desk, FIRST, 'cancelContainer', [desk.own])[0][2]).toBe(LOCKED_NOW);
  expect(say(desk, FIRST, 'dropContainer', [desk.own])[0][2]).toBe(LOCKED_NOW);
  expect(say(desk, FIRST, 'mapPage', [desk.own, 0, 5, 0])[0][2]).toBe(LOCKED_NOW);
  advance(desk, 100);
  expect(done(desk)).toEqual([[DONE, 3]]);
  expect(say(desk, FIRST, 'cancelContainer', [desk.own])).toEqual([]);
  expectSettled(desk);
});

test('[FILE10] a client that dies in the middle leaves nothing behind', () => {
  for (const name of ['readFile', 'writeFile'] as const) {
    const desk = createFileDesk();
    written(desk, [11, 12, 13]);
    move(desk, name, 0);
    tell(desk, 'truncateFile', [desk.file, 2, 1]);
    tell(desk, 'syncFile', [desk.file, 1]);
    killTask(desk.kernel, FIRST);
    deliverAll(desk.kernel);
    advance(desk, 200);
    expect(desk.server.clients[FIRST]?.held).toBe(0);
    expect(desk.files.handles.free.length).toBe(desk.files.handles.table.length);
    expectSettled(desk);
  }
});

test('[FILE10] a server that dies in the middle: the client has its memory back when the lock ends', () => {
  const desk = createFileDesk();
  written(desk, [11, 12, 13]);
  const before = held(desk);
  move(desk, 'readFile', 0);
  killServer(desk.kernel, desk.files.id);
  advance(desk, 200);
  expect(held(desk)).toEqual(before);
  expect(say(desk, FIRST, 'dropContainer', [desk.own])).toEqual([]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[FILE7] what cannot be done is told, and what came along is dropped', () => {
  const desk = createFileDesk({ blocks: 16 });
  move(desk, 'readFile', 0, 5, desk.own, 99);
  expect(done(desk)).toEqual([[NO_SUCH_FILE, 0]]);
  const loose = open(desk, FIRST, { pages: 2, lockMax: 10 });
  move(desk, 'readFile', 0, 5, loose);
  expect(done(desk)).toEqual([[NO_SUCH_PAGE, 0]]);
  fill(desk, FIRST, loose, 0, 2);
  move(desk, 'writeFile', 0, 5, loose);
  expect(done(desk)).toEqual([[TOO_LONG, 0]]);
  move(desk, 'writeFile', 0);
  move(desk, 'writeFile', 0);
  expect(done(desk)).toEqual([[LOCKED_NOW, 0]]);
  move(desk, 'writeFile', 0);
  move(desk, 'writeFile', 0);
  move(desk, 'writeFile', 0);
  advance(desk, 200);
  expect(done(desk)).toContainEqual([DONE, 3]);
  move(desk, 'writeFile', 3);
  advance(desk, 200);
  move(desk, 'writeFile', 6);
  expect(done(desk)).toEqual([[DISK_FULL, 0]]);
  say(desk, FIRST, 'cancelContainer', [desk.own]);
  const { port, own, file } = desk;
  expect(hand(desk, FIRST, 'readFile', own, file, 0, port, 5)).toBe(true);
  expect(done(desk)).toEqual([[NO_SUCH_CONTAINER, 0]]);
  expectSettled(desk);
});

test('[FILE11] requests and handles are of a fixed number, and nobody has more than its share', () => {
  const desk = createFileDesk({ requests: 4, requestsEach: 2, handles: 6 });
  written(desk, [11, 12, 13]);
  const other = open(desk, FIRST, { pages: 1, lockMax: 200 });
  const third = open(desk, FIRST, { pages: 1, lockMax: 200 });
  for (const own of [other, third]) fill(desk, FIRST, own, 0, 1);
  move(desk, 'readFile', 0);
  move(desk, 'readFile', 0, 5, other);
  move(desk, 'readFile', 0, 6, third);
  expect(done(desk)).toEqual([[BUSY, 0]]);
  expect(tell(desk, 'syncFile', [desk.file, 1])[0][2]).toBe(BUSY);
  advance(desk, 100);
  expect(done(desk)).toEqual([
    [DONE, 3],
    [DONE, 1],
  ]);
  const from = { desk, client: FIRST, port: desk.port };
  const handles = [1, 2, 3].map(() => openNamed(from, 'a'));
  expect(new Set([desk.file, ...handles]).size).toBe(4);
  expect(openNamed(from, 'a')).toBe(-NO_PLACE);
  const port = givePort(desk.kernel, SECOND, desk.files.id);
  const theirs = openNamed({ desk, client: SECOND, port }, 'a', 0);
  expect(theirs).toBeGreaterThanOrEqual(0);
  // Another's handle is nobody's.
  expect(tell(desk, 'truncateFile', [theirs, 0, 1])[0][2]).toBe(NO_SUCH_FILE);
  expect(tell(desk, 'closeFile', [theirs])[0][2]).toBe(NO_SUCH_FILE);
  expect(tell(desk, 'closeFile', [handles[0]])).toEqual([]);
  expect(tell(desk, 'closeFile', [handles[0]])[0][2]).toBe(NO_SUCH_FILE);
  expect(openNamed(from, 'a')).toBe(handles[0]);
  expectSettled(desk);
});

test('[FILE11] a file that was removed is read by nobody, though its name comes again', () => {
  const desk = createFileDesk();
  written(desk, [11, 12, 13]);
  const from = { desk, client: FIRST, port: desk.port };
  expect(tell(desk, 'removeFile', [desk.file, 1])[0][2]).toBe(DONE);
  expect(openNamed(from, 'a', 0)).toBe(-NO_SUCH_FILE);
  const again = openNamed(from, 'a');
  move(desk, 'readFile', 0);
  expect(done(desk)).toEqual([[NO_SUCH_FILE, 0]]);
  expect(tell(desk, 'syncFile', [desk.file, 1])[0][2]).toBe(NO_SUCH_FILE);
  // In the middle of a write.
  move(desk, 'writeFile', 0, 5, desk.own, again);
  tell(desk, 'removeFile', [again, 1]);
  takeHeard(desk, FIRST);
  advance(desk, 100);
  expect(done(desk)).toEqual([[NO_SUCH_FILE, 0]]);
  expectSettled(desk);
});

test('[FILE5] a range is named, and copied into another file', () => {
  const desk = createFileDesk();
  written(desk, [11, 12, 13]);
  const other = openNamed({ desk, client: FIRST, port: desk.port }, 'b');
  expect(tell(desk, 'copyRange', [other, 0, 7])[0][2]).toBe(NO_SUCH_FILE);
  expect(tell(desk, 'rangeFrom', [desk.file, 1, 9])).toEqual([]);
  expect(tell(desk, 'copyRange', [other, 0, 7])[0].slice(0, 4)).toEqual(['fileDone', 7, DONE, 2]);
  // Named once, copied once.
  expect(tell(desk, 'copyRange', [other, 0, 7])[0][2]).toBe(NO_SUCH_FILE);
  move(desk, 'readFile', 0, 5, desk.own, other);
  advance(desk, 100);
  expect(done(desk)).toEqual([[DONE, 2]]);
  expect(held(desk)).toEqual([12, 13, 13]);
  expect(tell(desk, 'listFiles', [0, 2])[0].slice(0, 4)).toEqual(['fileEntry', 2, 0, 1]);
  expect(tell(desk, 'listFiles', [1, 2])[0].slice(0, 4)).toEqual(['fileEntry', 2, 1, 2]);
  expect(tell(desk, 'listFiles', [2, 2])[0][2]).toBe(NO_SUCH_FILE);
});

test('[FILE12] nonsense is refused; a slot that was only named is not the sender’s', () => {
  const desk = createFileDesk();
  const before = tableOf(desk, desk.files.id).objects;
  for (const [name, words] of [
    ['openFile', [0, 0, 1, 1]],
    ['openFile', [2 ** 30, 0, 1, 1]],
    ['openFile', [1, 0, 2, 1]],
    ['truncateFile', [desk.file, -1, 1]],
    ['syncFile', [2 ** 16, 1]],
    ['hintFile', [desk.file, 5, 0, 0]],
    ['readFile', [0, desk.file, 0, 1]],
    ['store', [0, 0, 0]],
    ['fileDone', [0, 0, 0]],
  ] as const)
    expect(tell(desk, name, words)[0]?.[2], name).toBe(MALFORMED);
  const weak = say(desk, FIRST, 'shareContainer', [desk.own, 1])[0][3];
  hand(desk, FIRST, 'truncateFile', weak, 1, 1, desk.port);
  expect(takeHeard(desk, FIRST)[0][2]).toBe(MALFORMED);
  expect(tableOf(desk, desk.files.id).objects).toBe(before);
  expect(tell(desk, 'hintFile', [desk.file, 1, 0, 0])).toEqual([]);
  expectSettled(desk);
});

test('[FILE10] [FILE12] a request that overtakes the unlock of the one before takes nothing from it', () => {
  const desk = createFileDesk({ requests: 1 });
  const { kernel } = desk;
  written(desk, [7, 8, 9]);
  move(desk, 'readFile', 0);
  const weak = say(desk, FIRST, 'shareContainer', [desk.own, 1])[0]?.[3] as number;
  // The device is done: the answer and the unlock are under way when the next request comes.
  kernel.state.nowNs += 3 * BLOCK_NS;
  fireEvent(kernel, kernel.state.deviceEvents, DEVICE_DONE);
  sendCapability(kernel, FIRST, desk.port, OP.readFile, weak, desk.file, 0, 6);
  overtake(kernel);
  deliverAll(kernel);
  advance(desk, 10 * BLOCK_NS);
  expect(done(desk)).toEqual([
    [DONE, 3],
    [DONE, 3],
  ]);
  expectSettled(desk);
});

test('[FILE1] a write that has to wait for a commit is refused, and there is room when it is over', () => {
  const desk = createFileDesk({ blocks: 24 });
  const reasons: number[] = [];
  for (let turn = 0; turn < 12; turn++) {
    move(desk, 'writeFile', 0);
    advance(desk, 500);
    reasons.push(done(desk)[0][0]);
  }
  expect(reasons).toContain(BUSY);
  expect(reasons.join(' ')).not.toContain(`${BUSY} ${BUSY}`);
  expectSettled(desk);
});
