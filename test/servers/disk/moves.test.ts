/** What the disk server's device does for servers that keep their contents themselves; what it loses. */

import { expect, test } from 'vitest';
import { spanOf } from '../../../contracts/disk-messages.ts';
import { OP } from '../../../contracts/messages.ts';
import {
  BUSY,
  DEVICE_FAILED,
  DONE,
  LOST_PAGE,
  MALFORMED,
  NO_SUCH_BLOCK,
} from '../../../contracts/refusals.ts';
import { workFor } from '../../../nucleus/donated-time.ts';
import { deliverAll, send } from '../../../nucleus/ipc.ts';
import { addTask, givePort, type Step } from '../../../nucleus/kernel.ts';
import { killTask } from '../../../nucleus/life.ts';
import { addPartition } from '../../../servers/disk/server-state.ts';
import { hashState } from '../../../sim-hw/state.ts';
import { advance, FIRST, settleIn, takeHeard } from '../../support/desk.ts';
import {
  answers,
  askDisk,
  BLOCK_NS,
  BLOCKS,
  contractFor,
  type DiskDesk,
  type DiskOptions,
  diskDesk,
  LOCK,
  sayDisk,
} from '../../support/disk-desk.ts';
import { contents, fill, open, SECOND } from '../../support/pages.ts';

test('[DISK18] a server’s own move takes the device’s time in its turn, and touches no block', () => {
  const desk = diskDesk();
  const before = hashState(desk.disk.medium);
  expect(sayDisk(desk, FIRST, 'diskMove', [4, 3, 1, 9])).toEqual([]);
  advance(desk, 3 * BLOCK_NS - 1);
  expect(answers(desk, FIRST)).toEqual([]);
  advance(desk, 1);
  expect(answers(desk, FIRST)).toEqual([[9, DONE, 3]]);
  expect(hashState(desk.disk.medium)).toBe(before);
  expect(desk.disk.queue.streams[0].counts.blocksWritten).toBe(3);
});

test('[DISK18] [DISK9] [DISK11] [DISK12] foreign blocks, too many moves, nonsense are refused', () => {
  const desk = diskDesk({ each: 2 });
  const refused = (reason: number) => [['diskDone', -1, 4, reason, 0, 0]];
  expect(sayDisk(desk, FIRST, 'diskMove', [BLOCKS - 1, 2, 0, 4])).toEqual(refused(NO_SUCH_BLOCK));
  for (const tag of [2, 3]) expect(sayDisk(desk, FIRST, 'diskMove', [0, 1, 0, tag])).toEqual([]);
  expect(sayDisk(desk, FIRST, 'diskMove', [0, 1, 0, 4])).toEqual(refused(BUSY));
  expect(sayDisk(desk, FIRST, 'diskMove', [0, 0, 0, 5])[0]).toEqual([
    'refused',
    0,
    MALFORMED,
    OP.diskMove,
    0,
    0,
  ]);
});

test('[DISK14] [DISK18] a long move goes in pieces, and others come between', () => {
  const desk = diskDesk({ scheduler: 'fair' });
  sayDisk(desk, FIRST, 'diskMove', [0, 40, 0, 1]);
  sayDisk(desk, SECOND, 'diskMove', [0, 1, 0, 2]);
  advance(desk, 17 * BLOCK_NS);
  expect(answers(desk, SECOND)).toEqual([[2, DONE, 1]]);
  expect(answers(desk, FIRST)).toEqual([]);
  advance(desk, 24 * BLOCK_NS);
  expect(answers(desk, FIRST)).toEqual([[1, DONE, 40]]);
});

