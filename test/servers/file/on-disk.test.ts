/** A file server before a disk server: the disk's time is paid by whoever wants it. */

import { expect, test } from 'vitest';
import { HINT_SEQUENTIAL } from '../../../contracts/messages.ts';
import { DEVICE_FAILED, DONE, LOCK_LOST } from '../../../contracts/refusals.ts';
import { deliverAll } from '../../../nucleus/ipc.ts';
import { givePort } from '../../../nucleus/kernel.ts';
import { killServer } from '../../../nucleus/life.ts';
import type { DiskServerState } from '../../../servers/disk/server-state.ts';
import type { BufferOptions } from '../../../servers/file/buffers/buffers.ts';
import { checkFileSystem } from '../../../servers/file/system/index.ts';
import { advance, checkBooks, FIRST, hand, say, takeHeard } from '../../support/desk.ts';
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
import { fill, open, write } from '../../support/pages.ts';

const SECOND = FIRST + 1;

function desk(each = 8, buffers?: BufferOptions): FileDesk & { readonly disk: DiskServerState } {
  return createFileDesk({ frames: 64, diskEach: each, ...(buffers && { buffers }) }) as FileDesk & {
    readonly disk: DiskServerState;
  };
}

function written(its: FileDesk, values: readonly number[], page = 0): void {
  for (const [index, value] of values.entries()) write(its, FIRST, its.own, index, index, value);
  move(its, 'writeFile', page);
  advance(its, 10 * BLOCK_NS);
  expect(done(its)).toEqual([[DONE, 3]]);
}

/** Blocks read and written at the expense of a client. */
function paid({ disk }: { readonly disk: DiskServerState }, client: number): number[] {
  const stream = disk.queue.streams.find(({ account }) => account === client);
  return stream ? [stream.counts.blocksRead, stream.counts.blocksWritten] : [0, 0];
}

test('[FILE20] [FILE7] what is written is read, in the disk server’s time, and who asks pays', () => {
  const its = desk();
  written(its, [11, 12, 13]);
  expect(paid(its, FIRST)).toEqual([0, 3]);
  for (let index = 0; index < 3; index++) write(its, FIRST, its.own, index, index, 1);
  move(its, 'readFile', 0);
  advance(its, 3 * BLOCK_NS - 1);
  expect(done(its)).toEqual([]);
  advance(its, 1);
  expect(done(its)).toEqual([[DONE, 3]]);
  expect(held(its)).toEqual([11, 12, 13]);
  expect(paid(its, FIRST)).toEqual([3, 3]);
  expect(its.files.drive.blocksRead).toBe(3);
});

test('[FILE20] [FILE8] a commit is paid by whose sync began it, the next one by who has waited', () => {
  const its = desk();
  written(its, [11, 12, 13]);
  const port = givePort(its.kernel, SECOND, its.files.id);
  const file = openNamed({ desk: its, client: SECOND, port }, 'b');
  const before = paid(its, FIRST)[1];
  tell(its, 'syncFile', [its.file, 3]);
  // Changes that are not of the commit under way: another one follows it.
  say(its, SECOND, 'truncateFile', [file, 2, 3], port);
  say(its, SECOND, 'syncFile', [file, 4], port);
  advance(its, 10 * BLOCK_NS);
  expect(done(its)).toEqual([[DONE, 0]]);
  expect(takeHeard(its, SECOND).map(([name, tag]) => [name, tag])).toContainEqual(['fileDone', 4]);
  const commit = paid(its, FIRST)[1] - before;
  expect(commit).toBeGreaterThan(0);
  expect(paid(its, SECOND)[1]).toBeGreaterThan(0);
  expect(mountOf(its.medium).inodes.files).toBe(2);
});

test('[FILE20] what was written behind is paid by who wrote it, what is read ahead by who reads', () => {
  const its = desk(8, { ahead: 8, behind: 16, behindEach: 8, age: 5000 });
  const port = givePort(its.kernel, SECOND, its.files.id);
  const file = openNamed({ desk: its, client: SECOND, port }, 'b');
  const own = open(its, SECOND, { pages: 2, lockMax: 200 });
  fill(its, SECOND, own, 0, 2);
  takeHeard(its, SECOND);
  for (let index = 0; index < 2; index++) write(its, SECOND, own, index, index, 40 + index);
  move(its, 'writeFile', 0);
  expect(done(its)).toEqual([[DONE, 3]]);
  const heard = say(its, SECOND, 'shareContainer', [own, 1]);
  const weak = heard.find(([name]) => name === 'containerIs')?.[3] as number;
  hand(its, SECOND, 'writeFile', weak, file, 0, port, 5);
  expect([paid(its, FIRST), paid(its, SECOND)]).toEqual([
    [0, 0],
    [0, 0],
  ]);
  advance(its, 6000);
  expect([paid(its, FIRST)[1], paid(its, SECOND)[1]]).toEqual([3, 2]);
  // A client of one page reads in order: the two others are read ahead, at its expense.
  const one = open(its, FIRST, { pages: 1, lockMax: 200 });
  fill(its, FIRST, one, 0, 1);
  tell(its, 'hintFile', [its.file, HINT_SEQUENTIAL, 0, 0]);
  move(its, 'readFile', 0, 5, one);
  advance(its, 10 * BLOCK_NS);
  expect(paid(its, FIRST)).toEqual([3, 3]);
  expect(paid(its, SECOND)).toEqual([0, 2]);
});

test('[FILE20] [DISK11] where an account has no place at the disk server it is asked again later', () => {
  const its = desk(1);
  // Two runs: the last two pages have been written anew.
  written(its, [11, 12, 13]);
  written(its, [21, 22, 23], 1);
  move(its, 'readFile', 0);
  advance(its, 100);
  expect(paid(its, FIRST)[0]).toBe(1);
  advance(its, 1_000_000);
  expect(paid(its, FIRST)[0]).toBe(3);
  // So long no lock lasts here.
  expect(done(its)).toEqual([[LOCK_LOST, 0]]);
  expect(its.files.drive.moves.every((one) => one === null)).toBe(true);
});

test('[DISK20] [FILE20] [FILE10] the disk server dies: reads, writes and syncs fail, memory is back', () => {
  const its = desk();
  written(its, [11, 12, 13]);
  tell(its, 'syncFile', [its.file, 3]);
  advance(its, 10 * BLOCK_NS);
  done(its);
  tell(its, 'truncateFile', [its.file, 2, 3]);
  done(its);
  tell(its, 'syncFile', [its.file, 4]);
  move(its, 'readFile', 0);
  killServer(its.kernel, its.disk.id);
  deliverAll(its.kernel);
  advance(its, 0);
  expect(done(its).sort()).toEqual([
    [DEVICE_FAILED, 0],
    [DEVICE_FAILED, 0],
  ]);
  for (const name of ['readFile', 'writeFile'] as const) {
    move(its, name, 0);
    advance(its, 0);
    expect(done(its)).toEqual([[DEVICE_FAILED, 0]]);
  }
  expect(tell(its, 'truncateFile', [its.file, 0, 3])[0][2]).toBe(DEVICE_FAILED);
  expect(checkFileSystem(its.files.system)).toBeUndefined();
  expect(checkBooks(its)).toBeUndefined();
  // What was synced before is on the disk.
  expect(mountOf(its.medium).inodes.pages[0]).toBe(3);
  expect(say(its, FIRST, 'dropContainer', [its.own])).toEqual([]);
});