/** A server with a partition, that works for whomever it is told to. */
function withServer(options: DiskOptions = {}) {
  const desk = diskDesk(options);
  const { kernel, disk } = desk;
  const id = kernel.state.tasks.length;
  const heard: number[] = [];
  const step: Step = (_kernel, _state, { op, w1, w2 }) => {
    if (op === OP.diskDone) heard.push(w1, w2);
  };
  addTask(kernel, 'keeper', -1, { step, state: {} });
  const port = givePort(kernel, id, desk.id);
  addPartition(disk, id, 8);
  const move = (payer: number, tag: number) => {
    workFor(kernel, id, payer);
    send(kernel, id, port, OP.diskMove, 0, 1, 1, tag, 0);
    deliverAll(kernel);
  };
  return { desk, heard, move };
}

test('[DISK8] [DISK18] a move is paid by the account of its message, and goes on when the payer dies', () => {
  const { desk, heard, move } = withServer();
  contractFor(desk, SECOND, [10_000, 5000]);
  move(SECOND, 1);
  advance(desk, BLOCK_NS);
  expect(heard).toEqual([1, DONE]);
  const stream = desk.disk.queue.streams.find(({ account }) => account === SECOND);
  expect(stream?.counts.sliceNs).toBe(BLOCK_NS);
  move(SECOND, 2);
  killTask(desk.kernel, SECOND);
  deliverAll(desk.kernel);
  advance(desk, BLOCK_NS);
  expect(heard.slice(2)).toEqual([2, DONE]);
});

/** A container of four pages, and a block that holds 500. */
function withPage(): { desk: DiskDesk; own: number } {
  const desk = diskDesk();
  settleIn(desk, FIRST, 8, 0, 0);
  const own = open(desk, FIRST, { pages: 4, lockMax: LOCK });
  fill(desk, FIRST, own, 0, 4);
  takeHeard(desk, FIRST);
  return { desk, own };
}

function writeThenRead(fault: 'lostWrites' | 'tornWrites' | 'readErrors' | 'writeErrors') {
  const { desk, own } = withPage();
  const { faults } = desk.disk.medium;
  if (fault !== 'readErrors') faults[fault] = 65_536;
  askDisk(desk, FIRST, 'diskWrite', own, 5, spanOf(0, 1));
  advance(desk, BLOCK_NS);
  const written = answers(desk, FIRST)[0];
  Object.assign(faults, { lostWrites: 0, tornWrites: 0, writeErrors: 0 });
  if (fault === 'readErrors') faults.readErrors = 65_536;
  const before = contents(desk, FIRST, own, 2);
  askDisk(desk, FIRST, 'diskRead', own, 5, spanOf(2, 1));
  advance(desk, BLOCK_NS);
  expect(contents(desk, FIRST, own, 2)).toBe(before);
  return [written.slice(1), answers(desk, FIRST)[0].slice(1)];
}

test('[DISK19] what the drive lost or tore is told when it is read, and nothing moves; errors at once', () => {
  expect(writeThenRead('lostWrites')).toEqual([
    [DONE, 1],
    [LOST_PAGE, 0],
  ]);
  expect(writeThenRead('tornWrites')).toEqual([
    [DONE, 1],
    [LOST_PAGE, 0],
  ]);
  expect(writeThenRead('readErrors')).toEqual([
    [DONE, 1],
    [DEVICE_FAILED, 0],
  ]);
});

test('[DISK19] a block that is written anew, or discarded, is what it is then', () => {
  const { desk, own } = withPage();
  desk.disk.medium.faults.lostWrites = 65_536;
  for (const block of [5, 6]) askDisk(desk, FIRST, 'diskWrite', own, block, spanOf(0, 1));
  advance(desk, 2 * BLOCK_NS);
  desk.disk.medium.faults.lostWrites = 0;
  askDisk(desk, FIRST, 'diskWrite', own, 5, spanOf(1, 1));
  sayDisk(desk, FIRST, 'diskDiscard', [6, 1]);
  advance(desk, BLOCK_NS);
  answers(desk, FIRST);
  for (const block of [5, 6]) askDisk(desk, FIRST, 'diskRead', own, block, spanOf(2, 1));
  advance(desk, 2 * BLOCK_NS);
  expect(answers(desk, FIRST).map(([, reason]) => reason)).toEqual([DONE, DONE]);
});
